"""Every place in a syntax tree that holds a name, and the scope it stands in.

Source: the language reference, "Naming and binding"; PEP 572 (walrus in comprehensions), PEP 634 (match),
PEP 695 (type parameters).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiffin.cells.effects import Effect, find_effects

ScopeKind = Literal["module", "function", "class", "comprehension", "type-parameters"]


@dataclass
class Scope:
    """The names that one scope binds, and those it declares to be of another."""

    kind: ScopeKind
    parent: Scope | None
    class_name: str | None = None
    bound: set[str] = field(default_factory=set)
    parameters: frozenset[str] = frozenset()
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)


@dataclass
class Site:
    """A place in the tree that holds a name: how to read it is known, `rename` writes it.

    `sure` says that the module has bound the name on every path that leads here, `depth` how many branches
    and loops stand around it; `effect` that what is behind the name is changed here, or handed to a call.
    """

    name: str
    scope: Scope
    line: int
    deferred: bool
    binds: bool
    reads: bool
    bound_before: bool
    statement: int
    rename: Callable[[str], None]
    handlers: tuple[ast.ExceptHandler, ...]
    fixed: bool
    effect: Effect
    sure: bool
    depth: int


class SiteCollector(ast.NodeVisitor):
    """Walks a tree in order of evaluation, near enough, and notes every site of a name."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self._scope = Scope("module", None)
        self._deferred = 0
        self._statement = 0
        self._handlers: tuple[ast.ExceptHandler, ...] = ()
        self._effects: Mapping[int, Effect] = {}
        self._sure: set[str] = set()
        self._depth = 0
        self.sure_after: list[frozenset[str]] = []
        """For each statement, the names that the module has surely bound once it is over."""

    def collect(self, tree: ast.Module) -> None:
        self._effects = find_effects(tree)
        for index, statement in enumerate(tree.body):
            self._statement = index
            self.visit(statement)
            self.sure_after.append(frozenset(self._sure))

    # -- noting -----------------------------------------------------------------------------------------

    def _note(
        self,
        name: str,
        line: int,
        rename: Callable[[str], None],
        *,
        binds: bool = False,
        reads: bool = False,
        scope: Scope | None = None,
        fixed: bool = False,
        effect: Effect = "none",
    ) -> None:
        scope = scope or self._scope
        name = class_private(name, self._scope)
        before = name in scope.bound
        sure = name in self._sure
        if binds:
            scope.bound.add(name)
            if scope.parent is None and not self._deferred:
                self._sure.add(name)
        self.sites.append(
            Site(
                name,
                scope,
                line,
                self._deferred > 0,
                binds,
                reads,
                before,
                self._statement,
                rename,
                self._handlers,
                fixed,
                effect,
                sure,
                self._depth,
            )
        )

    def _bind(
        self, node: ast.AST, attribute: str, line: int | None = None, scope: Scope | None = None
    ) -> None:
        name = getattr(node, attribute)
        if name is not None:
            at = line if line is not None else getattr(node, "lineno", 0)
            self._note(name, at, lambda new: setattr(node, attribute, new), binds=True, scope=scope)

    def _enter(self, kind: ScopeKind, class_name: str | None = None) -> Scope:
        self._scope = Scope(kind, self._scope, class_name)
        return self._scope

    def _leave(self) -> None:
        assert self._scope.parent is not None
        self._scope = self._scope.parent

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    # -- names ------------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        stores = isinstance(node.ctx, ast.Store | ast.Del)
        self._note(
            node.id,
            node.lineno,
            lambda new: setattr(node, "id", new),
            binds=stores,
            reads=not isinstance(node.ctx, ast.Store),
            effect="deletes" if isinstance(node.ctx, ast.Del) else self._effects.get(id(node), "none"),
        )

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        self.visit(node.value)
        if isinstance(target, ast.Name):
            self._note(
                target.id,
                target.lineno,
                lambda new: setattr(target, "id", new),
                binds=True,
                reads=True,
                effect="changes",
            )
        else:
            self.visit(target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_all([node.value, *node.targets])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.annotation, node.value])
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)
        elif self._scope.kind != "module":
            self._scope.bound.add(node.target.id)  # a bare annotation makes a name local, and binds nothing

    # -- branches: what is bound on every path ------------------------------------------------------------

    def _branch(self, *parts: Iterable[ast.AST | None]) -> None:
        """Visit parts of which exactly one runs: what each of them binds is surely bound afterwards."""
        before, outcomes = self._sure, []
        self._depth += 1
        for part in parts:
            self._sure = set(before)
            self._visit_all(part)
            outcomes.append(self._sure)
        self._depth -= 1
        self._sure = set.intersection(*outcomes)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branch(node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._branch([node.body], [node.orelse])

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._branch(node.values[1:], [])

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branch([*node.body, *node.orelse], node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._branch([node.target, *node.body], [])
        self._visit_all(node.orelse)

    visit_AsyncFor = visit_For

    def visit_Try(self, node: ast.Try) -> None:
        if node.handlers:
            self._branch([*node.body, *node.orelse], *([handler] for handler in node.handlers))
        else:
            self._visit_all(node.body)
        self._visit_all(node.finalbody)

    visit_TryStar = visit_Try  # type: ignore[assignment]

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._branch(*([case] for case in node.cases), [])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self._scope
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        target = node.target
        self._note(target.id, target.lineno, lambda new: setattr(target, "id", new), binds=True, scope=scope)

    def visit_Global(self, node: ast.Global) -> None:
        for index, name in enumerate(node.names):
            self._scope.global_names.add(name)
            self._note(name, node.lineno, _renamer(node.names, index))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scope.nonlocal_names.update(node.names)
        for index, name in enumerate(node.names):
            self._note(name, node.lineno, _renamer(node.names, index))

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname is not None:
                self._bind(alias, "asname", node.lineno)
            elif alias.name != "*":
                root = alias.name.split(".")[0]
                self._note(root, node.lineno, _alias_renamer(alias), binds=True, fixed="." in alias.name)

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        outer = self._handlers
        self._handlers = (*outer, node) if node.name is not None else outer
        if node.name is not None:
            self._bind(node, "name")
        self._visit_all(node.body)
        self._handlers = outer

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        self._bind(node, "name")

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._bind(node, "name")

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        self._bind(node, "rest")

    # -- scopes -----------------------------------------------------------------------------------------

    def _parameters(self, arguments: ast.arguments) -> list[ast.arg]:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return every + [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]

    def _function_body(self, arguments: ast.arguments, body: list[ast.AST]) -> None:
        scope = self._enter("function")
        scope.parameters = frozenset(class_private(p.arg, scope) for p in self._parameters(arguments))
        scope.bound.update(scope.parameters)
        self._deferred += 1
        self._visit_all(body)
        self._deferred -= 1
        self._leave()

    def _type_parameters(self, node: ast.AST) -> bool:
        """Enter the scope of PEP 695 type parameters, if there are any (Python >= 3.12)."""
        parameters = getattr(node, "type_params", [])
        if parameters:
            scope = self._enter("type-parameters")
            scope.bound.update(class_private(p.name, scope) for p in parameters)
            for parameter in parameters:
                self._deferred += 1
                self._visit_all(
                    [getattr(parameter, "bound", None), getattr(parameter, "default_value", None)]
                )
                self._deferred -= 1
        return bool(parameters)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        self._visit_all([*node.decorator_list, *arguments.defaults, *arguments.kw_defaults])
        outer = self._scope
        inside = self._type_parameters(node)
        self._visit_all([*(p.annotation for p in self._parameters(arguments)), node.returns])
        self._function_body(arguments, list(node.body))
        if inside:
            self._leave()
        self._bind(node, "name", scope=outer)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all([*node.args.defaults, *node.args.kw_defaults])
        self._function_body(node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all(node.decorator_list)
        outer = self._scope
        inside = self._type_parameters(node)
        self._visit_all([*node.bases, *node.keywords])
        scope = self._enter("class", node.name)
        scope.bound.update(("__module__", "__qualname__"))
        self._visit_all(node.body)
        self._leave()
        if inside:
            self._leave()
        self._bind(node, "name", scope=outer)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        outer = self._scope
        inside = self._type_parameters(node)
        self._deferred += 1
        self.visit(node.value)  # type: ignore[attr-defined]
        self._deferred -= 1
        if inside:
            self._leave()
        target = node.name  # type: ignore[attr-defined]
        self._note(target.id, target.lineno, lambda new: setattr(target, "id", new), binds=True, scope=outer)

    def _comprehension(self, generators: list[ast.comprehension], results: list[ast.AST], lazy: bool) -> None:
        self.visit(generators[0].iter)
        before = set(self._sure)
        self._enter("comprehension")
        self._deferred += lazy
        for index, generator in enumerate(generators):
            if index:
                self.visit(generator.iter)
            self._visit_all([generator.target, *generator.ifs])
        self._visit_all(results)
        self._deferred -= lazy
        self._leave()
        self._sure = before  # a walrus inside may never be reached

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> None:
        self._comprehension(node.generators, [node.elt], lazy=False)

    visit_SetComp = visit_ListComp

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node.generators, [node.elt], lazy=True)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, [node.key, node.value], lazy=False)


def _renamer(names: list[str], index: int) -> Callable[[str], None]:
    return lambda new: names.__setitem__(index, new)


def _alias_renamer(alias: ast.alias) -> Callable[[str], None]:
    def rename(new: str) -> None:
        alias.asname = new

    return rename


def class_private(name: str, scope: Scope) -> str:
    """Return `name` as Python mangles it inside a class (`__x` -> `_Class__x`)."""
    if not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    around: Scope | None = scope
    while around is not None:
        if around.kind == "class":
            stripped = (around.class_name or "").lstrip("_")
            return f"_{stripped}{name}" if stripped else name
        around = around.parent
    return name
