"""All that a kernel reports, one frozen dataclass per fact; the one source of the TypeScript types.

`build/generate_protocol.py` writes `js/protocol/messages.ts` from this module and `commands.py`. Every
field is JSON, or a dataclass of this module; the wire form is `{"type": <class name>, <field>: ...}`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
CellStatus = Literal["idle", "queued", "running", "error", "stale", "cancelled"]
Origin = Literal["export", "cache", "run", "none"]
ConsoleStream = Literal["stdout", "stderr"]
NoticeLevel = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Frame:
    """One line of a traceback: `where` names file and line, `line` counts in the cell. In a library `cell` is
    empty, and `where` has the file's whole path."""

    cell: str
    where: str
    line: int
    function: str
    text: str


@dataclass(frozen=True)
class ErrorReport:
    """An exception as a reader sees it: type, message, and frames, outermost first, from the notebook's first
    one on."""

    kind: str
    message: str
    frames: tuple[Frame, ...]
    hint: str | None = None


@dataclass(frozen=True)
class ConsoleText:
    """A piece of text that a body wrote to one of the two streams."""

    stream: ConsoleStream
    text: str


@dataclass(frozen=True)
class Blocked:
    """A cell that a plan leaves out, and the sentence that says why."""

    cell: str
    reason: str


@dataclass(frozen=True)
class KernelStats:
    """What a kernel has done since it started; times in seconds."""

    cells_run: int = 0
    cells_restored: int = 0
    manifests_fetched: int = 0
    blobs_fetched: int = 0
    blobs_rejected: int = 0
    values_materialised: int = 0


@dataclass(frozen=True)
class KernelReady:
    """The kernel is up and takes commands."""

    python: str
    jspi: bool


@dataclass(frozen=True)
class KernelRestarted:
    """The kernel's process has ended, for this reason, and another one is starting: runs under way have
    completed without success, and what is stored comes back."""

    reason: str


@dataclass(frozen=True)
class RunStarted:
    """A plan is about to be carried out: these cells in this order, those left out with reasons."""

    run_id: str
    cells: tuple[str, ...]
    blocked: tuple[Blocked, ...]


@dataclass(frozen=True)
class NotebookEdited:
    """The notebook is another one: `cells` in their order, of which `put` are new or changed."""

    run_id: str
    cells: tuple[str, ...]
    put: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellQueued:
    """A cell was put in the queue of a run (at its start, or again because something needs it re-run)."""

    run_id: str
    cell: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CellStarted:
    """A cell's lifecycles are about to be set up."""

    run_id: str
    cell: str


@dataclass(frozen=True, slots=True)
class CellConsole:
    """A running body wrote text; pieces come in the order written, over both streams."""

    run_id: str
    cell: str
    text: ConsoleText


@dataclass(frozen=True, slots=True)
class CellDisplay:
    """A running body displayed a value; `clear` says that what it displayed before is to go. What has a
    `slot` takes the place of what was displayed with the same one; an empty bundle leaves nothing there."""

    run_id: str
    cell: str
    bundle: dict[str, Json]
    clear: bool = False
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class InputAsked:
    """A running body asks its reader for a line of text, and waits; `AnswerInput` brings it."""

    run_id: str
    cell: str
    question: str
    prompt: str


@dataclass(frozen=True, slots=True)
class CellEnded:
    """A cell's last state in this run. `reason` says why it was cancelled or blocked.

    For origin "cache", `output`, `displays` and `console` are those of the manifest, and None when the
    key is the one the page said it already shows.
    """

    run_id: str
    cell: str
    status: CellStatus
    origin: Origin
    key: str | None
    seconds: float
    output: dict[str, Json] | None = None
    displays: tuple[dict[str, Json], ...] | None = None
    console: tuple[ConsoleText, ...] | None = None
    error: ErrorReport | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ScratchConsole:
    """Code in the scratchpad wrote text, or an error of it is told; pieces come in order."""

    run_id: str
    text: ConsoleText


@dataclass(frozen=True, slots=True)
class ScratchDisplay:
    """Code in the scratchpad displayed a value; `clear` and `slot` are as in `CellDisplay`."""

    run_id: str
    bundle: dict[str, Json]
    clear: bool = False
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class ScratchEnded:
    """Code in the scratchpad is over; `output` is its trailing expression, `seconds` its time. The cells that
    it set off come now, and `RunCompleted` tells how all went."""

    run_id: str
    success: bool
    seconds: float
    output: dict[str, Json] | None = None
    error: ErrorReport | None = None


@dataclass(frozen=True)
class ElementChanged:
    """A widget's front-end value is now this; sent for what Python decided, and after each change."""

    element: str
    name: str
    value: Json


@dataclass(frozen=True)
class ElementSaid:
    """The object behind a widget has sent a message to its code in the page; `buffers` are in Base64."""

    element: str
    name: str
    content: Json
    buffers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answered:
    """The answer to the `Ask` with this `run_id`; where there is none, `problem` says why."""

    run_id: str
    element: str | None
    answer: Json = None
    problem: str | None = None


@dataclass(frozen=True)
class Notice:
    """Something the reader may want to know, in one sentence; `cell` when it concerns one."""

    level: NoticeLevel
    text: str
    cell: str | None = None


@dataclass(frozen=True)
class RunCompleted:
    """A run is over, whatever happened; sent in a `finally`, after every other event of the run."""

    run_id: str
    success: bool
    stats: KernelStats


Event: TypeAlias = (
    KernelReady
    | KernelRestarted
    | RunStarted
    | NotebookEdited
    | CellQueued
    | CellStarted
    | CellConsole
    | CellDisplay
    | InputAsked
    | CellEnded
    | ScratchConsole
    | ScratchDisplay
    | ScratchEnded
    | ElementChanged
    | ElementSaid
    | Answered
    | Notice
    | RunCompleted
)


def event_to_json(event: Event) -> dict[str, Json]:
    """Return the wire form of an event."""
    return {"type": type(event).__name__, **asdict(event)}
