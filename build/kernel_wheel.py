"""Make the kernel wheel: the layers of tiffin that run in the browser, and nothing else; and beside it two
archives: the scratchpad, which a page loads when a script first sends code, and the modules on demand, which
Python reads when a notebook first imports one of them.

python build/kernel_wheel.py

It holds the sources, minified by python-minifier, and the one library that they need (rfc8785) with its
licence, so that a page loads a single file. The same sources give the same
bytes. A wheel that is too big to be fetched at every start, or that imports a module left out of it, is an
error.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.metadata
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from python_minifier import RemoveAnnotationsOptions, minify

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "py" / "tiffin"
OUTPUT = ROOT / "build" / "out" / "kernel"
SCRATCHPAD_OUTPUT = ROOT / "build" / "out" / "scratchpad"
ONDEMAND_OUTPUT = ROOT / "build" / "out" / "ondemand"

SCRATCHPAD = (
    "graph/scratch.py",
    "host/browser/scratchpad.py",
    "run/scratch_names.py",
    "session/answer.py",
    "session/code_mode.py",
    "session/pieces.py",
    "session/scratchpad.py",
)
"""What the archive of the scratchpad holds: modules in packages of the kernel, which does not import them."""

ONDEMAND = (
    "cache/block_cache.py",
    "cache/function_cache.py",
    "cache/notebook_folder.py",
    "cache/stored_calls.py",
    "host/browser/files.py",
    "outputs/charts.py",
    "outputs/frames.py",
    "outputs/rows.py",
    "outputs/table.py",
    "outputs/widgets.py",
    "session/answering.py",
    "session/assistance.py",
    "session/caches.py",
    "session/callouts.py",
    "session/known_names.py",
    "session/media.py",
    "session/objects.py",
    "session/output.py",
    "session/progress.py",
    "ui/anywidget.py",
    "ui/buttons.py",
    "ui/calendar.py",
    "ui/choices.py",
    "ui/containers.py",
    "ui/content.py",
    "ui/fields.py",
    "ui/files.py",
    "ui/panels.py",
    "ui/stacks.py",
    "ui/table.py",
    "ui/traits.py",
)
"""What the archive on demand holds: modules that the kernel, which has their packages, imports by name when a
notebook first asks for what is in them. `ON_DEMAND` in host/browser/entry.py has the packages."""

LEFT_OUT = (
    "bundled/",
    "cache/inventory.py",
    "cache/folder_cache.py",
    "cache/signing.py",
    "codecs/extensions.py",
    "codecs/tensors.py",
    "host/cli/",
    "host/export/",
    "host/native/",
    "host/server/",
    "notebook/",
    "session/alarm.py",
    "session/script.py",
    "stores/file.py",
    "stores/folder.py",
    "stores/folder_lock.py",
    "stores/object.py",
    "stores/recording.py",
    "stores/shared.py",
    "stores/uses.py",
)
"""What never runs in a browser, as paths in the package: layers, and native parts of others."""

KEPT = ("notebook/__init__.py", "notebook/edit.py", "notebook/notebook.py")
"""What stays of a layer that is left out: the notebook as a value, and editing it, without the readers of
files."""

VENDORED = "rfc8785"
LIMIT = 150_000  # bytes of the wheel; a reader waits for them
EPOCH = (1980, 1, 1, 0, 0, 0)
SUFFIXES = {".py", ".typed"}

SPOKEN = (
    "session/author.py",
    "session/caches.py",
    "session/callouts.py",
    "session/media.py",
    "session/output.py",
    "session/progress.py",
    "ui/",
)
"""Where docstrings stay: `help(tn.ui.slider)` shows them."""

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class KernelWheelError(Exception):
    """A kernel wheel that cannot be made, in one line that says why."""


def package_version(package: Path = PACKAGE) -> str:
    """The version that `version.py` of a package states."""
    for node in ast.parse((package / "version.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return str(ast.literal_eval(node.value))
    raise KernelWheelError(f"{package / 'version.py'} states no __version__.")


def is_kernel_file(path: str) -> bool:
    """Whether a file, by its path in the package, belongs to the kernel."""
    return path in KEPT or not path.startswith((*LEFT_OUT, *SCRATCHPAD, *ONDEMAND))


def kernel_files(package: Path = PACKAGE) -> dict[str, bytes]:
    """The package's files that belong to the kernel, by their path in the wheel."""
    paths = [path for path in package.rglob("*") if path.suffix in SUFFIXES and path.is_file()]
    relative = {path.relative_to(package).as_posix(): path for path in paths}
    return {
        f"tiffin/{name}": lean(path.read_bytes(), docstrings=name.startswith(SPOKEN))
        for name, path in relative.items()
        if is_kernel_file(name)
    }


