"""The kernel that a server offers: one notebook, one process after another, one stream of events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from itertools import count
from typing import Any, TypeAlias

from tiffin.commands import (
    Command,
    EditCells,
    Execute,
    Interrupt,
    PutContent,
    Restore,
    Runless,
    command_from_json,
)
from tiffin.errors import TiffinError
from tiffin.events import (
    CellEnded,
    ConsoleText,
    ErrorReport,
    Event,
    KernelRestarted,
    KernelStats,
    NotebookEdited,
    Notice,
    RunCompleted,
    ScratchConsole,
    ScratchEnded,
    event_to_json,
)
from tiffin.host.server.answers import KernelStatus
from tiffin.host.server.event_log import EventLog
from tiffin.host.server.frames import ANSWER, COMMAND, EDIT, EVENT, FAILED, QUESTION, SETUP, Frame, to_json
from tiffin.host.server.kernel_life import KernelLife
from tiffin.host.server.kernel_process import Hear, KernelProcess
from tiffin.host.server.kernel_setup import KernelSetup
from tiffin.host.server.kernel_state import KernelState
from tiffin.host.server.notebook_file import Check, NotebookFile
from tiffin.host.server.run_events import RunEvents
from tiffin.ids import new_run_id
from tiffin.notebook.edit import EditedNotebook

Json: TypeAlias = Any
Start: TypeAlias = Callable[[Hear], Awaitable[KernelProcess]]

MOST_RUNS = 1_000
"""How many runs may wait for a kernel at a time."""

MOST_CONTENT = 256_000_000
"""How much of what readers handed over is kept for another process, in characters of Base64."""

LONGEST_ANSWER = 10.0
"""How long a kernel may take to answer a question, in seconds."""


class RunConflict(TiffinError):
    """A command that cannot be taken now: its run_id is in use, or too many wait."""


class KernelGone(TiffinError):
    """The kernel ended, or did not answer, when it was asked something."""


class LiveKernel:
    """Takes commands, and reports what comes of them to `log`, whatever happens to the process.

    `start` starts a process. When one ends, its runs complete without success and another one restores what
    is stored, running nothing; one that ends before it has got so far is not replaced until somebody asks.
    """

    def __init__(self, file: NotebookFile, setup: KernelSetup, log: EventLog, start: Start) -> None:
        self.file, self.log = file, log
        self.state = KernelState(file.notebook)
        self.lives = 0
        """How many processes were asked for so far."""
        self._setup, self._start = setup, start
        self._life: KernelLife | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._unsent: list[Json] = []
        self._waiting: dict[str, EditedNotebook | None] = {}
        """Runs that were asked for and have not completed; with the edit, until the kernel tells of it."""
        self._scratch: dict[str, bool] = {}
        """Those of the scratchpad among them, and whether their own code has ended."""
        self._followed: dict[str, RunEvents] = {}
        self._interrupt_next = False
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._contents: deque[PutContent] = deque()
        """What readers handed over, for the next process."""
        self._numbers = count(1)
        self._lock = asyncio.Lock()

    # -- what clients ask for ---------------------------------------------------------------------------

    @property
    def status(self) -> KernelStatus:
        """Whether the kernel runs something, and whether there is one."""
        if self._life is None:
            return "failed"
        if not self._life.ready:
            return "starting"
        return "busy" if self._waiting or self.state.runs else "idle"

    @property
    def is_restored(self) -> bool:
        """Whether what was stored is back since the last restart; at the start, whether there is a kernel."""
        return self._life is not None and self._life.sound

    def begin(self, *, stored_only: bool = False) -> None:
        """Start a process, which brings every cell to its result: from the cache alone with `stored_only`."""
        values = {element: known["value"] for element, known in self.state.elements.items()}
        restore = Restore(new_run_id(), {}, values or None, stored_only)
        self._life = KernelLife(restore.run_id, stored_only)
        self.lives += 1
        # Before anything is awaited: edits from now on are sent as commands.
        setup = self._setup.to_json(self.file.notebook.to_json())
        self._waiting[restore.run_id] = None
        self._unsent = [*map(_to_json, self._contents), _to_json(restore)]
        self._keeper = asyncio.create_task(self._keep(self._life, setup))

    async def post(self, command: Command, check: Check | None = None) -> str | None:
        """Take a command, and return the id of the run it starts, if it starts one.

        `check` looks at an edit before it happens; what it raises goes on to the caller.
        `UsageError` for an edit that cannot be carried out, `NotebookError` if it cannot be saved,
        `RunConflict` if the run cannot be taken now; nothing is changed then.
        """
        if isinstance(command, Interrupt):
            self.interrupt(command.run_id)
            return command.run_id
        if isinstance(command, Runless):
            if isinstance(command, PutContent):
                self._hold(command)
            self._send(_to_json(command))
            return None
        if command.run_id in self._waiting or command.run_id in self.state.runs:
            raise _in_use(command.run_id)
        if len(self._waiting) >= MOST_RUNS:
            raise RunConflict(f"{MOST_RUNS:,} runs wait already: wait for some of them to complete")
        edited = None
        if isinstance(command, EditCells):
            # The file's order of edits is the kernel's.
            async with self._lock:
                edited = await self.file.edit(command, check)
                self._accept(command, command.run_id, edited)
        else:
            self._accept(command, command.run_id, None)
        return command.run_id

    def _accept(self, command: Command, run_id: str, edited: EditedNotebook | None) -> None:
        if self._life is None:
            if edited is not None:
                # The process that starts has the notebook as it is now.
                self._tell_edit(run_id, edited)
                self._report(RunCompleted(run_id, True, KernelStats()))
                self.begin(stored_only=True)
                return
            self.begin(stored_only=True)
        self._waiting[run_id] = edited
        if isinstance(command, Execute):
            self._scratch[run_id] = False
        self._send(_to_json(command))

    def _hold(self, command: PutContent) -> None:
        """Keep a content for the next process; the oldest go when there is no room left."""
        self._contents.append(command)
        size = sum(len(piece.data) for piece in self._contents)
        while size > MOST_CONTENT and self._contents:
            size -= len(self._contents.popleft().data)

    def _send(self, command: Json) -> None:
        life = self._life
        if life is None or life.process is None:
            self._unsent.append(command)
        else:
            life.process.send(COMMAND, command)

    def follow(self, run_id: str) -> RunEvents:
        """Return the events of a run as they will come, to be asked for before its command is posted.

        `RunConflict` if somebody follows a run with this id. `unfollow` ends it.
        """
        if run_id in self._followed:
            raise _in_use(run_id)
        events = self._followed[run_id] = RunEvents()
        if self.log.closed:
            events.close()
        return events

    def unfollow(self, run_id: str) -> None:
        """Drop the events of a run from now on."""
        del self._followed[run_id]

    def interrupt(self, run_id: str | None = None) -> None:
        """Interrupt the run under way, or the one that is about to start; none, and nothing happens.

        With a `run_id`, interrupt that run alone, or call it off if it waits for its turn.
        """
        life = self._life
        if life is None:
            return
        if run_id is not None:
            if run_id in self._waiting or run_id in self.state.runs:
                self._send(_to_json(Interrupt(run_id)))
            return
        if self.state.runs and life.process is not None:
            life.process.interrupt()
        elif self._waiting:
            self._interrupt_next = True

    async def restart(self) -> None:
        """Replace the process, and read the notebook's file anew if it was changed by somebody else;
        `NotebookError` if that cannot be read, and nothing happens."""
        async with self._lock:
            before = self.file.notebook
            if self.file.read_again():
                after = [cell.id for cell in self.file.notebook.cells]
                removed = tuple(cell.id for cell in before.cells if cell.id not in after)
                self._report(NotebookEdited(new_run_id(), tuple(after), tuple(after), removed))
        life = self._life
        if life is None:
            self._report(KernelRestarted("the kernel was restarted"))
            self.begin(stored_only=True)
        else:
            life.reason = "the kernel was restarted"
            if life.process is not None:
                life.process.kill()

    async def variables(self) -> Json:
        """Return the notebook's variables, as `Variable` has them; `KernelGone` if there is no kernel."""
        life = self._life
        if life is None or life.process is None or not life.ready:
            raise KernelGone("the kernel is not running yet: ask again when it is ready")
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        life.process.send(QUESTION, {"id": number})
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                return await answer
        except TimeoutError:
            raise KernelGone("the kernel does not answer: interrupt or restart it") from None
        finally:
            del self._answers[number]

    def snapshot(self) -> Json:
        """Return the state of notebook and kernel after the last event in the log."""
        return self.state.to_json(self.file.notebook, self.status, self.log.newest)

    async def stop(self) -> None:
        """End the process, and close the log."""
        life, self._life = self._life, None
        keeper, self._keeper = self._keeper, None
        self.log.close()
        for events in self._followed.values():
            events.close()
        if life is not None and life.process is not None:
            await life.process.stop()
            if life.saving is not None:
                await life.saving
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    def kill(self) -> None:
        """End the process at once, if it is still there."""
        if self._life is not None and self._life.process is not None:
            self._life.process.kill()

    # -- the life of a process --------------------------------------------------------------------------

    async def _keep(self, life: KernelLife, setup: Json) -> None:
        """Start a process, and see to it that whoever waits for it hears of its end."""
        try:
            process = await self._start(lambda frame: self._hear(life, frame))
        except OSError as error:
            life.failure = f"no kernel process could be started: {error.strerror or error}"
        else:
            life.process = process
            process.send(SETUP, setup)
            unsent, self._unsent = self._unsent, []
            for command in unsent:
                process.send(COMMAND, command)
            if life.reason is not None:  # a restart was asked for in the meantime
                process.kill()
            await process.ended.wait()
            if life.saving is not None:
                await life.saving
        if self._life is life:
            self._bury(life)

    def _bury(self, life: KernelLife) -> None:
        ended = "" if life.process is None else life.process.how_it_ended
        reason = life.failure or life.reason or f"the kernel process {ended}"
        self._life = None
        self._interrupt_next = False
        self._unsent = []
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(KernelGone(f"{reason}: ask again"))
        self._close_runs(reason)
        if life.failure is None and (life.sound or life.reason is not None):
            self._report(KernelRestarted(reason))
            self.begin(stored_only=True)
        else:
            text = reason if life.failure is not None else f"{reason} before it had restored the notebook"
            self._report(Notice("error", f"{text}: the next command starts another one"))

    def _close_runs(self, reason: str) -> None:
        """Complete the runs of a process that is gone: what ran or waited is cancelled."""
        for cell, state in tuple(self.state.cells.items()):
            if state.status in ("queued", "running"):
                run_id = state.run_id or ""
                self._report(CellEnded(run_id, cell, "cancelled", "none", None, 0.0, reason=reason))
        stats = KernelStats(**self.state.stats)
        for run_id in dict.fromkeys((*self.state.runs, *self._waiting)):
            edited = self._waiting.get(run_id)
            if edited is not None:
                self._tell_edit(run_id, edited)
            if run_id in self._scratch:
                self._report(ScratchConsole(run_id, ConsoleText("stderr", f"{reason}\n")))
                if not self._scratch[run_id]:
                    self._report(ScratchEnded(run_id, False, 0.0, error=ErrorReport("", reason, ())))
            elif run_id in self._followed:
                # Who waits for this run must not have to hear all others to know why it is over.
                self._followed[run_id].append(event_to_json(KernelRestarted(reason)), 0)
            self._report(RunCompleted(run_id, False, stats))
        self._waiting.clear()
        self._scratch.clear()

    def _tell_edit(self, run_id: str, edited: EditedNotebook) -> None:
        """Tell of an edit that is saved and of which no kernel has told."""
        cells = tuple(cell.id for cell in edited.notebook.cells)
        self._report(NotebookEdited(run_id, cells, edited.put, edited.removed))

    # -- what the process says --------------------------------------------------------------------------

    def _hear(self, life: KernelLife, frame: Frame) -> None:
        kind, text = frame
        if self._life is not life:
            return
        if life.held is not None:
            life.held.append(frame)
        elif kind == EDIT:
            # Nobody hears of an edit before it is in the file.
            life.held = deque()
            life.saving = asyncio.create_task(self._save(life, json.loads(text)))
        elif kind == EVENT:
            event = json.loads(text)
            self._note(life, event)
            self._log(event, text)
        elif kind == ANSWER:
            document = json.loads(text)
            answer = self._answers.get(document["id"])
            if answer is not None and not answer.done():
                answer.set_result(document["value"])
        elif kind == FAILED:
            life.failure = json.loads(text)

    async def _save(self, life: KernelLife, document: Json) -> None:
        """Take over an edit that the scratchpad has made, then hear what the kernel has said since."""
        command = command_from_json({"type": EditCells.__name__, **document})
        assert isinstance(command, EditCells)
        try:
            async with self._lock:
                edits = [edited for edited in self._waiting.values() if edited is not None]
                later = {cell for edited in edits for cell in (*edited.put, *edited.removed)}
                await self.file.follow(command, later)
        except (TiffinError, OSError) as error:
            text = f"the kernel has this edit, the notebook's file has not: {error}\n"
            self._report(ScratchConsole(command.run_id, ConsoleText("stderr", text)))
        held, life.held = life.held or (), None
        for frame in held:  # behind a further edit, they are held again
            self._hear(life, frame)

    def _note(self, life: KernelLife, event: Json) -> None:
        match event["type"]:
            case "KernelReady":
                life.ready = True
                # From here on the notebook's code runs, and a crash is its own.
                life.sound = not life.stored_only
            case "RunStarted":
                if self._interrupt_next and life.process is not None:
                    self._interrupt_next = False
                    life.process.interrupt()
            case "NotebookEdited":
                if event["run_id"] in self._waiting:
                    self._waiting[event["run_id"]] = None
            case "ScratchEnded":
                self._scratch[event["run_id"]] = True
            case "RunCompleted":
                self._waiting.pop(event["run_id"], None)
                self._scratch.pop(event["run_id"], None)
                life.sound = life.sound or event["run_id"] == life.restore

    def _report(self, event: Event) -> None:
        document = event_to_json(event)
        self._log(document, to_json(document))

    def _log(self, event: Json, text: bytes) -> None:
        self.state.hear(event)
        self.log.append(text.decode("ascii"))
        events = self._followed.get(event.get("run_id"))
        if events is not None:
            events.append(event, len(text))


def _in_use(run_id: str) -> RunConflict:
    return RunConflict(f"run {run_id!r} is under way: give each run an id of its own")


def _to_json(command: Command) -> Json:
    return {"type": type(command).__name__, **asdict(command)}
