"""An exported page in real Chromium, through the DOM contract."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import NOTEBOOKS, RAW, Served, View

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Visit = Callable[..., View]

CODE_CELLS = [f"c{i}" for i in range(2, 10)]
AFTER_COUNT = {"c7", "c8"}


PROGRAM = """
import json, sys
from pathlib import Path
from tiffin.host.export.cook import cook
from tiffin.notebook.files import read_notebook
path, cache = map(Path, sys.argv[1:3])
cooked = cook(read_notebook(path), path, cache, lambda event: None, json.loads(sys.argv[3]))
assert cooked.summary.success
shown = {cell: [done.output, "".join(t for _, t in done.console)] for cell, done in cooked.cells.items()}
print(json.dumps(shown))
"""


def native(notebook: str, folder: Path, /, **values: Any) -> dict[str, Any]:
    """Outputs and console of a notebook that native Python ran, in its own process, with these values."""
    command = [sys.executable, "-c", PROGRAM, str(NOTEBOOKS / notebook), str(folder), json.dumps(values)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def plain(output: dict[str, Any]) -> str:
    """The words of an output, whatever its type."""
    text = output.get("text/html") or output.get("text/markdown") or output.get("text/plain") or ""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|[*`]", "", text)).strip()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_outputs_are_there_before_python_is(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    view = visit(f"{served.url}?boot=never")
    assert view.kernel == "off"
    assert view.output("c1").startswith("A market stall")
    assert "Ada pays 2.0" in view.output("c7")
    assert "The square root of 400 is 20.0000." in view.output("c8")
    assert view.console_text("c5") == "cooked the table\n"
    assert view.page.locator("tn-slider[name=count]").is_visible()
    assert view.kernel == "off"
    assert not any("runtime/" in path or "kernel/" in path for path in served.paths())


def test_all_of_them_while_python_is_still_booting(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("market.py")).url)
    shown = view.page.evaluate(
        "[document.documentElement.dataset.kernel,"
        " document.querySelector('[data-cell=c7] .tn-output').innerText,"
        " document.querySelector('[data-cell=c9] .tn-output').innerText]"
    )
    assert shown[0] in ("off", "booting")
    assert "Ada pays 2.0" in shown[1]
    assert "'rows': 60000" in shown[2]


def test_the_kernel_is_restored_and_no_cell_runs(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert view.stats["cellsRestored"] == len(CODE_CELLS)
    assert set(view.origins().values()) <= {"export", "cache"}
    assert view.page.evaluate("document.documentElement.dataset.python").startswith("3.14")
    assert view.stats["blobsFetched"] == view.stats["manifestsFetched"] == 0
    assert served.paths(404) == []
    assert len(served.requests) <= 40


def test_a_slider_step_runs_exactly_its_descendants(
    sites: Sites, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    view = visit(serve(sites("market.py")).url)
    view.wait_ready()
    view.set("count", 9)
    assert view.stats["cellsRun"] == len(AFTER_COUNT)
    origins = view.origins()
    assert {cell for cell, origin in origins.items() if origin == "run"} == AFTER_COUNT
    expected = native("market.py", tmp_path / "cache", count=9)
    for cell in AFTER_COUNT:
        assert words(view.output(cell)) == plain(expected[cell][0])
        assert view.console_text(cell) == expected[cell][1]
    assert view.stats["blobsFetched"] == 1


def test_the_slider_itself_by_keyboard(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("market.py")).url)
    view.wait_ready()
    slider = view.page.get_by_role("slider", name="Apples")
    slider.focus()
    slider.press("ArrowRight")
    view.page.locator("[data-cell=c7] .total", has_text="Ada pays 2.5").wait_for()
    view.page.locator("html[data-kernel=ready]").wait_for(state="attached")
    assert view.stats["cellsRun"] == len(AFTER_COUNT)


def test_every_kind_of_widget_reaches_python(
    sites: Sites, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    view = visit(serve(sites("market.py")).url)
    view.wait_ready()
    page = view.page
    price = page.get_by_label("Price")
    price.fill("1.25")
    price.press("Enter")
    page.locator(".total", has_text="Ada pays 5.0").wait_for()
    page.get_by_text("Gift wrap", exact=True).click()
    page.locator(".total", has_text="5.0 wrapped").wait_for()
    name = page.get_by_label("Name")
    name.fill("Grace")
    name.press("Enter")
    page.locator(".total", has_text="Grace pays 5.0 wrapped").wait_for()
    page.get_by_role("combobox", name="Fruit").click()
    page.get_by_role("option", name="Pear").click()
    page.locator(".total", has_text="Grace pays 10.0 wrapped").wait_for()
    expected = native("market.py", tmp_path / "cache", price=1.25, wrapped=True, name="Grace", fruit="Pear")
    assert words(view.output("c7")) == plain(expected["c7"][0])


def test_going_back_to_a_value_is_a_hit(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("market.py")).url)
    view.wait_ready()
    view.set("count", 5)
    view.set("count", 4)
    assert view.stats["cellsRun"] == len(AFTER_COUNT)
    origins = view.origins()
    assert {origins[cell] for cell in AFTER_COUNT} == {"cache"}
    assert "Ada pays 2.0" in view.output("c7")


def test_moving_a_slider_before_python_is_ready_is_not_lost(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(f"{serve(sites('market.py')).url}?boot=intent")
    assert view.kernel == "off"
    view.set("count", 12)
    view.wait_ready()
    assert "Ada pays 5.4" in view.output("c7")
    assert view.stats["cellsRun"] == len(AFTER_COUNT)


def test_without_jspi(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    for worker in served.folder.glob("assets/worker-*.js"):
        worker.write_text(
            f"delete WebAssembly.Suspending; delete WebAssembly.promising;\n{worker.read_text('utf-8')}",
            "utf-8",
        )
    view = visit(served.url)
    view.wait_ready()
    assert view.page.evaluate("document.documentElement.dataset.jspi") == "false"
    assert view.stats["cellsRun"] == 0
    view.set("count", 9)
    assert "Ada pays 4.05" in view.output("c7")
    assert view.page.locator(".tn-stderr").count() == 0
    assert [view.console_text(cell) for cell in CODE_CELLS if cell not in ("c5", "c7")] == [""] * 6


def test_the_other_distribution_restores_too(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("market.py", "--pyodide", "0.27.7")).url)
    view.wait_ready()
    assert view.page.evaluate("document.documentElement.dataset.python").startswith("3.12")
    assert view.stats["cellsRun"] == 0
    assert view.stats["cellsRestored"] == len(CODE_CELLS)
    view.set("count", 9)
    assert "Ada pays 4.05" in view.output("c7")
    assert view.stats["cellsRun"] == len(AFTER_COUNT)


def test_an_endless_cell_can_be_stopped(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("endless.py")).url)
    view.wait_ready()
    assert view.page.evaluate("document.documentElement.dataset.isolated") == "true"
    view.page.evaluate("void tiffin.setValue('spin', true)")
    view.page.locator("[data-cell=c3][data-status=running]").wait_for(state="attached")
    view.page.locator("[data-cell=c3] .tn-console", has_text="going").wait_for(state="attached")
    assert view.page.evaluate("tiffin.interrupt()") is True
    view.page.locator("[data-cell=c3][data-status=cancelled]").wait_for(state="attached")
    view.wait_ready()
    assert view.page.locator("[data-cell=c4][data-status=cancelled]").count() == 1
    view.set("spin", False)
    assert "never started" in view.output("c3")


def test_a_notebook_that_was_not_executed_runs_here(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites("market.py", RAW)).url)
    assert view.output("c7") == ""
    view.wait_ready()
    assert view.stats["cellsRun"] == len(CODE_CELLS)
    assert "Ada pays 2.0" in view.output("c7")
    assert view.origins()["c7"] == "run"


def test_several_notebooks_in_one_site(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py", str(NOTEBOOKS / "endless.py")))
    view = visit(served.url)
    view.page.get_by_role("link", name="A market stall").click()
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert "Ada pays 2.0" in view.output("c7")
    other = visit(f"{served.url}endless/")
    other.wait_ready()
    assert "never started" in other.output("c3")
    assert (other.stats["cellsRun"], served.paths(404)) == (0, [])


def blob_of(served: Served, cell: str, name: str) -> Path:
    index = json.loads((served.folder / "public/cache/index.json").read_text("utf-8"))
    key = index["cells"][cell]
    manifest = json.loads((served.folder / f"public/cache/manifests/{key[:2]}/{key}.json").read_text("utf-8"))
    blob = manifest["definitions"][name]["blob"]
    return served.folder / f"public/cache/blobs/{blob[:2]}/{blob}"


def remove(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("damage", [remove, truncate, alter])
def test_a_bad_blob_is_recomputed_and_said(
    damage: Callable[[Path], None], sites: Sites, serve: Serve, visit: Visit
) -> None:
    served = serve(sites("market.py"))
    damage(blob_of(served, "c5", "table"))
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    view.set("count", 9)
    assert "The square root of 900 is 30.0000." in view.output("c8")
    assert view.stats["cellsRun"] == len(AFTER_COUNT) + 1
    assert view.origins()["c5"] == "run"
    assert view.console_text("c5") == "cooked the table\n"
    assert view.stats["blobsRejected"] == 1
    assert any("c5 runs again, to have 'table'" in notice for notice in view.notices())
    view.set("count", 10)
    assert view.stats["cellsRun"] == 2 * len(AFTER_COUNT) + 1
    if damage is remove:
        view.console = [line for line in view.console if "404" not in line]


def test_a_damaged_index_is_said_and_everything_is_computed(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    path = served.folder / "public/cache/index.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "format": 2}), "utf-8")
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == len(CODE_CELLS)
    assert "Ada pays 2.0" in view.output("c7")
    assert any("have format 2, this page reads 1" in notice for notice in view.notices())


def test_a_runtime_that_cannot_be_loaded_is_said(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("market.py"))
    for path in served.folder.glob("runtime/*/*.wasm*"):
        path.unlink()
    view = visit(served.url)
    view.page.locator("html[data-kernel=failed]").wait_for(state="attached", timeout=60_000)
    assert "Python could not be loaded" in view.page.locator(".tn-status").inner_text()
    assert "Ada pays 2.0" in view.output("c7")
    view.console = [line for line in view.console if "404" not in line]


def test_with_javascript_off_everything_exported_is_readable(
    sites: Sites, serve: Serve, visit: Visit
) -> None:
    view = visit(serve(sites("market.py")).url, java_script_enabled=False)
    assert "Ada pays 2.0" in view.page.locator("[data-cell=c7] .tn-output").inner_text()
    assert "Apples: 4" in view.page.locator("[data-cell=c3] .tn-output").inner_text()
