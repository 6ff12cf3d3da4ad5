"""What a user has set for all notebooks: environment variables, and a file of settings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tiffin.cache.signing import Ed25519Signer
from tiffin.cache.trust import Trust, trust_mode
from tiffin.errors import UsageError
from tiffin.host.cli.amounts import parse_size
from tiffin.host.native.services import NativeOptions

CACHE_LIMIT = 10_000_000_000
"""How many bytes a cache keeps where the user sets no limit."""


def user_executor(environment: Mapping[str, str]) -> str | None:
    """Return the executor that the user wants where a notebook names none, None if none is set.

    `TIFFIN_EXECUTOR` comes first, then the key `executor` of `~/.config/tiffin/settings.toml`.
    `UsageError` for a file that is no TOML or sets something else than a name.
    """
    return _setting(environment, "executor", "a name")[0]


def user_options(environment: Mapping[str, str]) -> NativeOptions:
    """Return how the user wants notebooks to be cooked."""
    return NativeOptions(executor=user_executor(environment), trust=user_trust(environment))


def user_cache(environment: Mapping[str, str]) -> str | None:
    """Return the cache, a folder or a URL, that the user wants where a command names none; likewise."""
    return _setting(environment, "cache", "a folder or a URL")[0]


def user_cache_limit(environment: Mapping[str, str]) -> int | None:
    """Return how many bytes a cache may keep, None for any number: `cache_limit = "2 GB"`, or `"none"`."""
    text, where = _setting(environment, "cache_limit", "a size like '2 GB'")
    if text is None:
        return CACHE_LIMIT
    return None if text.strip().lower() == "none" else parse_size(text, where)


def user_trust(environment: Mapping[str, str]) -> Trust:
    """Return the rules of signing that the user wants: `signing = "off"`, `"on"` or `"strict"`.

    `UsageError` if signing is wanted, and cannot be had: it is never left out silently.
    """
    text, where = _setting(environment, "signing", "off, on or strict")
    mode = "off" if text is None else trust_mode(text, where)
    if mode == "off":
        return Trust()
    signer = Ed25519Signer(settings_folder(environment))
    if mode == "strict" and signer.public is None:
        raise UsageError(f"{where}: strict needs a key of your own: run tiffin cache keygen")
    return Trust(mode, signer)


def settings_folder(environment: Mapping[str, str]) -> Path:
    """Return where the user's settings and keys lie, whether anything is there or not."""
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():  # as the XDG specification has it
        base = Path(environment.get("HOME") or Path.home()) / ".config"
    return base / "tiffin"


def _setting(environment: Mapping[str, str], name: str, kind: str) -> tuple[str | None, str]:
    """The text of a setting, None if there is none, and where it stands."""
    variable = f"TIFFIN_{name.upper()}"
    if environment.get(variable):
        return environment[variable], variable
    path = settings_folder(environment) / "settings.toml"
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None, str(path)
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise UsageError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    value = settings.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{path}: {name} must be {kind}, not {value!r}")
    return value or None, f"{path}: {name}"
