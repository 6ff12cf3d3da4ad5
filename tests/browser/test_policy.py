"""Exported pages under Content-Security-Policies that allow nothing inline: what authors styled is styled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from engines import Engine, EngineView, prepend
from hosts import Host

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"], indirect=True, scope="module"),
]

STRICT = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self' data:; object-src 'none'; base-uri 'none'",
}
LISTENING = """window.violations = [];
const note = (text) => violations.push(text);
document.addEventListener("securitypolicyviolation",
  event => note(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
new BroadcastChannel("violations").onmessage = event => note(event.data);
"""
TELLING = """addEventListener("securitypolicyviolation", event =>
  new BroadcastChannel("violations").postMessage(`worker: ${event.violatedDirective} ${event.blockedURI}`));
"""


def styles(size: int) -> dict[str, str]:
    """What the author of `styled.py` meant, as the browser computes it."""
    return {
        "[data-cell=c1] td:last-child text-align": "right",
        "[data-cell=c1] td:first-child text-align": "left",
        "#T_1_row0_col0 background-color": f"rgb(1, 2, {size})",
        "#T_1_row0_col0 padding-left": f"{size}px",
        "#T_1 tr text-align": "right",
        "#head text-align": "left",
        "#T_1 display": "table",
        "#odd color": "rgb(3, 3, 3)",
        "#bar fill": f"rgb(4, 5, {size})",
        "#bar stroke": f"rgb(7, 8, {size})",
        "#bar stroke-width": "2px",
        "#fade stop stop-color": "rgb(9, 9, 9)",
        "#faded fill": 'url("#fade")',
        "#word letter-spacing": f"{size}px",
    }


def computed(view: EngineView) -> dict[str, str]:
    questions = [name.rsplit(" ", 1) for name in styles(0)]
    found: dict[str, str] = view.evaluate(
        f"Object.fromEntries({questions!r}.map(([selector, property]) => [`${{selector}} ${{property}}`,"
        "getComputedStyle(document.querySelector(selector)).getPropertyValue(property)]))"
    )
    return found


Hosting = Callable[[Path, Mapping[str, str]], Host]
Sites = Callable[..., Path]


def listen(site: Path) -> None:
    """Have a site's pages note what a policy refuses, from the very beginning."""
    page = site / "index.html"
    head = '<head>\n<script src="listening.js"></script>'
    page.write_text(page.read_text("utf-8").replace("<head>", head, 1), "utf-8")
    (site / "listening.js").write_text(LISTENING, "utf-8")
    prepend(TELLING, site, "worker")


@pytest.mark.parametrize("headers", [{}, STRICT], ids=["own policy", "strict header"])
def test_styles_of_authors_are_there_and_nothing_is_refused(
    engine: Engine, sites: Sites, hosting: Hosting, headers: Mapping[str, str]
) -> None:
    host = hosting(sites("styled.py"), headers)
    listen(host.folder)
    engine.prepare(host.folder)
    policy = "document.querySelector('meta[http-equiv=Content-Security-Policy]').content"

    view = engine.open(f"{host.url}?boot=never")
    view.wait("window.tiffin")
    assert (view.kernel, computed(view)) == ("off", styles(4))
    assert "unsafe-inline" not in view.evaluate(policy)
    assert view.evaluate("violations") == []
    view.close()

    view = engine.open(host.url)
    view.wait_ready()
    assert computed(view) == styles(4)
    assert view.stats["cellsRun"] == 0
    view.set("size", 7)
    assert view.stats["cellsRun"] == 3
    assert computed(view) == styles(7)
    view.set("size", 4)
    assert computed(view) == styles(4)
    # The sheets of outputs that are gone are gone: of two elements in the table, one in the drawing.
    assert view.evaluate("document.adoptedStyleSheets.length") == 3
    assert view.evaluate("violations") == []
    assert view.complaints() == []
    view.close()


def test_every_widget_works_under_a_strict_header(engine: Engine, sites: Sites, hosting: Hosting) -> None:
    host = hosting(sites("market.py"), STRICT)
    listen(host.folder)
    engine.prepare(host.folder)
    view = engine.open(host.url)
    view.wait("[...document.querySelectorAll('[data-element]')].every(widget => 'live' in widget.dataset)")
    view.evaluate("document.querySelector('wa-select').show()")
    assert view.evaluate("document.querySelector('wa-select').open") is True
    view.evaluate("document.querySelector('wa-slider').focus()")
    view.wait_ready()
    assert view.evaluate("violations") == []
    assert view.complaints() == []
    view.close()
