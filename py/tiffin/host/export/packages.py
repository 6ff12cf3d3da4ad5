"""The packages of a site: what its notebooks require and import, resolved to one lock of exactly that."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tiffin.host.export.runtime import Runtime
from tiffin.host.export.wheels import NoWheel, Wheel, WheelSource

LockEntry: TypeAlias = Mapping[str, Any]

NETWORK = ("requests", "urllib3", "urllib.request", "http.client")
"""What reaches for the network in ways that a browser has not, unless it is patched."""
READERS = ("pandas",)
"""What opens URLs through these, if it is asked to."""
NETWORK_PATCH = "pyodide-http"
INSTALLER = "micropip"

USUAL_NAMES = {
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Packages whose modules are well known by another name."""

_THERE = frozenset({"tiffin", "IPython", "js", "pyodide", "pyodide_js"})
"""Roots that the kernel and Pyodide themselves bring."""


_NEEDLESS = frozenset({"ipython", "jupyterlab-widgets", "widgetsnbextension"})
"""Packages that others require, and that no page has a use for: of IPython the kernel brings what cells can
use, the others are code for the pages of Jupyter."""


@dataclass(frozen=True)
class Wants:
    """What the live cells of one notebook may need: the modules that they and the notebook's own modules
    import, and those that decoding their inputs imports. `edited`: cells may be written on the page."""

    filename: str
    requirements: tuple[str, ...] = ()
    imports: frozenset[str] = frozenset()
    decoding: frozenset[str] = frozenset()
    edited: bool = False


@dataclass(frozen=True)
class Needs:
    """The packages that one notebook gets: import names to packages, and `extra` ones that it requires
    although nothing that can be seen imports them."""

    providers: Mapping[str, str]
    extra: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """The packages of a site: entries of its lock, files of those that are not the distribution's, what each
    notebook needs, and sentences for the author."""

    entries: Mapping[str, LockEntry]
    wheels: Mapping[str, Path]
    needs: tuple[Needs, ...]
    warnings: tuple[str, ...]


def choose_packages(
    runtime: Runtime, all_wants: Sequence[Wants], wheels: WheelSource, *, whole: bool = False
) -> Chosen:
    """Return the packages for notebooks that want `all_wants`, all that these depend on included.

    The distribution's own come first; what it lacks, or has in a version that a requirement excludes, is
    asked of `wheels`, in the version that is installed natively where that will do. One package has one
    version in a site. With `whole`, pages that are edited have all of the distribution to import from.
    """
    if runtime.url is not None and not runtime.lock:
        return Chosen(
            {}, {}, tuple(Needs({}, ()) for _ in all_wants), ()
        )  # what is there, its page finds out
    resolution = _Resolution(runtime, wheels)
    found = [resolution.resolve(wants, whole=whole and wants.edited) for wants in all_wants]
    entries = {
        name: {**entry, "depends": [each for each in entry["depends"] if each in resolution.entries]}
        if name in resolution.fetched
        else entry
        for name, entry in resolution.entries.items()
    }
    needs = tuple(_needs(entries, roots, extra) for roots, extra in found)
    files = {wheel.path.name: wheel.path for wheel in resolution.fetched.values()}
    return Chosen(entries, files, needs, tuple(resolution.warnings))


def reaches_network(wants: Wants) -> bool:
    """Whether cells may fetch from anywhere by themselves: they import what does, or are yet to be
    written."""
    return wants.edited or any(_within(module, NETWORK) for module in wants.imports)


def _needs(entries: Mapping[str, LockEntry], roots: Iterable[str], extra: Iterable[str]) -> Needs:
    names = closure(entries, [*roots, *extra])
    return Needs(providers({name: entries[name] for name in names}), tuple(sorted(extra)))


