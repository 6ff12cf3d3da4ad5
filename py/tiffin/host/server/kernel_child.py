"""The kernel process: one kernel behind two pipes. It is the child of a server, and ends with it.

The pipes are what the process was started with as stdin and stdout. They are moved away from there before
any code of a notebook runs, so that nothing but frames gets into them.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from tiffin.commands import CellSource, Command, EditCells, Execute, Interrupt, Runless, command_from_json
from tiffin.errors import TiffinError
from tiffin.events import (
    Event,
    KernelReady,
    NotebookEdited,
    Notice,
    RunCompleted,
    RunStarted,
    event_to_json,
)
from tiffin.host.native.services import cache_place, choose_executor, native_services, working_in
from tiffin.host.native.variables import list_variables
from tiffin.host.server.frames import (
    ANSWER,
    COMMAND,
    EDIT,
    EVENT,
    FAILED,
    QUESTION,
    SETUP,
    Frame,
    FrameReader,
    to_frame,
)
from tiffin.host.server.kernel_setup import KernelSetup
from tiffin.notebook.notebook import Notebook
from tiffin.notebook.stars import look_up_stars
from tiffin.session.alarm import ring_by_signal
from tiffin.session.edits import BesideServices
from tiffin.session.kernel import Kernel
from tiffin.session.scratchpad import Ring, Scratchpad
from tiffin.stores.folder import folder_session
from tiffin.stores.loader import open_stores

PATIENCE = 2.0
"""How long a kernel whose server is gone may take to end by itself, in seconds."""

_PIECE = 1 << 16


class Channel:
    """The two pipes. Any thread may send; a signal never breaks a frame off."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self.frames = self._read()
        """What comes from the server, until it closes its end; for one reader at a time."""
        # Reentrant: a destructor may report something in the middle of a frame.
        self._lock = threading.RLock()
        self._waiting: deque[bytes] = deque()
        self._writer: int | None = None
        self._deferred: Callable[[], None] | None = None
        # What a cell forks is not the kernel: it must not write here, nor keep the pipe open.
        os.register_at_fork(after_in_child=self._leave)

    def _leave(self) -> None:
        self._lock = threading.RLock()
        os.close(self._incoming)
        os.close(self._outgoing)
        self._outgoing = -1

    def _read(self) -> Iterator[Frame]:
        reader = FrameReader()
        while data := os.read(self._incoming, _PIECE):
            yield from reader.feed(data)

    def send(self, kind: str, document: Any) -> None:
        """Send a frame, after those that were sent before."""
        if self._outgoing < 0:
            return
        self._waiting.append(to_frame(kind, document))
        with self._lock:
            if self._writer is None:
                self._write_all()
        if self._deferred is not None and threading.current_thread() is threading.main_thread():
            deferred, self._deferred = self._deferred, None
            deferred()

    def _write_all(self) -> None:
        self._writer = threading.get_ident()
        try:
            while self._waiting:
                rest = memoryview(self._waiting.popleft())
                while rest:
                    rest = rest[os.write(self._outgoing, rest) :]
        except OSError:
            os._exit(0)  # the server is gone, and nobody hears anything any more
        finally:
            self._writer = None

    def defer(self, interrupt: Callable[[], None]) -> bool:
        """Whether the present thread is sending; `interrupt` is called when it has done so. For signals."""
        if self._writer != threading.get_ident():
            return False
        self._deferred = interrupt
        return True


