"""Packages from the runtime's lock."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest

from tiffin.host.browser.packages import LockedPackages

PROVIDERS = {
    "tn_numpy": "numpy",
    "tn_toolkit.three": "toolkit-3d",
    "tn_toolkit": "toolkit",
    "tn_alias": "numpy",
    "json": "json-from-the-lock",
}


class Loader:
    """The worker's function; `fail` makes it reject."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.fail = False

    async def __call__(self, names: str) -> None:
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
    await LockedPackages(PROVIDERS, loader).ensure(frozenset(modules))
    assert loader.asked == asked


async def test_a_package_is_asked_for_once() -> None:
    loader = Loader()
    packages = LockedPackages(PROVIDERS, loader)
    for modules in ({"tn_numpy"}, {"tn_numpy", "tn_alias"}, {"tn_numpy", "tn_toolkit"}):
        await packages.ensure(frozenset(modules))
    assert loader.asked == [["numpy"], ["toolkit"]]


async def test_what_failed_is_asked_for_again() -> None:
    loader = Loader()
    packages = LockedPackages(PROVIDERS, loader)
    loader.fail = True
    with pytest.raises(RuntimeError, match="no network"):
        await packages.ensure(frozenset({"tn_numpy"}))
    loader.fail = False
    await packages.ensure(frozenset({"tn_numpy"}))
    assert loader.asked == [["numpy"]]


async def test_a_module_that_stands_in_for_another_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tn_numpy", ModuleType("tn_numpy"))  # it has no spec
    loader = Loader()
    await LockedPackages(PROVIDERS, loader).ensure(frozenset({"tn_numpy"}))
    assert loader.asked == []
