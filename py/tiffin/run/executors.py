"""Executors by name: packages offer them under the entry-point group `tiffin.executor`."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tiffin.errors import TiffinError
from tiffin.run.executor import DefaultExecutor, Executor

GROUP = "tiffin.executor"
DEFAULT = "default"


class ExecutorError(TiffinError):
    """An executor was chosen that cannot be had."""


def find_executor(name: Any = DEFAULT) -> Executor:
    """Return a new executor of this name; `ExecutorError` says what is wrong with it, and what is installed.

    Only the package that offers it is imported. `default` is tiffin's own.
    """
    if name == DEFAULT:
        return DefaultExecutor()
    offered = tuple(entry_points(group=GROUP, name=name)) if isinstance(name, str) else ()
    if len(offered) != 1:
        packages = " and ".join(sorted(_package(entry) for entry in offered))
        raise _refusal(name, f"is offered by {packages}" if offered else "is not installed")
    (entry,) = offered
    try:
        executor = entry.load()()
    except (Exception, SystemExit) as error:
        cause = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise _refusal(name, f"of {_package(entry)} cannot be loaded: {cause}") from error
    if not callable(getattr(executor, "execute", None)):
        raise _refusal(name, f"of {_package(entry)} is none: it has no method 'execute'")
    return executor  # type: ignore[no-any-return]


def _refusal(name: Any, problem: str) -> ExecutorError:
    known = ", ".join(sorted({DEFAULT, *(entry.name for entry in entry_points(group=GROUP))}))
    return ExecutorError(f"the executor {name!r} {problem} (installed: {known})")


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