class KernelHost:
    """A kernel behind a channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._unfinished: set[str] = set()
        self._scratch: set[str] = set()
        """Those of the scratchpad among them: the server does not know what they edit."""
        self._running: str | None = None
        self._to_stop: set[str] = set()
        """Runs that somebody wants to be stopped, and that have not been."""
        self._meant: str | None = None
        """The run that the next SIGINT is meant for, if it comes from here; else whichever is under way."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.kernel: Kernel | None = None

    def report(self, event: Event) -> None:
        """Send an event to the server."""
        if isinstance(event, RunCompleted):
            self._unfinished.discard(event.run_id)
            self._scratch.discard(event.run_id)
            self._to_stop.discard(event.run_id)
            if self._running == event.run_id:
                self._running = None
        if isinstance(event, NotebookEdited) and event.run_id in self._scratch and self.kernel is not None:
            self._channel.send(EDIT, asdict(_edit_of(event, self.kernel.notebook)))
        self._channel.send(EVENT, event_to_json(event))
        if isinstance(event, RunStarted):
            self._running = event.run_id
            if self.kernel is not None and self._takes(event.run_id):
                self.kernel.interrupt()

    def _takes(self, run_id: str) -> bool:
        """Whether this run is to be stopped; from now on that is seen to."""
        wanted = run_id in self._to_stop
        self._to_stop.discard(run_id)
        return wanted

    def interrupted(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGINT: interrupt the run under way, unless another one was meant."""
        meant, self._meant = self._meant, None
        if self.kernel is None or (meant is not None and not (meant == self._running and self._takes(meant))):
            return
        self._break_in(self.kernel.interrupt, frame)

    def alarm(self, seconds: float, ring: Ring) -> Callable[[], None]:
        """Ring by a signal that breaks no frame off; see `Alarm` of the scratchpad."""
        return ring_by_signal(seconds, lambda frame: self._break_in(ring, frame))

    def _break_in(self, ring: Ring, frame: FrameType | None) -> None:
        if not self._channel.defer(lambda: ring(sys._getframe())):  # noqa: SLF001 (the frame that is broken into)
            ring(frame)

    def scratchpad(self, kernel: BesideServices) -> Scratchpad:
        """Return a kernel's scratchpad, whose time-outs end any code."""
        return Scratchpad(kernel, self.alarm)

    async def serve(self, kernel: Kernel) -> None:
        """Carry out commands until the server closes its pipe."""
        self.kernel = kernel
        loop = asyncio.get_running_loop()
        closed = asyncio.Event()

        def read() -> None:
            try:
                for kind, text in self._channel.frames:
                    if kind == QUESTION:
                        self._answer(kernel, json.loads(text))
                    elif kind == COMMAND:
                        command = command_from_json(json.loads(text))
                        if isinstance(command, Interrupt) and command.run_id is not None:
                            self._to_stop.add(command.run_id)
                        loop.call_soon_threadsafe(self._take, kernel, command)
                        if isinstance(command, Interrupt) and command.run_id is not None:
                            self._signal(command.run_id)
            finally:
                _end_soon()
                loop.call_soon_threadsafe(closed.set)

        signal.signal(signal.SIGINT, self.interrupted)
        self.report(KernelReady(platform.python_version(), jspi=False))
        threading.Thread(target=read, name="tiffin-commands", daemon=True).start()
        await closed.wait()

    def _signal(self, run_id: str) -> None:
        """Break into a run under way, which may keep the event loop busy. For the reading thread."""
        if run_id == self._running:
            # In between another run may have started; the handler, in the thread of runs, looks again.
            self._meant = run_id
            _signal_group(signal.SIGINT)

    def _take(self, kernel: Kernel, command: Command) -> None:
        if not isinstance(command, Runless):
            self._unfinished.add(command.run_id)
        if isinstance(command, Execute):
            self._scratch.add(command.run_id)
        task = asyncio.get_running_loop().create_task(self._handle(kernel, command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, kernel: Kernel, command: Command) -> None:
        """Carry out a command; if it starts a run, that ends with its `RunCompleted` whatever goes wrong."""
        run_id = None if isinstance(command, Runless) else command.run_id
        try:
            if not isinstance(command, Interrupt) or self._is_to_be_stopped(command.run_id):
                await kernel.handle(command)
        except Exception as error:  # noqa: BLE001 (whatever it is, listeners hear of it)
            self.report(Notice("error", f"the kernel failed: {type(error).__name__}: {error}"))
        finally:
            if run_id is not None and run_id in self._unfinished:
                self.report(RunCompleted(run_id, False, kernel.stats()))

    def _is_to_be_stopped(self, run_id: str | None) -> bool:
        """Whether a run has still to be called off or interrupted; `report` sees to one that is about to
        start."""
        if run_id is None:
            return True
        if run_id == self._running or run_id not in self._unfinished:
            return self._takes(run_id)
        return run_id in self._to_stop

    def _answer(self, kernel: Kernel, question: Any) -> None:
        """Answer at once, in the reading thread: a cell may keep the other one busy."""
        variables = [asdict(variable) for variable in list_variables(kernel.namespace)]
        self._channel.send(ANSWER, {"id": question["id"], "value": variables})


def _edit_of(event: NotebookEdited, notebook: Notebook) -> EditCells:
    """Return the edit that has led to `notebook`."""
    put = tuple(
        CellSource(cell.id, cell.source, cell.kind, cell.name, dict(cell.settings))
        for cell in notebook.cells
        if cell.id in event.put
    )
    return EditCells(event.run_id, put, event.removed, event.cells)


def _end_soon() -> None:
    """See to it that this process ends: a run under way is interrupted, and not waited for long."""
    timer = threading.Timer(PATIENCE, _end_group, (signal.SIGKILL,))
    timer.daemon = True
    timer.start()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _end_group(number: signal.Signals) -> None:
    """End this process and all that cells have started, if they are a group of their own."""
    if not _signal_group(number) and number == signal.SIGKILL:
        os._exit(1)


def _signal_group(number: signal.Signals) -> bool:
    """Send a signal to this process and all that cells have started; False if they are no own group."""
    if os.getpgrp() != os.getpid():
        return False
    os.killpg(0, number)
    return True


def _take_streams() -> Channel:
    """Return the channel over stdin and stdout, and put the null device and stderr into their places."""
    channel = Channel(os.dup(0), os.dup(1))  # not inherited by what cells start
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return channel


def _first(channel: Channel) -> tuple[KernelSetup, Notebook]:
    for kind, text in channel.frames:
        if kind == SETUP:
            setup, notebook = KernelSetup.from_json(json.loads(text))
            return setup, Notebook.from_json(notebook)
    sys.exit(0)  # the server ended before it said anything


def main() -> None:
    """Run the kernel that the first frame describes, until the server closes its pipe."""
    # Until there is a run to interrupt, a signal must not end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = _take_streams()
    setup, notebook = _first(channel)
    host = KernelHost(channel)
    folder, cache = Path(setup.folder), Path(setup.cache)
    try:
        notebook = look_up_stars(notebook, folder)
        options = setup.options
        place = cache_place(cache, options.shared, host.report)
        executor = choose_executor(notebook, options)
        stores = open_stores("lazy", place)

        async def work() -> None:
            services = native_services(notebook, folder, cache, stores, executor, options, host.scratchpad)
            with working_in(folder):
                await host.serve(Kernel(notebook, services, host.report))

        with folder_session(cache):
            asyncio.run(work())
    except TiffinError as error:
        channel.send(FAILED, str(error))
    except OSError as error:
        channel.send(FAILED, f"{error.filename or setup.cache}: {error.strerror or error}")
    # What cells have started in this session's group ends with it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end_group(signal.SIGTERM)


if __name__ == "__main__":
    main()
