"""The service worker of a site, made for what the site holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

SERVICE_WORKER = "service-worker.js"


def service_worker(site: Path, script: str, foreign: Sequence[str]) -> str:
    """Return the text of the service worker for a site that is complete but for it: `script`, told of what
    is there and of the URLs under which its runtime and wheels lie elsewhere.

    Its version is a digest of the whole site, so that a new export is a new service worker.
    """
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    version = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256")
        version.update(f"{content.hexdigest()} {path.relative_to(site).as_posix()}\n".encode())
    files = [
        path.relative_to(site).as_posix() for path in paths if _may_be_needed(path.relative_to(site).parts)
    ]
    told = {"version": version.hexdigest()[:20], "files": files, "foreign": list(foreign)}
    return f"self.tiffinSite = {json.dumps(told, sort_keys=True)};\n{script}"


def _may_be_needed(parts: Sequence[str]) -> bool:
    """Whether a file is one that a running page may load later than it became ready: parts of the page that
    nobody has used yet, archives that Python has not read yet, and packages that no cell has imported yet."""
    name = parts[-1]
    if parts[0] == "assets":
        return len(parts) == 2 and name.endswith((".js", ".css"))
    return parts[0] in ("kernel", "runtime") and name.endswith((".mjs", ".wasm", ".whl", ".zip"))
