"""What a body displays while it runs: what stays of it, and what of it is still to be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tiffin.outputs.console import Console
from tiffin.outputs.mime import Bundle


class Change(NamedTuple):
    """One step: `clear` away all that there is, then show `bundle`, in the place of what has the same `slot`.

    An empty bundle shows nothing, and leaves nothing in its slot.
    """

    bundle: Bundle
    clear: bool = False
    slot: str | None = None


class Displays:
    """Bundles in the order displayed; changes are told in turn with a console's text, and not more often.

    Of a flood is told what is left of it: a change that a later one undoes before it was told never is.
    """

    __slots__ = ("_console", "_kept", "_tell", "_untold")

    def __init__(self, console: Console, tell: Callable[[Change], None]) -> None:
        self._console, self._tell = console, tell
        self._kept: list[Change] = []
        self._untold: list[Change] = []

    def change(self, change: Change) -> None:
        """Carry out a change; after the console was closed it is told, and not kept."""
        with self._console.lock:
            if not self._console.closed:
                self._kept = put(self._kept, change)
                if not change.bundle:
                    self._kept = [kept for kept in self._kept if kept.bundle]
            self._untold = put(self._untold, change)
            self._console.then(self._tell_all)

    def bundles(self) -> tuple[Bundle, ...]:
        """Return what is displayed."""
        return tuple(kept.bundle for kept in self._kept)

    def _tell_all(self) -> None:
        untold, self._untold = self._untold, []
        for change in untold:
            self._tell(change)


def put(changes: list[Change], change: Change) -> list[Change]:
    """Return changes that come to the same as `changes` and then `change`, with what that undoes left out."""
    if change.clear:
        return [change]
    if change.slot is not None:
        for at, other in enumerate(changes):
            if other.slot == change.slot:
                changes[at] = change._replace(clear=other.clear)
                return changes
    if len(changes) == 1 and changes[0].clear and not changes[0].bundle and changes[0].slot is None:
        return [change._replace(clear=True)]
    changes.append(change)
    return changes
