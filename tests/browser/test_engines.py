"""The same notebooks in every engine: what they show, run and count does not depend on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Served
from engines import Engine, EngineView
from test_page import AFTER_COUNT, CODE_CELLS, alter, blob_of, words

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]

RESTORED = {
    "cellsRun": 0,
    "cellsRestored": len(CODE_CELLS),
    "manifestsFetched": 0,
    "blobsFetched": 0,
    "blobsRejected": 0,
    "valuesMaterialised": 0,
}


def test_outputs_are_there_before_python_is(opening: Opening) -> None:
    view, served = opening("market.py", query="?boot=never")
    assert view.kernel == "off"
    assert view.output("c1").startswith("A market stall")
    assert "Ada pays 2.0" in view.output("c7")
    assert "The square root of 400 is 20.0000." in view.output("c8")
    assert view.console_text("c5") == "cooked the table\n"
    assert view.kernel == "off"
    assert not any("runtime/" in path or "kernel/" in path for path in served.paths())
    assert served.paths(404) == []


def test_everything_is_restored_and_a_step_runs_exactly_its_descendants(
    engine: Engine, opening: Opening
) -> None:
    view, served = opening("market.py")
    view.wait_ready()
    exported = view.outputs()
    assert view.stats == RESTORED
    assert set(view.origins().values()) <= {"export", "cache"}
    assert view.root("jspi") == str(engine.jspi).lower()
    assert view.root("isolated") == "true"

    view.set("count", 9)
    assert {cell for cell, origin in view.origins().items() if origin == "run"} == AFTER_COUNT
    assert words(view.output("c7")) == "Ada pays 4.05"
    assert words(view.output("c8")) == "The square root of 900 is 30.0000."
    assert view.console_text("c7") == "weighing 9\n"
    step = {"cellsRun": len(AFTER_COUNT), "blobsFetched": 1, "valuesMaterialised": 4}
    assert view.stats == {**RESTORED, **step}

    view.set("count", 4)
    assert {view.origins()[cell] for cell in AFTER_COUNT} == {"cache"}
    assert view.outputs() == exported
    assert view.stats == {**RESTORED, **step, "cellsRestored": len(CODE_CELLS) + len(AFTER_COUNT)}

    view.reload()
    view.wait_ready()
    assert view.outputs() == exported
    assert view.stats == RESTORED
    assert view.notices() == []
    assert served.paths(404) == []


def test_an_error_is_shown_on_its_cell_and_an_endless_one_can_be_stopped(opening: Opening) -> None:
    view, served = opening("faults.py")
    view.wait_ready()
    assert (view.stats["cellsRun"], view.error("c3")) == (0, "")
    view.set("people", 0)
    assert view.status("c3") == "error"
    assert "ZeroDivisionError" in view.error("c3")
    assert view.console_text("c3") == "sharing among 0\n"
    assert "ZeroDivisionError" not in view.error("c4")
    view.set("people", 3)
    assert (view.status("c3"), view.error("c3")) == ("idle", "")
    assert view.output("c4") == "'everyone has 4'"

    view.evaluate("void tiffin.setValue('spin', true)")
    view.wait("document.querySelector('[data-cell=c5] .tn-console').textContent === 'going\\n'")
    view.wait("document.querySelector('[data-cell=c5]').dataset.status === 'running'")
    assert view.evaluate("tiffin.interrupt()") is True
    view.wait("document.querySelector('[data-cell=c5]').dataset.status === 'cancelled'")
    view.wait_ready()
    view.set("spin", False)
    assert view.output("c5") == "'stopped'"
    view.set("people", 4)
    assert view.output("c4") == "'everyone has 3'"
    assert served.paths(404) == []


def test_an_altered_blob_is_made_again_and_the_page_says_so(opening: Opening) -> None:
    view, _ = opening("market.py", damage=lambda served: alter(blob_of(served, "c5", "table")))
    view.wait_ready()
    assert view.stats == RESTORED
    view.set("count", 9)
    assert words(view.output("c8")) == "The square root of 900 is 30.0000."
    assert {cell for cell, origin in view.origins().items() if origin == "run"} == AFTER_COUNT | {"c5"}
    assert view.console_text("c5") == "cooked the table\n"
    assert view.stats == {
        **RESTORED,
        "cellsRun": len(AFTER_COUNT) + 1,
        "blobsFetched": 1,
        "blobsRejected": 1,
        "valuesMaterialised": 5,
    }
    assert any("c5 runs again, to have 'table'" in notice for notice in view.notices())
