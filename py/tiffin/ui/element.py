"""The UI element: a kind, arguments, and a front-end value that becomes a Python value."""

from __future__ import annotations

import html
import inspect
import json
from collections.abc import Callable, Mapping
from contextvars import copy_context
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias, TypedDict

from tiffin.errors import UsageError
from tiffin.ids import new_run_id

Json: TypeAlias = Any


class Common(TypedDict, total=False):
    """What every widget takes beside its own arguments: a line of `help` under it, whether it is `disabled`,
    and a function that is called `on_change` with its new value."""

    help: str
    disabled: bool
    on_change: Callable[[Any], object] | None


class Reactive:
    """A value that changes without its cell running; `identity_document` says in JSON what it is now.

    `parts` are those that it is made of.
    """

    id: str
    parts: tuple[Reactive, ...] = ()

    def identity_document(self) -> dict[str, Json]:
        """Return what decides its identity at present."""
        raise NotImplementedError


class Element(Reactive):
    """A widget of a notebook.

    `kind` names the custom element (`tn-<kind>`), `arguments` are JSON and never change, `front_end` is the
    current value as the page holds it. `id` and `name` are given by the registry that owns the element.
    `on_change` is called when a reader has changed the value, before what depends on it runs. Sub-classes say
    how the front-end value becomes `.value`, and which values there are. This is no abstract base class in
    Python's sense, since asking of every value whether it is an element would cost five times as much.
    """

    kind: ClassVar[str]
    momentary: ClassVar[bool] = False
    """Whether it is back at its initial value when the run that its change starts is over."""
    fleeting: ClassVar[bool] = False
    """Whether its values never come again, so that it is pointless to store what was made of them."""

    contents: Mapping[str, bytes] = MappingProxyType({})
    """What readers have handed over to the registry that owns the element, by digest."""

    data: Any = None
    """A value that it is made of, beside its arguments; None in one that was restored, until it is filled."""
    data_identity: str | None = None
    stored: Any = None
    """The definition that says where the data are stored, while they are not here."""

    keeps: ClassVar[bool] = False
    """Whether it goes on with its value where its cell makes it anew, if that still fits."""

    lacks: str = ""
    """The attribute that a restored one has not: a cell that names it has the element's cell run before."""
    tell: Callable[[Any, Json], bool] = staticmethod(lambda *_: False)
    """Called with the element when Python has changed its value (and null), or says something to the page;
    returns whether the cell is still at it that makes the element."""

    def __init__(
        self,
        arguments: Mapping[str, Json],
        initial: Json,
        *,
        help: str = "",  # noqa: A002 (the author's word)
        disabled: bool = False,
        on_change: Callable[[Any], object] | None = None,
    ) -> None:
        # What is not given leaves the identity of a widget as it was before there were these arguments.
        given = {"help": help, "disabled": disabled}
        self.arguments = {**arguments, **{name: value for name, value in given.items() if value}}
        self.initial = initial
        self.id = ""
        self.name = ""
        if inspect.iscoroutinefunction(on_change):
            raise UsageError(f"{self.kind}: on_change must be an ordinary function, not an async one")
        self.on_change = on_change
        self._context = copy_context() if on_change else None
        self.begin(self.check(initial))

    @property
    def value(self) -> Any:
        """The current value, as Python has it."""
        return self.to_python(self.front_end)

    @value.setter
    def value(self, _: Any) -> None:
        raise AttributeError(f"the value of a {self.kind} is set by its reader, not by assignment")

    def begin(self, front_end: Json) -> None:
        """Take the initial value, which was checked."""
        self.front_end = front_end

    def name_parts(self) -> None:
        """The element has a name from now on: give its parts theirs, which have none."""

    def put(self, front_end: Json) -> list[Element]:
        """Take a front-end value that was checked; return the elements whose value this has changed."""
        self.front_end = front_end
        return [self]

    @property
    def heeds(self) -> bool:
        """Whether it is to hear of changes."""
        return self.on_change is not None

    @property
    def is_storable(self) -> bool:
        """Whether a manifest can hold all of what its cell has made of it."""
        return self.on_change is None

    def hear(self) -> None:
        """A reader has changed its value."""
        if self.on_change is not None:
            self.on_change(self.value)

    def follow(self, before: Element) -> bool:
        """Take the place of one that `keeps` its value; return whether it goes on with that."""
        return True

    def leave(self) -> None:
        """Its registry does not own it any more."""

    def on_behalf(self, call: Callable[..., object], *args: Any, **options: Any) -> None:
        """Call something as the cell would that made this element: what it prints goes there."""
        if self._context is not None:
            self._context.run(call, *args, **options)

    def to_python(self, front_end: Json) -> Any:
        """Return the Python value for a front-end value."""
        return front_end

    def check(self, front_end: Json) -> Json:
        """Return a front-end value that the page sent, normalised; `UsageError` if it cannot be one."""
        raise NotImplementedError

    def holds(self, digest: str) -> bool:
        """Return whether it has this content itself."""
        return False

    def answer(self, asked: Mapping[str, Json]) -> Json:
        """Return the answer to what the page asks that is no value; `UsageError` if there is none."""
        raise UsageError(f"a {self.kind} answers no questions")

    def kept(self) -> Any:
        """What a manifest must keep beside the arguments to make this element again; None if nothing."""
        return None

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Element:
        """Return an element like the one that had these arguments, initial value, and `kept()`."""
        parameters = inspect.signature(cls).parameters
        known = {*parameters, *Common.__annotations__}
        given = {name: value for name, value in arguments.items() if name in known}
        return cls(**{**given, "value": initial})

    def shown_arguments(self) -> Mapping[str, Json]:
        """Return the arguments that the page needs; the rest stay in Python."""
        return self.arguments

    def identity_document(self) -> dict[str, Json]:
        """What decides a widget's identity: kind, arguments, the identity of its data if it has some, and the
        current front-end value."""
        document = {"kind": self.kind, "args": self.arguments, "value": self.front_end}
        if self.data is not None and self.data_identity is None:
            self.data_identity = new_run_id()  # until its cell is done, it is like no other
        return document if self.data_identity is None else {**document, "data": self.data_identity}

    def fill(self, data: Any) -> None:
        """Take the data that were stored."""
        self.data = data

    def refuse(self, front_end: Json, wanted: str) -> UsageError:
        """Return the error for a value that this element does not take."""
        known = self.name or self.id
        return UsageError(f"{self.kind}{f' {known!r}' if known else ''} takes {wanted}, not {front_end!r}")

    @property
    def rows(self) -> int:
        """How many lines it takes where that differs between widgets, else 0: its place is kept free."""
        return 0

    @property
    def tag(self) -> str:
        """The name of the custom element."""
        return f"tn-{self.kind.replace('_', '-')}"

    def to_html(self) -> str:
        """Return the custom element that the page brings to life; readable without any script."""
        label = str(self.arguments.get("label") or "")
        shown = "" if self.front_end is None else str(self.front_end)
        return self.wrap(html.escape(f"{label}: {shown}" if label else shown))

    def wrap(self, inside: str) -> str:
        """Return the custom element around some HTML."""
        attributes = {
            "name": self.name or self.id,
            "data-element": self.id,
            "data-args": json.dumps(
                self.shown_arguments(), ensure_ascii=False, separators=(",", ":"), sort_keys=True
            ),
            "data-value": json.dumps(self.front_end, ensure_ascii=False),
        }
        if self.rows:
            attributes["style"] = f"--tn-rows:{self.rows}"
        written = "".join(f' {name}="{html.escape(text)}"' for name, text in attributes.items())
        return f"<{self.tag}{written}>{inside}</{self.tag}>"

    def __reduce__(self) -> Any:
        raise TypeError("a widget is restored from its kind and arguments, not pickled")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Json]:
        return {"text/html": self.to_html(), "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        return self.to_html()

    def __format__(self, spec: str) -> str:
        """Inside an f-string of Markdown or HTML an element is its own markup."""
        return self.to_html() if not spec else format(self.value, spec)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name or self.id or 'not shown yet'}: {self.value!r}>"
