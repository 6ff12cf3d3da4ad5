"""The stand-in for `IPython.display`."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tiffin.outputs.ipython_display import (
    HTML,
    JSON,
    SVG,
    Code,
    Image,
    Javascript,
    Latex,
    Markdown,
    Math,
    Pretty,
    make_module,
)
from tiffin.outputs.render import render

PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.mark.parametrize(
    ("value", "mime", "data"),
    [
        (HTML("<b>dal</b>"), "text/html", "<b>dal</b>"),
        (Markdown("**dal**"), "text/markdown", "**dal**"),
        (Latex("$x$"), "text/latex", "$x$"),
        (Math("x^2"), "text/latex", "$\\displaystyle x^2$"),
        (SVG("<?xml version='1.0'?>\n<svg></svg>"), "image/svg+xml", "<svg></svg>"),
        (JSON({"a": [1, None]}), "application/json", {"a": [1, None]}),
        (Code("a < b", language="python"), "text/html", "<pre><code>a &lt; b</code></pre>"),
        (Pretty("as 'it' is"), "text/plain", "as 'it' is"),
        (Javascript("alert(1)"), "text/plain", "<IPython.core.display.Javascript object>"),
        (Image(PNG), "image/png", base64.b64encode(PNG).decode()),
        (Image(b"\xff\xd8\xff\xe0"), "image/jpeg", "/9j/4A=="),
        (Image(b"GIF89a"), "image/gif", "R0lGODlh"),
        (Image(b"RIFF....WEBP"), "image/webp", "UklGRi4uLi5XRUJQ"),
        (Image(b"\n<svg/>"), "image/svg+xml", "\n<svg/>"),
        (Image(b"??", format="png"), "image/png", "Pz8="),
        (Image("https://x.org/a.png"), "text/html", '<img src="https://x.org/a.png" alt="">'),
        (
            Image(url="https://x.org/?a&b", width=3, height=4, alt='"A"'),
            "text/html",
            '<img src="https://x.org/?a&amp;b" alt="&quot;A&quot;" width="3" height="4">',
        ),
        (
            Image(b"GIF89a", width=20),
            "text/html",
            '<img src="data:image/gif;base64,R0lGODlh" alt="" width="20">',
        ),
    ],
)
def test_each_object_is_shown_in_its_form(value: Any, mime: str, data: Any) -> None:
    bundle = render(value)
    assert bundle[mime] == data
    assert isinstance(bundle["text/plain"], str)


def test_javascript_is_never_given_to_be_run() -> None:
    assert set(render(Javascript("alert(1)"))) == {"text/plain"}


def test_files_are_read_and_read_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<i>1</i>", encoding="utf-8")
    shown = HTML(filename=page)
    assert shown.data == "<i>1</i>"
    page.write_text("<i>2</i>", encoding="utf-8")
    shown.reload()
    assert shown.data == "<i>2</i>"
    picture = tmp_path / "picture.png"
    picture.write_bytes(PNG)
    for image in (Image(str(picture)), Image(filename=picture), Image(picture)):
        assert image.data == PNG
        assert "image/png" in render(image)
    values = tmp_path / "values.json"
    values.write_text("[1, 2]", encoding="utf-8")
    assert JSON(filename=values).data == [1, 2]


def test_wrong_arguments_are_errors_that_name_the_class() -> None:
    with pytest.raises(TypeError, match="HTML expects text"):
        HTML(3)
    with pytest.raises(ValueError, match="Image needs data"):
        Image()
    with pytest.raises(ValueError, match="cannot tell what these bytes are"):
        Image(b"what")
    with pytest.raises(TypeError, match="Image expects bytes"):
        Image([1])
    with pytest.warns(UserWarning, match="expects a dict"):
        assert JSON('{"a": 1}').data == {"a": 1}


def test_the_module_shows_through_the_functions_it_was_given() -> None:
    shown: list[Any] = []
    cleared: list[bool] = []

    def display(*values: Any) -> None:
        shown.extend(values)

    def clear_output(wait: bool = False) -> None:
        cleared.append(wait)

    module = make_module(display, clear_output)
    assert module.__name__ == "IPython.display"
    assert module.HTML is HTML
    module.display(1, 2)
    module.display_html("<b>", raw=True)
    module.display_markdown("kept")
    module.clear_output(wait=True)
    assert shown[:2] == [1, 2]
    assert isinstance(shown[2], HTML)
    assert shown[3] == "kept"
    assert cleared == [True]
    assert module.parent.__name__ == "IPython"
    assert module.parent.get_ipython() is None
    assert module.parent.display is module
    assert module.parent.core.interactiveshell.InteractiveShell.initialized() is False


def test_the_imports_that_people_write_work(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    module = make_module(print, print)
    monkeypatch.setitem(sys.modules, "IPython", module.parent)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    names: dict[str, Any] = {}
    code = "from IPython.display import HTML, Image, display, clear_output\nimport IPython.display as d\n"
    exec(code + "from IPython import get_ipython\nimport IPython\nx = IPython.display.Markdown('a')", names)
    assert names["d"] is module
    assert names["HTML"] is HTML
    assert names["get_ipython"]() is None
    assert isinstance(names["x"], Markdown)
