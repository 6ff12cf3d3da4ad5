"""Errors that a person meets: one line each, saying what happened, where, and what to do."""

from __future__ import annotations


class TiffinError(Exception):
    """A problem that tiffin explains in one sentence; `exit_code` is what the command line ends with."""

    exit_code = 2


class NotebookError(TiffinError):
    """A file that cannot be read as a notebook."""


class UsageError(TiffinError):
    """Something was asked for that makes no sense as asked."""


class KeyFormError(TiffinError):
    """A store was given a key that is not one; raised before any input or output."""


class CodecError(TiffinError):
    """Bytes that are not what their codec writes: truncated, altered, or of another codec."""


class ManifestError(TiffinError):
    """A manifest that this version cannot read."""

    exit_code = 1


class NotebookFailed(TiffinError):
    """A cell of the notebook failed, so that what was asked for could not be made."""

    exit_code = 1


class Stop(BaseException):
    """What `tn.stop` raises to end a cell: no error, and no `except Exception` of a body holds it up."""

    def __init__(self, output: object) -> None:
        super().__init__()
        self.output = output