def scratchpad_files(package: Path = PACKAGE) -> dict[str, bytes]:
    """The package's files that belong to the archive of the scratchpad, by their path there."""
    sources = {name: (package / name).read_bytes() for name in SCRATCHPAD}
    spoken = "session/code_mode.py"  # its transactions are asked by authors
    files = {f"tiffin/{name}": lean(text, docstrings=name == spoken) for name, text in sources.items()}
    _check_imports({**kernel_files(package), **files})
    return files


def ondemand_files(package: Path = PACKAGE) -> dict[str, bytes]:
    """The package's files that belong to the archive on demand, by their path there."""
    sources = {name: (package / name).read_bytes() for name in ONDEMAND}
    files = {
        f"tiffin/{name}": lean(text, docstrings=name.startswith(SPOKEN)) for name, text in sources.items()
    }
    _check_imports({**kernel_files(package), **files})
    return files


def _check_imports(files: Mapping[str, bytes]) -> None:
    for sentence in imports_left_out(files):
        raise KernelWheelError(f"{sentence}.")


def lean(source: bytes, *, docstrings: bool) -> bytes:
    """A module as short as python-minifier makes it: without comments, and without docstrings and
    annotations of arguments, results and variables unless `docstrings`; local names become short.

    Annotations in classes stay, which may be fields. The docstring of a decorated class becomes `"."`:
    `dataclass` makes one up for a class that has none, which takes longer than all the rest.
    """
    tree = ast.parse(source)
    if not docstrings:
        for node in ast.walk(tree):
            if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                decorated = isinstance(node, ast.ClassDef) and node.decorator_list
                stays = [ast.Expr(ast.Constant("."))] if decorated or len(node.body) == 1 else []
                node.body[:1] = stays
    annotations = RemoveAnnotationsOptions(
        remove_variable_annotations=not docstrings,
        remove_return_annotations=not docstrings,
        remove_argument_annotations=not docstrings,
        remove_class_attribute_annotations=False,
    )
    text = minify(
        ast.unparse(tree),
        remove_annotations=annotations,
        rename_locals=not docstrings,
        hoist_literals=False,  # bytes before compression, not after it
        remove_builtin_exception_brackets=False,
        convert_posargs_to_args=False,
        preserve_shebang=False,
    )
    return f"{text}\n".encode()


def vendored_files(distribution: str = VENDORED) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The sources of an installed pure-Python distribution by path, and its licence files by name."""
    found = importlib.metadata.distribution(distribution)
    sources: dict[str, bytes] = {}
    licences: dict[str, bytes] = {}
    for path in found.files or []:
        if path.parts[0] == distribution and path.suffix in SUFFIXES:
            sources[path.as_posix()] = path.read_binary()
        elif path.name.upper().startswith(("LICENSE", "LICENCE", "NOTICE", "COPYING")):
            licences[path.name] = path.read_binary()
    if not sources or not licences:
        raise KernelWheelError(f"{distribution} is installed without its sources or without its licence.")
    return sources, licences


def imports_left_out(files: Mapping[str, bytes]) -> list[str]:
    """Sentences about imports, in these files, of tiffin's modules that are not among them."""
    modules = {_module_name(path) for path in files if path.endswith(".py")}
    return [
        f"{path} imports {name}, which is left out of the kernel"
        for path, source in sorted(files.items())
        if path.endswith(".py")
        for name in sorted(set(_imported(source)))
        if name.split(".")[0] == "tiffin" and name not in modules and not _is_folder(name, modules)
    ]


