"""The author's API: `import tiffin as tn`, then `tn.ui.slider(...)`, `tn.md(...)`, `tn.html(...)`, ...

Everything here works in a cell, in a plain script, and in the browser.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from tiffin.errors import Stop
from tiffin.session.ambient import current
from tiffin.ui.element import Element
from tiffin.ui.inputs import Checkbox, Dropdown, NumberInput, Slider, Text
from tiffin.ui.kinds import MODULES, find_kind
from tiffin.ui.state import SetState, State

P = ParamSpec("P")
E = TypeVar("E", bound=Element)
T = TypeVar("T")


class Widget(Generic[P, E]):
    """Makes elements of one kind, and gives each to the kernel whose cell runs."""

    def __init__(self, kind: Callable[P, E]) -> None:
        self._kind = kind
        self.__doc__ = kind.__doc__
        self.__signature__ = _signature(kind)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> E:
        """Return a new element."""
        element = self._kind(*args, **kwargs)
        ambient = current.get()
        if ambient is not None:
            ambient.adopt(element)
        return element


def _signature(kind: Callable[..., Any]) -> inspect.Signature:
    """The signature of an element, with what all elements take written out."""
    own = [p for p in inspect.signature(kind).parameters.values() if p.kind is not p.VAR_KEYWORD]
    all_take = inspect.signature(Element).parameters.values()
    return inspect.Signature([*own, *(p for p in all_take if p.kind is p.KEYWORD_ONLY)])


class Widgets:
    """`tn.ui`: the widgets. Those that are not written here are in modules of their own, imported when one is
    first asked for."""

    slider = Widget(Slider)
    number = Widget(NumberInput)
    text = Widget(Text)
    checkbox = Widget(Checkbox)
    dropdown = Widget(Dropdown)

    def __getattr__(self, name: str) -> Widget[..., Element]:
        kind = find_kind(name)
        if kind is None:
            raise AttributeError(f"tn.ui has no widget {name!r}")
        widget: Widget[..., Element] = Widget(kind)
        self.__dict__[name] = widget
        return widget

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *MODULES})


ui = Widgets()


class Markdown:
    """Markdown to be shown; `md` makes one."""

    def __init__(self, text: str) -> None:
        self.text = inspect.cleandoc(text)

    def batch(self, **parts: Element) -> Element:
        """Return the text with widgets where it names them in braces; the value is a dict of theirs."""
        return ui.batch(self.text, parts, "markdown")

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


class Html:
    """HTML to be shown; `html` makes one."""

    def __init__(self, text: str) -> None:
        self.text = text

    def batch(self, **parts: Element) -> Element:
        """Return the HTML with widgets where it names them in braces; the value is a dict of theirs."""
        return ui.batch(self.text, parts, "html")

    def _repr_html_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<html, {len(self.text)} characters>"


def md(text: str) -> Markdown:
    """Return Markdown to be shown: CommonMark with tables; indentation that all lines share is taken off."""
    return Markdown(text)


def html(text: str) -> Html:
    """Return HTML to be shown as it is."""
    return Html(text)


def hstack(items: Iterable[Any], *, gap: float = 1.0, align: str = "start") -> Html:
    """Return values side by side, in as many rows as they need; `gap` in letters' heights, `align` is start,
    center, end or stretch. Widgets among them stay what they are; text is Markdown."""
    return Html(_stacks().row(items, gap, align))


def vstack(items: Iterable[Any], *, gap: float = 1.0, align: str = "stretch") -> Html:
    """Return values one beneath another; else as `hstack`."""
    return Html(_stacks().column(items, gap, align))


def _stacks() -> Any:
    return importlib.import_module("tiffin.ui.stacks")


def display(*values: Any) -> None:
    """Show values in the output of the running cell, before its last expression; in a script, print them."""
    ambient = current.get()
    if ambient is None:
        print(*values)
    else:
        ambient.display(*values)


def clear_output(wait: bool = False) -> None:  # noqa: ARG001 (IPython's signature; outputs never flicker)
    """Take away what the running cell has displayed so far."""
    ambient = current.get()
    if ambient is not None:
        ambient.clear()


def stats() -> Mapping[str, int]:
    """Return what the kernel has done so far: cells run and restored, blobs fetched, and so on."""
    ambient = current.get()
    return {} if ambient is None else ambient.stats()


def stop(condition: object, output: Any = None) -> None:
    """End the running cell here if `condition` is true, and show `output`; what depends on it does not run.

    Nothing that the cell defined before is kept. In a script, end the script.
    """
    if condition:
        if current.get() is None:
            if output is not None:
                print(output)
            raise SystemExit(0)
        raise Stop(output)


def state(initial: T, *, allow_self_loops: bool = False) -> tuple[State[T], SetState[T]]:
    """Return the getter and the setter of a value that cells share.

    Setting it runs the cells that refer to the getter, once the cell that set it has ended; not that cell
    itself, unless `allow_self_loops`. The setter takes a value, or a function from the present one to the
    next.
    """
    ambient = current.get()
    made: State[T]
    if ambient is None:
        made = State(initial, allow_self_loops=allow_self_loops)
    else:
        made = ambient.make_state(initial, allow_self_loops)
    return made, SetState(made)


def notebook_location() -> Path:
    """Return the folder of the notebook, here or in the browser: `tn.notebook_location() / "public"` is where
    the files lie that go with it. In a script, the folder of the script."""
    from tiffin.codecs.places import in_notebook  # widgets alone load no codecs

    return in_notebook()


def defs() -> tuple[str, ...]:
    """Return the names that the running cell defines, in alphabetical order."""
    ambient = current.get()
    return () if ambient is None else ambient.definitions()


def refs() -> tuple[str, ...]:
    """Return the names that the running cell takes from elsewhere, without builtins, sorted."""
    ambient = current.get()
    return () if ambient is None else ambient.references()
