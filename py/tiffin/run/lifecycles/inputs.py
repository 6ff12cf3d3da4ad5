"""The inputs lifecycle: before a body runs, what it references is live, and what it imports is installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Protocol

from tiffin.cache.cell_cache import BadBlob, CellCache, blob_of
from tiffin.cache.key import CONTENT_LIMIT
from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import NOT_KEPT, restore_element
from tiffin.cells.cell import Cell
from tiffin.cells.compile import compile_statement
from tiffin.cells.names import is_private, mangle, unmangle
from tiffin.codecs.registry import Encoded
from tiffin.errors import CodecError
from tiffin.events import Notice, NoticeLevel
from tiffin.ids import CellId
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome, Rerun
from tiffin.run.reach import reach
from tiffin.run.report import CellFailure
from tiffin.run.versions import ABOVE, is_parted, spend_below
from tiffin.ui.element import Element
from tiffin.ui.registry import ElementRegistry


class Packages(Protocol):
    """Makes modules importable that may not be installed yet; leaves alone those it does not know."""

    async def ensure(self, modules: frozenset[str]) -> None: ...


class InstalledPackages:
    """For hosts where packages are what they are: nothing is ever installed."""

    async def ensure(self, modules: frozenset[str]) -> None:
        return None


@dataclass
class _Need:
    """The names that a body needs, in the order to bring them to life, and what that takes."""

    names: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)


class InputsLifecycle:
    """Materialises, in one batch, the references that a body uses, directly or through functions.

    What cannot be restored here is produced again: its cells come first (`Rerun`). A name that is still not
    there after its producer ran is an error that says so. `materialised` counts values.
    """

    def __init__(self, cache: CellCache, elements: ElementRegistry, packages: Packages) -> None:
        self._cache = cache
        self._elements = elements
        self._packages = packages
        self.materialised = 0

    async def setup(self, context: CellContext) -> Decision:
        if not context.cell.modules and self._all_there(context):
            return PROCEED
        need = _Need(modules=set(context.cell.modules))
        versions = context.graph.order == "document"
        self._collect(context, sorted(context.taken if versions else context.cell.references), need)
        self._release_made_anew(context, need)
        await self._packages.ensure(frozenset(need.modules))
        blobs = await self._cache.fetch(self._blobs(context, need.names))
        missing: dict[str, str] = {}
        for name in need.names:
            self._leave_parted(context, name)
            if not context.namespace.is_live(name):
                reason = self._materialise(context, name, blobs)
            else:
                reason = await self.fill(context.namespace.globals.get(name))
            reason = reason or _object_lacking(context, name)
            if reason is not None:
                missing[name] = reason
        return self._produce_again(context, missing) if missing else PROCEED

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        return outcome

    def _all_there(self, context: CellContext) -> bool:
        """Whether all that the body takes is live, and none of it may call for more."""
        namespace = context.namespace
        for name in context.taken:
            binding = namespace.binding(name)
            if binding is not None and not (
                namespace.is_live(name)
                and _is_plain(binding.definition)
                and not (binding.definition.shares or binding.definition.needs)
            ):
                return False
        return True

    def _leave_parted(self, context: CellContext, name: str) -> None:
        """A value that was restored by itself does no more, once somebody changes what it shares with
        others."""
        binding = context.namespace.binding(name)
        version = None if binding is None else (name, binding.owner)
        if version is not None and context.namespace.is_apart(version) and is_parted(context, version):
            context.namespace.spend(version)

    def _blobs(self, context: CellContext, names: Iterable[str]) -> list[Any]:
        bindings = [context.namespace.binding(name) for name in names if not context.namespace.is_live(name)]
        addresses = [blob_of(binding.definition) for binding in bindings if binding is not None]
        return [address for address in addresses if address is not None]

    def _collect(self, context: CellContext, names: Iterable[str], need: _Need) -> None:
        """Add `names`, each after all that has to be live before it; long chains need no deep stack."""
        met: set[str] = set()
        versions = context.graph.order == "document"
        work: list[tuple[str | None, Iterator[str]]] = [(None, iter(tuple(names)))]
        while work:
            name, remaining = work[-1]
            other = next(remaining, None)
            if other is None:
                work.pop()
                if name is not None:
                    need.names.append(name)
                continue
            if versions and name is not None and other not in context.taken:
                self._stage_needed(context, name, other)
            binding = context.namespace.binding(other)
            if binding is not None and other not in met:
                met.add(other)
                cell = context.graph.cells[binding.owner]
                need.modules.update(_modules(cell, binding.definition))
                work.append(
                    (other, iter(_required(cell, other, binding.definition, by_reference=not versions)))
                )

    def _stage_needed(self, context: CellContext, name: str, needed: str) -> None:
        """Put the version of `needed` in place with which `name` was made, and will be made again."""
        binding = context.namespace.binding(name)
        if binding is not None:
            graph, owner = context.graph, binding.owner
            maker = owner if needed in graph.made[owner] else graph.above(needed, owner)
            context.namespace.stage({} if maker is None else {needed: maker}, () if maker else (needed,))

    def _release_made_anew(self, context: CellContext, need: _Need) -> None:
        """What was made of a class that is about to be made anew must be of the new one too."""
        namespace, graph = context.namespace, context.graph
        for name in need.names:
            binding = namespace.binding(name)
            if binding is not None and not namespace.is_live(name):
                source = graph.cells[binding.owner].sources.get(name)
                if source is not None and source.kind == "class":
                    namespace.release(graph.descendants([binding.owner]))

    def _materialise(self, context: CellContext, name: str, blobs: Any) -> str | None:
        """Bring one name to life; return why that is impossible here, or None."""
        binding = context.namespace.binding(name)
        if binding is None:
            return "nothing defines it"
        definition, globals_ = binding.definition, context.namespace.globals
        cell = context.graph.cells[binding.owner]
        if definition.shares and is_parted(context, (name, binding.owner)):
            others = ", ".join(f"'{other.removeprefix(ABOVE)}'" for other in definition.shares)
            return f"it has parts in common with {others}, and these are changed in place"
        eager = cell.sources[name].eager if definition.kind == "source" else ()
        for other in (*definition.needs, *eager):
            if not _is_as_made(context, cell.id, other):
                return f"it was made with another version of '{other}'"
        try:
            match definition.kind:
                case "inline":
                    globals_[name] = self._cache.codecs.inline(definition.plain)
                case "blob":
                    data = blobs[definition.blob]
                    if isinstance(data, BadBlob):
                        return f"its blob {data.digest[:12]}… cannot be used: {data.reason}"
                    if isinstance(data, memoryview):
                        data = data.toreadonly()  # other names may have the same
                    globals_[name] = self._cache.codecs.decode(definition.codec or "", data)
                case "source":
                    return self._replay(context, cell, name)
                case "import":
                    globals_[name] = _import(definition)
                case "element":
                    self.restore_element(name, definition, cell.id, globals_)
                case "unavailable":
                    return definition.reason or "it was not stored"
        except (CodecError, KeyError) as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 (replaying runs the author's code)
            return f"{type(error).__name__}: {error}"
        self.materialised += 1
        context.namespace.part((name, binding.owner), context.cell.id)
        return None

    def _replay(self, context: CellContext, cell: Cell, name: str) -> str | None:
        """Run the statement that made a function or class again; return why that cannot be right, or None."""
        namespace, source = context.namespace, cell.sources[name]
        if context.graph.order == "document":
            # What the cell at hand does not take itself may have been used meanwhile, as a cache is.
            for other in source.eager:
                if context.graph.version(cell.id, other) not in (None, context.taken.get(other)):
                    return f"it was made with another version of '{other}'"
        touched = [name for name in reach(source.eager, context.graph, namespace) if namespace.is_live(name)]
        before = {name: self._content(namespace.globals[name]) for name in touched}
        exec(compile_statement(cell, name), namespace.globals)  # noqa: S102
        changed = [name for name in touched if self._content(namespace.globals[name]) != before[name]]
        if changed:  # a decorator that registers would have registered twice
            return f"making it again changes '{unmangle(changed[0])}'"
        self.materialised += 1
        return None

    def _content(self, value: Any) -> Encoded | None:
        return self._cache.codecs.encode(value, safe_only=True, limit=CONTENT_LIMIT)

    def restore_element(
        self, name: str, definition: Definition, cell: CellId, globals_: dict[str, Any]
    ) -> None:
        """Make the element that `definition` records, and bind it to `name`."""
        element = self._restore(definition.element or {}, cell)
        element.stored = definition if definition.blob and element.data is None else None
        globals_[name] = element
        self._elements.name({name: element})

    async def fill(self, value: Any) -> str | None:
        """Give a widget that was restored its data; return why they cannot be had, or None."""
        if not isinstance(value, Element) or value.stored is None:
            return None
        stored: Definition = value.stored
        await self._packages.ensure(frozenset(stored.modules))
        assert stored.blob is not None
        data = (await self._cache.fetch([stored.blob]))[stored.blob]
        if isinstance(data, BadBlob):
            return f"its blob {data.digest[:12]}… cannot be used: {data.reason}"
        try:
            value.fill(self._cache.codecs.decode(stored.codec or "", data))
        except Exception as error:  # noqa: BLE001 (decoding runs code of libraries)
            return f"{type(error).__name__}: {error}"
        value.stored = None
        self.materialised += 1
        return None

    def _restore(self, record: Mapping[str, Any], cell: CellId) -> Element:
        """Return the element of a record: the one that is there already, if a part of it brought it."""
        known = self._elements.known(record["id"], record)
        if known is not None:
            return known
        element = restore_element(record, lambda part: self._restore(part, cell))
        return self._elements.restore(element, record["id"], cell)

    def begin_elements(self, cell: CellId) -> None:
        """The elements of a cell are about to be restored: what it had before is gone."""
        self._elements.begin(cell)

    def is_whole(self, value: Any) -> bool:
        """Return whether an element's parts are those that are in use."""
        return self._elements.is_whole(value)

    def _produce_again(self, context: CellContext, missing: dict[str, str]) -> Decision:
        producers: dict[CellId, list[str]] = {}
        afresh = False
        for name in missing:
            binding = context.namespace.binding(name)
            if binding is not None:
                producers.setdefault(binding.owner, []).append(name)
        for producer, names in producers.items():
            named = ", ".join(f"'{unmangle(name)}' ({missing[name]})" for name in names)
            asked = {(context.cell.id, producer, name) for name in names}
            again = {name for _, _, name in asked & context.memory.rerun}
            if again and all(self._is_shared(context, name) for name in again):
                # Having one made again has parted another from what it shares: these settle in a few turns.
                afresh = True
            elif again:
                raise CellFailure(f"{named} cannot be had, although {producer}, which defines it, ran again")
            context.memory.rerun |= asked
            context.memory.produce.add(producer)
            key = context.namespace.key_of(producer)
            if key is not None:
                self._cache.invalidate(key)
            spend_below(context.graph, context.namespace, producer)
            context.namespace.forget(context.graph.cells[producer])
            cheap = frozenset(unmangle(name) for name in names if missing[name] == NOT_KEPT)
            context.memory.not_kept[producer] = context.memory.not_kept.get(producer, frozenset()) | cheap
            level: NoticeLevel = "info" if len(cheap) == len(names) else "warning"
            context.report(Notice(level, f"{producer} runs again, to have {named}", producer))
        return Rerun(tuple(producers), f"{context.cell.id} needs its values", afresh)

    def _is_shared(self, context: CellContext, name: str) -> bool:
        binding = context.namespace.binding(name)
        return binding is not None and bool(binding.definition.shares)


