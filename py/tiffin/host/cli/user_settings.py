"""What a user has set for all notebooks: environment variables, and a file of settings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tiffin.errors import UsageError


def user_executor(environment: Mapping[str, str]) -> str | None:
    """Return the executor that the user wants where a notebook names none, None if none is set.

    `TIFFIN_EXECUTOR` comes first, then the key `executor` of `~/.config/tiffin/settings.toml`.
    `UsageError` for a file that is no TOML or sets something else than a name.
    """
    if environment.get("TIFFIN_EXECUTOR"):
        return environment["TIFFIN_EXECUTOR"]
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():  # as the XDG specification has it
        base = Path(environment.get("HOME") or Path.home()) / ".config"
    path = base / "tiffin" / "settings.toml"
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise UsageError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    executor = settings.get("executor")
    if executor is not None and not isinstance(executor, str):
        raise UsageError(f"{path}: executor must be a name, not {executor!r}")
    return executor or None
