"""State: a value that cells share and set, and whose change runs the cells that look at it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

from tiffin.ids import new_run_id
from tiffin.ui.element import Reactive

Json: TypeAlias = Any
T = TypeVar("T")

_NUMBERS = itertools.count(1)


class State(Reactive, Generic[T]):
    """The getter of a state: calling it gives the value.

    `identify` gives the identity of a value's content, None where it has none; `notify` is told of every set.
    """

    def __init__(
        self,
        initial: T,
        *,
        allow_self_loops: bool = False,
        identify: Callable[[Any], str | None] = lambda value: None,
        notify: Callable[[State[Any]], None] = lambda state: None,
    ) -> None:
        self.id = f"state-{next(_NUMBERS)}"
        self.allow_self_loops = allow_self_loops
        self._identify = identify
        self._notify = notify
        self._put(initial)

    def __call__(self) -> T:
        """Return the present value."""
        return self._value

    def set(self, value: T | Callable[[T], T]) -> None:
        """Give the state another value, or what a function makes of the present one."""
        self._put(value(self._value) if callable(value) else value)
        self._notify(self)

    def _put(self, value: T) -> None:
        self._value = value
        # What has no identity of its own is another value each time that somebody sets it.
        self._opaque = new_run_id()

    def identity_document(self) -> dict[str, Json]:
        """What decides the identity of a state: its value."""
        return {"kind": "state", "value": self._identify(self._value) or self._opaque}

    def __reduce__(self) -> Any:
        raise TypeError("a state lives in its session, and is not pickled")

    def __repr__(self) -> str:
        return f"<state: {self._value!r}>"


class SetState(Generic[T]):
    """The setter of a state."""

    def __init__(self, state: State[T]) -> None:
        self._state = state

    def __call__(self, value: T | Callable[[T], T]) -> None:
        """Give the state another value; the cells that look at it run when the present one has ended."""
        self._state.set(value)

    def __reduce__(self) -> Any:
        raise TypeError("a state lives in its session, and is not pickled")
