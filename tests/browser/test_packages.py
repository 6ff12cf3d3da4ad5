"""What lies beside a notebook, and packages from elsewhere, in real Chromium."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import TIFFIN, Served, View
from engines import READY
from wheels import make_installed_wheel, make_wheel

from tiffin.host.export.folder import user_cache

pytestmark = pytest.mark.browser

Serve = Callable[[Path], Served]
Visit = Callable[..., View]

BESIDE = """
# %%
import csv
import tiffin as tn
import helper
from kitchen.pots import Pot

# %%
k = tn.ui.slider(1, 9, value=2)
k

# %%
pots = [Pot(i) for i in range(3)]
pots

# %%
(helper.twice(k.value), [pot.size for pot in pots])

# %%
here = tn.notebook_location() / "public"

# %%
with (here / "deep" / "a b.csv").open() as file:
    rows = list(csv.reader(file))
(k.value, rows)

# %%
names = sorted(path.name for path in here.iterdir())
(k.value, open("public/x.txt").read(), (here / "x.txt").stat().st_size, names)
"""


class Export:
    """Exports notebooks of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "book"
        self.site = folder / "site"
        self.environment = dict(os.environ)
        self.warnings: list[str] = []
        self.folder.mkdir()
        # A cache of its own for wheels, and the distributions where they are.
        cache = folder / "cache" / "tiffin"
        cache.mkdir(parents=True)
        (cache / "pyodide").symlink_to(user_cache(os.environ) / "pyodide")
        self.environment["XDG_CACHE_HOME"] = str(folder / "cache")

    def __call__(self, text: str, *options: str, execute: bool = True) -> Path:
        (self.folder / "lunch.py").write_text(text.lstrip(), "utf-8")
        command = [
            str(TIFFIN),
            "export",
            "html-wasm",
            str(self.folder / "lunch.py"),
            "-o",
            str(self.site),
            "--json",
        ]
        if execute:
            command.append("--execute")
        done = subprocess.run([*command, *options], capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, done.stderr
        self.warnings = json.loads(done.stdout)["warnings"]
        return self.site

    def index(self, folder: Path) -> None:
        """Let pip look only into `folder`."""
        self.environment |= {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(folder),
            "PIP_CONFIG_FILE": os.devnull,
        }


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


class Elsewhere(BaseHTTPRequestHandler):
    """Another origin: an index of one wheel, and answers of every kind."""

    wheels: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, here = self.path.strip("/").split("/")[-1], f"http://{self.headers['Host']}"
        if self.path == "/text":
            self.answer(200, b"hello")
        elif self.path == "/chunks":
            self.answer(200, b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", chunked=True)
        elif self.path.startswith("/simple/") and (
            found := list(self.wheels.glob(f"{name.replace('-', '_')}-*.whl"))
        ):
            files = [
                {"filename": each.name, "url": f"{here}/wheels/{each.name}", "hashes": {}} for each in found
            ]
            listing = {"meta": {"api-version": "1.0"}, "name": name, "files": files}
            self.answer(200, json.dumps(listing).encode(), "application/vnd.pypi.simple.v1+json")
        elif self.path.startswith("/wheels/"):
            self.answer(200, (self.wheels / name).read_bytes())
        else:
            self.answer(404, b"nothing here")

    def do_POST(self) -> None:
        self.answer(200, self.rfile.read(int(self.headers["Content-Length"]))[::-1])

    def do_OPTIONS(self) -> None:
        self.answer(200, b"")

    def answer(self, status: int, body: bytes, kind: str = "text/plain", *, chunked: bool = False) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("Content-Type", kind)
        self.send_header(
            *(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return None


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of the other origin; it has wheels in `wheels` below `tmp_path`."""
    (tmp_path / "wheels").mkdir()
    handler = type("Here", (Elsewhere,), {"wheels": tmp_path / "wheels"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def lay_beside(folder: Path) -> None:
    (folder / "helper.py").write_text(
        "from kitchen import scale\n\ndef twice(x):\n    return 2 * scale.of(x)\n"
    )
    (folder / "kitchen").mkdir()
    (folder / "kitchen" / "__init__.py").write_text("")
    (folder / "kitchen" / "scale.py").write_text("def of(x):\n    return 10 * x\n")
    (folder / "kitchen" / "pots.py").write_text(
        "class Pot:\n    def __init__(self, size):\n        self.size = size\n    def __repr__(self):\n"
        "        return f'Pot({self.size})'\n"
    )
    (folder / "unused.py").write_text("1 / 0")
    (folder / "public" / "deep").mkdir(parents=True)
    (folder / "public" / "deep" / "a b.csv").write_text("1,2\n3,4\n")
    (folder / "public" / "x.txt").write_text("über")
    (folder / "public" / ".secret").write_text("s")


def test_modules_and_public_files_go_with_their_notebook(export: Export, serve: Serve, visit: Visit) -> None:
    lay_beside(export.folder)
    served = serve(export(BESIDE))
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert not [path for path in served.paths() if path.startswith("/public/") and "/cache/" not in path]
    assert {path.name for path in (served.folder / "public").iterdir()} == {"cache", "deep", "x.txt"}
    view.set("k", 3)
    assert view.output("c4") == "(60, [0, 1, 2])"
    assert view.output("c6") == "(3, [['1', '2'], ['3', '4']])"
    assert view.output("c7") == "(3, 'über', 5, ['deep', 'x.txt'])"
    fetched = [
        path.split("?")[0] for path in served.paths() if path.startswith("/public/") and "/cache/" not in path
    ]
    assert sorted(fetched) == ["/public/deep/a%20b.csv", "/public/x.txt"]
    view.set("k", 4)
    assert view.output("c7").startswith("(4, 'über'")
    assert len([path for path in served.paths() if path.startswith("/public/x.txt")]) == 1


def test_own_modules_have_the_identity_that_they_have_natively(
    export: Export, serve: Serve, visit: Visit
) -> None:
    lay_beside(export.folder)
    view = visit(serve(export(BESIDE)).url)
    view.wait_ready()
    view.page.evaluate("tiffin.run(['c1'])")
    view.page.wait_for_function("tiffin.stats().cellsRun > 0")
    view.page.locator("[data-cell=c1][data-status=idle]").wait_for()
    view.page.evaluate("tiffin.run()")
    assert view.stats["cellsRun"] == 1, "what depends on the modules is still a hit"


def test_a_public_file_that_changed_is_an_error_of_the_cell(
    export: Export, serve: Serve, visit: Visit
) -> None:
    lay_beside(export.folder)
    served = serve(export(BESIDE))
    (served.folder / "public" / "x.txt").write_text("longer than it was")
    view = visit(served.url)
    view.wait_ready()
    view.set("k", 3)
    error = view.page.locator("[data-cell=c7] .tn-error").inner_text()
    assert "OSError" in error
    assert [line for line in view.console if "could not be had as it was exported" not in line] == []
    view.console.clear()


PURE = """
# /// script
# dependencies = ["tn-pure<2"]
# ///

# %%
import tiffin as tn
k = tn.ui.slider(1, 9)
k

# %%
import tn_pure
(k.value, tn_pure.VERSION)
"""


def test_a_pure_wheel_that_the_distribution_lacks_is_in_the_site(
    export: Export, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.0", "1.1", "2.0"):
        make_wheel(wheels, "tn_pure", version)
    export.index(wheels)
    served = serve(export(PURE, execute=False))
    assert export.warnings == []
    view = visit(served.url)
    view.wait_ready()
    assert view.output("c2") == "(1, '1.1')"
    assert len([path for path in served.paths() if path.endswith("tn_pure-1.1-py3-none-any.whl")]) == 1


NETWORK = """
# %%
import json
import urllib.error
import urllib.parse
import urllib.request

def get(path, data=None):
    try:
        with urllib.request.urlopen(f"ADDRESS{path}", data) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.reason, error.read().decode()

# %%
[get("/text"), get("/chunks"), get("/gone"), get("/mirror", b"abc")]

# %%
try:
    urllib.request.urlopen("http://127.0.0.1:9/")
except urllib.error.URLError as error:
    refused = type(error).__name__
refused
"""


def test_urllib_reaches_other_origins(export: Export, serve: Serve, visit: Visit, elsewhere: str) -> None:
    view = visit(serve(export(NETWORK.replace("ADDRESS", elsewhere), execute=False)).url)
    view.wait_ready()
    assert view.output("c2") == (
        "[(200, 'hello'), (200, 'hello world'), (404, 'Not Found', 'nothing here'), (200, 'cba')]"
    )
    assert view.output("c3") == "'URLError'"
    assert all("ERR_UNSAFE_PORT" in line or "404" in line or "REFUSED" in line for line in view.console), (
        view.console
    )
    view.console.clear()


REQUESTS = """
# /// script
# dependencies = ["requests"]
# ///

# %%
import requests
found = requests.get("ADDRESS/text")
(found.status_code, found.text, requests.get("ADDRESS/gone").ok)
"""


def test_requests_reaches_other_origins(
    export: Export, serve: Serve, visit: Visit, elsewhere: str, tmp_path: Path
) -> None:
    for name in ("requests", "urllib3", "idna", "certifi", "charset-normalizer"):
        make_installed_wheel(tmp_path / "index", name)
    export.index(tmp_path / "index")
    view = visit(serve(export(REQUESTS.replace("ADDRESS", elsewhere), execute=False)).url)
    assert export.warnings == []
    view.wait_ready()
    assert view.output("c1") == "(200, 'hello', False)"
    assert all("404" in line for line in view.console), view.console
    view.console.clear()


MISSING = """
# %%
import tn_indexed
tn_indexed.VERSION

# %%
try:
    import tn_native
except ImportError as error:
    why = str(error)
why

# %%
import tn_nowhere
"""


def test_an_edited_page_installs_what_its_cells_import(
    export: Export, serve: Serve, visit: Visit, elsewhere: str, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", "tn_indexed", "1.5")
    make_wheel(tmp_path / "wheels", "tn_native", "1.0", tag="cp314-cp314-manylinux_2_17_x86_64")
    served = serve(export(MISSING, "--mode", "edit", "--index", f"{elsewhere}/simple", execute=False))
    view = visit(served.url)
    view.page.evaluate(
        "() => { const line = document.querySelector('.tn-status'); window.said = [];"
        "new MutationObserver(() => said.push(line.textContent)).observe(line, { childList: true });"
        "window.told = []; new MutationObserver(() => {"
        "  const toast = document.querySelector('.tn-toast span'); if (toast) told.push(toast.textContent) })"
        ".observe(document.body, { childList: true }) }"
    )
    view.wait_ready()
    page = view.page
    for cell, module in (("c1", "tn_indexed"), ("c2", "tn_native"), ("c3", "tn_nowhere")):
        offer = page.locator(f"[data-cell={cell}] > .tn-offer")
        assert f"{module} is not installed. It can be had" in offer.inner_text()
    assert "the page offers to install it" in page.locator("[data-cell=c1] .tn-error").inner_text()
    assert view.output("c2") == "'tn_native is not installed: the page offers to install it'"
    assert not view.page.evaluate("said.some(line => line.startsWith('Installing tn_'))")
    page.locator("[data-cell=c3] > .tn-offer").get_by_role("button", name="Not now").click()
    assert page.locator(".tn-offer").count() == 2
    page.evaluate("tiffin.run(['c3'])")  # it is missed again
    for cell in ("c1", "c2", "c3"):
        install = page.locator(f"[data-cell={cell}] > .tn-offer").get_by_role(
            "button", name="Install and run"
        )
        install.focus()
        page.keyboard.press("Enter")
        page.locator(f"[data-cell={cell}] > .tn-offer").wait_for(state="detached", timeout=READY)
        view.wait_ready()
    assert view.output("c1") == "'1.5'"
    # What could not be had is no requirement.
    assert {*view.page.evaluate("told")} == {
        "tn_indexed was installed, and is a requirement of this notebook now."
    }
    assert view.output("c2").startswith(
        "'tn_native cannot be installed here: it has no wheel for WebAssembly; no package comes with"
    )
    assert "the package index does not have it" in view.page.locator("[data-cell=c3] .tn-error").inner_text()
    assert "Installing tn_indexed…" in view.page.evaluate("said")
    assert all("404" in line for line in view.console), view.console
    view.console.clear()


REQUIRED = """
# /// script
# dependencies = ["tn_indexed<2"]
# ///

# %%
import tn_indexed
tn_indexed.VERSION
"""
DROP = """
(text) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], "required.py"));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", how));
}
"""


def test_a_playground_installs_what_its_notebook_requires_and_asks_for_the_rest(
    serve: Serve, visit: Visit, elsewhere: str, tmp_path: Path
) -> None:
    for name, version in (("tn_indexed", "1.5"), ("tn_indexed", "2.0"), ("tn_other", "3.0")):
        make_wheel(tmp_path / "wheels", name, version)
    site = tmp_path / "playground"
    command = [str(TIFFIN), "playground", "-o", str(site), "--index", f"{elsewhere}/simple"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    view = visit(serve(site).url)
    page = view.page
    page.locator("html[data-playground=open]").wait_for()
    page.evaluate(DROP, REQUIRED)
    page.get_by_role("button", name="Run it").click()
    page.locator("[data-cell=c1] > .tn-output").get_by_text("'1.5'").wait_for(timeout=READY)
    assert page.locator(".tn-offer").count() == 0
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("\nimport tn_other\ntn_other.VERSION")
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator("[data-cell=c1] > .tn-offer").wait_for(timeout=READY)
    page.keyboard.press("ControlOrMeta+Shift+p")
    page.keyboard.type("Install tn_other")
    page.keyboard.press("Enter")
    page.locator("[data-cell=c1] > .tn-output").get_by_text("'3.0'").wait_for(timeout=READY)
    view.console.clear()  # what Pyodide tries on an opaque origin


def test_a_page_that_nobody_edits_never_fetches_the_installer(
    export: Export, serve: Serve, visit: Visit
) -> None:
    served = serve(export("# %%\nimport json\njson.dumps(1)\n", execute=False))
    visit(served.url).wait_ready()
    assert not [path for path in served.paths() if path.endswith(".whl") and "micropip" in path]


RELEASED = """
# %%
import numpy as np
int(np.arange(5).sum())
"""


def test_wheels_come_from_where_the_distribution_was_released(
    export: Export, serve: Serve, visit: Visit
) -> None:
    site = export(RELEASED, "--pyodide", "0.27.7", execute=False)
    lock = json.loads((site / "runtime" / "0.27.7" / "pyodide-lock.json").read_text())
    address = lock["packages"]["numpy"]["file_name"]
    assert address == (
        "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl"
    )
    assert list(site.rglob("*.whl")) == list((site / "kernel").glob("*.whl"))
    offline = export(RELEASED, "--pyodide", "0.27.7", "--offline", execute=False)
    assert (offline / "runtime" / "0.27.7" / address.rsplit("/", 1)[1]).is_file()
