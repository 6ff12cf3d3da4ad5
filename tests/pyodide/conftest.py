"""The kernel wheel inside Pyodide, in Node, for each self-hosted distribution; pytest-pyodide drives Node.

`kernel_pyodide` is parametrised over the distributions and has no package but the kernel: load none into it.
`scientific_pyodide` is the one with numpy and pandas. Both are shared by all tests of a session, so a test
must not rely on a clean interpreter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_pyodide.runner import NodeRunner

from kernel_wheel import build
from pyodide_distribution import cache_folder

PYTHONS = {"314.0.7": (3, 14), "0.27.7": (3, 12)}
SCIENTIFIC = "0.27.7"
SHIM = """
exports.loadPyodide = async (options) => {{
  const {{ loadPyodide }} = await import({module});
  return loadPyodide({{ ...options, indexURL: {folder} }});
}};
"""


class KernelPyodide:
    """A Pyodide with the kernel wheel installed, in a Node process of its own."""

    def __init__(self, version: str, runner: NodeRunner, scratch: Path) -> None:
        self.version = version
        self.python = PYTHONS[version]
        self._runner = runner
        self._scratch = scratch

    def load(self, packages: Sequence[str]) -> None:
        """Loads packages of the distribution, or wheels by their path; an unknown one is an error."""
        self._runner.run_js(
            f"""
            const errors = [];
            const options = {{ messageCallback() {{}}, errorCallback: (text) => errors.push(text) }};
            await pyodide.loadPackage({json.dumps(list(packages))}, options);
            if (errors.length > 0) throw new Error(errors.join("; "));
            return null;
            """
        )

    def run(self, source: str, packages: Sequence[str] = ()) -> Any:
        """Runs Python, top-level await included; the value of its last expression, through JSON.

        Sources and results travel as files: a terminal lies between here and Node, and it is slow and narrow.
        """
        self.load(packages)
        request, answer = self._scratch / "source.py", self._scratch / "result.json"
        request.write_text(source, encoding="utf-8")
        answer.unlink(missing_ok=True)
        self._runner.run_js(
            f"""
            const fs = require("fs");
            const source = fs.readFileSync({json.dumps(str(request))}, "utf8");
            const namespace = pyodide.globals.get("dict")();
            let result = await pyodide.runPythonAsync(source, {{ globals: namespace }});
            pyodide.globals.set("__result__", result);
            const text = pyodide.runPython("import json; json.dumps(__result__)");
            fs.writeFileSync({json.dumps(str(answer))}, text);
            return null;
            """
        )
        return json.loads(answer.read_text(encoding="utf-8"))


@contextmanager
def kernel_in_node(version: str, scratch: Path) -> Iterator[KernelPyodide]:
    """A Pyodide of one version, with the kernel wheel, for the length of the context."""
    folder = cache_folder(os.environ) / version
    # The driver of pytest-pyodide requires a CommonJS `pyodide.js`, which a self-hosted folder does not have.
    module, index = json.dumps((folder / "pyodide.mjs").as_uri()), json.dumps(f"{folder}/")
    (scratch / "pyodide.js").write_text(SHIM.format(module=module, folder=index))
    wheel = build(output=scratch / "kernel")
    runner = NodeRunner(server_port=0, dist_dir=scratch)
    try:
        runner.set_script_timeout(300)
        kernel = KernelPyodide(version, runner, scratch)
        kernel.load([str(wheel)])
        yield kernel
    finally:
        runner.quit()
        runner.p.close(force=True)


@pytest.fixture(scope="session", params=list(PYTHONS))
def kernel_pyodide(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KernelPyodide]:
    """A Pyodide with the kernel, in turn of each distribution: Python 3.14 and Python 3.12."""
    with kernel_in_node(request.param, tmp_path_factory.mktemp("pyodide")) as kernel:
        yield kernel


@pytest.fixture(scope="session")
def scientific_pyodide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelPyodide]:
    """A Pyodide with the kernel, of the distribution that has numpy, pandas, pyarrow and matplotlib."""
    with kernel_in_node(SCIENTIFIC, tmp_path_factory.mktemp("scientific")) as kernel:
        yield kernel