def _object_lacking(context: CellContext, name: str) -> str | None:
    """Why a widget is not enough that was restored without its object; None if it is."""
    value = context.namespace.globals.get(name)
    if not isinstance(value, Element) or not value.lacks:
        return None
    code = context.cell.code()
    if any(code and names_attribute(code, value.lacks) for code in (code.body, code.tail)):
        return "its object is not stored"
    return None


def names_attribute(code: CodeType, name: str) -> bool:
    """Return whether code, or a function in it, has this name of an attribute, or of a global."""
    return name in code.co_names or any(
        names_attribute(inner, name) for inner in code.co_consts if isinstance(inner, CodeType)
    )


def _is_as_made(context: CellContext, maker: CellId, name: str) -> bool:
    """Whether the version of `name` that is in place is the one with which `maker` made what needs it."""
    graph, binding = context.graph, context.namespace.binding(name)
    if graph.order != "document":
        return True
    made_with = maker if name in graph.made[maker] else graph.above(name, maker)
    return made_with is None or (binding is not None and binding.owner == made_with)


def _required(cell: Cell, name: str, definition: Definition, *, by_reference: bool) -> list[str]:
    """The names that must be live for `name`, which `cell` owns, to be restored and used.

    In document order (not `by_reference`) what a value may use is what the cell at hand takes anyway.
    """
    own = {unmangle(private): private for private in cell.private}
    required = [own.get(other, other) for other in definition.needs]
    if name in cell.sources:
        source = cell.sources[name]
        return [*required, *sorted(source.eager), *sorted(source.references - source.eager)]
    if by_reference and (definition.kind == "unavailable" or definition.codec == "pickle"):
        # An object may call functions of its cell, or of those its cell refers to.
        return [*required, *sorted(cell.references)]
    return required


def _is_plain(definition: Definition) -> bool:
    return definition.kind == "inline" or (definition.kind == "blob" and definition.codec in ("plain", "npy"))


def _modules(cell: Cell, definition: Definition) -> Iterable[str]:
    if definition.kind == "source":
        return cell.modules
    if definition.imported is not None:
        return [str(definition.imported["module"])]
    return definition.modules


def _import(definition: Definition) -> Any:
    imported = definition.imported or {}
    module = importlib.import_module(imported["module"])
    if imported["binds_root"]:
        return sys.modules[imported["module"].split(".")[0]]
    if imported["attribute"] is None:
        return module
    try:
        return getattr(module, imported["attribute"])
    except AttributeError:
        return importlib.import_module(f"{imported['module']}.{imported['attribute']}")


def written_name(name: str, cell: Cell) -> str:
    """Return the namespace's name for one that a manifest of `cell` records."""
    mangled = mangle(name, cell.id) if is_private(name) else name
    return mangled if mangled in cell.private else name
