"""The exported page as HTML: every output in it, readable before any script runs, or without one."""

from __future__ import annotations

import base64
import html
import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from tiffin.host.export.code import render_code
from tiffin.host.export.console import render_console, render_plain
from tiffin.host.export.contents import (
    Heading,
    make_anchors,
    render_contents,
    render_contents_button,
)
from tiffin.host.export.markdown import parse_markdown, render_latex, render_markdown, render_tokens
from tiffin.host.export.styles import KeepFile, attribute_sheet, move_styles
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.outputs.charts import kind_of
from tiffin.outputs.charts import to_html as chart_to_html
from tiffin.outputs.mime import DENSITY, Bundle, best

Json: TypeAlias = Any

INLINE_IMAGE = 24_000
_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/ogg": ".ogv",
}

_WORDS = ("text", "code_inline", "math_inline", "softbreak", "hardbreak")


@dataclass(frozen=True)
class CellView:
    """What the page shows of a cell at first."""

    cell: NotebookCell
    output: Bundle
    displays: tuple[Bundle, ...]
    console: tuple[tuple[str, str], ...]
    origin: str


@dataclass(frozen=True)
class PageLinks:
    """Where the page finds its script, styles and first fonts; `early` is the script that has to run before
    anything is seen, and that starts Python where that is to be at once; `editing` are the styles of a page
    whose notebook is edited, None where it is only read; `origins` are others that it runs code from,
    `connections` others that it fetches from; `modules` are scripts that the page's own would ask for."""

    script: str
    styles: str
    early: str
    origins: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    editing: str | None = None
    modules: tuple[str, ...] = ()


def render_bundle(bundle: Bundle, keep_file: KeepFile) -> str:
    """Return the HTML of the best representation in `bundle`."""
    mime = best(bundle)
    if mime is None:
        return ""
    data = bundle[mime]
    if kind_of(mime) is not None:
        return f'<div class="tn-rich">{chart_to_html(mime, bundle)}</div>'
    match mime:
        case "text/html" | "image/svg+xml":
            markup = _with_files(_with_markdown(data), keep_file)
            return f'<div class="tn-rich">{move_styles(markup, keep_file)}</div>'
        case "text/markdown":
            return (
                f'<div class="tn-prose">{move_styles(_with_markdown(render_markdown(data)), keep_file)}</div>'
            )
        case "application/json":
            text = json.dumps(data, indent=2, ensure_ascii=False)
            return render_plain(text)
        case "text/latex":
            return f'<div class="tn-prose">{move_styles(render_latex(data), keep_file)}</div>'
        case "text/plain":
            return render_plain(data)
    return _image(mime, data, bundle, keep_file)


_MARKDOWN = re.compile(r'(<div class="tn-prose") data-markdown>([^<]*)</div>')


def _with_markdown(markup: str) -> str:
    """Render the Markdown that stands, escaped, inside of HTML, as containers have it."""
    while "data-markdown" in markup:
        markup, count = _MARKDOWN.subn(
            lambda found: f"{found[1]}>{render_markdown(html.unescape(found[2]))}</div>", markup
        )
        if count == 0:
            break
    return markup


_DATA = re.compile(r'(?<=\ssrc=")data:((?:image|audio|video)/[\w.+-]+);base64,([A-Za-z0-9+/=]+)(?=")')


def _with_files(markup: str, keep_file: KeepFile) -> str:
    """Put large pictures, sound and film that stand in HTML into files: such long text holds all else up."""

    def move(found: re.Match[str]) -> str:
        suffix = _SUFFIXES.get(found[1])
        if suffix is None or len(found[2]) * 3 // 4 <= INLINE_IMAGE:
            return found[0]
        return html.escape(keep_file(base64.b64decode(found[2]), suffix))

    return _DATA.sub(move, markup) if "data:" in markup else markup


