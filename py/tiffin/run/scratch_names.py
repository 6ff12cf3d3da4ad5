"""The names of code that is no cell: its own, over those of the notebook."""

from __future__ import annotations

import builtins
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from tiffin.cells.cell import Cell
from tiffin.run.executor import Executor


class ScratchNames(dict[str, Any]):
    """Globals that take what code binds, and give what it does not bind from `beneath`.

    They are a dict, as the interpreter wants globals to be. The bodies of classes look no further than into a
    dict's own names, and then among the builtins: so these give the names of the notebook as well.
    """

    def __init__(self, beneath: dict[str, Any]) -> None:
        super().__init__(__builtins__=_Builtins(beneath), __name__=beneath.get("__name__", "__main__"))
        self.beneath = beneath

    def __missing__(self, name: str) -> Any:
        return self.beneath[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.beneath

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, `default` if nothing binds it."""
        return super().get(name, self.beneath.get(name, default))

    def __iter__(self) -> Iterator[str]:
        return iter({**self.beneath, **dict.fromkeys(super().__iter__())})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        """Return all names that the code can use, its own last."""
        return KeysView(self)

    def values(self) -> Any:
        """Return the values of all names."""
        return ValuesView(self)

    def items(self) -> Any:
        """Return all names with their values."""
        return ItemsView(self)


class _Builtins(dict[str, Any]):
    """What code finds where its globals lack a name: the notebook's, which may hide a builtin."""

    def __init__(self, notebook: dict[str, Any]) -> None:
        super().__init__(vars(builtins))
        self._notebook = notebook

    def __getitem__(self, name: str) -> Any:
        return self._notebook[name] if name in self._notebook else vars(builtins)[name]


class ScratchExecutor:
    """An executor whose bodies bind names of their own over those that they are given."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def execute(self, cell: Cell, globals_: dict[str, Any]) -> Any:
        return await self._executor.execute(cell, ScratchNames(globals_))
