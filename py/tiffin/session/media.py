"""Pictures, sound and film from an address, a file or bytes."""

from __future__ import annotations

import base64
import html
import mimetypes
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeAlias

from tiffin.errors import UsageError
from tiffin.outputs.render import render
from tiffin.session.author import Html

Source: TypeAlias = Any
"""An address (`https:` or `data:`), the path of a file, bytes, a file that is open, or, for `image`, a value
that shows itself as a picture."""

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (0, b"<svg", "image/svg+xml"),
    (0, b"<?xml", "image/svg+xml"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
"""What the bytes of each kind begin with, and where."""


def image(
    src: Source,
    *,
    alt: str = "",
    caption: str = "",
    width: int | None = None,
    height: int | None = None,
    mime: str | None = None,
) -> Html:
    """Return a picture; `alt` says in words what is to be seen, for who cannot see it.

    `width` and `height` are in pixels of the page; `mime` says what bytes are that do not say it themselves.
    """
    found = _picture_of(src) or _address("image", src, mime)
    size = "".join(
        f' {name}="{pixels:d}"' for name, pixels in (("width", width), ("height", height)) if pixels
    )
    shown = f'<img class="tn-image" src="{html.escape(found)}" alt="{html.escape(alt)}"{size}>'
    return _captioned(shown, caption)


def audio(src: Source, *, alt: str = "", caption: str = "", mime: str | None = None) -> Html:
    """Return sound to be played; `alt` says what it is. It begins when the reader asks for it."""
    found = html.escape(_address("audio", src, mime))
    label = html.escape(alt or caption or "Sound")
    shown = f'<audio class="tn-audio" controls preload="metadata" src="{found}" aria-label="{label}"></audio>'
    return _captioned(shown, caption)


def video(
    src: Source,
    *,
    alt: str = "",
    caption: str = "",
    width: int | None = None,
    loop: bool = False,
    muted: bool = False,
    mime: str | None = None,
) -> Html:
    """Return a film to be played; `alt` says what is to be seen. It begins when the reader asks for it."""
    found = html.escape(_address("video", src, mime))
    label = html.escape(alt or caption or "Film")
    more = "".join(f" {name}" for name, on in (("loop", loop), ("muted", muted)) if on)
    size = f' width="{width:d}"' if width else ""
    shown = (
        f'<video class="tn-video" controls playsinline preload="metadata" src="{found}" '
        f'aria-label="{label}"{size}{more}></video>'
    )
    return _captioned(shown, caption)


def _captioned(shown: str, caption: str) -> Html:
    said = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return Html(f'<figure class="tn-media">{shown}{said}</figure>')


def _picture_of(value: Any) -> str | None:
    """The picture that a value shows itself as, as an address."""
    if isinstance(value, str | bytes | bytearray | PathLike) or hasattr(value, "read"):
        return None
    bundle = render(value)
    for mime in ("image/png", "image/jpeg", "image/webp", "image/gif"):
        if mime in bundle:
            return f"data:{mime};base64,{bundle[mime]}"
    if "image/svg+xml" in bundle:
        return _data("image/svg+xml", bundle["image/svg+xml"].encode())
    return None


def _address(what: str, src: Source, mime: str | None) -> str:
    if isinstance(src, str) and src.startswith(("https:", "http:", "data:", "blob:")):
        return src
    if isinstance(src, str) and src.lstrip().startswith(("<svg", "<?xml")):
        src = src.strip().encode()
    if isinstance(src, str | PathLike):
        path = Path(fspath(src))
        if not path.is_file():
            raise UsageError(f"{what}: there is no file {str(src)!r}")
        mime = mime or mimetypes.guess_type(path.name)[0]
        src = path.read_bytes()
    elif hasattr(src, "read"):
        src = src.read()
    if not isinstance(src, bytes | bytearray):
        raise UsageError(f"{what}: takes an address, a path or bytes, not {type(src).__name__}")
    data = bytes(src)
    mime = mime or _mime_of(data)
    if mime is None:
        raise UsageError(f"{what}: these bytes do not say what they are; give mime, such as mime='{what}/…'")
    return _data(mime, data)


def _mime_of(data: bytes) -> str | None:
    return next((mime for at, begin, mime in _BEGINNINGS if data[at : at + len(begin)] == begin), None)


def _data(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
