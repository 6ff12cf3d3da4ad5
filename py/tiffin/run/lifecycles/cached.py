"""The cached lifecycle: a hit binds references and skips the body; a miss runs it and saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tiffin.cache.cell_cache import BadBlob, CellCache, Unreadable
from tiffin.cache.key import run_key, salted
from tiffin.cache.manifest import Definition, FileRead, Manifest
from tiffin.cache.snapshot import Snapshot, SnapshotMaker
from tiffin.cache.surroundings import Surroundings
from tiffin.cells.names import unmangle
from tiffin.errors import CodecError, ManifestError
from tiffin.events import Notice
from tiffin.ids import CellId, Key
from tiffin.run.lifecycle import CellContext, Decision, Outcome, Proceed, Skip
from tiffin.run.lifecycles.inputs import InputsLifecycle, written_name
from tiffin.run.reach import reach
from tiffin.run.result import Result

_IMMUTABLE = frozenset({int, float, str, bool, bytes, complex, type(None), range})

Shown = Callable[[CellId], Key | None]


@dataclass(frozen=True)
class CachePolicy:
    """How a host uses the cache.

    `unreadable` says what a damaged manifest, or one of a later format, does: fail the cell, so that nothing
    is overwritten, or be recomputed. `check_blobs` asks that the blobs of a hit be present, which costs I/O
    natively and is pointless over HTTP. `large` writes values of any size; without it only small ones are
    kept, and a run that bound large ones is not saved.
    """

    unreadable: Literal["fail", "recompute"] = "fail"
    check_blobs: bool = True
    large: bool = True


class CachedLifecycle:
    """Answers a cell from the cache, and saves what ran.

    `shown` tells the key of the output that the page shows for a cell; for that key no output is fetched.
    A failed save is reported, and never breaks the run. `hits` counts the cells that were answered.
    """

    def __init__(
        self,
        cache: CellCache,
        inputs: InputsLifecycle,
        snapshots: SnapshotMaker,
        surroundings: Surroundings,
        policy: CachePolicy,
        shown: Shown,
    ) -> None:
        self._cache = cache
        self._inputs = inputs
        self._snapshots = snapshots
        self._surroundings = surroundings
        self._policy = policy
        self._shown = shown
        self.hits = 0

    async def setup(self, context: CellContext) -> Decision:
        if not context.forced and context.cell.settings.get("cache") != "never":
            result = await self._answer(context)
            if result is not None:
                return Skip(result)
        # What the last run bound is no result of this one, should it leave a name unbound.
        context.namespace.forget(context.cell)
        self._surroundings.begin()
        return Proceed()

    async def _answer(self, context: CellContext) -> Result | None:
        """Bind and return what is stored for the cell as it is now, None on a miss."""
        key = self._key(context)
        manifest = await self._usable(context, key)
        if manifest is None:
            return None
        outputs = [] if self._shown(context.cell.id) == key else [manifest.output, *manifest.displays]
        unpacked = await self._cache.unpack_outputs(outputs)
        if isinstance(unpacked, BadBlob):
            self._notice(context, f"part of its output cannot be used ({unpacked.reason}), so it runs again")
            return None
        if not self._bind(context, key, manifest):
            return None
        self.hits += 1
        known = not outputs
        return Result(
            origin="cache",
            output=None if known else unpacked[0],
            displays=None if known else tuple(unpacked[1:]),
            console=None if known else manifest.console,
            seconds=manifest.seconds,
            key=key,
        )

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Result) or outcome.origin != "run" or outcome.exception is not None:
            return outcome
        key = self._key(context)
        files = self._surroundings.end(context.cell.modules)
        changed = self._changed_inputs(context)
        values = context.namespace.globals
        names = context.cell.definitions | context.cell.private
        lineage = salted(key, context.run_id) if context.forced else key
        snapshot = self._snapshots.take(
            context.cell, lineage, {name: values[name] for name in names if name in values}
        )
        context.namespace.bind(context.cell.id, key, snapshot.definitions, live=True)
        if any(source.kind == "class" for source in context.cell.sources.values()):
            context.namespace.release(context.graph.descendants([context.cell.id]))
        if not changed and self._may_save(context, snapshot.definitions):
            await self._save(context, key, snapshot, files, outcome)
        return replace(outcome, key=key)

    def _changed_inputs(self, context: CellContext) -> bool:
        """Whether the body changed values of other cells in place, directly or through functions.

        These names, and functions that refer to them, have another identity from now on, and the run is not
        stored: skipping it would skip the change.
        """
        namespace, changed = context.namespace, set[str]()
        taken = context.graph.edges[context.cell.id]
        mark = self._key(context)
        for name in reach(taken, context.graph, namespace):
            binding = namespace.binding(name)
            if binding is None or binding.owner == context.cell.id or not namespace.is_live(name):
                continue
            value = namespace.globals[name]
            # Only a function of its own cell can bind another value to a name (`global`).
            if binding.elements or (name in taken and type(value) in _IMMUTABLE):
                continue
            before = binding.definition.identity
            after: str | None = before
            if before.startswith("content:"):
                after = self._snapshots.content_identity(value)
            elif hasattr(type(value), "__next__"):
                after = None  # an iterator: who takes it is who moves it on
            if after != before:
                changed.add(name)
                namespace.revise(name, after or f"{before}+{mark}")
                text = f"it changes '{unmangle(name)}', which {binding.owner} defines, so it runs each time"
                self._notice(context, text)
        for name in namespace.names if changed else ():
            binding = namespace.binding(name)
            if binding is None or binding.definition.kind != "source":
                continue
            if not changed.isdisjoint(reach([name], context.graph, namespace)):
                namespace.revise(name, f"{binding.definition.identity}+{mark}")
        return bool(changed)

    def _key(self, context: CellContext) -> Key:
        taken = context.graph.edges[context.cell.id]
        return run_key(context.cell.digest, context.namespace.identities(taken))

    def _may_save(self, context: CellContext, definitions: Mapping[str, Definition]) -> bool:
        if context.cell.settings.get("cache") == "never":
            return False
        return self._policy.large or all(d.kind != "unavailable" for d in definitions.values())

    async def _usable(self, context: CellContext, key: Key) -> Manifest | None:
        found = await self._cache.find(key)
        if isinstance(found, Unreadable):
            if self._policy.unreadable == "fail":
                raise ManifestError(found.reason)
            self._notice(context, f"its stored result cannot be used, so it runs again ({found.reason})")
            return None
        if found is None:
            return None
        cell = context.cell
        known = cell.definitions | cell.private
        odd = [name for name in found.definitions if written_name(name, cell.id) not in known]
        if odd:
            reason = f"manifest {key[:12]}… binds '{odd[0]}', which {cell.id} does not define"
            if self._policy.unreadable == "fail":
                raise ManifestError(f"{reason}; delete it and run again")
            self._notice(context, f"its stored result cannot be used, so it runs again ({reason})")
            return None
        touched = next((file for file in found.files if not self._surroundings.unchanged(file)), None)
        if touched is not None:
            self._notice(context, f"{touched.path}, which it reads, has changed, so it runs again")
            return None
        if self._policy.check_blobs and not await self._cache.holds(found.blobs):
            self._notice(context, "a blob of its stored result is gone, so it runs again")
            return None
        return found

    def _bind(self, context: CellContext, key: Key, manifest: Manifest) -> bool:
        """Bind references; elements, which cost nothing and which a reader may move, come to life at once."""
        cell, namespace = context.cell, context.namespace
        namespace.bind(cell.id, key, manifest.definitions, live=False)
        try:
            for name, definition in manifest.definitions.items():
                bound = written_name(name, cell.id)
                if definition.kind == "element" and not namespace.is_live(bound):
                    self._inputs.restore_element(bound, definition, cell.id, namespace.globals)
        except (CodecError, KeyError, TypeError, ValueError) as error:
            namespace.forget(cell)
            self._notice(context, f"its widget cannot be restored, so it runs again ({error})")
            return False
        return True

    async def _save(
        self,
        context: CellContext,
        key: Key,
        snapshot: Snapshot,
        files: tuple[FileRead, ...],
        result: Result,
    ) -> None:
        blobs = dict(snapshot.blobs)
        manifest = Manifest(
            key=key,
            code=context.cell.digest,
            inputs=context.namespace.identities(context.graph.edges[context.cell.id]),
            definitions=snapshot.definitions,
            output=self._cache.pack_output(result.output or {}, blobs),
            displays=tuple(self._cache.pack_output(bundle, blobs) for bundle in result.displays or ()),
            console=result.console or (),
            seconds=round(result.seconds, 6),
            files=files,
            environment=self._cache.environment,
        )
        try:
            await self._cache.save(manifest, blobs)
        except OSError as error:
            self._notice(context, f"its result could not be saved: {error.strerror or error}")

    def _notice(self, context: CellContext, text: str) -> None:
        context.report(Notice("warning", f"{context.cell.id}: {text}", context.cell.id))
