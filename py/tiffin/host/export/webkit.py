"""WebKitGTK, driven through WebDriver: a window that nobody sees, asked for answers until they come."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tiffin.errors import TiffinError, UsageError

ANSWER = 10
"""Seconds after which WebKitGTK's driver is asked again: it loses answers, above all where one page follows
another of a different origin, and would wait for them for ever."""

PAUSE = 0.02
"""Seconds between two looks at a script that is not done."""

_ASK = """
const answers = (window.tiffinAnswers ??= new Map());
const [id, values] = arguments;
if (!answers.has(id)) {
  answers.set(id, null);
  (async () => (%s)(...values))().then(
    (value) => answers.set(id, { value }),
    (error) => answers.set(id, { error: String(error) }),
  );
}
return answers.get(id);
"""


class ScriptError(TiffinError):
    """A script in a page failed; the message is that of its error."""


class WebKit:
    """A running WebKitGTK. Opening a page and running a script take `patience` seconds at most."""

    def __init__(self, driver: Any, patience: float) -> None:
        self.driver = driver
        self._patience = patience
        self._ids = itertools.count(1)
        driver.set_page_load_timeout(ANSWER)
        driver.set_script_timeout(ANSWER)

    def open(self, address: str) -> None:
        """Open an address, until its document is there."""
        self._insist(lambda: self.driver.get(address))

    def reload(self) -> None:
        """Load the page again, until its document is there."""
        self._insist(self.driver.refresh)

    def call(self, function: str, *values: Any) -> Any:
        """The result of a JavaScript function, awaited if it is a promise; `ScriptError` if it throws.

        The function is called once, however often the driver has to be asked. `TimeoutError` after `patience`
        seconds.
        """
        end = time.monotonic() + self._patience
        code, number = _ASK % function, f"{next(self._ids)}"
        while True:
            answer = self._insist(lambda: self.driver.execute_script(code, number, list(values)))
            if answer is not None:
                break
            if time.monotonic() > end:
                raise TimeoutError(f"no answer within {self._patience} seconds: {function[:200]}")
            time.sleep(PAUSE)
        if "error" in answer:
            raise ScriptError(answer["error"])
        return answer.get("value")

    def _insist(self, ask: Any) -> Any:
        from selenium.common.exceptions import TimeoutException

        end = time.monotonic() + self._patience
        while True:
            try:
                return ask()
            except TimeoutException:
                if time.monotonic() > end:
                    raise


@contextmanager
def open_webkit(settings: Mapping[str, str], patience: float) -> Iterator[WebKit]:
    """WebKitGTK with these environment variables, while the block runs; it needs selenium and Xvfb."""
    from selenium.webdriver import Remote
    from selenium.webdriver.remote.client_config import ClientConfig
    from selenium.webdriver.remote.remote_connection import RemoteConnection
    from selenium.webdriver.webkitgtk.options import Options
    from selenium.webdriver.webkitgtk.service import Service

    with _display() as name:
        environment = {
            **os.environ,
            "DISPLAY": name,
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # it does not start for root otherwise
            **settings,
        }
        options = Options()
        options.page_load_strategy = "eager"
        service = Service(shutil.which("WebKitWebDriver"), env=environment)
        service.start()
        try:
            address = ClientConfig(remote_server_addr=service.service_url)
            with Remote(RemoteConnection(client_config=address), options=options) as driver:
                yield WebKit(driver, patience)
        finally:
            service.stop()


@contextmanager
def _display() -> Iterator[str]:
    """The name of an X display that nobody sees, while the block runs."""
    read, write = os.pipe()
    with os.fdopen(read) as answer:
        command = ["Xvfb", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-displayfd", str(write)]
        process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        try:
            os.close(write)
            number = answer.readline().strip()
            if not number:
                raise UsageError("WebKitGTK cannot be started here: Xvfb does not start")
            yield f":{number}"
        finally:
            process.terminate()
            process.wait(10)
