"""Pictures, sound and film."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest

import tiffin as tn
from tiffin.errors import UsageError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
WAV = b"RIFF\0\0\0\0WAVEfmt "


def data(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"<svg/>", "image/svg+xml"),
        (WAV, "audio/wav"),
        (b"ID3\4", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
        (b"\0\0\0\x1cftypisom", "video/mp4"),
        (b"\x1aE\xdf\xa3", "video/webm"),
    ],
)
def test_bytes_say_what_they_are(content: bytes, mime: str) -> None:
    assert f'src="{data(mime, content)}"' in tn.image(content)._repr_html_()


def test_a_file_is_read_an_address_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pot.png").write_bytes(PNG)
    for source in ("pot.png", tmp_path / "pot.png", io.BytesIO(PNG), bytearray(PNG)):
        assert data("image/png", PNG) in tn.image(source)._repr_html_()
    assert 'src="https://a.example/b?c&amp;d"' in tn.image("https://a.example/b?c&d")._repr_html_()
    assert data("image/svg+xml", b"<svg></svg>") in tn.image("<svg></svg>")._repr_html_()


def test_what_shows_itself_as_a_picture_is_one() -> None:
    class Pot:
        def _repr_png_(self) -> bytes:
            return PNG

    assert data("image/png", PNG) in tn.image(Pot())._repr_html_()


def test_a_picture_is_said_in_words_and_has_its_size_and_its_caption() -> None:
    shown = tn.image(PNG, alt='A "pot"', caption="<Pot>", width=120, height=80)._repr_html_()
    assert shown.startswith('<figure class="tn-media"><img class="tn-image" ')
    assert (
        ' alt="A &quot;pot&quot;" width="120" height="80"><figcaption>&lt;Pot&gt;</figcaption></figure>'
        in shown
    )


def test_sound_and_film_are_played_when_asked_for() -> None:
    sound = tn.audio(WAV, alt="A boiling pot")._repr_html_()
    assert "<audio " in sound
    assert 'aria-label="A boiling pot"' in sound
    film = tn.video(
        "https://a.example/pot.mp4", caption="Pot", width=320, loop=True, muted=True
    )._repr_html_()
    assert 'aria-label="Pot" width="320" loop muted></video>' in film
    for shown in (sound, film):
        assert " controls " in shown
        assert "autoplay" not in shown


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("nosuch.png", {}, "image: there is no file 'nosuch.png'"),
        (b"what", {}, "image: these bytes do not say what they are; give mime"),
        (7, {}, "image: takes an address, a path or bytes, not int"),
    ],
)
def test_what_is_no_picture(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tn.image(source, **options)


def test_mime_says_what_bytes_do_not() -> None:
    assert data("image/x-own", b"what") in tn.image(b"what", mime="image/x-own")._repr_html_()
