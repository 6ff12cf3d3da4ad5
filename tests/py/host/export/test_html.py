"""The exported page as HTML."""

from __future__ import annotations

import base64
import json
import re
import struct
from dataclasses import replace
from typing import Any

import pytest
from notebooks import cell, notebook

from tiffin.host.export.html import (
    INLINE_IMAGE,
    CellView,
    PageLinks,
    content_security_policy,
    find_headings,
    render_bundle,
    render_cell,
    render_page,
)
from tiffin.host.export.markdown import render_markdown
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell
from tiffin.outputs.mime import DENSITY

EVIL = "</code></pre></script><script>alert('\"&')</script>"


def png(width: int, height: int, size: int = 0) -> bytes:
    """The head of a PNG, which is all that is looked at, and `size` bytes."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(size)


def no_file(data: bytes, suffix: str) -> str:
    raise AssertionError("nothing here is kept in a file")


def view(source: str = "1", **fields: Any) -> CellView:
    made = {"output": {}, "displays": (), "console": (), "origin": "export", **fields}
    return CellView(cell(source), **made)


@pytest.mark.parametrize(
    ("bundle", "markup"),
    [
        ({}, ""),
        ({"application/x-unknown": "?"}, ""),
        ({"text/plain": "a < b"}, '<pre class="tn-text">a &lt; b</pre>'),
        (
            {"text/latex": "$a<b$"},
            '<div class="tn-prose"><div class="tn-math"><math display="block">'
            "<mi>a</mi><mo>&lt;</mo><mi>b</mi></math></div>\n</div>",
        ),
        ({"text/html": "<b>dal</b>", "text/plain": "dal"}, '<div class="tn-rich"><b>dal</b></div>'),
        ({"image/svg+xml": "<svg/>"}, '<div class="tn-rich"><svg/></div>'),
        ({"text/markdown": "**dal**"}, '<div class="tn-prose"><p><strong>dal</strong></p>\n</div>'),
        (
            {"application/json": ["é", "<"]},
            '<pre class="tn-text">[\n  &quot;é&quot;,\n  &quot;&lt;&quot;\n]</pre>',
        ),
        ({"image/gif": "R0lGODlh"}, '<img class="tn-image" src="data:image/gif;base64,R0lGODlh" alt="">'),
        ({"image/png": "not Base64", "text/plain": "<fig>"}, '<pre class="tn-text">&lt;fig&gt;</pre>'),
    ],
)
def test_the_best_representation_is_shown(bundle: dict[str, Any], markup: str) -> None:
    assert render_bundle(bundle, no_file) == markup


def test_a_small_image_is_inline_and_a_large_one_a_file() -> None:
    kept: list[tuple[bytes, str]] = []

    def keep(data: bytes, suffix: str) -> str:
        kept.append((data, suffix))
        return 'outputs/a"b.png'

    def show(data: bytes, mime: str = "image/png") -> str:
        return render_bundle({mime: base64.b64encode(data).decode()}, keep)

    small = png(8, 4, INLINE_IMAGE - 24)
    assert "data:image/png;base64," in show(small)
    assert kept == []
    large = png(8, 4, INLINE_IMAGE - 23)
    assert 'src="outputs/a&quot;b.png"' in show(large)
    assert kept == [(large, ".png")]
    show(bytes(INLINE_IMAGE + 1), "image/jpeg")
    assert kept[1][1] == ".jpg"


@pytest.mark.parametrize(
    ("mime", "suffix"),
    [("image/png", ".png"), ("audio/wav", ".wav"), ("video/mp4", ".mp4"), ("image/x-own", None)],
)
def test_large_pictures_sound_and_film_in_html_become_files(mime: str, suffix: str | None) -> None:
    kept: list[tuple[bytes, str]] = []

    def keep(data: bytes, suffix: str) -> str:
        kept.append((data, suffix))
        return f"outputs/x{suffix}"

    def show(data: bytes) -> str:
        address = f"data:{mime};base64,{base64.b64encode(data).decode()}"
        return render_bundle({"text/html": f'<video src="{address}" loop></video>'}, keep)

    assert f"data:{mime}" in show(bytes(100))
    assert kept == []
    markup = show(bytes(INLINE_IMAGE + 3))
    if suffix is None:
        assert kept == []
        return
    assert kept == [(bytes(INLINE_IMAGE + 3), suffix)]
    assert markup == f'<div class="tn-rich"><video src="outputs/x{suffix}" loop></video></div>'


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(640, 480), ("320", "240")),
        (png(641, 1), ("320", "1")),
        (png(1, 1), ("1", "1")),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"no picture at all, yet called one", None),
    ],
)
def test_a_dense_png_states_its_size_on_the_page(data: bytes, size: tuple[str, str] | None) -> None:
    markup = render_bundle({"image/png": base64.b64encode(data).decode(), DENSITY: 2}, no_file)
    found = re.search(r'width="(\d+)" height="(\d+)"', markup)
    assert (found.groups() if found else None) == size


def test_any_other_png_has_the_size_of_its_pixels() -> None:
    markup = render_bundle({"image/png": base64.b64encode(png(641, 7)).decode()}, no_file)
    assert 'width="641" height="7"' in markup


def test_an_image_says_in_words_what_it_is() -> None:
    markup = render_bundle({"image/gif": "R0lGODlh", "text/plain": "<Figure>" + "x" * 500}, no_file)
    assert f'alt="&lt;Figure&gt;{"x" * 192}"' in markup


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("# Dal", "<h1>Dal</h1>\n"),
        ("~~old~~", "<p><s>old</s></p>\n"),
        ("|a|\n|-|\n|1|", "<td>1</td>"),
        ("a <b>c</b>", "<p>a <b>c</b></p>\n"),
        ('<tn-slider name="k"></tn-slider>', '<tn-slider name="k"></tn-slider>'),
    ],
)
def test_markdown_is_commonmark_with_tables_and_the_authors_html(text: str, markup: str) -> None:
    assert markup in render_markdown(text)


def test_a_cell_follows_the_dom_contract() -> None:
    markup = render_cell(
        view(
            "x = 1",
            output={"text/plain": "value"},
            displays=({"text/plain": "shown"},),
            console=(("stdout", "printed"),),
        ),
        no_file,
    )
    assert markup.startswith(
        '<section class="tn-cell" data-cell="c1" data-kind="code" data-status="idle" data-origin="export">'
    )
    assert markup.index("shown") < markup.index("value") < markup.index("printed")
    assert '<div class="tn-error" role="alert" hidden></div></section>' in markup
    text = NotebookCell(CellId("m1"), "markdown", "*dal*", line=1)
    assert render_cell(CellView(text, {}, (), (), "none"), no_file) == (
        '<section class="tn-cell" data-cell="m1" data-kind="markdown" data-status="idle" data-origin="none">'
        '<div class="tn-output"><div class="tn-prose"><p><em>dal</em></p>\n</div></div></section>'
    )


def page(config: dict[str, Any] | None = None, origins: tuple[str, ...] = (), **fields: Any) -> str:
    given = {"mode": "run", "version": "0.1.0", **(config or {})}
    views = fields.pop("views", [view()])
    shown = fields.pop("shown", "article")
    return render_page(
        notebook("1", **fields),
        views,
        given,
        PageLinks("a/p.js", "a/p.css", "a/early.js", origins, ("a/f.woff2",)),
        no_file,
        shown,
    )


def read_config(markup: str) -> Any:
    found = re.search(r'<script type="application/json" id="tn-config">(.*?)</script>', markup, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_is_whole_before_any_script() -> None:
    markup = page(title="Dal & rice")
    assert markup.startswith(
        '<!doctype html>\n<html lang="en" data-kernel="off" data-mode="run" data-view="article">'
    )
    assert "<title>Dal &amp; rice</title>" in markup
    assert '<output class="tn-status" role="status">' in markup
    assert markup.count('<section class="tn-cell"') == 1
    assert '<link rel="preload" as="font" type="font/woff2" href="a/f.woff2" crossorigin>' in markup


@pytest.mark.parametrize("text", [EVIL, "<!--<script>", "]]>", "\u2028"])
def test_nothing_breaks_out_of_the_configuration_or_the_title(text: str) -> None:
    markup = page({"keys": {text: text}}, title=text)
    assert read_config(markup)["keys"] == {text: text}
    assert markup.count("<script") == 3
    assert "<!--" not in markup


def test_the_script_that_must_run_before_anything_is_seen_stands_before_the_styles() -> None:
    markup = page()
    early = markup.index('<script src="a/early.js"></script>')
    assert markup.index('name="color-scheme"') < early < markup.index('rel="stylesheet"')


def test_it_stands_after_the_configuration_by_which_it_starts_python() -> None:
    markup = page()
    assert markup.index('id="tn-config"') < markup.index('src="a/early.js"') < markup.index('src="a/p.js"')


def test_a_view_is_the_roots_and_a_notebook_has_its_code_open() -> None:
    assert '<details class="tn-source">' in page()
    for shown, source in (
        ("app", '<details class="tn-source">'),
        ("notebook", '<details class="tn-source" open>'),
    ):
        markup = page(shown=shown)
        assert f' data-view="{shown}">' in markup
        assert source in markup


def test_headings_of_text_can_be_linked_to_and_are_listed() -> None:
    first = NotebookCell(CellId("m1"), "markdown", "# Dal\n\n## With `rice`\n\n## With `rice`", line=1)
    raw = NotebookCell(CellId("m2"), "markdown", "## Raw", line=1, settings={"raw": True})
    last = NotebookCell(CellId("m3"), "markdown", "> ## Quoted *words*\n\nText", line=1)
    cells = (first, raw, last)
    assert [(found.level, found.text, found.anchor) for found in find_headings(cells)] == [
        (1, "Dal", "dal"),
        (2, "With rice", "with-rice"),
        (2, "With rice", "with-rice-2"),
        (2, "Quoted words", "quoted-words"),
    ]
    markup = render_page(
        replace(notebook("1"), cells=cells),
        [CellView(each, {}, (), (), "export") for each in cells],
        {"mode": "run", "version": "0.1.0"},
        PageLinks("p.js", "p.css", "e.js"),
        no_file,
    )
    assert '<h2 id="with-rice-2">With <code>rice</code></h2>' in markup
    assert '<h2 id="quoted-words">' in markup
    assert markup.count('<li data-level="2">') == 3


def test_a_page_that_is_read_waits_for_one_script_alone() -> None:
    assert "modulepreload" not in page()


def test_the_page_says_whether_the_notebook_has_run() -> None:
    assert "These are the author’s results." in page()
    assert "This notebook has not run yet." in page(views=[view(origin="none")])


def test_the_policy_allows_the_page_itself_and_no_other_script() -> None:
    parts = [part.split(" ") for part in content_security_policy(()).split("; ")]
    policy = {name: sources for name, *sources in parts}
    assert policy["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert "https:" not in policy["connect-src"]
    more = content_security_policy(("https://x.org",))
    assert "script-src 'self' 'wasm-unsafe-eval' https://x.org;" in more
    assert "connect-src 'self' data: https://x.org;" in more
    assert "script-src 'self' 'wasm-unsafe-eval' blob:;" in content_security_policy((), edited=True)
    fetched = content_security_policy((), ("https://x.org",))
    assert "connect-src 'self' data: https://x.org;" in fetched
    assert "script-src 'self' 'wasm-unsafe-eval';" in fetched


def test_the_policy_stays_inside_its_attribute() -> None:
    assert '"><script>' not in page(origins=('https://x"><script>',))