def closure(entries: Mapping[str, LockEntry], roots: Iterable[str]) -> list[str]:
    """Return the names of `roots` and of all that they depend on, as far as `entries` has them, sorted."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found and name in entries:
            found.add(name)
            waiting.extend(entries[name].get("depends", ()))
    return sorted(found)


def providers(entries: Mapping[str, LockEntry]) -> dict[str, str]:
    """Return, for each module that the packages bring, the name of the package."""
    return {module: name for name, entry in sorted(entries.items()) for module in entry.get("imports", ())}


@dataclass
class _Resolution:
    """Entries chosen so far, the wheels that were fetched for some of them, and the packages that cannot be
    had; those `named` are in a warning."""

    runtime: Runtime
    source: WheelSource
    entries: dict[str, LockEntry] = field(default_factory=dict)
    fetched: dict[str, Wheel] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    @cached_property
    def own(self) -> Mapping[str, LockEntry]:
        entries: Mapping[str, LockEntry] = self.runtime.lock.get("packages", {})
        return entries

    @cached_property
    def own_providers(self) -> Mapping[str, str]:
        return providers(self.own)

    def resolve(self, wants: Wants, *, whole: bool) -> tuple[set[str], set[str]]:
        """Choose what one notebook needs: the packages that provide its imports, all that there are if
        `whole`, and others that it requires."""
        required: dict[str, Requirement] = {}
        for text in wants.requirements:
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                self.warnings.append(f"{wants.filename}: {text!r} is no requirement: see PEP 508")
                continue
            if _applies(requirement, self.environment, requirement.extras):
                required[canonicalize_name(requirement.name)] = requirement
        required.pop("tiffin", None)
        for requirement in required.values():
            self.choose(requirement, wants.filename, told=True)
        roots: set[str] = set()
        unknown: dict[str, None] = {}
        for module in sorted(wants.imports):
            provider = self.provider(module, wants, required)
            if provider is not None:
                roots.add(provider)
            elif _is_foreign(module):
                unknown[module.split(".")[0]] = None
        self.tell_unknown(wants, [root for root in unknown if not self.told(root)])
        for module in wants.decoding:
            provider = _longest(module, self.own_providers)
            if provider is not None:
                roots.add(self.take(provider))
        if whole:
            roots.update(self.take(name) for name in self.own)
        reads = any(_within(module, READERS) for module in wants.imports)
        helpers = ((NETWORK_PATCH, reads or reaches_network(wants)), (INSTALLER, wants.edited))
        for helper, needed in helpers:
            if needed and helper in self.own:
                roots.add(self.take(helper))
        return roots, (required.keys() & self.entries.keys()) - set(closure(self.entries, roots))

    def told(self, root: str) -> bool:
        """Whether a warning names the package of this module already."""
        return any(canonicalize_name(name) in self.named for name in (root, *_native_names(root)))

    def tell_unknown(self, wants: Wants, roots: Collection[str]) -> None:
        if roots:
            version = self.runtime.version
            self.warnings.append(
                f"{wants.filename}: {', '.join(sorted(roots))} is not in Pyodide {version}; "
                "results are shown, but cells that import it cannot run in the browser "
                "(--pyodide names another distribution)"
            )

    def provider(self, module: str, wants: Wants, required: Mapping[str, Requirement]) -> str | None:
        """The package that provides `module`, chosen now if it was not before."""
        own = _longest(module, self.own_providers)
        chosen = _longest(module, providers(self.entries))
        if chosen is not None:
            return chosen
        if own is not None:
            return self.take(own)
        if not _is_foreign(module):
            return None
        for name in _native_names(module.split(".")[0]):
            if canonicalize_name(name) not in required:
                self.choose(Requirement(name), wants.filename, told=False)
        return _longest(module, providers(self.entries))

    def take(self, name: str) -> str:
        """Take a package of the distribution with all that it depends on, but for what was chosen before."""
        if name not in self.entries:
            for each in closure(self.own, [name]):
                self.entries.setdefault(each, self.own[each])
        return name

    def choose(self, requirement: Requirement, filename: str, *, told: bool) -> None:
        """Choose a version of what is required, and of all that it requires itself.

        Unless `told`, that there is no wheel of it is left to be said of the module.
        """
        waiting, met = [requirement], set()
        while waiting:
            each = waiting.pop(0)
            name = canonicalize_name(each.name)
            if str(each) in met:
                continue
            met.add(str(each))
            self.settle(name, each, filename, told=told or each is not requirement)
            wheel = self.fetched.get(name)
            if wheel is not None:
                needs = [
                    need
                    for need in wheel.requires
                    if _applies(need, self.environment, each.extras)
                    and canonicalize_name(need.name) not in _NEEDLESS
                ]
                depends = {canonicalize_name(need.name) for need in needs}
                depends.update(self.entries[name]["depends"])
                self.entries[name] = lock_entry(wheel, sorted(depends))
                waiting += needs

    def settle(self, name: str, requirement: Requirement, filename: str, *, told: bool) -> None:
        """Take the package `name` from where it can be had; what does not fit is said."""
        chosen = self.entries.get(name)
        entry = chosen or self.own.get(name)
        if entry is not None and _allows(requirement, entry):
            self.take(name)
        elif chosen is not None:
            self.warnings.append(
                f"{filename}: asks for {requirement}, and this site has {name} {chosen['version']} already: "
                "cells that run in the browser have that"
            )
        elif name not in self.failed:
            wheel = self.fetch(requirement)
            if isinstance(wheel, Wheel):
                self.fetched[name] = wheel
                self.entries[name] = lock_entry(wheel, ())
            elif entry is not None:
                self.take(name)
                self.warnings.append(
                    f"{filename}: asks for {requirement}, Pyodide {self.runtime.version} has {name} "
                    f"{entry['version']}, and {wheel.reason}: cells that run in the browser have "
                    f"{entry['version']}"
                )
            else:
                self.failed.add(name)
                if told or not wheel.asked:
                    self.named.add(name)
                    self.warnings.append(
                        f"{filename}: {name} is not in Pyodide {self.runtime.version}, and {wheel.reason}; "
                        "results are shown, but cells that import it cannot run in the browser"
                    )

    def fetch(self, requirement: Requirement) -> Wheel | NoWheel:
        """Ask for the version that is installed natively, if that satisfies, else for any."""
        installed = _installed_version(requirement.name)
        if installed is not None and requirement.specifier.contains(installed, prereleases=True):
            found = self.source.find(Requirement(f"{requirement.name}=={installed}"))
            if isinstance(found, Wheel) or not found.asked:
                return found
        return self.source.find(requirement)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What markers of requirements are evaluated for."""
        version = str(self.runtime.lock.get("info", {}).get("python") or platform.python_version())
        return {
            "implementation_name": "cpython",
            "implementation_version": version,
            "os_name": "posix",
            "platform_machine": "wasm32",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Emscripten",
            "platform_version": "",
            "python_full_version": version,
            "python_version": ".".join(version.split(".")[:2]),
            "sys_platform": "emscripten",
        }


