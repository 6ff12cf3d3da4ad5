"""A server that speaks S3, as a process on a free port of the loopback interface."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SERVER = "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"


@dataclass(frozen=True)
class BucketServer:
    """A running server: its address, and its process, for tests that end or stop it."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def environment(self) -> Mapping[str, str]:
        """The standard variables that lead to it."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "cook",
            "AWS_SECRET_ACCESS_KEY": "lunch",
            "AWS_REGION": "us-east-1",
        }

    def make_bucket(self, name: str) -> None:
        headers = {"Content-Length": "0", "Content-Type": "application/xml"}
        request = urllib.request.Request(f"{self.address}/{name}", b"", headers, method="PUT")
        urllib.request.urlopen(request, timeout=10).close()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def bucket_server() -> Iterator[BucketServer]:
    """Yield a server of its own, which has no buckets yet."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=log, stderr=log)
        try:
            yield BucketServer(_address(process, log.fileno()), process)
        finally:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: int) -> str:
    """Where the server listens, which it says when it does."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        text = os.pread(log, 20_000, 0).decode("utf-8", "replace")
        found = re.search(r"http://127\.0\.0\.1:(\d+)", text)
        if found is not None and found[1] != "0":
            return f"http://127.0.0.1:{found[1]}"
        time.sleep(0.05)
    raise AssertionError(os.pread(log, 20_000, 0).decode("utf-8", "replace"))
