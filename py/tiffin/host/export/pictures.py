"""The picture by which a notebook is known in a list: the first that it shows, as a file of its own."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tiffin.host.export.cook import Cooked
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.mime import Bundle

SMALLEST = 100
"""A drawing that is narrower, in its own units, is an icon and no picture."""
LARGEST = 1_000_000
"""A picture has at most this many bytes."""

_SVG = "http://www.w3.org/2000/svg"
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_IMAGES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
# The page's own colours, which a drawing in a file of its own does not inherit: see styles/tokens.css.
_COLOURS = (
    ":root{color:#1f1b17;--tn-accent:#b4410c;font-family:system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){:root{color:#e9e4dd;--tn-accent:#f0915a}}"
)
ET.register_namespace("", _SVG)


@dataclass(frozen=True)
class Picture:
    """An image file's bytes and suffix, what it shows in words ("" if nobody said), and its width and height
    where they are known."""

    data: bytes
    suffix: str
    alt: str = ""
    size: tuple[int, int] | None = None


def find_picture(notebook: Notebook, cooked: Cooked | None) -> Picture | None:
    """Return the first picture among a notebook's outputs, in the notebook's order, or None.

    A drawing inside HTML counts, if it is well-formed XML. It becomes an SVG file with the page's colours,
    light or dark as the reader's; a script in it never runs, since it is shown as an image.
    """
    for bundle in _bundles(notebook, cooked):
        for mime, suffix in _IMAGES.items():
            data = base64.b64decode(bundle[mime]) if mime in bundle else b""
            if 0 < len(data) <= LARGEST:
                return Picture(data, suffix)
        for mime in ("image/svg+xml", "text/html"):
            for drawing in _DRAWING.findall(str(bundle.get(mime, ""))):
                picture = _draw(drawing)
                if picture is not None:
                    return picture
    return None


def _bundles(notebook: Notebook, cooked: Cooked | None) -> Iterator[Bundle]:
    for cell in notebook.cells if cooked is not None else ():
        found = cooked.cells.get(cell.id) if cooked is not None else None
        if found is not None:
            yield from found.displays
            yield found.output


def _draw(drawing: str) -> Picture | None:
    """A drawing as a file of its own; None for an icon, and for what is no XML."""
    if "xmlns=" not in drawing:
        drawing = drawing.replace("<svg", f'<svg xmlns="{_SVG}"', 1)
    try:
        root = ET.fromstring(drawing)  # noqa: S314 (the author's own, without a document type: no entities)
    except ET.ParseError:
        return None
    size = _size(root)
    if size is None or size[0] < SMALLEST:
        return None
    for name in ("style", "class", "width", "height"):
        root.attrib.pop(name, None)
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = _COLOURS
    root.insert(0, style)
    data = ET.tostring(root, "utf-8")
    return Picture(data, ".svg", root.get("aria-label", ""), size) if len(data) <= LARGEST else None


def _size(root: ET.Element) -> tuple[int, int] | None:
    """Width and height in the drawing's own units, by its view box, or else as it says."""
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        found = [re.match(r"[\d.]+", root.get(name, "")) for name in ("width", "height")]
        if found[0] is None or found[1] is None:
            return None
        width, height = float(found[0][0]), float(found[1][0])
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    return (round(width), round(height)) if width > 0 and height > 0 else None
