"""Packages from the runtime's lock."""

from __future__ import annotations

import importlib
import json
import sys
from types import ModuleType
from typing import Any

import pytest

from tiffin.host.browser.packages import LockedPackages

PROVIDERS = {
    "tn_numpy": "numpy",
    "tn_toolkit.three": "toolkit-3d",
    "tn_toolkit": "toolkit",
    "tn_alias": "numpy",
    "json": "json-from-the-lock",
}
KNOWN: dict[str, Any] = {"providers": PROVIDERS, "extra": [], "network": ["tn_net", "tn.request"]}


class Loader:
    """The worker's function; `fail` makes it reject."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.fail = False
        self.said: list[list[str]] = []
        self.told: list[list[str]] = []
        self.offered: list[dict[str, Any]] = []

    def offer(self, offer: str) -> None:
        self.offered.append(json.loads(offer))

    def say(self, names: str) -> None:
        self.said.append(json.loads(names))

    def installed(self, names: str) -> None:
        self.told.append(json.loads(names))

    async def load(self, names: str) -> None:
        if self.fail:
            raise RuntimeError("no network")
        self.asked.append(json.loads(names))


@pytest.mark.parametrize(
    ("modules", "asked"),
    [
        (set(), []),
        ({"tn_numpy"}, [["numpy"]]),
        ({"tn_numpy.linalg.blas"}, [["numpy"]]),
        ({"tn_numpy", "tn_alias", "tn_toolkit"}, [["numpy", "toolkit"]]),
        ({"tn_toolkit.three.deep"}, [["toolkit-3d"]]),
        ({"tn_toolkit.two"}, [["toolkit"]]),
        ({"nobody_knows", "nobody.knows"}, []),
        ({"json", "json.decoder"}, []),
        ({""}, []),
    ],
)
async def test_what_provides_the_modules_is_asked_for_in_one_go(
    modules: set[str], asked: list[list[str]]
) -> None:
    loader = Loader()
    await LockedPackages(KNOWN, loader).ensure(frozenset(modules))
    assert loader.asked == asked


async def test_a_package_is_asked_for_once() -> None:
    loader = Loader()
    packages = LockedPackages(KNOWN, loader)
    for modules in ({"tn_numpy"}, {"tn_numpy", "tn_alias"}, {"tn_numpy", "tn_toolkit"}):
        await packages.ensure(frozenset(modules))
    assert loader.asked == [["numpy"], ["toolkit"]]


async def test_what_failed_is_asked_for_again() -> None:
    loader = Loader()
    packages = LockedPackages(KNOWN, loader)
    loader.fail = True
    with pytest.raises(RuntimeError, match="no network"):
        await packages.ensure(frozenset({"tn_numpy"}))
    loader.fail = False
    await packages.ensure(frozenset({"tn_numpy"}))
    assert loader.asked == [["numpy"]]


async def test_a_module_that_stands_in_for_another_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tn_numpy", ModuleType("tn_numpy"))  # it has no spec
    loader = Loader()
    await LockedPackages(KNOWN, loader).ensure(frozenset({"tn_numpy"}))
    assert loader.asked == []


async def test_what_nothing_imports_comes_with_the_first_that_is_installed() -> None:
    loader = Loader()
    packages = LockedPackages({**KNOWN, "extra": ["plugin"]}, loader)
    for module in ("json", "tn_numpy", "tn_toolkit"):
        await packages.ensure(frozenset({module}))
    assert loader.asked == [["numpy", "plugin"], ["toolkit"]]


@pytest.mark.parametrize(
    ("module", "patched"), [("tn_net.deep", 1), ("tn.request", 1), ("tn", 0), ("tn_network", 0)]
)
async def test_the_network_is_patched_for_what_needs_it(module: str, patched: int) -> None:
    calls: list[None] = []
    known = {**KNOWN, "providers": {"pyodide_http": "pyodide-http"}}
    loader = Loader()
    await LockedPackages(known, loader, lambda: calls.append(None)).ensure(frozenset({module}))
    assert len(calls) == patched
    assert loader.asked == [["pyodide-http"]] * patched


async def test_without_the_patch_in_the_lock_nothing_is_patched() -> None:
    await LockedPackages(KNOWN, Loader(), lambda: pytest.fail("patched")).ensure(frozenset({"tn_net"}))


class Installer:
    """micropip."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.problem: Exception | None = None

    async def install(self, name: str, index_urls: str | None = None) -> None:
        self.asked.append((name, index_urls))
        if self.problem is not None:
            raise self.problem


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> Installer:
    made = Installer()
    module = ModuleType("micropip")
    module.install = made.install  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "micropip", module)
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    return made


