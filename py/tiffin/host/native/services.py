"""What a native kernel is given: its stores, its executor, and the folder that its cells run in."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.cache.trust import Trust
from tiffin.codecs.extensions import find_codecs
from tiffin.errors import UsageError
from tiffin.events import Event, Notice
from tiffin.notebook.files import read_cell
from tiffin.notebook.notebook import Notebook
from tiffin.run.executor import Executor
from tiffin.run.executors import DEFAULT, find_executor
from tiffin.run.lifecycles.cached import CacheCost, CachePolicy
from tiffin.session.edits import BesideServices, Scratching
from tiffin.session.kernel import KernelServices
from tiffin.stores.folder import FolderPlace
from tiffin.stores.loader import CacheStores, Place
from tiffin.stores.object import open_bucket
from tiffin.stores.shared import SharedPlace


@dataclass(frozen=True)
class NativeOptions:
    """How a notebook is run natively.

    `executor` names one for a notebook that does not choose its own. `shared` is the URL of a cache behind
    the folder that others write as well; that it fails is reported, and the run goes on without it. `cost`
    says whether to keep values whose encoding takes longer than making them did, `trust` which entries to
    sign and to believe.
    """

    executor: str | None = None
    shared: str | None = None
    cost: CacheCost = "auto"
    trust: Trust = field(default_factory=Trust)


DEFAULTS = NativeOptions()


def choose_executor(notebook: Notebook, options: NativeOptions) -> Executor:
    """Return the executor that the notebook or else the user names; `ExecutorError` if it cannot be had."""
    return find_executor(notebook.settings.get("executor", options.executor or DEFAULT))


def check_cache(folder: Path) -> None:
    """Raise `UsageError` if a file stands where the folder of a cache is to be."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: the cache is a folder")


def cache_place(cache: Path, shared: str | None, report: Callable[[Event], None]) -> Place:
    """Return the place of a cache in the folder `cache`, with the `shared` one behind it if there is one;
    errors as for `check_cache`."""
    check_cache(cache)
    if shared is None:
        return FolderPlace(cache.absolute())
    bucket = open_bucket(shared, os.environ)
    return SharedPlace(cache.absolute(), bucket, shared, lambda text: report(Notice("warning", text)))


def native_services(
    notebook: Notebook,
    folder: Path,
    cache: Path,
    stores: CacheStores,
    executor: Executor,
    options: NativeOptions,
    scratchpad: Callable[[BesideServices], Scratching] | None = None,
) -> KernelServices:
    """Return what a kernel of a `notebook` in `folder` needs here, with a `scratchpad` if it is to have one.

    `CodecError` if a codec that a package offers cannot be had.
    """
    return KernelServices(
        manifests=stores.manifests,
        blobs=stores.blobs,
        inside=stores.inside,
        fetched=stores.fetched,
        trusts=stores.trusts,
        mark=stores.mark,
        trust=options.trust,
        policy=CachePolicy(cost=options.cost),
        environment=native_environment(notebook),
        surroundings=NotebookFolder(folder, cache.absolute()),
        executor=executor,
        codecs=find_codecs(),
        file=str(folder / notebook.filename),
        read_cell=partial(read_cell, folder=folder),
        scratchpad=scratchpad,
    )


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in `folder`, which can be imported from; afterwards all is as before, its modules forgotten.

    Another notebook in another folder may have modules of the same names.
    """
    os.environ.setdefault("MPLBACKEND", "agg")  # figures are rendered, nobody looks at a window
    path_before, modules_before = sys.path[:], set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path[:] = path_before
        own = {name for name in sys.modules.keys() - modules_before if _lies_in(folder, name.split(".")[0])}
        for name in own:
            del sys.modules[name]


def _lies_in(folder: Path, root: str) -> bool:
    """Whether the top-level module `root` was imported from `folder` itself."""
    file = getattr(sys.modules.get(root), "__file__", None)
    return file is not None and Path(file) in (folder / f"{root}.py", folder / root / "__init__.py")


def native_environment(notebook: Notebook) -> dict[str, Any]:
    """Return what manifests record of where a run happened: Python, and the packages that are required."""
    packages: dict[str, str] = {}
    for requirement in notebook.requirements:
        with contextlib.suppress(InvalidRequirement, importlib.metadata.PackageNotFoundError):
            name = Requirement(requirement).name
            packages[name] = importlib.metadata.version(name)
    return {"python": platform.python_version(), "platform": "native", "packages": packages}
