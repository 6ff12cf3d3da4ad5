"""Imports point down the layer list of the design; siblings in a row don't import each other; no cycles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "py" / "tiffin"

ROWS: tuple[tuple[str, ...], ...] = (
    ("version",),
    ("ids", "errors"),
    ("outputs",),
    ("events", "commands"),
    ("notebook", "codecs"),
    ("stores", "ui"),
    ("cells",),
    ("graph",),
    ("cache",),
    ("plan",),
    ("run",),
    ("session",),
    ("host.native",),
    ("host.browser", "host.server", "host.export"),
    ("host.cli",),
)
"""Lowest first. `ids` and `errors`, and `events` and `commands`, are single modules that may share a row's
vocabulary; packages in a row stand side by side. `host.native` is what hosts in
an ordinary Python have in common, `host.cli` joins the hosts into one command."""

WITHIN_ROW = {("commands", "events"), ("errors", "ids"), ("ids", "errors")}
NO_IMPORTS = {"tiffin.session.author", "tiffin.executor"}
"""What `tiffin/__init__.py`, the author's API above all layers, loads when it is first used;
and the name of an entry-point group."""

MODULE_NAME = re.compile(r"tiffin(\.\w+)+")

LEVEL = {name: level for level, row in enumerate(ROWS) for name in row}


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str | None:
    """The layer that a module of tiffin belongs to; None for the façade, which stands above all."""
    parts = module.split(".")[1:]
    for length in (2, 1):
        name = ".".join(parts[:length])
        if len(parts) >= length and name in LEVEL:
            return name
    return None


def imports_of(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    """Every import of tiffin in a module, function-level ones and names loaded by string included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative imports hide where they point"
            yield node.module or "", node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
        elif isinstance(node, ast.Constant) and MODULE_NAME.fullmatch(str(node.value)):
            if node.value in NO_IMPORTS:
                continue
            yield str(node.value), node.lineno


def edges() -> list[tuple[str, str, int]]:
    modules = {module_name(path): path for path in PACKAGE.rglob("*.py")}
    found = []
    for module, path in modules.items():
        for target, line in imports_of(ast.parse(path.read_text("utf-8")), module):
            if target in modules and target != module:
                found.append((module, target, line))
    return found


EDGES = edges()


def upward(source: str, target: str) -> bool:
    """Whether an import goes up, or sideways to a sibling."""
    above, below = layer_of(source), layer_of(target)
    if above is None:
        return False  # the façade, and packages' own __init__ files above the rows
    if below is None:
        return target != "tiffin"
    if above == below or (above, below) in WITHIN_ROW:
        return False
    return LEVEL[below] >= LEVEL[above]


def test_the_rows_cover_the_package() -> None:
    known = {name.split(".")[0] for name in LEVEL}
    present = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert present - known == {"__init__", "host"} - known
    hosts = {f"host.{path.name}" for path in (PACKAGE / "host").iterdir() if (path / "__init__.py").is_file()}
    assert hosts <= LEVEL.keys()


def test_imports_point_down() -> None:
    wrong = [f"{source}:{line} imports {target}" for source, target, line in EDGES if upward(source, target)]
    assert wrong == []


def test_there_are_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for source, target, _ in EDGES:
        if layer_of(source) is not None and layer_of(target) is not None:
            graph.setdefault(source, set()).add(target)
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module in done:
            return
        for target in sorted(graph.get(module, ())):
            visit(target, (*path, module))
        done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_nothing_probes_the_platform() -> None:
    probe = re.compile(r"\b(import|from) (js|pyodide|pyodide_js)\b|\bsys\.platform\b|\bis_pyodide\b")
    found = [
        f"{module_name(path)}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if probe.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "target", "wrong"),
    [
        ("tiffin.ids", "tiffin.graph.graph", True),
        ("tiffin.codecs.plain", "tiffin.notebook.notebook", True),
        ("tiffin.run.runner", "tiffin.session.kernel", True),
        ("tiffin.run.lifecycles.cached", "tiffin.cache.key", False),
        ("tiffin.host.export.site", "tiffin.host.server.static", True),
        ("tiffin.host.cli.main", "tiffin.host.export.site", False),
    ],
)
def test_the_rule_itself(source: str, target: str, wrong: bool) -> None:
    assert upward(source, target) is wrong