def lock_entry(wheel: Wheel, depends: Sequence[str]) -> LockEntry:
    """Return the entry of a lock file for a wheel."""
    return {
        "name": wheel.name,
        "version": wheel.version,
        "file_name": wheel.path.name,
        "install_dir": "site",
        "sha256": wheel.sha256,
        "package_type": "package",
        "imports": list(wheel.imports),
        "depends": list(depends),
        "unvendored_tests": False,
    }


def _applies(requirement: Requirement, environment: Mapping[str, str], extras: Collection[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in ("", *sorted(extras))
    )


def _allows(requirement: Requirement, entry: LockEntry) -> bool:
    version = entry.get("version")
    return version is None or requirement.specifier.contains(str(version), prereleases=True)


def _longest(module: str, provided: Mapping[str, str]) -> str | None:
    """The package of the longest prefix of `module` that is provided."""
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((provided[prefix] for prefix in prefixes if prefix in provided), None)


def _within(module: str, modules: Collection[str]) -> bool:
    parts = module.split(".")
    return any(".".join(parts[: i + 1]) in modules for i in range(len(parts)))


def _is_foreign(module: str) -> bool:
    root = module.split(".")[0]
    return bool(root) and root not in sys.stdlib_module_names and root not in _THERE


def _native_names(root: str) -> list[str]:
    """The natively installed packages that bring the module `root`."""
    return sorted(set(importlib.metadata.packages_distributions().get(root, ())))


def _installed_version(name: str) -> str | None:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    return re.sub(r"\+.*", "", version)
