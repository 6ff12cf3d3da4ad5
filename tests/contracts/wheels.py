"""Wheels that tests make up."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    tag: str = "py3-none-any",
    files: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
) -> Path:
    """Write a wheel into `folder`: a module that knows its `VERSION`, unless there are other `files`."""
    info = f"{name}-{version}.dist-info"
    contents = dict(files or {f"{name}.py": f"VERSION = {version!r}\n"})
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {each}" for each in requires]
    contents[f"{info}/METADATA"] = "\n".join(metadata) + "\n"
    contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"
    lines = []
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        lines.append(f"{path},sha256={digest},{len(text.encode())}\n")
    contents[f"{info}/RECORD"] = "".join(lines) + f"{info}/RECORD,,\n"
    folder.mkdir(exist_ok=True)
    place = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(place, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return place


def make_installed_wheel(folder: Path, name: str) -> Path:
    """Write a wheel of the Python files of an installed package into `folder`, so that no index is needed."""
    found = importlib.metadata.distribution(name)
    files = {
        path.as_posix(): path.read_text("utf-8")
        for path in found.files or ()
        if path.suffix in (".py", ".pem", ".js") and ".." not in path.parts
    }
    name = found.metadata["Name"].replace("-", "_")
    return make_wheel(folder, name, found.version, files=files, requires=found.requires or ())
