"""A notebook from elsewhere: shown, not run, until its reader says so; then it reaches nothing, and its HTML
does nothing. In Chromium and Firefox."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Served
from engines import READY, Engine, PlaywrightEngine
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

Opening = Callable[..., Page]

ATTEMPTS = {
    "the origin": "js.self.origin",
    "databases": "await call('indexedDB.open(\"notebooks\").transaction')",
    "a database": "await promise(js.self.indexedDB.open('notebooks'))",
    "list of databases": "await js.self.indexedDB.databases()",
    "private files": "await js.navigator.storage.getDirectory()",
    "room": "(await js.navigator.storage.persist())",
    "caches": "await js.self.caches.open('tiffin')",
    "list of caches": "await js.self.caches.keys()",
    "local storage": "js.self.localStorage.length",
    "session storage": "js.self.sessionStorage.length",
    "cookies": "await js.self.cookieStore.getAll()",
    "the document": "js.self.document.cookie",
    "the window": "js.self.window.location.href",
    "the parent": "js.self.parent.document",
    "the top": "js.self.top.document",
    "the opener": "js.self.opener.document",
    "the library's page": "(await js.fetch(SITE + 'index.html')).status",
    "the notebook's file": "(await js.fetch(SITE + 'notebook.json')).status",
    "results": "(await js.fetch(SITE + 'public/cache/index.json')).status",
    "with cookies": "(await js.fetch(SITE + 'assets/', credentials='include')).status",
    "a lock": "await js.navigator.locks.query()",
    "a service worker": "await js.navigator.serviceWorker.getRegistrations()",
    "pyodide's files": "open('/home/pyodide/../../proc/1/environ').read()",
    "a synchronous request": "sync(SITE + 'notebook.json')",
}

SCRIPT = """
import js
from pyodide.ffi import create_proxy

SITE = {site!r}

def sync(url):
    request = js.XMLHttpRequest.new()
    request.open("GET", url, False)
    request.send()
    if request.status == 0:
        raise PermissionError("denied")
    return request.status

async def promise(request):
    import asyncio
    done = asyncio.get_running_loop().create_future()
    request.onsuccess = create_proxy(lambda _: done.set_result("opened"))
    request.onerror = create_proxy(lambda _: done.set_exception(PermissionError("denied")))
    return await done

reached = {{}}
"""

ATTEMPT = """
try:
    reached[{name!r}] = str({code})
except BaseException as error:
    reached[{name!r}] = "no: " + type(error).__name__
