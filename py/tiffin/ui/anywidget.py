"""Widgets of the `anywidget` package: code for the page, and a state that both sides change.

Nothing is imported of that package, nor of traitlets: what is wrapped offers `traits`, `observe` and
`set_trait`, `send` and `_handle_custom_msg` where there are messages, `_esm` and `_css`.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from contextvars import copy_context
from typing import Any, ClassVar, NoReturn, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ids import digest
from tiffin.ui.element import Common, Element
from tiffin.ui.traits import from_form, to_form

Json: TypeAlias = Any

LARGEST = 10_000_000
"""Characters of JSON that a state may have: it is part of pages, keys and messages."""

_ADDRESS = re.compile(r"(?:https?:)?//[^\s\"']+")
_IMPORT = re.compile(
    rf"""(?m)(?:^|[;}}])[ \t]*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']({_ADDRESS.pattern})["']"""
)
_OWN = ("anywidget", "ipywidgets")
_CODE = frozenset({"_esm", "_css", "_anywidget_id"})


class State(dict[str, Any]):
    """The synced traits by name, as they were when it was asked for."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this state was read, and does not change: set the trait of the widget itself")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> Any:
        return State, (dict(self),)


class AnyWidget(Element):
    """A widget of the `anywidget` package, alive in the page: `.value` is a mapping of its synced traits,
    `.widget` the object itself.

    What its code in the page saves becomes the object's traits, whose observers hear of it; traits that are
    set in Python are shown in the page. Either way what refers to this element runs. Code and style have to
    hold all that they need, since pages load nothing from other sites.
    """

    kind: ClassVar[str] = "anywidget"
    keeps: ClassVar[bool] = True

    def __init__(self, widget: Any, label: str = "", **common: Unpack[Common]) -> None:
        if isinstance(widget, type) or not all(
            callable(getattr(widget, name, None)) for name in ("traits", "observe", "set_trait")
        ):
            raise UsageError(f"anywidget: it takes an object of the anywidget package, not {widget!r}")
        code = {"esm": _text(widget, "_esm"), "css": _text(widget, "_css")}
        if not code["esm"]:
            raise UsageError(f"anywidget: {type(widget).__name__} has no _esm, which is its code in the page")
        self.take_up(widget, _synced(widget), code)
        arguments: dict[str, Json] = {
            "label": label,
            "type": type(widget).__name__,
            **{name: digest(text.encode("utf-8", "replace")) for name, text in code.items() if text},
        }
        if loads := remote_code(code["esm"]):
            arguments["loads"] = loads
        self.front_end = self._state()
        super().__init__(arguments, self.front_end, **common)
        self._context = copy_context()
        if self._names:
            widget.observe(self._heard, names=list(self._names))
        _listen(widget, self)

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> AnyWidget:
        made = cls.__new__(cls)
        made.take_up(None, frozenset(initial), kept)
        made.lacks = "widget"
        common = Common(help=arguments.get("help", ""), disabled=arguments.get("disabled", False))
        made.front_end = initial
        Element.__init__(made, arguments, initial, **common)
        return made

    def take_up(self, widget: Any, names: frozenset[str], kept: Mapping[str, Any]) -> None:
        """Have this object, or none, these traits, and what a manifest keeps."""
        self._object = widget
        self._names = names
        self._code = {name: kept[name] for name in ("esm", "css")}
        self._acts = bool(kept.get("acts"))
        self._hears = False

    @property
    def widget(self) -> Any:
        """The object, whose traits and methods are those of its class."""
        if self._object is None:
            raise UsageError(
                "the object of this anywidget is not here, only its stored state: "
                "name it as .widget in the cell itself, or run the cell that makes it"
            )
        return self._object

    def to_python(self, front_end: Json) -> State:
        return State({name: from_form(form) for name, form in front_end.items()})

    # -- what the page says -----------------------------------------------------------------------------

    def check(self, front_end: Json) -> Json:
        """A value has forms of some traits; the others stay as they are."""
        if not isinstance(front_end, dict) or not front_end.keys() <= self._names:
            raise self.refuse(_short(front_end), f"values for {', '.join(sorted(self._names)) or 'no trait'}")
        before = self.front_end
        checked = {}
        for name, form in front_end.items():
            same = name in before and before[name] == form and type(before[name]) is type(form)
            checked[name] = form if same else self._check_trait(name, form)
        return self._small({**before, **checked})

    def _check_trait(self, name: str, form: Json) -> Json:
        value = from_form(form)
        if self._object is None:
            return to_form(value)
        trait = self._object.traits()[name]
        value = trait.metadata.get("from_json", _as_it_is)(value, self._object)
        if value is None and getattr(trait, "allow_none", False):
            return None
        try:
            valid = trait.validate(self._object, value) if hasattr(trait, "validate") else value
        except Exception as error:  # noqa: BLE001 (TraitError is a class of a library that is not imported)
            raise UsageError(f"{self._called}: {error}") from None
        return _form_of(self._object, name, trait, valid)

    @property
    def heeds(self) -> bool:
        return self._object is not None or self._acts or self.on_change is not None

    @property
    def is_storable(self) -> bool:
        # In a state that its reader gave it, its cell shows something else than what its key stands for.
        return super().is_storable and self.front_end == self.initial

    def hear(self) -> None:
        self._set_traits()
        super().hear()

    def _set_traits(self) -> None:
        """Give the object the traits that the page has; what its observers make of that is the value."""
        widget, wanted = self._object, self.front_end
        if widget is None:
            return
        present, traits = self._state(), widget.traits()
        changed = [name for name in sorted(wanted) if wanted[name] != present[name]]
        self._hears = True
        try:
            with getattr(widget, "hold_trait_notifications", nullcontext)():
                for name in changed:
                    read = traits[name].metadata.get("from_json", _as_it_is)
                    widget.set_trait(name, read(from_form(wanted[name]), widget))
        finally:
            self._hears = False
            self.front_end = self._state()

    def answer(self, asked: Mapping[str, Json]) -> Json:
        """Take a message of the page's code, and give it to those whom the object tells by `on_msg`."""
        if asked.get("what") != "message":
            raise UsageError("an anywidget takes messages, and answers no questions")
        handle = getattr(self._object, "_handle_custom_msg", None)
        if handle is not None:
            buffers = [b64decode(buffer) for buffer in asked.get("buffers") or ()]
            self.on_behalf(handle, asked.get("content"), buffers)
        return None

    # -- what Python says -------------------------------------------------------------------------------

    def begin(self, front_end: Json) -> None:
        super().begin(front_end)
        if self._object is not None and front_end != self.initial:
            try:
                self._set_traits()
            except Exception as error:
                raise UsageError(f"{self._called} does not take its value of before: {error}") from error
            if self.front_end != front_end:
                self.tell(self, None)

    def follow(self, before: Element) -> bool:
        """It goes on with its state where it is made anew as it was made before."""
        if before.arguments == self.arguments and before.initial == self.initial:
            return True
        self.tell(self, None)
        return False

    def leave(self) -> None:
        if self._object is not None:
            if self._names:
                self._object.unobserve(self._heard, names=list(self._names))
            _Sender.of(self._object).forget(self)

    def _heard(self, change: Mapping[str, Any]) -> None:
        """A trait was set in Python."""
        if self._hears:
            return
        name = change["name"]
        form = _form_of(self._object, name, self._object.traits()[name], getattr(self._object, name))
        if form == self.front_end.get(name) and type(form) is type(self.front_end.get(name)):
            return
        self.front_end = self._small({**self.front_end, name: form})
        if self.tell(self, None):
            self.initial = {**self.initial, name: form}

    def send_message(self, content: Any, buffers: Iterable[Any] | None) -> None:
        """Send a message to the code of this widget in the page."""
        binary = [b64encode(bytes(buffer)).decode("ascii") for buffer in buffers or ()]
        self.tell(self, {"content": content, "buffers": binary})

    def _state(self) -> Json:
        traits = self._object.traits()
        state = {
            name: _form_of(self._object, name, traits[name], getattr(self._object, name))
            for name in sorted(self._names)
        }
        return self._small(state)

    def _small(self, state: Json) -> Json:
        if (size := len(json.dumps(state, ensure_ascii=False))) > LARGEST:
            raise UsageError(
                f"{self._called}: its state has {size:,} characters as JSON; a page takes {LARGEST:,} at most"
            )
        return state

    @property
    def _called(self) -> str:
        name = getattr(self, "name", "")
        return f"anywidget {name!r}" if name.isidentifier() else "anywidget"

    # -- what is stored and shown -----------------------------------------------------------------------

    def kept(self) -> Any:
        acts = self._acts if self._object is None else _acts(self._object, self._names)
        return {**self._code, "acts": acts}

    def __repr__(self) -> str:
        return f"<anywidget {self.name or 'not shown yet'}: {self.arguments['type']}>"

    def to_html(self) -> str:
        """Return the custom element, with its code as text: exporting makes files of that."""
        label = html.escape(str(self.arguments["label"] or self.arguments["type"]))
        code = {name: text for name, text in self._code.items() if text}
        # In an attribute no Markdown around it reads it, and nothing runs it.
        text = html.escape(json.dumps(code, ensure_ascii=False, sort_keys=True))
        element = self.wrap(f"{label}: this widget needs JavaScript")
        return element.replace(f"<{self.tag} ", f'<{self.tag} data-code="{text}" ', 1)


