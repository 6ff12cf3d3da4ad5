"""Wheels from the package index that run in the browser, fetched with the user's own pip and kept."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Any, Protocol

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

TIMEOUT = 300  # seconds for one package
_SOURCES = (".py", ".so")
_RECORD = ".sha256"


@dataclass(frozen=True)
class Wheel:
    """A wheel on this machine: its canonical name, version and digest, the modules that it brings, and its
    requirements with their markers."""

    path: Path
    name: str
    version: str
    sha256: str
    imports: tuple[str, ...]
    requires: tuple[Requirement, ...]


@dataclass(frozen=True)
class NoWheel:
    """Why there is no wheel: a clause; `asked` says whether an index was, and has none."""

    reason: str
    asked: bool = True


class WheelSource(Protocol):
    """Finds the newest wheel that satisfies a requirement and runs in the browser."""

    def find(self, requirement: Requirement) -> Wheel | NoWheel: ...


class NoWheels:
    """For exports that make do with the distribution."""

    def find(self, requirement: Requirement) -> Wheel | NoWheel:
        """Find nothing."""
        return NoWheel(f"no wheel of {requirement} is looked for")


class PipWheels:
    """Asks pip, with the user's own configuration, for wheels of one Pyodide; `info` is that of its lock.

    What it fetched stays in `cache`, with its digest, and serves an exact version without asking again, and
    other requirements while pip cannot be asked.
    """

    def __init__(self, info: Mapping[str, Any], cache: Path) -> None:
        python = str(info.get("python") or platform.python_version())
        self._python = ".".join(python.split(".")[:2])
        abi = str(info.get("abi_version") or "none")
        self._platforms = (f"pyemscripten_{abi}_wasm32", f"pyodide_{abi}_wasm32")
        self._cache = cache / f"{self._python}-{abi}"

    def find(self, requirement: Requirement) -> Wheel | NoWheel:
        """Return the wheel, from the cache where the version is exact."""
        exact = any(part.operator in ("==", "===") for part in requirement.specifier)
        kept = self._kept(requirement)
        if exact and kept is not None:
            return kept
        with tempfile.TemporaryDirectory() as folder:
            said = self._download(requirement, Path(folder))
            found = sorted(Path(folder).glob("*.whl"))
            if said is None and len(found) == 1:
                return self._keep(found[0])
        return kept or said or NoWheel(f"pip found no single wheel of {requirement}")

    def _download(self, requirement: Requirement, folder: Path) -> NoWheel | None:
        """Have pip put the wheel into `folder`; return why it could not, or None."""
        pip = _pip_command()
        if pip is None:
            return NoWheel(f"{requirement} cannot be looked for without pip: install pip", asked=False)
        asked = Requirement(str(requirement))
        asked.marker, asked.extras = None, set()
        command = [*pip, "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "0"]
        command += ["--disable-pip-version-check", "--no-input", "--dest", str(folder)]
        command += ["--python-version", self._python, "--implementation", "cp"]
        for abi in (f"cp{self._python.replace('.', '')}", "abi3", "none"):
            command += ["--abi", abi]
        for each in self._platforms:
            command += ["--platform", each]
        try:
            done = subprocess.run(
                [*command, str(asked)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                stdin=subprocess.DEVNULL,
                cwd=folder,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return NoWheel(f"{asked} could not be fetched: {error}", asked=False)
        if done.returncode == 0:
            return None
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        if any("No matching distribution" in line for line in errors):
            return NoWheel(f"no wheel of {asked} runs in the browser")
        last = (errors or done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        return NoWheel(f"{asked} could not be fetched: {last.removeprefix('ERROR:').strip()}", asked=False)

    def _keep(self, path: Path) -> Wheel | NoWheel:
        self._cache.mkdir(parents=True, exist_ok=True)
        place = self._cache / path.name
        with tempfile.TemporaryDirectory(dir=self._cache) as scratch:
            for source, name in ((path, place.name), (None, f"{place.name}{_RECORD}")):
                made = Path(scratch) / name
                if source is None:
                    made.write_text(_digest(path))
                else:
                    shutil.copyfile(source, made)
                os.replace(made, self._cache / name)
        return read_wheel(place)

    def _kept(self, requirement: Requirement) -> Wheel | None:
        """The newest wheel of the cache that satisfies `requirement`, and is what was fetched."""
        name = canonicalize_name(requirement.name)
        found = []
        for path in self._cache.glob("*.whl"):
            try:
                its_name, version, _, _ = parse_wheel_filename(path.name)
            except InvalidWheelFilename:
                continue
            if its_name == name and requirement.specifier.contains(version, prereleases=None):
                found.append((version, path))
        for _, path in sorted(found, reverse=True):
            record = path.with_name(path.name + _RECORD)
            if record.is_file() and record.read_text() == _digest(path):
                wheel = read_wheel(path)
                if isinstance(wheel, Wheel):
                    return wheel
        return None


def _pip_command() -> list[str] | None:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip") or shutil.which("pip3")
    return None if found is None else [found]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_wheel(path: Path) -> Wheel | NoWheel:
    """Read what the wheel at `path` says of itself."""
    try:
        name, version, _, _ = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            (metadata,) = (
                each for each in names if each.count("/") == 1 and each.endswith(".dist-info/METADATA")
            )
            headers = Parser().parsestr(archive.read(metadata).decode("utf-8"), headersonly=True)
        requires = tuple(Requirement(line) for line in headers.get_all("Requires-Dist", []))
    except (InvalidWheelFilename, InvalidRequirement, zipfile.BadZipFile, ValueError, OSError) as error:
        return NoWheel(f"{path.name} is no wheel that can be read: {error}")
    return Wheel(path, name, str(version), _digest(path), top_modules(names), requires)


def top_modules(names: Iterable[str]) -> tuple[str, ...]:
    """Return the modules that a wheel with these files brings: the outermost ones, below namespaces with
    their dots."""
    files = {name for name in names if name.endswith(_SOURCES) and ".dist-info/" not in name}
    packages = {name.rpartition("/")[0] for name in files if name.rpartition("/")[2] == "__init__.py"}
    found: set[str] = set()
    for name in files:
        parts = name.split("/")
        if ".data" in parts[0]:
            continue
        folders = ["/".join(parts[:i]) for i in range(1, len(parts))]
        outermost = next((folder for folder in folders if folder in packages), None)
        module = outermost or "/".join([*parts[:-1], parts[-1].split(".")[0]])
        if all(part.isidentifier() for part in module.split("/")):
            found.add(module.replace("/", "."))
    return tuple(sorted(found))
