"""The cached lifecycle: a hit binds references and skips the body; a miss runs it and saves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tiffin.cache.cell_cache import BadBlob, CellCache, Unreadable
from tiffin.cache.files_seen import FilesSeen
from tiffin.cache.key import lineage_identity, lineage_key, run_key, salted
from tiffin.cache.manifest import Definition, FileRead, Manifest
from tiffin.cache.snapshot import NOT_KEPT, Budget, Snapshot, SnapshotMaker
from tiffin.cache.surroundings import CHANGED, NO_FILES, FilesUsed, Recording, Surroundings
from tiffin.cells.names import unmangle
from tiffin.errors import CodecError, ManifestError
from tiffin.events import Notice
from tiffin.ids import CellId, Key
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome, Rerun, Skip
from tiffin.run.lifecycles.inputs import InputsLifecycle, written_name
from tiffin.run.namespace import Namespace, Version
from tiffin.run.reach import named_texts, reach
from tiffin.run.result import Result
from tiffin.run.versions import (
    ABOVE,
    Versions,
    input_identity,
    note_changers,
    passed_on,
    recorded_shares,
    spend_below,
)

CacheCost = Literal["auto", "always"]
Shown = Callable[[CellId], Key | None]


@dataclass(frozen=True)
class CachePolicy:
    """How a host uses the cache.

    `unreadable` says what a damaged manifest, or one of a later format, does: fail the cell, so that nothing
    is overwritten, or be recomputed. `check_blobs` asks that the blobs of a hit be present, which costs I/O
    natively and is pointless over HTTP. `large` writes values of any size; without it only small ones are
    kept, and a run that bound large ones is not saved. With the cost `auto` values are not written whose
    encoding takes longer than the run did; with `always` they are, whatever it takes.
    """

    unreadable: Literal["fail", "recompute"] = "fail"
    check_blobs: bool = True
    large: bool = True
    cost: CacheCost = "auto"


class CachedLifecycle:
    """Answers a cell from the cache, and saves what ran.

    `shown` tells the key of the output that the page shows for a cell; for that key no output is fetched.
    `acts` tells whether a body did something that skipping it would leave out, beside what it defined and
    showed. `setting` tells how the notebook wants its cells cached. A failed save is reported, and never
    breaks the run. `hits` counts the cells that were answered, `calls` holds the keys of stored calls that
    bodies made, `seen` the files that they used.
    """

    def __init__(
        self,
        cache: CellCache,
        inputs: InputsLifecycle,
        snapshots: SnapshotMaker,
        surroundings: Surroundings,
        policy: CachePolicy,
        shown: Shown,
        acts: Callable[[CellId], bool],
        conditions: Callable[[], Mapping[str, str]],
        setting: Callable[[], object],
    ) -> None:
        self._cache = cache
        self._inputs = inputs
        self._snapshots = snapshots
        self._surroundings = surroundings
        self._policy = policy
        self._shown = shown
        self._acts = acts
        self._conditions = conditions
        self._notebook_setting = setting
        self._setting = "auto"
        self._key = Key("")
        self._more_inputs: Mapping[str, str] = {}
        self._identities: Mapping[str, str] = {}
        self._recording = Recording()
        self._calls: set[Key] = set()
        self.calls: set[Key] = set()
        self._files: dict[Key, tuple[FileRead, ...]] = {}
        self.seen = FilesSeen(surroundings)
        self.hits = 0

    def call_used(self, key: Key) -> None:
        """Learn that the cell at hand made the stored call with this key."""
        self._calls.add(key)
        self.calls.add(key)

    def lineage(self, name: str) -> str:
        """Return the identity of what the run at hand binds to `name`, whatever its content."""
        return lineage_identity(self._key, name)

    async def setup(self, context: CellContext) -> Decision:
        self._more_inputs = {}
        if context.graph.order == "document":
            context.namespace.stage(context.taken, context.graph.hidden.get(context.cell.id, ()))
        self._identities = {**context.namespace.identities(context.taken), **self._conditions()}
        self._key = run_key(context.cell.digest, self._identities)
        asked_for = context.forced or context.cell.id in context.memory.produce
        self._setting = self._read_setting(context)
        if not asked_for and self._setting != "never":
            result = await self._answer(context, self._key)
            if result is not None:
                return Skip(result)
        if context.memory.stored_only:
            return Skip(Result("missing", origin="cache"))
        if context.graph.order == "document":
            spend_below(context.graph, context.namespace, context.cell.id)
        # What the last run bound is no result of this one, should it leave a name unbound.
        context.namespace.forget(context.cell)
        self._recording = self._surroundings.begin()
        self._calls.clear()
        return PROCEED

    async def _answer(self, context: CellContext, key: Key) -> Result | None:
        """Bind and return what is stored for the cell as it is now, None on a miss."""
        manifest = await self._usable(context, key)
        if manifest is None:
            return None
        outputs = [] if self._shown(context.cell.id) == key else [manifest.output, *manifest.displays]
        unpacked = await self._cache.unpack_outputs(outputs)
        if isinstance(unpacked, BadBlob):
            self._notice(context, f"part of its output cannot be used ({unpacked.reason}), so it runs again")
            return None
        if manifest.stopped:
            context.namespace.forget(context.cell)
        elif not self._bind(context, key, manifest):
            return None
        self.hits += 1
        self.seen.note(context.cell.id, FilesUsed(manifest.files, manifest.written))
        known = not outputs
        return Result(
            status="stopped" if manifest.stopped else "ok",
            origin="cache",
            output=None if known else unpacked[0],
            displays=None if known else tuple(unpacked[1:]),
            console=None if known else manifest.console,
            seconds=manifest.seconds,
            key=key,
        )

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Result):
            self._surroundings.end(self._recording, frozenset())
            return outcome
        if outcome.origin != "run":
            return outcome
        context.memory.produce.discard(context.cell.id)
        texts = named_texts(context)
        files = self._surroundings.end(self._recording, context.cell.modules, texts)
        self.seen.note(context.cell.id, NO_FILES if outcome.status == "interrupted" else files)
        lineage = self._lineage(context, files.read or self._files.get(self._key, ()))
        if outcome.status != "ok":
            if context.graph.order == "document":
                Versions(context, self._snapshots.content_identity).spend()
            else:
                self._revise(context)
            if outcome.status == "stopped" and self._may_save(context, {}):
                await self._save(context, Snapshot({}, {}), files, outcome)
            return outcome.keyed(self._key) if outcome.status == "stopped" else outcome
        if context.graph.order == "document":
            versions = Versions(context, self._snapshots.content_identity)
            if versions.were_parted():
                reason = "it changes values that had been restored one by one"
                return Rerun((context.cell.id,), reason, afresh=True)
            snapshot = self._bind_versions(context, versions, lineage, self._budget(context, outcome))
        else:
            snapshot = self._bind_definitions(context, lineage, self._budget(context, outcome))
        sources = context.cell.sources
        if sources and any(source.kind == "class" for source in sources.values()):
            context.namespace.release(context.graph.descendants([context.cell.id]))
        if self._may_save(context, snapshot.definitions):
            await self._save(context, snapshot, files, outcome)
        return outcome.keyed(self._key)

    def _read_setting(self, context: CellContext) -> str:
        """How the cell at hand is cached: as it says itself, its notebook, or the host."""
        setting = context.cell.settings.get("cache", self._notebook_setting())
        if setting in ("always", "never"):
            return str(setting)
        if setting not in ("auto", None):
            self._notice(
                context, f"cache={setting} is unknown: it is always, never or auto, and was taken for auto"
            )
        return self._policy.cost

    def _lineage(self, context: CellContext, files: Iterable[FileRead]) -> Key:
        """What stands for the key in the lineage of values: of other files, the same code makes others."""
        digests = {file.path: file.digest for file in files}
        key = lineage_key(self._key, digests)
        return salted(key, context.run_id) if context.forced or CHANGED in digests.values() else key

    def _budget(self, context: CellContext, outcome: Result) -> Budget | None:
        if self._setting == "always":
            return None
        return Budget(outcome.seconds, context.memory.not_kept.pop(context.cell.id, ()))

    def _bind_definitions(self, context: CellContext, lineage: Key, budget: Budget | None) -> Snapshot:
        """Bind what the body defined. What it changed beside that makes its result one that is not stored."""
        self._revise(context)
        cell, values = context.cell, context.namespace.globals
        bound = {name: values[name] for name in cell.definitions | cell.private if name in values}
        snapshot = self._snapshots.take(cell, lineage, bound, budget=budget)
        definitions = snapshot.definitions
        if cell.private:
            definitions = {written_name(name, cell): d for name, d in definitions.items()}
        context.namespace.bind(cell.id, self._key, definitions, live=True)
        return snapshot

    def _bind_versions(
        self, context: CellContext, versions: Versions, lineage: Key, budget: Budget | None
    ) -> Snapshot:
        """Bind every version that the body made, by a definition or by a change in place."""
        self._more_inputs = versions.more_inputs()
        bound = versions.made()
        shares = versions.shares(bound)
        here = context.cell.id
        names = {}
        for name, found in shares.items():
            kept = [version for version in found if not versions.is_replaced(version)]
            if kept:
                names[name] = [other if maker == here else f"{ABOVE}{other}" for other, maker in kept]
        snapshot = self._snapshots.take(context.cell, lineage, bound, names, budget)
        context.namespace.bind(context.cell.id, self._key, snapshot.definitions, live=True, shares=shares)
        versions.spend()
        note_changers(context, shares)
        return snapshot

    def _revise(self, context: CellContext) -> None:
        """Give what the body changed, and functions that refer to it, another identity from now on.

        The run is not stored: skipping it would skip the change.
        """
        namespace, changed, mark = context.namespace, context.notes.changed, self._key
        if not changed:
            return
        for name, identity in changed.items():
            binding = namespace.binding(name)
            assert binding is not None
            text = f"it changes '{unmangle(name)}', which {binding.owner} defines, so it runs each time"
            self._notice(context, text)
            context.notes.unstorable = True
            namespace.revise(name, identity or f"{binding.definition.identity}+{mark}")
        for name in namespace.names:
            binding = namespace.binding(name)
            if binding is None or binding.definition.kind != "source":
                continue
            if not changed.keys().isdisjoint(reach([name], context.graph, namespace)):
                namespace.revise(name, f"{binding.definition.identity}+{mark}")

    def _may_save(self, context: CellContext, definitions: Mapping[str, Definition]) -> bool:
        if self._setting == "never" or context.notes.unstorable:
            return False
        if self._acts(context.cell.id):
            return False
        for name, maker in context.namespace.reactive(context.taken):
            if context.namespace.identity_of((name, maker)) != self._identities[name]:
                return False  # a widget was moved while the body ran, and which value it saw is not known
            if context.namespace.is_fleeting((name, maker)):
                return False
        return self._policy.large or all(d.kind != "unavailable" for d in definitions.values())

    async def _usable(self, context: CellContext, key: Key) -> Manifest | None:
        found = await self._cache.find(key)
        if isinstance(found, Unreadable):
            if self._policy.unreadable == "fail" and found.trusted:
                raise ManifestError(found.reason)
            self._notice(context, f"its stored result cannot be used, so it runs again ({found.reason})")
            return None
        if found is None:
            return None
        cell = context.cell
        known = cell.definitions | cell.private | context.made
        if context.graph.order == "document":
            known |= context.graph.definers.keys()  # a change that only running the cell has shown
        odd = [name for name in found.definitions if written_name(name, cell) not in known]
        if odd:
            reason = f"manifest {key[:12]}… binds '{odd[0]}', which {cell.id} does not define"
            if self._policy.unreadable == "fail":
                raise ManifestError(f"{reason}; delete it and run again")
            self._notice(context, f"its stored result cannot be used, so it runs again ({reason})")
            return None
        if any(
            input_identity(context, name) != found.inputs[name]
            for name in found.inputs.keys() - self._identities.keys()
        ):
            return None  # it changed values that its code does not name, and these are others now
        touched = next((file for file in found.files if not self._surroundings.unchanged(file)), None)
        if touched is not None:
            if not self.seen.is_known(cell.id):
                self._notice(context, f"{touched.path}, which it reads, has changed, so it runs again")
            return None
        gone = [file for file in found.written if not self._surroundings.exists(file.path)]
        other = [
            file for file in found.written if file not in gone and not self._surroundings.unchanged(file)
        ]
        if other:
            if not self.seen.is_known(cell.id):
                self._notice(context, f"{other[0].path}, which it wrote, has changed, so it runs again")
            return None
        if gone:
            text = f"{gone[0].path}, which it wrote, is gone: run it again by force to have it back"
            self._notice(context, text)
        if self._setting == "always" and any(d.reason == NOT_KEPT for d in found.definitions.values()):
            return None
        if self._policy.check_blobs and not await self._cache.holds(found.blobs):
            self._notice(context, "a blob of its stored result is gone, so it runs again")
            return None
        self._files[key] = found.files
        return found

    def _bind(self, context: CellContext, key: Key, manifest: Manifest) -> bool:
        """Bind references; elements, which cost nothing and which a reader may move, come to life at once."""
        cell, namespace = context.cell, context.namespace
        definitions = manifest.definitions
        if cell.private:
            definitions = {written_name(name, cell): d for name, d in definitions.items()}
        if context.graph.order == "document":
            definitions = {**passed_on(context, definitions), **definitions}
            observed = definitions.keys() - context.graph.made[cell.id]
            context.memory.observed[cell.id] = context.memory.observed.get(cell.id, frozenset()) | observed
        shares = None
        if any(definition.shares for definition in definitions.values()):
            shares = recorded_shares(context, definitions)
        namespace.bind(cell.id, key, definitions, live=False, shares=shares)
        if shares:
            note_changers(context, shares)
        try:
            elements = {name: found for name, found in definitions.items() if found.kind == "element"}
            live = [name for name in elements if self._is_in_place(namespace, (name, cell.id))]
            if elements and not live:
                self._inputs.begin_elements(cell.id)
            for bound, definition in elements.items():
                if bound not in live:
                    restored: dict[str, Any] = {}
                    self._inputs.restore_element(bound, definition, cell.id, restored)
                    namespace.put((bound, cell.id), restored[bound])
        except (CodecError, KeyError, TypeError, ValueError) as error:
            namespace.forget(cell)
            self._notice(context, f"its widget cannot be restored, so it runs again ({error})")
            return False
        return True

    def _is_in_place(self, namespace: Namespace, version: Version) -> bool:
        return namespace.has_value(version) and self._inputs.is_whole(namespace.value(version))

    async def _save(
        self,
        context: CellContext,
        snapshot: Snapshot,
        files: FilesUsed,
        result: Result,
    ) -> None:
        blobs = dict(snapshot.blobs)
        manifest = Manifest(
            key=self._key,
            code=context.cell.digest,
            inputs={**self._identities, **self._more_inputs},
            definitions=snapshot.definitions,
            output=self._cache.pack_output(result.output or {}, blobs),
            displays=tuple(self._cache.pack_output(bundle, blobs) for bundle in result.displays or ()),
            console=result.console or (),
            seconds=round(result.seconds, 6),
            files=files.read,
            written=files.written,
            calls=tuple(sorted(self._calls)),
            environment=self._cache.environment,
            stopped=result.status == "stopped",
        )
        try:
            await self._cache.save(manifest, blobs)
        except OSError as error:
            self._notice(context, f"its result could not be saved: {error.strerror or error}")

    def _notice(self, context: CellContext, text: str) -> None:
        context.report(Notice("warning", f"{context.cell.id}: {text}", context.cell.id))
