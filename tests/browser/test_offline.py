"""Sites with a service worker: without a network after one visit, isolated on hosts that send no headers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from engines import PATIENCE, Engine, EngineView, prepend
from hosts import Host
from playwright.sync_api import Error as PlaywrightError
from selenium.common.exceptions import WebDriverException
from test_page import AFTER_COUNT, CODE_CELLS, words

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"], indirect=True, scope="module"),
]

OPTION = "--service-worker"
ISOLATING = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
CACHES = "caches.keys()"
COUNTING = "(sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1);\n"


def step(view: EngineView) -> None:
    """Move a widget, and see exactly its descendants run."""
    before = view.stats["cellsRun"]
    view.set("count", 9)
    assert view.stats["cellsRun"] == before + len(AFTER_COUNT)
    assert words(view.output("c7")) == "Ada pays 4.05"
    assert words(view.output("c8")) == "The square root of 900 is 30.0000."


def wait_through_loads(view: EngineView, expression: str) -> None:
    """Return once the expression is true of the page, which may load itself again meanwhile."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return view.wait(expression)
        except (PlaywrightError, WebDriverException):
            continue
    raise AssertionError(f"never came true: {expression}")


def test_after_one_visit_the_page_works_without_its_host(
    engine: Engine, sites: Callable[..., Path], hosting: Callable[..., Host]
) -> None:
    host = hosting(sites("market.py", OPTION), ISOLATING)
    prepend(COUNTING, host.folder, "page")
    view = engine.open(host.url)
    view.wait("document.documentElement.dataset.offline === 'ready'")
    exported = view.outputs()
    assert view.evaluate("sessionStorage.loads") == "1"  # it was isolated all along
    assert len(view.evaluate(CACHES)) == 1
    host.stop()

    view.reload()
    view.wait_ready()
    assert view.outputs() == exported
    assert (view.stats["cellsRun"], view.stats["cellsRestored"]) == (0, len(CODE_CELLS))
    assert view.root("isolated") == "true"
    step(view)
    # The scratchpad, which nobody has loaded so far.
    assert view.evaluate(
        "(async () => { for await (const told of tiffin.execute('6 * 7')) return told; })()"
    ) == {
        "event": "done",
        "data": {"success": True, "output": {"mimetype": "text/plain", "data": "42"}},
    }
    assert view.notices() == []
    view.close()


def test_a_host_without_headers_gets_isolated_pages_by_one_reload(
    engine: Engine, sites: Callable[..., Path], hosting: Callable[..., Host]
) -> None:
    host = hosting(sites("market.py", OPTION), {})
    prepend(COUNTING, host.folder, "page")
    view = engine.open(host.url)
    wait_through_loads(view, "document.documentElement.dataset.offline === 'ready' && crossOriginIsolated")
    assert view.evaluate("sessionStorage.loads") == "2"
    step(view)
    view.reload()
    view.wait_ready()
    assert view.evaluate("crossOriginIsolated") is True
    assert view.evaluate("sessionStorage.loads") == "3"
    view.close()
