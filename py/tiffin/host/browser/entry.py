"""The kernel's entry point in a worker: `start` gets what it needs from JavaScript, and imports none."""

from __future__ import annotations

import importlib
import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from tiffin.cache.surroundings import ShippedSurroundings, Surroundings
from tiffin.commands import Runless, command_from_json
from tiffin.errors import TiffinError, UsageError
from tiffin.events import Event, KernelReady, Notice, RunCompleted, event_to_json
from tiffin.graph.facts import graph_by
from tiffin.host.browser.fetch import FetchBatch, make_fetch, make_fetch_inside, to_bytes
from tiffin.host.browser.packages import Installing, LockedPackages
from tiffin.host.browser.waiting import Waiting, Waits
from tiffin.ids import is_digest
from tiffin.notebook.notebook import Notebook
from tiffin.run.lifecycles.cached import CachePolicy
from tiffin.session.kernel import Kernel, KernelServices
from tiffin.stores.loader import INDEX_FORMAT, KINDS, SitePlace, open_stores
from tiffin.stores.store import Buffer

ON_DEMAND = ("cache", "host.browser", "outputs", "session", "ui")
"""The packages that have modules in the archive on demand."""


class Keeping(Protocol):
    """The page's memory of what was computed here: `kept` has the entries that an earlier worker made, as
    (kind, key, buffer), `keep` takes a new one. `rest` hears that a run is over, before the page does."""

    @property
    def kept(self) -> Iterable[tuple[str, str, Any]]: ...
    def keep(self, kind: str, key: str, data: Buffer) -> None: ...
    def rest(self) -> None: ...


