"""From a value to its MIME bundle."""

from __future__ import annotations

import html
import io
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tiffin.outputs.mime import DENSITY, is_json, to_data
from tiffin.outputs.renderers import Renderer, full_name, renderers

Json: TypeAlias = Any

LONGEST_TEXT = 100_000

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
}


def render(value: Any) -> dict[str, Json]:
    """Return the MIME bundle of `value`: {} for None, otherwise at least `text/plain`.

    A representation that raises is left out, and the plain text then says so. Source: the `_repr_*_` and
    `_repr_mimebundle_` protocol of IPython's rich display.
    """
    if value is None:
        return {}
    renderer = renderers.find(type(value))
    problems: list[str] = []
    bundle: dict[str, Json] = {}
    if not isinstance(value, type):
        if renderer is not None:
            bundle.update(_attempt(lambda: _checked(renderer(value)), "its table or picture", problems) or {})
        else:
            bundle.update(_from_mimebundle(value, problems))
            for mime, method in _METHODS.items():
                data = None if mime in bundle else _call(value, method, problems)
                if data is not None:
                    bundle[mime] = to_data(mime, data)
    if "text/plain" not in bundle:
        bundle["text/plain"] = _text(value, problems)
    return {mime: data for mime, data in bundle.items() if _is_writable(mime, data)}


def _checked(bundle: Any) -> dict[str, Json]:
    """What a renderer gives, in the form that bundles have; `TypeError` for what is no bundle."""
    if not isinstance(bundle, Mapping):
        raise TypeError(f"a renderer gives a MIME bundle, a dict, not {type(bundle).__name__}")
    return {mime: to_data(mime, data) for mime, data in bundle.items() if data is not None}


def _attempt(call: Callable[[], Any], what: str, problems: list[str]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 (a value's own code may raise anything)
        problems.append(f"{what} failed: {type(error).__name__}: {error}")
        return None


def _call(value: Any, method: str, problems: list[str], **options: Any) -> Any:
    """What a representation method gives, without its metadata; None if the type has none of that name.

    As in IPython, a method that is None or raises `NotImplementedError` counts as not there.
    """
    if getattr(type(value), method, None) is None:
        return None

    def call() -> Any:
        try:
            return getattr(value, method)(**options)
        except NotImplementedError:
            return None

    return _without_metadata(_attempt(call, method, problems))


def _without_metadata(data: Any) -> Any:
    return data[0] if isinstance(data, tuple) and len(data) == 2 else data


def _from_mimebundle(value: Any, problems: list[str]) -> dict[str, Json]:
    given = _call(value, "_repr_mimebundle_", problems, include=None, exclude=None)
    if not isinstance(given, Mapping):
        return {}
    return {mime: to_data(mime, data) for mime, data in given.items() if data is not None}


def _text(value: Any, problems: list[str]) -> str:
    text = _attempt(lambda: repr(value), "repr", problems)
    if not isinstance(text, str):
        text = f"<{type(value).__qualname__}>"
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text):,} characters in all)"
    return text + "".join(f"\n[{problem}]" for problem in problems)


def _is_writable(mime: str, data: Json) -> bool:
    if is_json(mime):
        try:
            json.dumps(data, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            return False
        return True
    return isinstance(data, str)


def _render_figure(figure: Any) -> dict[str, Json]:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=144, bbox_inches="tight", metadata={"Software": None})
    return {"image/png": to_data("image/png", buffer.getvalue()), DENSITY: 2, "text/plain": repr(figure)}


def _render_axes(axes: Any) -> dict[str, Json]:
    return _render_figure(_whole_figure(axes))


def _whole_figure(axes: Any) -> Any:
    """The figure that `axes` stand in, which may be in a part of it (a sub-figure)."""
    return axes.get_figure().figure


def _render_exception(error: BaseException) -> dict[str, Json]:
    message = str(error)
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return {"text/html": f'<pre class="tn-exception">{html.escape(text)}</pre>', "text/plain": text}


_OWN: dict[str, Renderer | str] = {
    "altair.vegalite.v5.api.TopLevelMixin": "tiffin.outputs.charts:render_altair",
    "altair.vegalite.v6.api.TopLevelMixin": "tiffin.outputs.charts:render_altair",
    "plotly.basedatatypes.BaseFigure": "tiffin.outputs.charts:render_plotly",
    "pandas.core.frame.DataFrame": "tiffin.outputs.frames:render_pandas",
    "pandas.core.series.Series": "tiffin.outputs.frames:render_series",
    "pandas.DataFrame": "tiffin.outputs.frames:render_pandas",
    "pandas.Series": "tiffin.outputs.frames:render_series",
    "polars.dataframe.frame.DataFrame": "tiffin.outputs.frames:render_polars",
    "pyarrow.lib.Table": "tiffin.outputs.frames:render_arrow",
    "pyarrow.lib.RecordBatch": "tiffin.outputs.frames:render_arrow",
    "matplotlib.figure.Figure": _render_figure,
    "matplotlib.axes._axes.Axes": _render_axes,
    "builtins.BaseException": _render_exception,
    "anywidget.widget.AnyWidget": "tiffin.outputs.widgets:render_anywidget",
}
renderers.supply(_OWN)


def open_figures(shown: Any) -> list[dict[str, Json]]:
    """Render and close the matplotlib figures that a body left open, as a Jupyter notebook shows them.

    The figure that the value `shown` is, or stands in, is closed too, but left out: it is the output itself.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
    kinds = [full_name(kind) for kind in type(shown).__mro__]
    own = shown if "matplotlib.figure.Figure" in kinds else None
    if "matplotlib.axes._axes.Axes" in kinds:
        own = _whole_figure(shown)
    bundles = [render(figure) for figure in figures if figure is not own]
    pyplot.close("all")
    return bundles
