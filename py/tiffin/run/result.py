"""The result of one cell's run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tiffin.ids import Key
from tiffin.outputs.mime import Bundle

ResultStatus = Literal["ok", "stopped", "error", "interrupted", "missing"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a cell. `value` is that of its trailing expression; `output` its rendering.

    A `stopped` one ended by `tn.stop`: it has an output, and nothing that depends on it runs. A `missing` one
    is not stored, in a run that only restores.

    `output`, `displays` and `console` are None where the page shows them already. `seconds` is the body's
    time, as recorded when the result was restored.
    """

    status: ResultStatus = "ok"
    origin: Literal["run", "cache"] = "run"
    value: Any = None
    output: Bundle | None = None
    displays: tuple[Bundle, ...] | None = None
    console: tuple[tuple[str, str], ...] | None = None
    exception: BaseException | None = None
    seconds: float = 0.0
    key: Key | None = None

    def keyed(self, key: Key) -> Result:
        """Return the same under the key of its run."""
        return Result(
            self.status,
            self.origin,
            self.value,
            self.output,
            self.displays,
            self.console,
            self.exception,
            self.seconds,
            key,
        )
