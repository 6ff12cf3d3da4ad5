"""Make a self-hosted Pyodide distribution: a flat folder in the user's cache, every byte of it verified.

    python build/pyodide_distribution.py [--verify] [VERSION...]

`distributions.json` beside this script says for every version where its files come from and what their
digests are. The core is the npm package `pyodide`; the wheels of a version that has any are checked against
the official `pyodide-lock.json` inside that same npm package. A folder that is already there is never
downloaded again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECIPES = Path(__file__).with_name("distributions.json")
RECORD = "distribution.json"
LOCK = "pyodide-lock.json"
TIMEOUT = 1200  # seconds for one download


class DistributionError(Exception):
    """A distribution that cannot be made or trusted, in one line that says why."""


@dataclass(frozen=True)
class Archive:
    """A file in a package registry, the digest that it must have, and the folder inside it that counts."""

    requirement: str
    algorithm: str
    digest: str
    folder: str


@dataclass(frozen=True)
class Added:
    """A pure wheel that needs no other, and that the official distribution has not or in another form."""

    wheel: Archive
    imports: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """What one version of the distribution is made of."""

    version: str
    python: str
    core: Archive
    files: tuple[str, ...]
    packages: tuple[str, ...]
    wheels: Archive | None
    digest: str
    added: tuple[Added, ...] = ()


Fetch = Callable[[str, Path], Path]
"""Downloads what a requirement names into an empty folder and returns the file."""


@dataclass(frozen=True)
class Sources:
    """How archives are fetched: from the npm registry and from the Python package index."""

    npm: Fetch
    pypi: Fetch


def load_recipes(path: Path = RECIPES) -> dict[str, Recipe]:
    """The recipes in a file, by version."""
    return {version: _recipe(version, entry) for version, entry in json.loads(path.read_text()).items()}


def _recipe(version: str, entry: Mapping[str, Any]) -> Recipe:
    wheels = entry["wheels"]
    return Recipe(
        version=version,
        python=entry["python"],
        core=Archive(entry["core"]["requirement"], "sha512", entry["core"]["sha512"], "package"),
        files=tuple(entry["files"]),
        packages=tuple(entry["packages"]),
        wheels=wheels and Archive(wheels["requirement"], "sha256", wheels["sha256"], wheels["folder"]),
        digest=hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest(),
        added=tuple(
            Added(Archive(each["requirement"], "sha256", each["sha256"], ""), tuple(each["imports"]))
            for each in entry.get("added", ())
        ),
    )


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where distributions are kept: `tiffin/pyodide` in the user's cache folder (XDG)."""
    configured = environment.get("XDG_CACHE_HOME", "")
    base = Path(configured) if configured and Path(configured).is_absolute() else Path.home() / ".cache"
    return base / "tiffin" / "pyodide"


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """The digest of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def problem(folder: Path, recipe: Recipe, *, verify: bool = False) -> str | None:
    """Why a folder is not the distribution of a recipe, or None; compares sizes, and digests if asked to."""
    if not folder.is_dir():
        return "it is not there"
    try:
        record = json.loads((folder / RECORD).read_text())
        made_from, sizes, digests = record["recipe"], record["sizes"], record["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"it has no readable {RECORD}"
    if made_from != recipe.digest:
        return "it was made from another recipe"
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            return f"{name} is missing or has another size"
        if verify and file_digest(path) != digests.get(name):
            return f"{name} has another digest"
    return None


def ensure(recipe: Recipe, cache: Path, sources: Sources, *, verify: bool = False) -> tuple[Path, bool]:
    """The folder of a distribution, and whether it had to be made; it appears in one step or not at all."""
    folder = cache / recipe.version
    if problem(folder, recipe, verify=verify) is None:
        return folder, False
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{recipe.version}-", dir=cache) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        _assemble(recipe, made, Path(scratch), sources)
        _put_in_place(made, folder, Path(scratch) / "replaced", recipe)
    return folder, True


def _put_in_place(made: Path, folder: Path, aside: Path, recipe: Recipe) -> None:
    try:
        if folder.exists():
            folder.rename(aside)
        made.rename(folder)
    except OSError:
        # Another process may have put the same distribution there meanwhile.
        if problem(folder, recipe) is not None:
            raise


def _assemble(recipe: Recipe, made: Path, scratch: Path, sources: Sources) -> None:
    core = _fetched(recipe.core, sources.npm, scratch / "npm")
    lock = _take_core(core, recipe, made)
    wanted = closure(lock["packages"], recipe.packages)
    if recipe.wheels is not None:
        wheels = _fetched(recipe.wheels, sources.pypi, scratch / "pypi")
        _take_wheels(wheels, recipe.wheels.folder, [lock["packages"][name] for name in wanted], made)
    elif wanted:
        raise DistributionError(f"Pyodide {recipe.version} lists packages, but no wheels to take them from.")
    packages = {name: lock["packages"][name] for name in wanted}
    for number, added in enumerate(recipe.added):
        wheel = _fetched(added.wheel, sources.pypi, scratch / f"added-{number}")
        shutil.copyfile(wheel, made / wheel.name)
        entry = _added_entry(added, wheel.name)
        packages[entry["name"]] = entry
    _write_json(made / LOCK, {**lock, "packages": packages})
    paths = sorted(path for path in made.iterdir() if path.is_file())
    record = {
        "version": recipe.version,
        "python": recipe.python,
        "recipe": recipe.digest,
        "added": sorted(added.wheel.requirement.partition("==")[0] for added in recipe.added),
        "files": {path.name: file_digest(path) for path in paths},
        "sizes": {path.name: path.stat().st_size for path in paths},
    }
    _write_json(made / RECORD, record)


def _added_entry(added: Added, file_name: str) -> dict[str, Any]:
    """What the lock says of a wheel that was added."""
    name, _, version = added.wheel.requirement.partition("==")
    return {
        "name": name,
        "version": version,
        "file_name": file_name,
        "install_dir": "site",
        "sha256": added.wheel.digest,
        "package_type": "package",
        "imports": list(added.imports),
        "depends": [],
        "unvendored_tests": False,
    }


def _fetched(archive: Archive, fetch: Fetch, into: Path) -> Path:
    into.mkdir()
    path = fetch(archive.requirement, into)
    found = file_digest(path, archive.algorithm)
    if found != archive.digest:
        raise DistributionError(
            f"{archive.requirement} is not the file whose {archive.algorithm} is recorded: not used. "
            f"Recorded: {archive.digest}; found: {found}."
        )
    return path


def _take_core(archive: Path, recipe: Recipe, made: Path) -> dict[str, Any]:
    with tarfile.open(archive) as tar:
        for name in recipe.files:
            (made / name).write_bytes(_member(tar, f"{recipe.core.folder}/{name}"))
        lock: dict[str, Any] = json.loads(_member(tar, f"{recipe.core.folder}/{LOCK}"))
    if lock["info"]["python"] != recipe.python:
        raise DistributionError(
            f"Pyodide {recipe.version} is Python {lock['info']['python']}, not {recipe.python} as recorded."
        )
    return lock


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        stream = tar.extractfile(name)
    except KeyError:
        stream = None
    if stream is None:
        raise DistributionError(f"The archive of Pyodide holds no file {name}.")
    return stream.read()


def _take_wheels(archive: Path, folder: str, entries: Iterable[Mapping[str, Any]], made: Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        for entry in entries:
            name = entry["file_name"]
            try:
                data = wheel.read(f"{folder}/{name}")
            except KeyError:
                raise DistributionError(f"{archive.name} holds no {name}.") from None
            if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                raise DistributionError(f"{name} is not the file that Pyodide's own lock names: not used.")
            (made / name).write_bytes(data)


def closure(packages: Mapping[str, Mapping[str, Any]], wanted: Iterable[str]) -> list[str]:
    """The names of the wanted packages and of all that they depend on, sorted."""
    found: set[str] = set()
    open_names = list(wanted)
    while open_names:
        name = open_names.pop()
        if name in found:
            continue
        if name not in packages:
            raise DistributionError(f"Pyodide's lock file knows no package {name}.")
        found.add(name)
        open_names += packages[name]["depends"]
    return sorted(found)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


def npm_pack(requirement: str, into: Path) -> Path:
    """Downloads one npm package, as its registry serves it."""
    return _download(["npm", "pack", "--silent", "--ignore-scripts", requirement], requirement, into)


def pip_download(requirement: str, into: Path) -> Path:
    """Downloads one wheel, without what it depends on; it need not be for the Python that runs this."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    return _download(
        [*command, "--ignore-requires-python", "--no-cache-dir", "--dest", str(into), requirement],
        requirement,
        into,
    )