def _module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_folder(name: str, modules: set[str]) -> bool:
    return any(module.startswith(f"{name}.") for module in modules)


def _imported(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module


def wheel_files(package: Path = PACKAGE) -> dict[str, bytes]:
    """All files of the wheel by path, its metadata and its record included."""
    version = package_version(package)
    sources, licences = vendored_files()
    files = kernel_files(package)
    _check_imports(files)
    info = f"tiffin_kernel-{version}.dist-info"
    own_licence = {f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes()}
    others = {
        f"{info}/licenses/{VENDORED}/{name}": data
        for name, data in licences.items()
        if not is_contained(data, (ROOT / "LICENSE").read_bytes())
    }
    files |= sources | own_licence | others
    files[f"{info}/METADATA"] = _metadata(version, sorted([*own_licence, *others]), info).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: tiffin\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return files


def is_contained(licence: bytes, whole: bytes) -> bool:
    """Return whether a licence's text begins another one, but for blanks: then that one's copy is a copy of
    it."""
    return b" ".join(whole.split()).startswith(b" ".join(licence.split()))


def _metadata(version: str, licences: list[str], info: str) -> str:
    lines = [
        "Metadata-Version: 2.4",
        "Name: tiffin-kernel",
        f"Version: {version}",
        "Summary: The kernel of tiffin, as it runs in the browser.",
        "License-Expression: Apache-2.0",
        *(f"License-File: {path.removeprefix(f'{info}/licenses/')}" for path in licences),
        "Requires-Python: >=3.11",
    ]
    return "\n".join(lines) + "\n"


def _record(files: Mapping[str, bytes], record: str) -> bytes:
    lines = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}"
        for path, data in sorted(files.items())
    ]
    return ("\n".join([*lines, f"{record},,"]) + "\n").encode()


def write_wheel(files: Mapping[str, bytes], path: Path) -> None:
    """Writes files as a wheel: sorted, metadata last, fixed times and modes, as small as deflate goes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files, key=lambda name: (".dist-info/" in name, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name], compresslevel=9)


def build(package: Path = PACKAGE, output: Path = OUTPUT) -> Path:
    """Makes the wheel; the output folder holds it and nothing else afterwards."""
    name = f"tiffin_kernel-{package_version(package)}-py3-none-any.whl"
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output) as scratch:
        made = Path(scratch) / name
        write_wheel(wheel_files(package), made)
        size = made.stat().st_size
        if size >= LIMIT:
            raise KernelWheelError(f"The kernel wheel has {size:,} bytes; less than {LIMIT:,} are allowed.")
        made.replace(output / name)
    for other in output.glob("*.whl"):
        if other.name != name:
            other.unlink()
    return output / name


def build_scratchpad(package: Path = PACKAGE, output: Path = SCRATCHPAD_OUTPUT) -> Path:
    """Makes the archive of the scratchpad; the output folder holds it and nothing else afterwards."""
    return _build_archive(
        scratchpad_files(package), output / f"tiffin_scratchpad-{package_version(package)}.zip"
    )


def build_ondemand(package: Path = PACKAGE, output: Path = ONDEMAND_OUTPUT) -> Path:
    """Makes the archive on demand; the output folder holds it and nothing else afterwards."""
    return _build_archive(ondemand_files(package), output / f"tiffin_ondemand-{package_version(package)}.zip")


def _build_archive(files: Mapping[str, bytes], target: Path) -> Path:
    output = target.parent
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output) as scratch:
        made = Path(scratch) / target.name
        write_wheel(files, made)
        made.replace(target)
    for other in set(output.glob("*.zip")) - {target}:
        other.unlink()
    return target


def main() -> int:
    """Makes all three and says where they are. Returns the exit code."""
    try:
        made = {"Kernel wheel": build(), "Scratchpad": build_scratchpad(), "On demand": build_ondemand()}
    except KernelWheelError as error:
        print(f"kernel_wheel: {error}", file=sys.stderr)
        return 1
    for title, path in made.items():
        print(f"{title}: {path.stat().st_size:,} bytes in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
