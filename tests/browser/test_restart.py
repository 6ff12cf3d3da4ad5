"""Cells that wait, hang, recurse or eat all memory: the page stays usable, says what happened, goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served
from engines import Engine, EngineView, webkit

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Opening = Callable[..., tuple[EngineView, Served]]

LOST = "stress and total are stale, run them again."


def begin(view: EngineView, widget: str, value: str, cell: str, says: str) -> None:
    """Set a widget, and return once the cell's body has begun, and `says` so."""
    view.evaluate(f"void tiffin.setValue({json.dumps(widget)}, {json.dumps(value)}).catch(() => undefined)")
    shown = f"document.querySelector('[data-cell={cell}] .tn-console').textContent.trim()"
    view.wait(
        f"document.querySelector('[data-cell={cell}]').dataset.status === 'running'"
        f" && {shown} === {json.dumps(says)}"
    )


def try_out(view: EngineView, trial: str) -> None:
    view.evaluate(f"void tiffin.setValue('trial', {json.dumps(trial)}).catch(() => undefined)")


def wait_told(view: EngineView, notice: str) -> None:
    """Return once the page says this of a restart, and is ready again."""
    view.wait(
        "[...document.querySelectorAll('.tn-notice')]"
        f".some(item => item.textContent === {json.dumps(notice)})"
    )
    view.wait_ready()


def value_of(view: EngineView, widget: str) -> object:
    return view.evaluate(f"document.querySelector('{widget}').value")


def test_cells_wait_or_say_what_to_do_instead(engine: Engine, opening: Opening) -> None:
    view, _ = opening("waiting.py", may_complain=True)
    view.wait_ready()
    assert view.root("jspi") == str(engine.jspi).lower()

    view.set("what", "sleep")
    assert (view.output("wait"), view.console_text("wait")) == ("'slept'", "before\n")
    view.set("what", "await")
    assert (view.output("wait"), view.console_text("wait")) == ("42", "inside\n")
    for what, name in (("run", "asyncio.run()"), ("loop", "loop.run_until_complete()")):
        view.set("what", what)
        if engine.jspi:
            assert (view.output("wait"), view.console_text("wait")) == ("42", "inside\n")
        else:
            sentence = (
                f"{name} cannot wait in this browser: write `await` at the top level of the cell instead"
            )
            assert view.error("wait").splitlines()[0] == f"RuntimeError: {sentence}"
            assert view.console_text("wait") == ""

    if engine.jspi:
        view.evaluate("void tiffin.setValue('what', 'input')")
        view.wait("document.querySelector('[data-cell=wait] .tn-question')")
        assert view.text(".tn-question label").startswith("Who is it?")
        view.evaluate(
            "(document.querySelector('.tn-question input').value = 'Ada',"
            " document.querySelector('.tn-question').requestSubmit())"
        )
        view.wait_ready()
        assert (view.output("wait"), view.console_text("wait")) == ("'hello Ada'", "Who is it? Ada\n")
    else:
        view.set("what", "input")
        assert "use tn.ui.text(label=...) in a cell of its own instead" in view.error("wait")
    assert view.evaluate("document.querySelector('.tn-question')") is None

    for what in ("long sleep", "long await"):
        begin(view, "what", what, "wait", "before")
        assert view.console_text("wait") == "before\n"  # what is printed before it sleeps is there meanwhile
        assert view.evaluate("tiffin.interrupt()") is True
        view.wait("document.querySelector('[data-cell=wait]').dataset.status === 'cancelled'")
        view.wait_ready()
    view.set("what", "nothing")
    assert view.output("wait") == "'nothing'"
    assert view.notices() == []
    assert view.complaints() == []


def test_whatever_a_cell_does_the_page_goes_on(engine: Engine, opening: Opening) -> None:
    view, _ = opening("stress.py", may_complain=True)
    view.wait_ready()
    view.set("people", 7)
    assert view.output("share") == "84"

    begin(view, "trial", "loop", "stress", "trying loop")
    assert view.evaluate("tiffin.interrupt()") is True
    view.wait("document.querySelector('[data-cell=stress]').dataset.status === 'cancelled'")
    view.wait_ready()

    trials = {"recursion": "RecursionError", "bytes": "MemoryError"}
    if engine.name == "chromium":
        trials["list"] = "MemoryError"  # it fills four gigabytes of the machine: once is enough
    for trial, error in trials.items():
        view.set("trial", trial)
        assert view.status("stress") == "error"
        assert error in view.error("stress")
    assert view.notices() == []

    try_out(view, "fatal")
    wait_told(view, f"Python stopped (intentionally triggered fatal error!) and was restarted: {LOST}")
    assert (view.status("stress"), view.status("total")) == ("stale", "stale")
    assert view.stats["cellsRun"] == 0
    assert (value_of(view, "tn-slider"), value_of(view, "tn-text")) == (7, "fatal")
    assert (view.status("share"), view.output("share")) == ("idle", "84")
    view.set("trial", "rest")
    assert (view.output("stress"), view.output("total")) == ("'done: rest'", "'84 after rest'")

    try_out(view, "deep recursion")
    wait_told(view, f"Python stopped (it called itself too deeply) and was restarted: {LOST}")
    assert len(view.notices()) == 1  # of several restarts, the latest

    # WebKit cannot end a worker inside WebAssembly: the call would keep its processor until it is done.
    if engine.name != "webkit":
        begin(view, "trial", "call", "stress", "trying call")
        assert view.evaluate("tiffin.interrupt()") is True
        wait_told(view, f"Python did not stop by itself and was restarted: {LOST}")
        assert view.status("stress") == "stale"
    view.set("trial", "rest")
    assert (view.output("stress"), view.output("total")) == ("'done: rest'", "'84 after rest'")
    view.evaluate("tiffin.restart()")
    assert view.stats["cellsRun"] == 0
    assert view.output("total") == "'84 after rest'"
    assert view.notices() == ["Python was restarted; every result is still there."]


def test_without_shared_memory_stopping_is_restarting(sites: Sites, serve: Serve) -> None:
    """WebKitGTK as it is shipped."""
    served = serve(sites("stress.py"))
    with webkit(shared=False) as engine:
        view = engine.open(served.url)
        view.wait_ready()
        assert view.root("isolated") == "false"
        view.set("people", 7)
        begin(view, "trial", "loop", "stress", "trying loop")
        view.evaluate("document.querySelector('.tn-stop').click()")
        wait_told(view, f"Python did not stop by itself and was restarted: {LOST}")
        assert (view.status("stress"), view.status("total")) == ("stale", "stale")
        assert view.stats["cellsRun"] == 0
        assert (value_of(view, "tn-slider"), value_of(view, "tn-text")) == (7, "loop")
        assert view.output("share") == "84"
        view.set("trial", "rest")
        assert (view.output("stress"), view.output("total")) == ("'done: rest'", "'84 after rest'")
        view.close()