def _image(mime: str, data: str, bundle: Bundle, keep_file: KeepFile) -> str:
    text, density = str(bundle.get("text/plain", "")), float(bundle.get(DENSITY) or 1)
    try:
        raw = base64.b64decode(data)
    except ValueError:
        return f'<pre class="tn-text">{html.escape(text)}</pre>'
    address = f"data:{mime};base64,{data}" if len(raw) <= INLINE_IMAGE else keep_file(raw, _SUFFIXES[mime])
    size = _png_size(raw) if mime == "image/png" else None
    sized = ""
    if size is not None:  # stating the size keeps the layout still
        width, height = (max(1, int(pixels // density)) for pixels in size)
        sized = f' width="{width}" height="{height}"'
    return f'<img class="tn-image" src="{html.escape(address)}" alt="{html.escape(text[:200])}"{sized}>'


def _png_size(raw: bytes) -> tuple[int, int] | None:
    if raw[:8] != b"\x89PNG\r\n\x1a\n" or len(raw) < 24:
        return None
    width, height = struct.unpack(">II", raw[16:24])
    return width, height


def render_text(cell: NotebookCell, keep_file: KeepFile, anchors: Iterator[str] | None = None) -> str:
    """Return a Markdown cell as HTML: its text, with attached images in it; a raw cell as it is written.

    Headings take their ids from `anchors`, in order.
    """
    if cell.settings.get("raw"):
        return f'<pre class="tn-text">{html.escape(cell.source)}</pre>'
    text = cell.source
    for name, bundle in cell.settings.get("attachments", {}).items():
        for mime, data in bundle.items():
            text = text.replace(f"attachment:{name}", f"data:{mime};base64,{data}")
    tokens = parse_markdown(text)
    for token in tokens:
        if token.type == "heading_open" and anchors is not None:
            token.attrSet("id", next(anchors))
    return f'<div class="tn-prose">{move_styles(render_tokens(tokens), keep_file)}</div>'


def find_headings(cells: Iterable[NotebookCell]) -> list[Heading]:
    """Return the headings of the Markdown cells, in order."""
    found: list[tuple[int, str]] = []
    for cell in cells:
        if cell.kind != "markdown" or cell.settings.get("raw"):
            continue
        tokens = parse_markdown(cell.source)
        for token, inline in pairwise(tokens):
            if token.type == "heading_open":
                words = "".join(part.content for part in inline.children or () if part.type in _WORDS)
                found.append((int(token.tag[1:]), " ".join(words.split())))
    anchors = make_anchors(text for _, text in found)
    return [Heading(level, text, anchor) for (level, text), anchor in zip(found, anchors, strict=True)]


def render_cell(
    view: CellView,
    keep_file: KeepFile,
    anchors: Iterator[str] | None = None,
    *,
    code_shown: bool = False,
) -> str:
    """Return the section of one cell, as the DOM contract has it."""
    cell = view.cell
    outputs = "".join(render_bundle(bundle, keep_file) for bundle in (*view.displays, view.output))
    attributes = (
        f'data-cell="{html.escape(cell.id)}" data-kind="{cell.kind}" '
        f'data-status="idle" data-origin="{view.origin}"'
    )
    if cell.kind == "markdown":
        output = f'<div class="tn-output">{render_text(cell, keep_file, anchors)}</div>'
        return f'<section class="tn-cell" {attributes}>{output}</section>'
    return (
        f'<section class="tn-cell" {attributes}>'
        f'<details class="tn-source"{" open" if code_shown else ""}><summary>{_source_title(cell)}</summary>'
        f'<pre class="tn-code"><code>{render_code(cell.source)}</code></pre></details>'
        f'<div class="tn-output">{outputs}</div>'
        f'<div class="tn-console">{render_console(view.console)}</div>'
        f'<div class="tn-error" role="alert" hidden></div></section>'
    )


def _source_title(cell: NotebookCell) -> str:
    """The words of the code's toggle: the cell's name where it has one, after words for a screen reader."""
    if cell.name is None:
        return "Code"
    return f'<span class="tn-hidden">Code of </span>{html.escape(cell.name)}'


def content_security_policy(
    origins: tuple[str, ...], connections: tuple[str, ...] = (), *, edited: bool = False
) -> str:
    """Return the policy of an exported page: its own origin and WebAssembly, and nothing inline; where its
    notebook is `edited`, code of widgets that comes from its cells (decision 040)."""
    reached = "".join(f" {origin}" for origin in (*origins, *connections))
    more = "".join(f" {origin}" for origin in origins)
    return "; ".join(
        [
            f"default-src 'self'{more}",
            f"script-src 'self' 'wasm-unsafe-eval'{' blob:' if edited else ''}{more}",
            "style-src 'self'",
            "img-src 'self' data: blob: https:",
            "media-src 'self' data: blob: https:",
            f"connect-src 'self' data:{reached}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
        ]
    )


def _attribute(text: str) -> str:
    """Escape for an attribute in double quotes, single quotes left readable."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def render_page(
    notebook: Notebook,
    views: list[CellView],
    config: Mapping[str, Json],
    links: PageLinks,
    keep_file: KeepFile,
    view: str = "article",
) -> str:
    """Return `index.html`; `view` is how it is shown at first."""
    title = html.escape(notebook.title or notebook.name)
    headings = find_headings(notebook.cells)
    anchors = iter([heading.anchor for heading in headings])
    code_shown = view == "notebook"
    cells = "\n".join(render_cell(shown, keep_file, anchors, code_shown=code_shown) for shown in views)
    # Neither `</script` nor `<!--` may stand in a script element.
    config_text = json.dumps(config, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    executed = any(shown.origin == "export" for shown in views if shown.cell.kind == "code")
    fonts = "\n".join(
        f'<link rel="preload" as="font" type="font/woff2" href="{html.escape(font)}" crossorigin>'
        for font in links.fonts
    )
    styles = [address for address in (links.styles, links.editing) if address is not None]
    if sheet := attribute_sheet(cells):
        styles.append(keep_file(sheet.encode("utf-8", "replace"), ".css"))
    sheets = "\n".join(f'<link rel="stylesheet" href="{html.escape(address)}">' for address in styles)
    modules = "".join(
        f'<link rel="modulepreload" href="{html.escape(address)}">\n' for address in links.modules
    )
    # Who hears a page finds its beginning by its heading; what is edited may lose its own.
    heading = f'<h1 class="tn-hidden tn-page-title">{title}</h1>\n'
    if config["mode"] == "run" and any(found.level == 1 for found in headings):
        heading = ""
    edited = config["mode"] == "edit"
    policy = _attribute(content_security_policy(links.origins, links.connections, edited=edited))
    status = "These are the author’s results." if executed else "This notebook has not run yet."
    return f"""<!doctype html>
<html lang="en" data-kernel="off" data-mode="{html.escape(str(config["mode"]))}" data-view="{view}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="tiffin {html.escape(str(config["version"]))}">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<link rel="icon" href="data:,">
<script type="application/json" id="tn-config">{config_text}</script>
<script src="{html.escape(links.early)}"></script>
{fonts}
{sheets}
{modules}<script type="module" src="{html.escape(links.script)}"></script>
</head>
<body>
<header class="tn-bar"><span class="tn-name">{html.escape(notebook.filename)}</span>
<output class="tn-status" role="status">{status}</output>
{render_contents_button(headings)}<span class="tn-actions"></span></header>
{render_contents(headings)}
<main class="tn-notebook">
{heading}{cells}
</main>
<noscript><p class="tn-noscript">Without JavaScript the widgets stay as the author left them.</p></noscript>
</body>
</html>
"""
