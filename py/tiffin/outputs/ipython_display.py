"""A stand-in for `IPython.display`, for notebooks that import it where IPython is not installed.

Its objects say what they are through `_repr_mimebundle_`, which is all that showing them needs. The module is
made by `make_module`, which is given the functions that show things: nothing here knows of a running cell.
"""

from __future__ import annotations

import base64
import html
import json
import mimetypes
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Bundle = dict[str, Any]


class DisplayObject:
    """Data that is shown in one form, from text or bytes given, or from a file.

    `url` is kept for the classes whose form may point at it; nothing is downloaded here.
    """

    mime = "text/plain"

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | Path | None = None,
        metadata: Bundle | None = None,
    ) -> None:
        if isinstance(data, Path):
            data, filename = None, data
        if (
            isinstance(data, str)
            and url is None
            and filename is None
            and data.startswith(("http://", "https://"))
        ):
            data, url = self._not_data(data)
        self.data = data
        self.url = url
        self.filename = None if filename is None else str(filename)
        self.metadata = dict(metadata or {})
        self.reload()

    def _not_data(self, text: str) -> tuple[Any, str | None]:
        """Return data and address for text that begins like an address: most forms take it for their text."""
        return text, None

    def reload(self) -> None:
        """Read the file again, if the data came from one."""
        if self.filename is not None:
            self.data = Path(self.filename).read_text(encoding="utf-8")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {self.mime: self.data, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<IPython.core.display.{type(self).__name__} object>"


class TextDisplayObject(DisplayObject):
    """A display object whose data is text."""

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | Path | None = None,
        metadata: Bundle | None = None,
    ) -> None:
        super().__init__(data, url, filename, metadata)
        if self.data is not None and not isinstance(self.data, str):
            raise TypeError(f"{type(self).__name__} expects text, not {self.data!r}")


class HTML(TextDisplayObject):
    """HTML, shown as it is."""

    mime = "text/html"

    def _repr_html_(self) -> str:
        return str(self.data)

    def __html__(self) -> str:
        return self._repr_html_()


class Markdown(TextDisplayObject):
    """Markdown, shown as text."""

    mime = "text/markdown"

    def _repr_markdown_(self) -> str:
        return str(self.data)


class Latex(TextDisplayObject):
    """LaTeX as it stands, with its own dollar signs."""

    mime = "text/latex"

    def _repr_latex_(self) -> str:
        return str(self.data)


class Math(Latex):
    """A formula: LaTeX between dollar signs, which are added."""

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {str(self.data).strip('$')}$"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {self.mime: self._repr_latex_(), "text/plain": repr(self)}


class SVG(TextDisplayObject):
    """A drawing in SVG; what stands before `<svg` in the text, an XML declaration say, is left out."""

    mime = "image/svg+xml"

    def reload(self) -> None:
        """Read the file again, if the data came from one, and keep the `<svg>` element."""
        super().reload()
        if isinstance(self.data, bytes):
            self.data = self.data.decode()
        if isinstance(self.data, str) and "<svg" in self.data:
            self.data = self.data[self.data.index("<svg") :]

    def _repr_svg_(self) -> str:
        return str(self.data)


class JSON(DisplayObject):
    """A JSON value: a dict or a list, or the text of one."""

    mime = "application/json"

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | Path | None = None,
        expanded: bool = False,
        metadata: Bundle | None = None,
        root: str = "root",
    ) -> None:
        super().__init__(data, url, filename, {"expanded": expanded, "root": root, **(metadata or {})})
        if isinstance(self.data, str):
            if self.filename is None:
                warnings.warn("JSON expects a dict or a list, not text", stacklevel=2)
            self.data = json.loads(self.data)

    def _repr_json_(self) -> Any:
        return self.data


class Code(TextDisplayObject):
    """Source code, shown as plain text in a fixed width; `language` is kept, not used."""

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | Path | None = None,
        language: str | None = None,
    ) -> None:
        super().__init__(data, url, filename)
        self.language = language

    def _repr_html_(self) -> str:
        return f"<pre><code>{html.escape(str(self.data), quote=False)}</code></pre>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/html": self._repr_html_(), "text/plain": str(self.data)}

    def __repr__(self) -> str:
        return str(self.data)


class Pretty(TextDisplayObject):
    """Text, shown as it is, without quotes."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/plain": str(self.data)}

    def __repr__(self) -> str:
        return str(self.data)


class Javascript(TextDisplayObject):
    """JavaScript, which is shown and not run: a page of tiffin runs no code that it has not checked."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/plain": repr(self)}


