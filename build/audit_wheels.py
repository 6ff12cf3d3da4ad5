"""Audit the compiled wheels of a Pyodide distribution with pyodide-build's own tools.

    python build/audit_wheels.py [VERSION...]

Every shared library that a wheel needs must be in the wheel or in the distribution. pyodide-build pins
versions that conflict with ours, so it gets a virtual environment of its own, in the user's cache folder,
made once from the package index. Nothing else waits for this.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pyodide_distribution import cache_folder, load_recipes

REQUIREMENTS = ("pyodide-build==0.25.1", "wheel==0.45.1")
"""The newest pyodide-build for Python 3.11, and the newest wheel that its auditing can import."""

KNOWN_TAGS = ("emscripten_", "pyodide_")
"""The beginnings of platform tags that this auditing knows."""

SHOW = """
import json, sys
from pathlib import Path
from auditwheel_emscripten import show
print(json.dumps({path: show(Path(path)) for path in sys.argv[1:]}))
"""

Libraries = Mapping[str, Mapping[str, list[str]]]
"""By wheel and library in it: the shared libraries that this needs."""


class AuditError(Exception):
    """An audit that cannot be done, in one line that says why."""


def tools_folder(environment: Mapping[str, str]) -> Path:
    """Where the environment of pyodide-build is kept: one for each set of requirements and Python."""
    made_of = "\0".join((*REQUIREMENTS, sys.version))
    name = f"pyodide-build-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    return cache_folder(environment).parent / "tools" / name


def ensure_tools(folder: Path) -> Path:
    """The Python of the environment in `folder`, which is made if it is not complete."""
    python, complete = folder / "bin" / "python", folder / "complete"
    if not complete.is_file():
        venv.create(folder, clear=True, with_pip=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *REQUIREMENTS,
        ]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise AuditError(f"pyodide-build could not be installed: {said}")
        complete.touch()
    return python


def compiled(folder: Path) -> tuple[list[Path], list[Path]]:
    """The wheels in a folder with libraries: those whose tags can be audited, and the others."""
    wheels = [path for path in sorted(folder.glob("*.whl")) if _libraries(path)]
    known = [path for path in wheels if path.stem.rsplit("-", 1)[-1].startswith(KNOWN_TAGS)]
    return known, [path for path in wheels if path not in known]


def _libraries(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name.rsplit("/", 1)[-1] for name in archive.namelist() if name.endswith(".so")}


def show(python: Path, wheels: Iterable[Path]) -> Libraries:
    """What pyodide-build's auditwheel says of wheels."""
    command = [str(python), "-c", SHOW, *map(str, wheels)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise AuditError(
            f"auditwheel failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
        )
    found: Libraries = json.loads(done.stdout)
    return found


def audit(folder: Path, ask: Callable[[Iterable[Path]], Libraries]) -> tuple[int, list[str]]:
    """How many wheels of a distribution were audited, and sentences about what is wrong with them."""
    wheels, unknown = compiled(folder)
    there = {name for wheel in (*wheels, *unknown) for name in _libraries(wheel)}
    problems = [f"{wheel.name} has a tag that cannot be audited" for wheel in unknown]
    for wheel, libraries in (ask(wheels) if wheels else {}).items():
        for library, needed in libraries.items():
            problems += [
                f"{Path(wheel).name}: {library} needs {name}, which no wheel of the distribution has"
                for name in needed
                if name not in there
            ]
    return len(wheels), problems


def _distribution(version: str) -> Path:
    folder = cache_folder(os.environ) / version
    if not folder.is_dir():
        raise AuditError(f"{folder} is not there: run 'python build/pyodide_distribution.py {version}'")
    return folder


def main(arguments: list[str]) -> int:
    """Audits the distributions named, or all; says what was found. Returns the exit code."""
    failed = False
    try:
        for version in arguments or load_recipes():
            folder = _distribution(version)
            number, problems = audit(
                folder, lambda wheels: show(ensure_tools(tools_folder(os.environ)), wheels)
            )
            for problem in problems:
                print(f"Pyodide {version}: {problem}", file=sys.stderr)
            print(f"Pyodide {version}: {number} compiled wheels audited, {len(problems)} problems")
            failed = failed or bool(problems)
    except AuditError as error:
        print(f"audit_wheels: {error}", file=sys.stderr)
        return 1
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
