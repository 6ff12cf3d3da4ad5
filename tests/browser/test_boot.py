"""How Python comes to life: from a snapshot in every engine, and by its ordinary start where none fits."""

from __future__ import annotations

import functools
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import Served, View
from engines import Engine, EngineView
from playwright.sync_api import Route, expect
from test_page import CODE_CELLS

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Visit = Callable[..., View]
Opening = Callable[..., tuple[EngineView, Served]]

UNTIL_READY = 8_000_000
"""Bytes that a reader may wait for before the kernel is ready."""

WASM = b"\0asm\1\0\0\0"


def boot_of(view: EngineView) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(view.evaluate("JSON.stringify(tiffin.stats().boot)"))
    return found


def archives(served: Served) -> list[str]:
    return [path for path in served.paths() if path.endswith(".zip")]


def read_config(folder: Path) -> tuple[str, Any, str]:
    """What a page is told, and its text before and after."""
    head, rest = (folder / "index.html").read_text("utf-8").split('id="tn-config">', 1)
    config, tail = rest.split("</script>", 1)
    return head, json.loads(config), tail


def configured(folder: Path, change: Callable[[Any], None]) -> None:
    """Change what a page is told, as if it was exported so."""
    head, told, tail = read_config(folder)
    change(told)
    (folder / "index.html").write_text(f'{head}id="tn-config">{json.dumps(told)}</script>{tail}', "utf-8")


def test_each_engine_restores_its_snapshot_and_needs_no_archive_for_it(
    engine: Engine, opening: Opening
) -> None:
    view, served = opening("boot.py")
    view.wait_ready()
    boot = boot_of(view)
    assert (boot["path"], boot["reason"]) == ("snapshot", None)
    assert list(boot["phases"]) == ["fetching", "initialising", "starting", "started"]
    assert view.stats["cellsRun"] == 0
    assert view.root("jspi") == str(engine.jspi).lower()
    drawn = view.output("c4")
    # A module that nobody has imported yet comes from the archive; what was drawn by lot is drawn again.
    view.set("n", 2)
    assert view.output("c3") == "2 colours, 0.5"
    assert view.output("c4") != drawn
    assert Counter(served.paths()).most_common(1)[0][1] == 1, "nothing is fetched twice"
    assert len(archives(served)) == 2
    assert served.paths(404) == []


def silence_the_page(served: Served) -> None:
    (script,) = served.folder.glob("assets/page-*.js")
    script.write_text("")


def test_python_starts_before_the_page_has_done_anything(opening: Opening) -> None:
    view, served = opening("market.py", damage=silence_the_page)
    view.wait("window.tiffinWorker !== undefined")
    # Phases, the way that was taken, the kernel's first event, and that it is up: kept for the page.
    view.wait("tiffinWorker.said.length >= 6")
    assert view.kernel == "off"
    assert served.paths(404) == []


def test_a_page_without_its_early_script_starts_python_itself(opening: Opening) -> None:
    def lose(served: Served) -> None:
        (script,) = served.folder.glob("assets/start-*.js")
        script.unlink()

    view, served = opening("market.py", damage=lose, may_complain=True)
    view.wait_ready()
    assert view.stats["cellsRestored"] == len(CODE_CELLS)
    (lost,) = served.paths(404)
    assert "/assets/start-" in lost


def cut(served: Served) -> None:
    for path in served.folder.glob("runtime/*/*.snapshot*"):
        path.write_bytes(path.read_bytes()[:200_000])


def swap(served: Served) -> None:
    families = {"chromium": "webkit", "webkit": "chromium"}

    def change(config: Any) -> None:
        for snapshot in config["runtime"]["snapshots"]:
            snapshot["family"] = families[snapshot["family"]]

    configured(served.folder, change)


def replace(served: Served) -> None:
    for path in served.folder.glob("runtime/*/*.snapshot"):
        path.write_bytes(gzip.compress(b"no snapshot at all " * 100))
        for suffix in (".zst", ".br"):
            path.with_name(f"{path.name}{suffix}").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [(cut, ""), (swap, "it was made for a table of"), (replace, "what was fetched is no snapshot")],
    ids=["cut", "other-family", "no-snapshot"],
)
def test_a_snapshot_that_does_not_fit_is_no_concern_of_the_reader(
    opening: Opening, damage: Callable[[Served], None], reason: str
) -> None:
    view, _ = opening("boot.py", damage=damage)
    view.wait_ready()
    boot = boot_of(view)
    assert boot["path"] == "bytecode"
    assert reason in boot["reason"]
    assert view.stats["cellsRun"] == 0
    assert view.notices() == []
    view.set("n", 2)
    assert view.output("c3") == "2 colours, 0.5"


@pytest.mark.parametrize(
    ("locale", "zone"), [("ar-EG", "Asia/Kathmandu"), ("zh-Hant-TW", "America/St_Johns")], ids=["ar", "zh"]
)
def test_a_reader_of_another_language_restores_the_same_snapshot(
    sites: Sites, serve: Serve, visit: Visit, locale: str, zone: str
) -> None:
    """C has both in its memory before Python starts: the snapshot may not depend on them."""
    view = visit(serve(sites("boot.py")).url, locale=locale, timezone_id=zone)
    view.wait_ready()
    assert (view.stats["boot"]["path"], view.stats["boot"]["reason"]) == ("snapshot", None)
    assert view.stats["cellsRun"] == 0