class Image(DisplayObject):
    """A picture: bytes (PNG, JPEG, GIF, WebP or SVG, told by how they begin), a file, or an address.

    `width` and `height` are in pixels of the page. An address makes an `<img>` that points there; so do a
    size and an `alt` text, with the picture in it, since a bundle of data has no place for them.
    """

    def __init__(
        self,
        data: Any = None,
        url: str | None = None,
        filename: str | Path | None = None,
        format: str | None = None,  # noqa: A002 - IPython's name for it
        embed: bool | None = None,
        width: int | None = None,
        height: int | None = None,
        retina: bool = False,
        unconfined: bool = False,
        metadata: Bundle | None = None,
        alt: str | None = None,
    ) -> None:
        del embed, retina, unconfined
        if isinstance(data, str) and not data.startswith(("http://", "https://", "<svg", "<?xml")):
            data, filename = None, data
        super().__init__(data, url, filename, metadata)
        if isinstance(self.data, str):
            self.data = self.data.encode()
        if self.data is None and self.url is None:
            raise ValueError("Image needs data, a file or an address")
        if self.data is not None and not isinstance(self.data, bytes):
            raise TypeError(f"Image expects bytes, not {type(self.data).__name__}")
        self.width, self.height, self.alt = width, height, alt
        self.mime = "text/html" if self.data is None else _image_type(self.data, format, self.filename)

    def _not_data(self, text: str) -> tuple[Any, str | None]:
        return None, text

    def reload(self) -> None:
        """Read the file again, if the data came from one."""
        if self.filename is not None:
            self.data = Path(self.filename).read_bytes()

    def _size(self) -> dict[str, int]:
        return {key: value for key in ("width", "height") if (value := getattr(self, key)) is not None}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        described = {"text/plain": repr(self)}
        if self.data is None:
            return {"text/html": self._img(self.url or ""), **described}
        if self.mime == "image/svg+xml" and not self._size():
            return {self.mime: self.data.decode(), **described}
        encoded = base64.b64encode(self.data).decode()
        if self._size() or self.alt:
            return {"text/html": self._img(f"data:{self.mime};base64,{encoded}"), **described}
        return {self.mime: encoded, **described}

    def _img(self, source: str) -> str:
        alt = f' alt="{html.escape(self.alt)}"' if self.alt else ' alt=""'
        size = "".join(f' {key}="{int(value)}"' for key, value in self._size().items())
        return f'<img src="{html.escape(source)}"{alt}{size}>'


_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"<svg": "image/svg+xml",
    b"<?xml": "image/svg+xml",
}


def _image_type(data: bytes, format_name: str | None, filename: str | None) -> str:
    """Return the MIME type of a picture, from its first bytes, else from what was said of it."""
    for signature, mime in _SIGNATURES.items():
        if data.lstrip()[: len(signature)] == signature or data.startswith(signature):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    said = mimetypes.guess_type(f"x.{format_name}" if format_name else filename or "")[0]
    if said is None or not said.startswith("image/"):
        raise ValueError("Image cannot tell what these bytes are: PNG, JPEG, GIF, WebP and SVG are known")
    return said


_CLASSES: tuple[type[DisplayObject], ...] = (
    DisplayObject,
    TextDisplayObject,
    HTML,
    Markdown,
    Latex,
    Math,
    SVG,
    JSON,
    Code,
    Pretty,
    Javascript,
    Image,
)


class InteractiveShell:
    """Jupyter's shell, which is not here."""

    @classmethod
    def initialized(cls) -> bool:
        """Return that there is none."""
        return False

    instance = initialized


def make_module(display: Callable[..., Any], clear_output: Callable[..., Any]) -> types.ModuleType:
    """Return a module `IPython.display` with these two functions, and shorthands such as `display_html`.

    Its attribute `parent` is a minimal module `IPython` whose `get_ipython()` is None, as outside of Jupyter,
    and whose `core.interactiveshell` is empty; the caller puts them into `sys.modules`, under their
    `__name__`.
    """
    module = types.ModuleType("IPython.display", "Stand-in for IPython.display, by tiffin.")
    parent = types.ModuleType("IPython", "Stand-in for IPython, by tiffin: only `display` is there.")
    for cls in _CLASSES:
        setattr(module, cls.__name__, cls)
    module.display = display  # type: ignore[attr-defined]
    module.clear_output = clear_output  # type: ignore[attr-defined]
    for cls in (HTML, Markdown, SVG, Latex, JSON):
        setattr(module, f"display_{cls.__name__.lower()}", _shorthand(cls, display))
    module.parent = parent  # type: ignore[attr-defined]
    module.set_matplotlib_formats = _nothing  # type: ignore[attr-defined]
    parent.get_ipython = _nothing  # type: ignore[attr-defined]
    parent.display = module  # type: ignore[attr-defined]
    parent.__path__ = []
    # Widgets of Jupyter look for the shell when they are imported.
    core = types.ModuleType("IPython.core")
    shell = types.ModuleType("IPython.core.interactiveshell")
    shell.InteractiveShell = InteractiveShell  # type: ignore[attr-defined]
    core.interactiveshell = shell  # type: ignore[attr-defined]
    core.__path__ = []
    parent.core = core  # type: ignore[attr-defined]
    return module


def _shorthand(cls: type[DisplayObject], display: Callable[..., Any]) -> Callable[..., Any]:
    def show(*objects: Any, raw: bool = False, metadata: Bundle | None = None) -> None:
        for value in objects:
            display(cls(value, metadata=metadata) if raw else value)

    return show


def _nothing(*_args: Any, **_options: Any) -> None:
    """Return None: there is no shell here, and figures have the form that the page needs."""