def _download(command: list[str], requirement: str, into: Path) -> Path:
    try:
        done = subprocess.run(
            command, cwd=into, capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DistributionError(f"{requirement} could not be downloaded: {error}") from error
    files = [path for path in into.iterdir() if path.suffix in {".tgz", ".whl"}]
    if done.returncode != 0 or len(files) != 1:
        said = (done.stderr.strip().splitlines() or ["the client said nothing"])[-1]
        raise DistributionError(f"{requirement} could not be downloaded: {said}")
    return files[0]


def copy_distribution(folder: Path, target: Path) -> None:
    """Copies the files that a distribution's record names, and the record itself, into a new folder."""
    record = json.loads((folder / RECORD).read_text())
    target.mkdir(parents=True)
    for name in [*record["files"], RECORD]:
        shutil.copyfile(folder / name, target / name)


def main(arguments: list[str] | None = None) -> int:
    """Makes the distributions named, or all; says where they are. Returns the exit code."""
    recipes = load_recipes()
    parser = argparse.ArgumentParser(description="Make self-hosted Pyodide distributions.")
    parser.add_argument(
        "versions", nargs="*", metavar="VERSION", help=f"one of {', '.join(recipes)}; default: all"
    )
    parser.add_argument(
        "--verify", action="store_true", help="compare the digest of every file, not only sizes"
    )
    options = parser.parse_args(arguments)
    sources = Sources(npm=npm_pack, pypi=pip_download)
    for version in options.versions or recipes:
        if version not in recipes:
            parser.error(f"there is no recipe for Pyodide {version}; known: {', '.join(recipes)}")
        try:
            folder, made = ensure(recipes[version], cache_folder(os.environ), sources, verify=options.verify)
        except DistributionError as error:
            print(f"pyodide_distribution: {error}", file=sys.stderr)
            return 1
        print(f"Pyodide {version}: {'made' if made else 'found'} in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
