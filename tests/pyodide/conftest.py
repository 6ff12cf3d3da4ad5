"""The kernel wheel inside Pyodide, in Node for each self-hosted distribution and in Chromium for the newest;
pytest-pyodide drives both.

`kernel_pyodide` is parametrised over these and has no package but the kernel: load none into it.
`scientific_pyodide` is the one with numpy and pandas. Both are shared by all tests of this folder, so a test
must not rely on a clean interpreter.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from pytest_pyodide.runner import NodeRunner, PlaywrightChromeRunner
from pytest_pyodide.server import spawn_web_server

from kernel_wheel import build
from pyodide_distribution import cache_folder

PYTHONS = {"314.0.7": (3, 14), "0.27.7": (3, 12)}
NEWEST, SCIENTIFIC = "314.0.7", "0.27.7"
SHIM = """
exports.loadPyodide = async (options) => {{
  const {{ loadPyodide }} = await import({module});
  return loadPyodide({{ ...options, indexURL: {folder} }});
}};
"""
RUN = """
const namespace = pyodide.globals.get("dict")();
const result = await pyodide.runPythonAsync(source, { globals: namespace });
pyodide.globals.set("__result__", result);
const text = pyodide.runPython("import json; json.dumps(__result__)");
"""


class KernelPyodide:
    """A Pyodide with the kernel wheel installed, in a Node process or a browser page of its own."""

    def __init__(self, version: str, runner: Any) -> None:
        self.version = version
        self.python = PYTHONS[version]
        self._runner = runner

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
        """Runs Python, top-level await included; the value of its last expression, through JSON."""
        self.load(packages)
        return json.loads(self._exchange(source))

    def _exchange(self, source: str) -> str:
        text: str = self._runner.run_js(f"const source = {json.dumps(source)};\n{RUN}\nreturn text;")
        return text


class NodeKernel(KernelPyodide):
    """In Node sources and results travel as files: a terminal lies between, and it is slow and narrow."""

    def __init__(self, version: str, runner: NodeRunner, scratch: Path) -> None:
        super().__init__(version, runner)
        self._scratch = scratch

    def _exchange(self, source: str) -> str:
        request, answer = self._scratch / "source.py", self._scratch / "result.json"
        request.write_text(source, encoding="utf-8")
        answer.unlink(missing_ok=True)
        self._runner.run_js(
            f"""
            const fs = require("fs");
            const source = fs.readFileSync({json.dumps(str(request))}, "utf8");
            {RUN}
            fs.writeFileSync({json.dumps(str(answer))}, text);
            return null;
            """
        )
        return answer.read_text(encoding="utf-8")


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
        kernel = NodeKernel(version, runner, scratch)
        kernel.load([str(wheel)])
        yield kernel
    finally:
        runner.quit()
        runner.p.close(force=True)


@contextmanager
def kernel_in_chromium(version: str, scratch: Path, browsers: dict[str, Any]) -> Iterator[KernelPyodide]:
    """A Pyodide of one version in a page, with the kernel wheel, for the length of the context."""
    folder = cache_folder(os.environ) / version
    for path in folder.iterdir():
        (scratch / path.name).symlink_to(path)
    wheel = build(output=scratch / "kernel")
    with spawn_web_server(scratch) as (hostname, port, log):
        runner = PlaywrightChromeRunner(browsers, port, hostname, log, dist_dir=scratch)
        try:
            runner.set_script_timeout(300)
            kernel = KernelPyodide(version, runner)
            kernel.load([f"./kernel/{wheel.name}"])
            yield kernel
        finally:
            runner.quit()


@pytest.fixture(scope="package")
def playwright_browsers() -> Iterator[dict[str, Any]]:
    """Chromium as the system has it, in the place of the one that Playwright would download."""
    path = os.environ.get("TIFFIN_CHROMIUM") or shutil.which("chromium") or "chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield {"chrome": browser}
        browser.close()


@pytest.fixture(
    scope="package", params=[*((version, "node") for version in PYTHONS), (NEWEST, "chromium")], ids="-".join
)
def kernel_pyodide(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KernelPyodide]:
    """A Pyodide with the kernel, in turn: Python 3.14 and 3.12 in Node, Python 3.14 in Chromium."""
    version, place = request.param
    scratch = tmp_path_factory.mktemp("pyodide")
    if place == "node":
        with kernel_in_node(version, scratch) as kernel:
            yield kernel
    else:
        browsers = request.getfixturevalue("playwright_browsers")
        with kernel_in_chromium(version, scratch, browsers) as kernel:
            yield kernel


@pytest.fixture(scope="package")
def scientific_pyodide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelPyodide]:
    """A Pyodide with the kernel, of the distribution that has numpy, pandas, pyarrow and matplotlib."""
    with kernel_in_node(SCIENTIFIC, tmp_path_factory.mktemp("scientific")) as kernel:
        yield kernel