class _Sender:
    """Stands for the `send` of an object: what that sends goes to the elements that show it."""

    def __init__(self, before: Any) -> None:
        self._before = before
        self._elements: list[AnyWidget] = []

    @staticmethod
    def of(widget: Any) -> _Sender:
        found = vars(widget).get("send")
        if not isinstance(found, _Sender):
            found = _Sender(getattr(widget, "send", None))
            widget.send = found
        return found

    def add(self, element: AnyWidget) -> None:
        self._elements.append(element)

    def forget(self, element: AnyWidget) -> None:
        self._elements = [other for other in self._elements if other is not element]

    def __call__(self, content: Any, buffers: Iterable[Any] | None = None) -> None:
        given = list(buffers or ())
        for element in self._elements:
            element.send_message(content, given)
        if self._before is not None:
            self._before(content, given)


def _listen(widget: Any, element: AnyWidget) -> None:
    _Sender.of(widget).add(element)


def remote_code(esm: str) -> str:
    """Return the first address of another site that a module imports from, or is itself; "" if it does not,
    as far as can be seen."""
    if _ADDRESS.fullmatch(esm.strip()):
        return esm.strip()
    found = _IMPORT.search(esm)
    return "" if found is None else found[1]


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _text(widget: Any, name: str) -> str:
    found = getattr(widget, name, None)
    return "" if found is None else str(found)


