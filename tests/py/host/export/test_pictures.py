"""The picture by which a notebook is known."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tiffin.host.export.cook import cook
from tiffin.host.export.pictures import Picture, find_picture
from tiffin.notebook.files import parse_notebook

SVG = "{http://www.w3.org/2000/svg}"
DATA = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PIXEL = f"""class Pixel:
    def _repr_png_(self):
        return __import__("base64").b64decode("{DATA}")
Pixel()"""
DRAWING = (
    '<svg viewBox="-10 0 320.4 160" role="img" aria-label="A pot" style="width:100%" class="pot">'
    '<circle r="9" fill="var(--tn-accent)"/></svg>'
)
ICON = '<svg viewBox="0 0 24 24"><path d="M0,0"/></svg>'


@pytest.fixture
def picture_of(tmp_path: Path) -> Callable[..., Picture | None]:
    def find(*cells: str) -> Picture | None:
        path = tmp_path / "pots.py"
        path.write_text("# %%\nimport tiffin as tn\n" + "".join(f"# %%\n{cell}\n" for cell in cells), "utf-8")
        notebook = parse_notebook(path.read_text("utf-8"), path.name)
        cooked = cook(notebook, path, tmp_path / "cache", lambda _: None)
        assert cooked.summary.success
        return find_picture(notebook, cooked)

    return find


def test_a_drawing_becomes_a_file_that_stands_alone(picture_of: Callable[..., Picture | None]) -> None:
    picture = picture_of("1", f"tn.html({'<p>Tea</p>' + DRAWING!r})")
    assert picture is not None
    assert (picture.suffix, picture.alt, picture.size) == (".svg", "A pot", (320, 160))
    root = ET.fromstring(picture.data)
    assert root.tag == f"{SVG}svg"
    assert root.attrib == {
        "viewBox": "-10 0 320.4 160",
        "role": "img",
        "aria-label": "A pot",
        "width": "320",
        "height": "160",
    }
    style, circle = root
    assert style.tag == f"{SVG}style"
    assert "--tn-accent:#b4410c" in str(style.text)
    assert "prefers-color-scheme:dark" in str(style.text)
    assert circle.attrib == {"r": "9", "fill": "var(--tn-accent)"}


def test_the_first_in_the_notebooks_order_and_displays_before_the_output(
    picture_of: Callable[..., Picture | None],
) -> None:
    named = [DRAWING.replace("A pot", name) for name in ("one", "two", "three")]
    cells = (
        "x = y",
        f"tn.display(tn.html({named[0]!r}))\ntn.html({named[1]!r})",
        f"y = 1\ntn.html({named[2]!r})",
    )
    found = picture_of(*cells)
    assert found is not None
    assert found.alt == "one"


def test_an_image_is_taken_as_it_is(picture_of: Callable[..., Picture | None]) -> None:
    assert picture_of(PIXEL, f"tn.html({DRAWING!r})") == Picture(base64.b64decode(DATA), ".png")


@pytest.mark.parametrize(
    "shown",
    [
        ICON,
        DRAWING.replace("</svg>", "<br></svg>"),
        DRAWING.replace("320.4", "wide"),
        DRAWING.replace("<circle", "<text>&nbsp;</text><circle"),
        DRAWING.replace("</svg>", f"<text>{'x' * 1_000_000}</text></svg>"),
    ],
    ids=["icon", "no XML", "no size", "entity of HTML", "large"],
)
def test_what_is_no_picture_is_passed_over(picture_of: Callable[..., Picture | None], shown: str) -> None:
    assert picture_of(f"tn.html({shown!r})") is None
    second = picture_of(f"tn.html({shown!r})", f"tn.html({DRAWING!r})")
    assert second is not None
    assert second.alt == "A pot"


def test_the_size_is_said_by_width_and_height_where_there_is_no_view_box(
    picture_of: Callable[..., Picture | None],
) -> None:
    picture = picture_of("""tn.html('<svg width="200pt" height="90pt"><circle r="9"/></svg>')""")
    assert picture is not None
    assert picture.size == (200, 90)
    assert ET.fromstring(picture.data).get("viewBox") == "0 0 200 90"


def test_a_notebook_that_was_not_executed_has_none() -> None:
    assert find_picture(parse_notebook("# %%\n1\n", "pots.py"), None) is None
