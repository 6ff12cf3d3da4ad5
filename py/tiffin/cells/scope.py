"""Which global names a cell's code binds and reads: Python's scoping rules, over an AST.

Source: the language reference, "Resolution of names".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tiffin.cells.effects import Effect
from tiffin.cells.sites import Scope, Site, SiteCollector


@dataclass(frozen=True)
class Use:
    """A read of a global name; `deferred` when it happens in a body that runs later, if at all.

    A deletion (`del x`) is a binding, and a use as well: there has to be something to delete.

    `effect` says what happens to the object behind it; `sure` and `depth` are those of its `Site`.
    """

    name: str
    line: int
    deferred: bool
    effect: Effect = "none"
    sure: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Binding:
    """A binding of a global name by a top-level statement, or by a `global` declaration further down."""

    name: str
    line: int
    deferred: bool


@dataclass(frozen=True)
class StatementScope:
    """The global names that one top-level statement binds and reads, each in order of appearance."""

    bindings: tuple[Binding, ...]
    uses: tuple[Use, ...]


class ModuleScope:
    """The scopes of a module's tree: what each statement binds and reads globally, and renaming.

    `statements` has one entry per top-level statement, `sure_after` the names surely bound after it. Names
    bound only by `except ... as name` are unbound again by Python at the end of the handler; they are in
    `handler_names`, not among the bindings.
    """

    def __init__(self, tree: ast.Module) -> None:
        collector = SiteCollector()
        collector.collect(tree)
        self.sure_after = tuple(collector.sure_after)
        self._sites = [site for site in collector.sites if _is_global(site)]
        bound = {site.name for site in self._sites if site.binds and not _by_handler(site)}
        self.handler_names = frozenset(
            site.name for site in self._sites if _by_handler(site) and site.binds and site.name not in bound
        )
        of_statement: list[list[Site]] = [[] for _ in tree.body]
        for site in self._sites:
            if not self._in_handler(site):
                of_statement[site.statement].append(site)
        self.statements = tuple(map(_statement, of_statement))

    def _in_handler(self, site: Site) -> bool:
        return site.name in self.handler_names and any(h.name == site.name for h in site.handlers)

    @property
    def bindings(self) -> Iterator[Binding]:
        """All bindings of global names, in order."""
        return (binding for statement in self.statements for binding in statement.bindings)

    @property
    def uses(self) -> Iterator[Use]:
        """All reads of global names, in order."""
        return (use for statement in self.statements for use in statement.uses)

    def rename(self, is_private: Callable[[str], bool], new_name: Callable[[str], str]) -> None:
        """Give private global names, and names of exception handlers inside these, their new names, in place.

        A name that a statement cannot bind under another (`import _a.b`) keeps its own.
        """
        fixed = {site.name for site in self._sites if site.fixed}
        chosen = [
            site
            for site in self._sites
            if self._in_handler(site) or (is_private(site.name) and site.name not in fixed)
        ]
        for site in chosen:
            site.rename(new_name(site.name))


def _statement(sites: list[Site]) -> StatementScope:
    return StatementScope(
        bindings=tuple(Binding(s.name, s.line, s.deferred) for s in sites if s.binds),
        uses=tuple(Use(s.name, s.line, s.deferred, s.effect, s.sure, s.depth) for s in sites if s.reads),
    )


def _by_handler(site: Site) -> bool:
    return site.binds and not site.reads and any(handler.name == site.name for handler in site.handlers)


def _is_global(site: Site) -> bool:
    return owner(site) is None


def owner(site: Site) -> Scope | None:
    """Resolve a site's name: return the scope whose name it is, None when it is the module's."""
    name, scope = site.name, site.scope
    innermost = True
    while scope.parent is not None:
        if name in scope.global_names:
            return None
        if name == "__class__" and scope.kind == "class":
            return scope  # the cell that `super()` uses
        if scope.kind == "class":
            # A class body looks in itself, then straight in the globals; scopes inside it skip it.
            if innermost and name in scope.bound:
                return scope if site.binds or site.bound_before else None
        elif name in scope.bound and name not in scope.nonlocal_names:
            return scope
        innermost = innermost and scope.kind == "type-parameters"
        scope = scope.parent
    return None