def test_until_python_is_ready_little_is_fetched_and_nothing_twice(
    sites: Sites, serve: Serve, visit: Visit
) -> None:
    served = serve(sites("market.py"))
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["boot"]["path"] == "snapshot"
    assert view.stats["cellsRestored"] == len(CODE_CELLS)
    sizes = {line.split(" ")[2]: int(line.split(" ")[3]) for line in served.requests}
    assert sum(size for path, size in sizes.items() if not path.endswith(".zip")) <= UNTIL_READY
    order = [path.endswith(".zip") for path in served.paths()]
    assert order == sorted(order), "archives are fetched after all that is waited for"
    # A second visit in the same profile.
    before = len(served.requests)
    again = view.page.context.new_page()
    again.goto(served.url)
    again.locator("html[data-kernel=ready]").wait_for(state="attached")
    lines = [line.split(" ") for line in served.requests[before:]]
    assert sum(int(size) for _, _, path, size in lines if not path.endswith(".zip")) == 0
    again.close()


def test_what_a_snapshot_restores_needs_no_archive(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    for path in (*served.folder.glob("runtime/*/*.zip"), *served.folder.glob("kernel/*.zip")):
        path.unlink()
    view = visit(served.url)
    view.wait_ready()
    assert (view.stats["cellsRestored"], view.stats["cellsRun"]) == (len(CODE_CELLS), 0)
    assert view.notices() == []
    assert view.page.locator(".tn-error:visible").count() == 0
    view.console = [line for line in view.console if "404" not in line]


def test_code_of_scripts_waits_for_archives_on_their_way_and_widgets_do_not(
    sites: Sites, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    """Code may import what they hold; reading that meanwhile would keep Python from all else."""
    notebook = tmp_path / "numbers.py"
    notebook.write_text(
        "# %%\nimport tiffin as tn\nn = tn.ui.slider(1, 9, label='n')\nn\n\n# %%\nn.value * 2\n"
    )
    served = serve(sites(str(notebook)))
    scratchpad = read_config(served.folder)[1]["runtime"]["scratchpad"]["url"]
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.url.endswith(scratchpad):
            route.continue_()
        else:
            held.append(route)

    view = visit("about:blank")
    view.page.context.route("**/*.zip", hold)
    view.page.goto(served.url)
    view.wait_ready()
    view.page.evaluate("""() => {
      window.printed = [];
      const tell = async () => {
        const answer = tiffin.execute("import colorsys; print(colorsys.rgb_to_hls(1, 1, 1))");
        for await (const piece of answer) window.printed.push(JSON.stringify(piece));
      };
      window.told = tell();
    }""")
    while len(held) < 2:
        view.page.wait_for_timeout(50)
    view.page.wait_for_timeout(500)
    view.page.evaluate("void tiffin.setValue('n', 4)")
    expect(view.page.locator("[data-cell=c2] .tn-output")).to_have_text("8")
    assert view.page.evaluate("window.printed") == []
    for route in held:
        route.continue_()
    view.page.context.unroute("**/*.zip")
    view.page.evaluate("window.told")
    assert "(0.0, 1.0, 0.0)" in "".join(view.page.evaluate("window.printed"))


def test_without_snapshots_python_starts_from_bytecode(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py", "--snapshot", "none"))
    view = visit(served.url)
    view.wait_ready()
    assert (view.stats["boot"]["path"], view.stats["boot"]["reason"]) == ("bytecode", None)
    assert list(view.stats["boot"]["phases"]) == [
        "fetching",
        "initialising",
        "importing",
        "starting",
        "started",
    ]
    assert not any(".snapshot" in path for path in served.paths())


class PlainHandler(SimpleHTTPRequestHandler):
    """A host that knows nothing: no compression, no types but the usual, no headers."""

    asked: list[str] = []  # noqa: RUF012

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.asked.append(f"{int(code)} {self.path}")


def test_a_host_that_compresses_nothing_sends_compressed_files(sites: Sites, visit: Visit) -> None:
    handler = functools.partial(PlainHandler, directory=str(sites("market.py")))
    PlainHandler.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        view = visit(f"http://127.0.0.1:{server.server_port}/")
        view.wait_ready()
        server.shutdown()
    assert view.stats["boot"]["path"] == "snapshot"
    wasm = [line for line in PlainHandler.asked if ".wasm" in line]
    assert len(wasm) == 1
    assert wasm[0].endswith(".wasm.gz")
    assert not [line for line in PlainHandler.asked if not line.startswith("200")]


@pytest.mark.slow
def test_a_notebooks_packages_are_in_its_snapshot(engine: Engine, opening: Opening) -> None:
    options = ("--pyodide", "0.27.7", "--offline", "--snapshot", "notebook")
    view, served = opening("arrays.py", *options)
    view.wait_ready()
    assert (boot_of(view)["path"], boot_of(view)["reason"]) == ("snapshot", None)
    assert view.stats["cellsRun"] == 0
    assert not any(path.endswith(".whl") for path in served.paths())
    (memory,) = (served.folder / path.lstrip("/") for path in served.paths() if ".snapshot" in path)
    assert WASM not in gzip.decompress(memory.read_bytes()), "the libraries come by themselves"
    # A live cell has the whole package, what it imports late included.
    view.set("n", 3)
    assert view.error("c3") == ""
    assert view.output("c3") == "[0 1 2] 1.0"
    assert sum(path.endswith(".whl") for path in served.paths()) == 1