def _synced(widget: Any) -> frozenset[str]:
    """The names of the traits that the page has, without those that are ipywidgets' own affair."""
    return frozenset(
        name
        for name, trait in widget.traits(sync=True).items()
        if name not in _CODE and _root(getattr(trait, "this_class", None)) not in _OWN
    )


def _root(kind: Any) -> str:
    return str(getattr(kind, "__module__", "")).partition(".")[0]


def _form_of(widget: Any, name: str, trait: Any, value: Any) -> Json:
    try:
        return to_form(trait.metadata.get("to_json", _as_it_is)(value, widget))
    except UsageError as error:
        raise UsageError(f"anywidget: the trait {name!r} {error}") from None


def _is_ours(handler: Any) -> bool:
    return isinstance(getattr(handler, "__self__", None), AnyWidget)


def _acts(widget: Any, names: frozenset[str]) -> bool:
    """Whether the object does something in Python when a trait is set or a message comes, as far as can be
    seen: then its stored state does not stand for it."""
    notifiers = getattr(widget, "_trait_notifiers", {})
    for name, handlers in notifiers.items():
        told = [one for found in handlers.values() for one in found if not _is_ours(one)]
        # What observes all traits does so under a name that is no text.
        if told and (name in names or not isinstance(name, str)):
            return True
    if names & getattr(widget, "_trait_validators", {}).keys():
        return True
    dispatcher = getattr(widget, "_msg_callbacks", None)
    if getattr(dispatcher, "callbacks", None):
        return True
    handle = getattr(type(widget), "_handle_custom_msg", None)
    return handle is not None and str(getattr(handle, "__module__", "")).partition(".")[0] not in _OWN


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 80 else f"{text[:80]}…"


KINDS: Mapping[str, type[Element]] = {AnyWidget.kind: AnyWidget}
"""The kinds of this module, by their names."""