"""

WALK = """async () => {
    const RUNTIME = /^\\/tiffin-runtime\\/[0-9a-f]{20}\\.[a-z]+-\\d+(\\.crswap)?$/;
    const found = [];
    const walk = async (folder, path) => {
        for await (const [name, handle] of folder.entries()) {
            if (handle.kind === "directory") await walk(handle, `${path}${name}/`);
            else if (!RUNTIME.test(path + name)) found.push(path + name);
        }
    };
    await walk(await navigator.storage.getDirectory(), "/");
    return found;
}"""


def link(url: str, *sources: str) -> str:
    """A link that carries a notebook of these cells."""
    empty: dict[str, Any] = {
        "name": None,
        "kind": "code",
        "settings": {},
        "code": None,
        "line": None,
        "stars": {},
        "problem": None,
    }
    cells = [{**empty, "id": f"c{number}", "source": source} for number, source in enumerate(sources, 1)]
    about = {"format": 1, "name": "theirs", "filename": "theirs.py", "title": None, "order": "graph"}
    notebook = {**about, "requirements": [], "settings": {}, "cells": cells}
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(json.dumps(notebook).encode()) + packer.flush()
    return f"{url}#notebook={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


@pytest.fixture
def opening(profile: BrowserContext, playground: Served) -> Opening:
    """Opens a link that carries a notebook of these cells."""

    def open_page(*sources: str) -> Page:
        page = profile.new_page()
        page.goto(link(playground.url, *sources), wait_until="domcontentloaded")
        expect(page.locator("html")).to_have_attribute("data-playground", "open")
        return page

    return open_page


def run(page: Page) -> None:
    page.locator("[data-banner=foreign]").get_by_role("button", name="Run it").click()
    expect(page.locator("html")).to_have_attribute("data-kernel", "ready", timeout=READY)


def test_it_is_shown_and_runs_only_when_the_reader_says_so(opening: Opening, playground: Served) -> None:
    page = opening("6 * 7")
    expect(page.locator("[data-banner=foreign]")).to_contain_text("Nothing of it has run")
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("6 * 7")
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.dataset.kernel") == "off"
    assert page.locator("iframe").count() == 0
    run(page)
    expect(page.locator("[data-cell=c1] > .tn-output")).to_contain_text("42")
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts"


def test_it_reaches_nothing_of_the_readers(opening: Opening, playground: Served) -> None:
    attempts = "".join(ATTEMPT.format(name=name, code=code) for name, code in ATTEMPTS.items())
    page = opening(
        SCRIPT.format(site=playground.url) + attempts + "\nimport json\nprint(json.dumps(reached))"
    )
    page.evaluate("localStorage.secret = 'mine'; document.cookie = 'secret=mine'")
    run(page)
    expect(page.locator("[data-cell=c1]")).to_have_attribute("data-status", "idle", timeout=READY)
    reached = json.loads(page.locator("[data-cell=c1] .tn-console").inner_text())
    assert reached.keys() == ATTEMPTS.keys()
    assert reached.pop("the origin") == "null"
    # An origin of its own may have locks and room of its own, but nothing of anybody else's.
    own = {"a lock": "[object Object]", "room": "False", "list of databases": ""}
    broken_into = {
        name: found
        for name, found in reached.items()
        if not found.startswith("no: ") and found != own.get(name)
    }
    assert broken_into == {}


def test_what_it_sends_as_results_is_kept_nowhere_else(opening: Opening, profile: BrowserContext) -> None:
    code = (
        "import js\nfrom pyodide.ffi import to_js\n"
        "data = js.Uint8Array.new(3)\n"
        "for kind, key in (('blobs', '../../x'), ('..', 'about.json'), ('notebook.json', 'a' * 64)):\n"
        "    entry = js.Object.fromEntries(to_js([['kind', kind], ['key', key], ['data', data]]))\n"
        "    js.self.postMessage(js.Object.fromEntries(to_js([['kind', 'stored'], ['entry', entry]])))\n"
        "'sent'"
    )
    page = opening(code)
    run(page)
    expect(page.locator("[data-cell=c1] > .tn-output")).to_contain_text("sent")
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" ")
    page.wait_for_url("**/?notebook=*", timeout=READY)
    page.wait_for_timeout(800)
    kept = page.evaluate(WALK)
    assert kept
    identifier = page.url.split("notebook=")[1]
    assert all(path.startswith(f"/notebooks/{identifier}/") for path in kept), kept
    assert f"/notebooks/{identifier}/notebook.json" in kept


def test_once_kept_it_still_counts_as_somebody_elses(opening: Opening) -> None:
    page = opening("import js\njs.self.origin")
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" ")
    page.wait_for_url("**/?notebook=*", timeout=READY)
    page.reload()
    expect(page.locator("[data-banner=foreign]")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.kernel") == "off"
    run(page)
    expect(page.locator("[data-cell=c1] > .tn-output")).to_contain_text("null")


def test_a_link_that_was_cut_is_said(profile: BrowserContext, playground: Served) -> None:
    page = profile.new_page()
    page.goto(link(playground.url, "6 * 7")[:-9], wait_until="domcontentloaded")
    expect(page.locator("[data-banner=lost]")).to_contain_text("damaged, or was cut off")
    expect(page.locator("html")).to_have_attribute("data-playground", "open")


def test_a_link_opens_in_a_fresh_profile_as_it_was_shared(
    engine: Engine, profile: BrowserContext, playground: Served
) -> None:
    page = profile.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async text => { window.copied = text; }}})"
    )
    page.goto(playground.url, wait_until="domcontentloaded")
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.type("'shared ' + 'code'")
    page.locator(".tn-share").click()
    expect(page.locator(".tn-toast")).to_contain_text("on your clipboard")
    address = page.evaluate("copied")
    assert isinstance(engine, PlaywrightEngine)
    other = engine.browser.new_context()
    friend = other.new_page()
    friend.goto(address, wait_until="domcontentloaded")
    expect(friend.locator("[data-cell=c1] .cm-content")).to_have_text("'shared ' + 'code'")
    run(friend)
    expect(friend.locator("[data-cell=c1] > .tn-output")).to_contain_text("shared code")
    other.close()


ANYWIDGET = """
import tiffin as tn

class Offering:
    _esm = "window.pwned = 1; export default { render({ el }) { el.textContent = 'I run'; } };"
    _css = "* { color: rgb(1, 2, 3) !important; }"

    def traits(self, sync=True):
        return {}

    def observe(self, handler, names): ...
    def set_trait(self, name, value): ...


