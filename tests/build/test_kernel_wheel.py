"""The script that makes the kernel wheel."""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest

import kernel_wheel
from kernel_wheel import (
    KernelWheelError,
    build,
    imports_left_out,
    is_contained,
    is_kernel_file,
    package_version,
)
from tiffin.host.browser.entry import ON_DEMAND
from tiffin.host.export.ondemand import AT_HAND
from tiffin.ui.kinds import MODULES


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package of the same shape as tiffin."""
    files = {
        "__init__.py": '"""A notebook."""\n',
        "version.py": '__version__ = "9.8.7"\n',
        "py.typed": "",
        "ids.py": "import os\n",
        "notebook/__init__.py": "",
        "notebook/notebook.py": "from tiffin import ids\nfrom tiffin.ids import thing\n",
        "notebook/percent.py": "import tiffin.ids\n",
        "host/__init__.py": "",
        "host/browser/entry.py": "import tiffin.notebook.notebook\n",
        "host/cli/main.py": "import click\n",
        "bundled/page/page.js": "",
        "ids.cpython-311.pyc": "",
    }
    for name, text in files.items():
        path = tmp_path / "tiffin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tiffin"


def test_holds_the_browser_layers_and_the_library(package: Path, tmp_path: Path) -> None:
    wheel = build(package, tmp_path / "out")
    assert wheel.name == "tiffin_kernel-9.8.7-py3-none-any.whl"
    info = "tiffin_kernel-9.8.7.dist-info"
    assert zipfile.ZipFile(wheel).namelist() == [
        "rfc8785/__init__.py",
        "rfc8785/_impl.py",
        "rfc8785/py.typed",
        "tiffin/__init__.py",
        "tiffin/host/__init__.py",
        "tiffin/host/browser/entry.py",
        "tiffin/ids.py",
        "tiffin/notebook/__init__.py",
        "tiffin/notebook/notebook.py",
        "tiffin/py.typed",
        "tiffin/version.py",
        f"{info}/METADATA",
        f"{info}/RECORD",
        f"{info}/WHEEL",
        f"{info}/licenses/LICENSE",  # rfc8785 is under the same one
    ]


def test_a_licence_is_left_out_only_where_the_same_text_is_there() -> None:
    assert is_contained(b"Some  terms\nand more", b"Some terms\nand more\n\nAn appendix")
    assert not is_contained(b"Some terms\nand others", b"Some terms\nand more\n\nAn appendix")
    assert not is_contained(b"Some terms\nand more\n\nAn appendix", b"Some terms\nand more")


def test_the_same_sources_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    first = build(package, tmp_path / "one").read_bytes()
    (package / "ids.py").touch()
    assert build(package, tmp_path / "two").read_bytes() == first


def test_the_record_fits_every_file(package: Path, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(build(package, tmp_path / "out"))
    record = "tiffin_kernel-9.8.7.dist-info/RECORD"
    rows = {
        name: (digest, size) for name, digest, size in csv.reader(archive.read(record).decode().splitlines())
    }
    assert set(rows) == set(archive.namelist())
    assert rows.pop(record) == ("", "")
    for name, (digest, size) in rows.items():
        data = archive.read(name)
        expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        assert (digest, int(size)) == (f"sha256={expected}", len(data)), name


def test_a_new_version_replaces_the_old_wheel(package: Path, tmp_path: Path) -> None:
    build(package, tmp_path / "out")
    (package / "version.py").write_text('__version__ = "9.8.8"\n')
    build(package, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiffin_kernel-9.8.8-py3-none-any.whl"]


def test_a_wheel_that_is_too_big_is_an_error(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_wheel, "LIMIT", 1000)
    with pytest.raises(KernelWheelError, match=r"bytes; less than 1,000 are allowed"):
        build(package, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_import_of_what_is_left_out_is_an_error(package: Path, tmp_path: Path) -> None:
    (package / "ids.py").write_text("def f():\n    from tiffin.notebook.percent import read\n")
    with pytest.raises(
        KernelWheelError, match=r"tiffin/ids\.py imports tiffin\.notebook\.percent, which is left"
    ):
        build(package, tmp_path / "out")


def test_imports_of_packages_and_of_others_are_fine() -> None:
    files = {"tiffin/a.py": b"import os, tiffin, tiffin.b\nfrom tiffin.b import c", "tiffin/b/c.py": b""}
    assert imports_left_out(files) == []


def test_the_scratchpad_is_an_archive_of_its_own(tmp_path: Path) -> None:
    archive = kernel_wheel.build_scratchpad(output=tmp_path / "one")
    names = zipfile.ZipFile(archive).namelist()
    assert names == [f"tiffin/{name}" for name in kernel_wheel.SCRATCHPAD]
    assert not set(names) & set(kernel_wheel.kernel_files())
    (archive.parent / "tiffin_scratchpad-0.0.0.zip").touch()
    assert kernel_wheel.build_scratchpad(output=tmp_path / "one").read_bytes() == archive.read_bytes()
    assert list(archive.parent.iterdir()) == [archive]


def test_the_scratchpad_imports_nothing_that_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_wheel, "SCRATCHPAD", ("session/scratchpad.py",))
    monkeypatch.setattr(kernel_wheel, "LEFT_OUT", (*kernel_wheel.LEFT_OUT, "graph/scratch.py"))
    with pytest.raises(
        KernelWheelError, match=r"session/scratchpad\.py imports tiffin\.graph\.scratch, which"
    ):
        kernel_wheel.scratchpad_files()


def test_the_modules_on_demand_are_an_archive_of_their_own(tmp_path: Path) -> None:
    archive = kernel_wheel.build_ondemand(output=tmp_path / "one")
    names = zipfile.ZipFile(archive).namelist()
    assert names == sorted(f"tiffin/{name}" for name in kernel_wheel.ONDEMAND)
    assert not set(names) & {*kernel_wheel.kernel_files(), *kernel_wheel.scratchpad_files()}
    (archive.parent / "tiffin_ondemand-0.0.0.zip").touch()
    assert kernel_wheel.build_ondemand(output=tmp_path / "one").read_bytes() == archive.read_bytes()
    assert list(archive.parent.iterdir()) == [archive]


def test_the_kernel_looks_for_them_where_they_are() -> None:
    packages = {Path(name).parent.as_posix().replace("/", ".") for name in kernel_wheel.ONDEMAND}
    assert packages <= set(ON_DEMAND)
    at_hand = {f"ui/{module}.py" for kind, module in MODULES.items()} - set(kernel_wheel.ONDEMAND)
    assert at_hand == {f"ui/{AT_HAND}.py"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ids.py", True),
        ("host/browser/entry.py", True),
        ("notebook/notebook.py", True),
        ("notebook/percent.py", False),
        ("host/export/site.py", False),
        ("host/cli/main.py", False),
        ("host/server/app.py", False),
        ("bundled/page/x.py", False),
    ],
)
def test_which_files_belong_to_the_kernel(path: str, expected: bool) -> None:
    assert is_kernel_file(path) is expected


def test_the_real_wheel_installs_and_imports_alone(tmp_path: Path) -> None:
    wheel = build(output=tmp_path / "out")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*pip, "--target", str(tmp_path / "site"), str(wheel)], check=True)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import rfc8785, tiffin.version\n"
        "print(tiffin.version.__version__, rfc8785.dumps({'b': 1.0, 'a': []}).decode())"
    )
    # -S: without site-packages, so that nothing but the wheel and the standard library can answer.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [package_version(), '{"a":[],"b":1}']


def surface(body: list[ast.stmt], prefix: str = "") -> dict[str, str]:
    """What others can name in a module: its variables and imports, its functions with the names and kinds of
    their parameters, and the same of its classes, with the annotations of their fields."""
    found: dict[str, str] = {}
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                given = node.args
                positional = [parameter.arg for parameter in (*given.posonlyargs, *given.args)]
                kinds = (
                    len(given.posonlyargs),
                    # `self` may be short, too, and what cannot be given by name.
                    positional[max(len(given.posonlyargs), bool(prefix)) :],
                    len(positional),
                    [parameter.arg for parameter in given.kwonlyargs],
                    len(given.defaults),
                    [default is not None for default in given.kw_defaults],
                    given.vararg is not None,
                    given.kwarg is not None,
                )
                found[f"{prefix}{node.name}"] = f"{type(node).__name__} {kinds}"
            case ast.ClassDef():
                found[f"{prefix}{node.name}"] = f"class {[ast.dump(base) for base in node.bases]}"
                found |= surface(node.body, f"{prefix}{node.name}.")
            case ast.AnnAssign() if prefix:
                found[f"{prefix}{ast.unparse(node.target)}"] = ast.dump(node.annotation)
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if not isinstance(node, ast.AnnAssign) or node.value is not None:
                    found |= {f"{prefix}{ast.unparse(target)}": "variable" for target in targets}
            case ast.Import() | ast.ImportFrom():
                source = "." * getattr(node, "level", 0) + (getattr(node, "module", "") or "")
                found |= {alias.asname or alias.name: f"{source} {alias.name}" for alias in node.names}
    return found


KERNEL_FILES = {
    **kernel_wheel.kernel_files(),
    **kernel_wheel.scratchpad_files(),
    **kernel_wheel.ondemand_files(),
}


@pytest.mark.parametrize("name", sorted(KERNEL_FILES))
def test_a_lean_module_offers_the_same(name: str) -> None:
    if name.endswith(".py"):
        written = ast.parse((kernel_wheel.ROOT / "py" / name).read_text("utf-8"))
        packed = ast.parse(KERNEL_FILES[name])
        assert surface(packed.body) == surface(written.body)


def test_a_lean_module_does_the_same() -> None:
    source = b'''
"""A module."""
from dataclasses import dataclass, fields

@dataclass
class Dish:
    """A dish."""

    name: str
    hot: bool = False

def serve(dish: Dish, *, portions: int = 1) -> list[str]:
    """Serve it."""
    prepared: list[str] = []
    for number_of_portion in range(portions):
        def describe() -> str:
            return f"{number_of_portion}: {dish.name}"
        prepared.append(describe())
    return prepared

NAMES = [field.name for field in fields(Dish)]
'''
    results = []
    for text in (source, kernel_wheel.lean(source, docstrings=False)):
        namespace: dict[str, object] = {"__name__": "dishes"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "dishes", types.ModuleType("dishes"))
            exec(compile(text, "dishes.py", "exec"), namespace)
        results.append(
            (eval("serve(dish=Dish('soup', hot=True), portions=2)", namespace), namespace["NAMES"])
        )
    assert results[0] == results[1] == (["0: soup", "1: soup"], ["name", "hot"])
    assert len(kernel_wheel.lean(source, docstrings=False)) < 0.7 * len(source)


def test_what_help_shows_stays() -> None:
    author = KERNEL_FILES["tiffin/session/author.py"]
    assert b"Return HTML to be shown as it is." in author
    assert b"def html(text:str)" in author
    kernel = KERNEL_FILES["tiffin/session/kernel.py"]
    assert ast.get_docstring(ast.parse(kernel)) is None
    assert b"def stats(" in kernel
    assert b"->" not in kernel
