"""What the commands that keep a kernel running have in common: where it works, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tiffin.host.cli.cache_place import choose_cache, limit_folder
from tiffin.host.cli.user_settings import settings_folder, user_cache_limit, user_options
from tiffin.host.native.services import check_cache
from tiffin.host.server.kernel_setup import KernelSetup

TOKEN = "TIFFIN_TOKEN"  # noqa: S105 (the name of a variable)


@dataclass(frozen=True)
class PlannedKernel:
    """The kernel of the notebook in `path`; `environment` is that of its process. Its results go to `folder`,
    which holds `limit` bytes when it is done."""

    path: Path
    setup: KernelSetup
    environment: dict[str, str]
    folder: Path
    limit: int | None

    def clear_up(self, console: Console) -> None:
        """Bring the cache back to its limit."""
        limit_folder(console, self.folder, self.limit)


def plan_kernel(notebook: Path, cache: str | None) -> PlannedKernel:
    """Return the kernel of a notebook, by what the command line and the user's settings say; `UsageError` for
    a cache that cannot be one."""
    folder, shared = choose_cache(cache, notebook, os.environ)
    check_cache(folder)
    limit = user_cache_limit(os.environ)
    options = user_options(os.environ)
    setup = KernelSetup(
        folder=str(notebook.resolve().parent),
        cache=str(folder.absolute()),
        executor=options.executor,
        shared=shared,
        signing=options.trust.mode,
        keys=str(settings_folder(os.environ)),
    )
    # Code of the notebook has no business with who may talk to its kernel.
    environment = {name: value for name, value in os.environ.items() if name != TOKEN}
    return PlannedKernel(notebook.resolve(), setup, environment, folder, limit)
