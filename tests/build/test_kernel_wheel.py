"""The script that makes the kernel wheel."""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kernel_wheel
from kernel_wheel import KernelWheelError, build, imports_left_out, is_kernel_file, package_version


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
        f"{info}/licenses/LICENSE",
        f"{info}/licenses/rfc8785/LICENSE",
    ]


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


def strings_that_stand_alone(tree: ast.AST) -> list[ast.Constant]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


class Bare(ast.NodeTransformer):
    """Leaves out docstrings, but of decorated classes, and annotations of arguments, results and variables;
    those in
    classes may be fields."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.copy_location(ast.arg(node.arg), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.visit_function(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        if ast.get_docstring(node) is not None and len(node.body) > 1:
            del node.body[0]
        return self.generic_visit(node)

    def visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        if ast.get_docstring(node) is not None and len(node.body) > 1:
            del node.body[0]
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if ast.get_docstring(node) is not None and len(node.body) > 1 and not node.decorator_list:
            del node.body[0]
        node.body = [part if isinstance(part, ast.AnnAssign) else self.visit(part) for part in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)


@pytest.mark.parametrize("name", sorted(kernel_wheel.kernel_files()))
def test_a_lean_module_is_the_same_code_on_the_same_lines(name: str) -> None:
    if name.endswith(".py"):
        written = ast.parse((kernel_wheel.ROOT / "py" / name).read_text("utf-8"))
        packed = ast.parse(kernel_wheel.kernel_files()[name])
        for string in (*strings_that_stand_alone(written), *strings_that_stand_alone(packed)):
            string.value = ""
        written, packed = Bare().visit(written), Bare().visit(packed)
        assert ast.dump(packed) == ast.dump(written)
        places = [[getattr(node, "lineno", 0) for node in ast.walk(tree)] for tree in (packed, written)]
        assert places[0] == places[1]


def test_what_help_shows_stays() -> None:
    files = kernel_wheel.kernel_files()
    assert b'"""Return HTML to be shown as it is."""' in files["tiffin/session/author.py"]
    assert b"def html(text: str)" in files["tiffin/session/author.py"]
    assert b'"""' not in files["tiffin/session/kernel.py"]
    assert b"def stats(self):" in files["tiffin/session/kernel.py"]