tn.ui.anywidget(Offering())
"""


def test_the_code_of_its_anywidgets_does_not_run_even_when_it_does(opening: Opening) -> None:
    page = opening(ANYWIDGET, "1 + 1")
    run(page)
    expect(page.locator("[data-cell=c2] > .tn-output")).to_contain_text("2")
    said = "This notebook came from elsewhere: the code of its widgets does not run in your page."
    expect(page.locator("[data-cell=c1] .tn-any-problem")).to_have_text(said)
    colour = "getComputedStyle(document.querySelector('[data-cell=c1] .tn-any')).color"
    assert page.evaluate("window.pwned") is None
    assert page.evaluate(colour) != "rgb(1, 2, 3)"


ACT = "window.top.pwned=1"
ELEMENTS = (
    "img",
    "svg",
    "video",
    "audio",
    "body",
    "input",
    "details",
    "iframe",
    "object",
    "embed",
    "marquee",
)
HANDLERS = ("onerror", "onload", "onfocus", "ontoggle", "onanimationstart", "onpointerover", "onbegin")
URLS = (
    f"javascript:{ACT}",
    f"JaVaScRiPt:{ACT}",
    f"java\tscript:{ACT}",
    f"&#106;avascript:{ACT}",
    f"data:text/html,<script>{ACT}</script>",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{ACT}'/>",
    f"vbscript:{ACT}",
    f" \u0001javascript:{ACT}",
)
CARRIERS = (
    '<a href="{}" id=click>x</a>',
    '<iframe src="{}"></iframe>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<form action="{}"><button id=click>x</button></form>',
    '<svg><a xlink:href="{}"><text id=click>x</text></a></svg>',
    '<math><mtext href="{}">x</mtext></math>',
    '<svg><use href="{}"/></svg>',
    '<svg><animate attributeName=href values="{}"/></svg>',
    '<link rel=stylesheet href="{}">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<base href="{}">',
    '<img src="{}">',
)
ODD = (
    f"<script>{ACT}</script>",
    f"<svg><script>{ACT}</script></svg>",
    f"<script src='data:text/javascript,{ACT}'></script>",
    f"<iframe srcdoc='<script>{ACT}</script>'></iframe>",
    f"<noscript><p title='</noscript><img src=x onerror={ACT}>'></noscript>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={ACT}&gt;'>",
    f"<svg></p><style><a id='</style><img src=1 onerror={ACT}>'>",
    f"<template><img src=x onerror={ACT}></template>",
    f"<style>@import 'javascript:{ACT}';</style>",
    f'<div style="background:url(javascript:{ACT})">x</div>',
    f"<tn-slider name='x' data-args='{{}}' onpointerover='{ACT}'></tn-slider>",
    f'<tn-anywidget data-element=e data-value={{}} data-args=\'{{"esm":"{"0" * 64}"}}\' '
    f'data-code=\'{{"esm":"{ACT}","css":"*{{color:red}}"}}\'></tn-anywidget>',
    f"<tn-sheet>*{{background:url(javascript:{ACT})}}</tn-sheet>",
    f"<x-evil onclick='{ACT}' id=click>x</x-evil>",
    "<form id=x><input name=attributes><input name=parentNode></form>",
    "<img name=tiffin><a id=tiffin href='//example.org'></a>",
)


def hostile() -> list[str]:
    """More than two hundred pieces of HTML that would like to run something."""
    handlers = [f"<{name} src=x {event}='{ACT}'>x" for name in ELEMENTS for event in HANDLERS]
    carried = [carrier.format(url.replace('"', "&quot;")) for carrier in CARRIERS for url in URLS]
    texts = [f"[x]({url})" for url in URLS] + [f"![x]({url})" for url in URLS]
    return [*handlers, *carried, *ODD, *texts]


def test_two_hundred_hostile_outputs_run_nothing(opening: Opening) -> None:
    pieces = hostile()
    assert len(pieces) >= 200
    # Few to a cell: what a cell has displayed so far is shown anew with each further piece.
    parts = [pieces[at : at + 20] for at in range(0, len(pieces), 20)]
    sources = [
        "import json\nimport tiffin as tn\n"
        f"for _piece in json.loads({json.dumps(json.dumps(part))}):\n"
        "    tn.display(tn.html(_piece))\n"
        "    tn.display(tn.md(_piece))\n"
        "'all shown'"
        for part in parts
    ]
    sources[1:] = [source.replace("import json\nimport tiffin as tn\n", "") for source in sources[1:]]
    page = opening(*sources)
    run(page)
    for number in range(1, len(parts) + 1):
        output = page.locator(f"[data-cell=c{number}] > .tn-output")
        expect(output).to_contain_text("all shown", timeout=READY)
    page.evaluate(
        """() => {
            for (const element of document.querySelectorAll(".tn-output *")) {
                for (const kind of ["pointerover", "focus", "toggle", "animationstart", "load", "error"]) {
                    element.dispatchEvent(new Event(kind, { bubbles: true }));
                }
                if (element instanceof HTMLElement && !element.closest("a")) element.click();
            }
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.pwned") is None
    found = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll(".tn-output *")];
            const bad =
                /^(script|iframe|object|embed|form|input|button|link|meta|base|style|tn-sheet)$/i;
            return {
                elements: all.filter((one) => bad.test(one.localName)).map((one) => one.outerHTML),
                handlers: all
                    .flatMap((one) => one.getAttributeNames())
                    .filter((name) => /^on/i.test(name)),
                links: ["href", "src", "xlink:href", "action"]
                    .flatMap((name) => all.map((one) => one.getAttribute(name)))
                    .filter((url) => /^[\\s\\u0001]*(javascript|vbscript|data:text)/i.test(url ?? "")),
            };
        }"""
    )
    assert found == {"elements": [], "handlers": [], "links": []}
    assert page.url.startswith("http://127.0.0.1")
