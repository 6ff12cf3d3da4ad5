"""The kernel process as its server has it: frames in both directions, interrupts, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from tiffin.host.server.frames import Frame, FrameError, FrameReader, to_frame

Json: TypeAlias = Any
Hear: TypeAlias = Callable[[Frame], None]

PATIENCE = 3.0
"""How long a kernel that is asked to end may take, in seconds; it is killed after that."""

DRAIN = 1.0
"""How long after its end a kernel's pipe may stay open in a process that it left behind, in seconds."""

CHILD = (sys.executable, "-P", "-m", "tiffin.host.server.kernel_child")
"""The command of a kernel process. `-P`: files beside the notebook must not stand in for modules of ours."""


class KernelProcess(asyncio.SubprocessProtocol):
    """A kernel process. `hear` takes each frame that it sends; `ended` is set after the last one."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._reader = FrameReader()
        self._transport: asyncio.SubprocessTransport | None = None
        self._exited = self._silent = False
        self._problem: str | None = None
        self.ended = asyncio.Event()

    # -- what asyncio calls -----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if self.ended.is_set() or self._problem is not None:
            return
        try:
            for frame in self._reader.feed(data):
                self._hear(frame)
        except FrameError as error:
            self._problem = str(error)
            self.kill()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self._silent = True
            self._check_end()

    def process_exited(self) -> None:
        # What its cells have started is its group, which outlives it; its number is not given anew till then.
        if self._transport is not None:
            self._signal_group(self._transport.get_pid(), signal.SIGKILL)
        self._exited = True
        self._check_end()
        if not self.ended.is_set():
            asyncio.get_running_loop().call_later(DRAIN, self._finish)

    def _check_end(self) -> None:
        if self._exited and self._silent:
            self._finish()

    def _finish(self) -> None:
        if not self.ended.is_set():
            self.ended.set()
            if self._transport is not None:
                self._transport.close()

    # -- what a server asks -----------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The number of the process while it runs, else None."""
        transport = self._transport
        if transport is None or self._exited or transport.get_returncode() is not None:
            return None
        return transport.get_pid()

    @property
    def how_it_ended(self) -> str:
        """How the process ended, as the rest of a sentence that begins with it."""
        code = None if self._transport is None else self._transport.get_returncode()
        if self._problem is not None:
            return f"was ended: {self._problem}"
        if code is None:
            return "ended"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def send(self, kind: str, document: Json) -> None:
        """Send a frame; to a process that has ended, nothing is sent."""
        if self._transport is None or self._exited:
            return
        pipe = cast("asyncio.WriteTransport | None", self._transport.get_pipe_transport(0))
        if pipe is not None and not pipe.is_closing():
            pipe.write(to_frame(kind, document))

    def interrupt(self) -> None:
        """Send SIGINT to the kernel and to what its cells have started, as Ctrl-C in a terminal does."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process, and what its cells have started, at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            self._signal_group(pid, number)

    def _signal_group(self, group: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)

    async def stop(self) -> None:
        """Ask the process to end, and wait until it has; it is killed when it takes too long."""
        pipe = None if self._transport is None else self._transport.get_pipe_transport(0)
        if pipe is not None:
            pipe.close()
        try:
            async with asyncio.timeout(PATIENCE):
                await self.ended.wait()
        except TimeoutError:
            self.kill()
            await self.ended.wait()


async def start_process(
    hear: Hear, environment: Mapping[str, str], command: Sequence[str] = CHILD
) -> KernelProcess:
    """Start a kernel process, in a session of its own: signals meant for the server don't reach it."""
    process = KernelProcess(hear)
    await asyncio.get_running_loop().subprocess_exec(
        lambda: process,
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=None,
        env=dict(environment),
        start_new_session=True,
    )
    return process