def kept_entries(kept: Iterable[tuple[str, str, Any]]) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Return the manifests and the blobs among `kept`, by key."""
    entries: dict[str, dict[str, bytes]] = {kind: {} for kind in KINDS}
    for kind, key, data in kept:
        entries[kind][key] = to_bytes(data)
    return entries["manifests"], entries["blobs"]


class BrowserHost:
    """A kernel behind strings of JSON: commands in, events out, by `post`.

    `rest` is called before the end of each run, `replaced` when the page has put or removed a file of the
    notebook's folder, `allow` when its reader wants the packages for some modules.
    """

    def __init__(
        self,
        notebook: Notebook,
        services: KernelServices,
        post: Callable[[str], Any],
        rest: Callable[[], Any] = lambda: None,
        replaced: Callable[[str], Any] = lambda name: None,
        allow: Callable[[Iterable[str]], Any] = lambda roots: None,
    ) -> None:
        self.post = post
        self.allow = allow
        self.replaced = replaced
        self._rest = rest
        self.kernel = Kernel(notebook, services, self.report)

    def report(self, event: Event) -> None:
        """Send an event to the page."""
        if isinstance(event, RunCompleted):
            self._rest()
        self.post(json.dumps(event_to_json(event), ensure_ascii=False))

    async def handle(self, text: str) -> None:
        """Carry out the command in `text`; what goes wrong is told as events, a `RunCompleted` included."""
        document: Any = None
        try:
            document = _parse_command(text)
            command = command_from_json(document)
        except TiffinError as error:
            run_id = document.get("run_id") if isinstance(document, dict) else None
            self.report(Notice("error", str(error)))
            self.report(RunCompleted(run_id if isinstance(run_id, str) else "", False, self.kernel.stats()))
            return
        try:
            await self.kernel.handle(command)
        except Exception as error:
            self.report(Notice("error", f"the kernel failed: {type(error).__name__}: {error}"))
            if not isinstance(command, Runless):
                raise

    def take(self, digest: str, body: Any) -> None:
        """Take the content of a file that a reader chose, from a JavaScript buffer."""
        self.kernel.elements.take(digest, to_bytes(body))

    def importers(self, root: str) -> list[str]:
        """Return the ids of the cells that import from this top-level module."""
        cells = self.kernel.graph
        return [cell.id for cell in cells if root in {name.split(".")[0] for name in cell.modules}]


def _parse_command(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"a command must be JSON: {error}") from None


def start(
    config_text: str,
    notebook_text: str,
    index_text: str,
    post: Callable[[str], Any],
    fetch_batch: FetchBatch,
    installing: Installing,
    inside: Waiting,
    keeping: Keeping,
) -> BrowserHost:
    """Start the kernel, report `KernelReady`, and return what takes commands.

    `config_text` is JSON: `{"cache": URL, "packages": {...}, "digests": {own module: digest}, "jspi":
    bool, "signals": bool, "ondemand": path of an archive, "folder": path | null}`, with `packages` as
    `LockedPackages` takes them; with `signals`, SIGINT interrupts a run; with a `folder`, files may come to
    the notebook while it is open. An index that does not fit the notebook is reported, and left
    out.
    """
    config = json.loads(config_text)
    _find_on_demand(config["ondemand"])
    notebook = Notebook.from_json(json.loads(notebook_text))
    index, problem = read_index(_parse_index(index_text), notebook)
    os.environ.setdefault("MPLBACKEND", "agg")  # figures are rendered, there is no window to show them in
    place = SitePlace(
        config["cache"],
        make_fetch(fetch_batch),
        index["keys"],
        index["blobs"],
        index["manifests"],
        make_fetch_inside(fetch_batch, inside),
        kept_entries(keeping.kept),
        keeping.keep,
    )
    stores = open_stores("lazy", place)
    surroundings, replaced = _surroundings(config["folder"], config["digests"])
    packages = LockedPackages(
        config["packages"],
        installing,
        requirements=notebook.requirements,
        importers=lambda root: host.importers(root),
    )
    services = KernelServices(
        manifests=stores.manifests,
        blobs=stores.blobs,
        environment={"python": platform.python_version(), "platform": "browser", "packages": {}},
        policy=CachePolicy(unreadable="recompute", check_blobs=False, large=False, cost="always"),
        packages=packages,
        surroundings=surroundings,
        fetched=stores.fetched,
        inside=stores.inside,
        file=notebook.filename,
        graph=lambda notebook: graph_by(index.get("facts"), notebook, notebook_text.encode()),
    )
    host = BrowserHost(notebook, services, post, keeping.rest, replaced, packages.allow)
    Waits(host.kernel, inside).install()
    if config["signals"]:
        signal.signal(signal.SIGINT, lambda _, frame: host.kernel.interrupt(frame))
    if problem is not None:
        host.report(Notice("warning", problem))
    executor = notebook.settings.get("executor", "default")
    if executor != "default":
        text = f"executors are native only: this page runs with the default one, not with {executor!r}"
        host.report(Notice("info", text))
    host.report(KernelReady(platform.python_version(), bool(config["jspi"])))
    return host


def _surroundings(
    folder: str | None, digests: Mapping[str, Any]
) -> tuple[Surroundings, Callable[[str], Any]]:
    """The surroundings of cells, and what is told of each file that the page puts or removes."""
    if folder is None:
        return ShippedSurroundings(digests), lambda name: None
    # It is in the archive on demand.
    made = importlib.import_module("tiffin.host.browser.files").WorkerFolder(Path(folder), digests)
    return made, made.replaced


def _find_on_demand(archive: str) -> None:
    """Have packages find modules in `archive`, too, which is not read before one of them is imported."""
    for package in ON_DEMAND:
        place = f"{archive}/tiffin/{package.replace('.', '/')}"
        sys.path_importer_cache.pop(place, None)
        path = sys.modules[f"tiffin.{package}"].__path__
        if place not in path:
            path.append(place)


def _parse_index(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def read_index(index: Any, notebook: Notebook) -> tuple[Mapping[str, Any], str | None]:
    """Return an `index.json` that can be relied on, and the sentence that says what was wrong, or None."""
    empty: Mapping[str, Any] = {"cells": {}, "manifests": {}, "keys": [], "blobs": []}
    damaged = "the index of stored results is damaged: everything is computed here"
    if not isinstance(index, dict):
        return empty, damaged
    if index.get("format") != INDEX_FORMAT:
        return empty, (
            f"the stored results have format {index.get('format')!r}, this page reads {INDEX_FORMAT}: "
            "everything is computed here"
        )
    if not empty.keys() <= index.keys():
        return empty, "the index of stored results is incomplete: everything is computed here"
    if not all(isinstance(index[name], type(value)) for name, value in empty.items()) or not all(
        map(is_digest, (*index["keys"], *index["blobs"], *index["manifests"]))
    ):
        return empty, damaged
    unknown = sorted(index["cells"].keys() - {cell.id for cell in notebook.cells})
    if unknown:
        return (
            index,
            f"the index of stored results names {unknown[0]}, a cell that the notebook does not have",
        )
    return index, None