def interactive(loader: Loader, *requirements: str) -> LockedPackages:
    told = {"index": "https://x.org/simple", "names": {"tn_sk": "tn-scikit"}}
    providers = {"micropip": "micropip", "tn_numpy": "numpy"}
    known = {**KNOWN, "providers": providers, "installer": told}
    return LockedPackages(
        known, loader, requirements=requirements, importers=lambda root: [f"who imports {root}"]
    )


async def test_what_no_lock_has_is_offered_and_installed_when_it_is_wanted(installer: Installer) -> None:
    loader = Loader()
    packages = interactive(loader)
    await packages.ensure(frozenset({"tn_numpy", "tn_flask.app", "tn_sk", "json", ".local"}))
    assert installer.asked == []
    assert loader.asked == [["numpy"]]
    assert loader.said == []
    assert loader.offered == [
        {"module": "tn_flask", "name": "tn_flask", "cells": ["who imports tn_flask"]},
        {"module": "tn_sk", "name": "tn-scikit", "cells": ["who imports tn_sk"]},
    ]
    with pytest.raises(ModuleNotFoundError, match="tn-scikit is not installed: the page offers to install"):
        importlib.import_module("tn_sk")
    await packages.ensure(frozenset({"tn_flask"}))
    assert len(loader.offered) == 3, "it is offered as often as it is missed"
    packages.allow(["tn_sk"])
    await packages.ensure(frozenset({"tn_flask", "tn_sk"}))
    assert installer.asked == [("tn-scikit", "https://x.org/simple")]
    assert loader.told == [["numpy"], ["tn-scikit"]]
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        importlib.import_module("tn_sk")


async def test_what_the_notebook_requires_is_installed_as_it_says(installer: Installer) -> None:
    loader = Loader()
    packages = interactive(loader, "TN.Flask >=2,<3", "tn-scikit", "unused")
    await packages.ensure(frozenset({"tn_flask.app", "tn_sk"}))
    assert [name for name, _ in installer.asked] == ["TN.Flask >=2,<3", "tn-scikit"]
    assert loader.offered == []


async def test_what_is_wanted_is_installed_from_the_index(installer: Installer) -> None:
    loader = Loader()
    packages = interactive(loader)
    packages.allow(["tn_flask", "tn_sk"])
    await packages.ensure(frozenset({"tn_numpy", "tn_flask.app", "tn_sk", "json", ".local"}))
    assert installer.asked == [("tn_flask", "https://x.org/simple"), ("tn-scikit", "https://x.org/simple")]
    assert loader.said == [["tn_flask"], ["tn-scikit"]]
    assert loader.asked[0] == ["numpy"]
    assert loader.told == [["numpy"], ["tn_flask"], ["tn-scikit"]]
    await packages.ensure(frozenset({"tn_numpy"}))
    assert len(loader.told) == 3


async def test_nothing_is_asked_of_an_index_on_a_page_that_nobody_edits(installer: Installer) -> None:
    await LockedPackages(KNOWN, Loader()).ensure(frozenset({"tn_flask"}))
    assert installer.asked == []


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (ValueError("Can't find a pure Python 3 wheel for 'x'.\nSee: y"), "it has no wheel for WebAssembly"),
        (ValueError("Can't fetch metadata for 'x'."), "the package index does not have it"),
        (OSError("offline\nreally"), "OSError: offline"),
        (OSError(), "OSError"),
    ],
)
async def test_what_cannot_be_installed_fails_at_its_import(
    installer: Installer, problem: Exception, says: str
) -> None:
    installer.problem = problem
    loader = Loader()
    packages = interactive(loader)
    packages.allow(["tn_flask"])
    await packages.ensure(frozenset({"tn_flask.app"}))
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("tn_flask.app")
    assert str(caught.value) == (
        f"tn_flask cannot be installed here: {says}; what comes with this page is numpy"
    )
    await packages.ensure(frozenset({"tn_flask"}))
    assert len(installer.asked) == 1
    assert loader.told == []
