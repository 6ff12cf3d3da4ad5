"""From values to MIME bundles."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from tiffin.outputs.mime import DENSITY
from tiffin.outputs.render import LONGEST_TEXT, open_figures, render

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    plt.close("all")


def shows(**methods: Callable[..., Any]) -> Any:
    """An object whose class has these methods, and `thing` as its repr."""
    return type("Thing", (), {"__repr__": lambda self: "thing", **methods})()


def raising(error: Exception) -> Callable[[Any], Any]:
    def method(self: Any, *_: Any, **__: Any) -> Any:
        raise error

    return method


def test_none_shows_nothing() -> None:
    assert render(None) == {}


@pytest.mark.parametrize("value", [0, "", [], False, 1.5, "a\nb", {"k": (1,)}, math.nan, ...])
def test_a_plain_value_is_its_repr(value: object) -> None:
    assert render(value) == {"text/plain": repr(value)}


@pytest.mark.parametrize(
    ("method", "mime", "given", "data"),
    [
        ("_repr_html_", "text/html", "<b>", "<b>"),
        ("_repr_markdown_", "text/markdown", "**b**", "**b**"),
        ("_repr_svg_", "image/svg+xml", "<svg/>", "<svg/>"),
        ("_repr_png_", "image/png", PNG, base64.b64encode(PNG).decode()),
        ("_repr_jpeg_", "image/jpeg", b"\xff\xd8", "/9g="),
        ("_repr_latex_", "text/latex", "$x$", "$x$"),
        ("_repr_json_", "application/json", {"a": [1, None]}, {"a": [1, None]}),
        ("_repr_html_", "text/html", ("<b>", {"isolated": True}), "<b>"),
        ("_repr_png_", "image/png", (PNG, {"width": 3}), base64.b64encode(PNG).decode()),
    ],
)
def test_each_method_gives_its_type(method: str, mime: str, given: Any, data: Any) -> None:
    assert render(shows(**{method: lambda self: given})) == {mime: data, "text/plain": "thing"}


def test_a_method_that_gives_none_is_as_if_it_were_not_there() -> None:
    assert render(shows(_repr_html_=lambda self: None)) == {"text/plain": "thing"}


def test_a_method_that_is_not_implemented_is_no_failure() -> None:
    assert render(shows(_repr_html_=raising(NotImplementedError()))) == {"text/plain": "thing"}
    assert render(shows(_repr_mimebundle_=raising(NotImplementedError()))) == {"text/plain": "thing"}
    assert render(type("Thing", (), {"_repr_html_": None, "__repr__": lambda self: "thing"})()) == {
        "text/plain": "thing"
    }


def test_a_bundle_wins_over_the_methods_and_may_carry_metadata() -> None:
    bundle = {"text/html": "<i>", "image/png": PNG, "text/plain": "t", "text/latex": None}
    for given in (bundle, (bundle, {"image/png": {"width": 1}})):
        thing = shows(_repr_mimebundle_=lambda self, **_: given, _repr_html_=lambda self: "<b>")  # noqa: B023
        assert render(thing) == {
            "text/html": "<i>",
            "image/png": base64.b64encode(PNG).decode(),
            "text/plain": "t",
        }


def test_a_bundle_is_asked_for_as_ipython_asks() -> None:
    asked: list[tuple[Any, Any]] = []

    def method(self: Any, include: Any, exclude: Any) -> dict[str, str]:
        asked.append((include, exclude))
        return {"text/html": "<i>"}

    assert render(shows(_repr_mimebundle_=method))["text/html"] == "<i>"
    assert asked == [(None, None)]


def test_what_raises_is_left_out_and_said() -> None:
    thing = shows(_repr_html_=raising(ValueError("no html")), _repr_latex_=lambda self: "$x$")
    assert render(thing) == {
        "text/latex": "$x$",
        "text/plain": "thing\n[_repr_html_ failed: ValueError: no html]",
    }


def test_a_property_that_raises_is_left_out_and_said() -> None:
    thing = shows(_repr_html_=property(raising(RuntimeError("late"))))  # type: ignore[arg-type]
    assert render(thing) == {"text/plain": "thing\n[_repr_html_ failed: RuntimeError: late]"}


def test_a_repr_that_raises_leaves_the_name_of_the_type() -> None:
    assert render(shows(__repr__=raising(ValueError("odd")))) == {
        "text/plain": "<Thing>\n[repr failed: ValueError: odd]"
    }


def test_a_huge_repr_is_cut_and_counted() -> None:
    text = render("x" * (LONGEST_TEXT * 2))["text/plain"]
    assert len(text) < LONGEST_TEXT + 100
    assert text.endswith("… (200,002 characters in all)")


@pytest.mark.parametrize("data", [{"x": math.nan}, {"x": {1, 2}}, {(1, 2): 3}, [math.inf]])
def test_json_that_is_none_is_left_out(data: Any) -> None:
    assert render(shows(_repr_json_=lambda self: data)) == {"text/plain": "thing"}


def test_json_that_holds_itself_or_goes_too_deep_is_left_out() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    circle: list[Any] = []
    circle.append(circle)
    for data in (deep, circle):
        assert render(shows(_repr_json_=lambda self: data)) == {"text/plain": "thing"}  # noqa: B023


def test_a_class_is_not_its_instance() -> None:
    kind = type(shows(_repr_html_=lambda self: "<b>"))
    assert render(kind) == {"text/plain": repr(kind)}
    assert render(Figure) == {"text/plain": "<class 'matplotlib.figure.Figure'>"}


@pytest.mark.parametrize(
    ("error", "text"),
    [(ValueError("a < b"), "ValueError: a < b"), (KeyError("k"), "KeyError: 'k'"), (EOFError(), "EOFError")],
)
def test_an_exception_is_a_value_too(error: Exception, text: str) -> None:
    bundle = render(error)
    assert bundle["text/plain"] == text
    assert bundle["text/html"] == f'<pre class="tn-exception">{text}</pre>'.replace(" < ", " &lt; ").replace(
        "'", "&#x27;"
    )


def figure() -> Figure:
    made, axes = plt.subplots(figsize=(3, 2))
    axes.plot([1, 3, 2], label="a")
    axes.legend()
    return made


def test_a_figure_is_a_png_and_the_same_bytes_each_time() -> None:
    first, second = render(figure()), render(figure())
    raw = base64.b64decode(first["image/png"])
    assert raw.startswith(PNG)
    width, height = struct.unpack(">II", raw[16:24])
    assert width > height > 200  # twice the density of a page
    assert first["image/png"] == second["image/png"]
    assert "text/html" not in first


def test_axes_show_the_figure_they_stand_in() -> None:
    made = figure()
    assert render(made.axes[0])["image/png"] == render(made)["image/png"]


def test_axes_of_a_part_of_a_figure_show_all_of_it() -> None:
    whole = Figure(figsize=(3, 2))
    left, _ = whole.subfigures(1, 2)
    assert render(left.subplots())["image/png"] == render(whole)["image/png"]


def test_a_figure_that_cannot_be_drawn_says_so() -> None:
    dry = type("Dry", (Figure,), {"savefig": raising(RuntimeError("out of ink"))})
    assert render(dry())["text/plain"].endswith("its table or picture failed: RuntimeError: out of ink]")


def test_open_figures_are_shown_and_closed() -> None:
    figure(), figure()
    assert [sorted(bundle) for bundle in open_figures(None)] == [[DENSITY, "image/png", "text/plain"]] * 2
    assert plt.get_fignums() == []
    assert open_figures(None) == []


@pytest.mark.parametrize("shown", [lambda made: made, lambda made: made.axes[0]])
def test_the_figure_that_is_the_output_is_not_shown_twice(shown: Callable[[Figure], Any]) -> None:
    figure()
    own = figure()
    assert len(open_figures(shown(own))) == 1
    assert plt.get_fignums() == []
