"""The kernel wheel in Pyodide: it installs, and every module of it imports with nothing else installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.pyodide.conftest import KernelPyodide

IMPORT_ALL = """
import importlib, pkgutil, sys, traceback
import tiffin

problems = {}
names = [module.name for module in pkgutil.walk_packages(tiffin.__path__, "tiffin.")]
for name in names:
    try:
        importlib.import_module(name)
    except Exception:
        problems[name] = traceback.format_exc()
{"names": names, "problems": problems}
"""


def test_runs_on_the_python_that_it_says(kernel_pyodide: KernelPyodide) -> None:
    found = kernel_pyodide.run("import sys; [sys.platform, *sys.version_info[:2]]")
    assert found == ["emscripten", *kernel_pyodide.python]


def test_every_module_imports_where_no_other_library_is(kernel_pyodide: KernelPyodide) -> None:
    found = kernel_pyodide.run(IMPORT_ALL)
    assert found["problems"] == {}
    assert {"tiffin.ids", "tiffin.errors", "tiffin.notebook.notebook"} <= set(found["names"])
    assert not [name for name in found["names"] if name.startswith(("tiffin.host.export", "tiffin.host.cli"))]


def test_carries_rfc8785(kernel_pyodide: KernelPyodide) -> None:
    source = "import rfc8785\nrfc8785.dumps({'b': 1.0, 'a': [None, 'ü', 1e21]}).decode()"
    assert kernel_pyodide.run(source) == '{"a":[null,"ü",1e+21],"b":1}'


def test_top_level_await_works(kernel_pyodide: KernelPyodide) -> None:
    assert kernel_pyodide.run("import asyncio\nawait asyncio.sleep(0.01, 'slept')") == "slept"


def test_the_scientific_packages_load_from_the_self_hosted_folder(scientific_pyodide: KernelPyodide) -> None:
    source = """
import matplotlib, numpy, pandas, pyarrow
frame = pandas.DataFrame({"a": numpy.arange(4)})
[int(frame.a.sum()), numpy.__version__, pandas.__version__, pyarrow.__version__, matplotlib.__version__]
"""
    found = scientific_pyodide.run(source, packages=["numpy", "pandas", "pyarrow", "matplotlib"])
    assert found == [6, "2.0.2", "2.2.3", "18.1.0", "3.8.4"]


def test_micropip_is_there_for_what_a_notebook_asks_for(scientific_pyodide: KernelPyodide) -> None:
    source = "import micropip\nmicropip.list()['tiffin-kernel'].version"
    version = scientific_pyodide.run("import tiffin.version; tiffin.version.__version__")
    assert scientific_pyodide.run(source, packages=["micropip"]) == version
