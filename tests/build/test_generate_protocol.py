"""The TypeScript types of the protocol."""

from __future__ import annotations

import dataclasses
import decimal
import typing
from pathlib import Path
from typing import Any, Literal

import pytest

import generate_protocol
from generate_protocol import generate, interface, main, typescript_type
from tiffin import commands, events


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, "string"),
        (int, "number"),
        (float, "number"),
        (bool, "boolean"),
        (Any, "Json"),
        (str | None, "string | null"),
        (Literal["a", "b"], '"a" | "b"'),
        (tuple[str, ...], "readonly string[]"),
        (tuple[str | None, ...], "readonly (string | null)[]"),
        (tuple[str, ...] | None, "readonly string[] | null"),
        (dict[str, int], "{ readonly [name: string]: number }"),
        (tuple[dict[str, Any], ...], "readonly { readonly [name: string]: Json }[]"),
        (events.Blocked, "Blocked"),
        (tuple[events.Blocked, ...], "readonly Blocked[]"),
    ],
)
def test_every_kind_of_field_has_its_type(annotation: Any, expected: str) -> None:
    assert typescript_type(annotation) == expected


@pytest.mark.parametrize("annotation", [bytes, dict[int, str], tuple[str, int], list[str], decimal.Decimal])
def test_what_is_not_json_has_none(annotation: Any) -> None:
    with pytest.raises(TypeError, match="no TypeScript type for"):
        typescript_type(annotation)


@dataclasses.dataclass(frozen=True)
class Served:
    """A dish was served.

    More about it.
    """

    dish: str
    hot: bool | None = None


def test_an_interface_has_a_comment_and_every_field() -> None:
    fields = ["  readonly dish: string;", "  readonly hot: boolean | null;"]
    head = ["/** A dish was served. */", "export interface Served {"]
    assert list(interface(Served, tagged=False)) == [*head, *fields, "}", ""]
    assert list(interface(Served, tagged=True)) == [*head, '  readonly type: "Served";', *fields, "}", ""]


def test_every_event_and_command_is_written_once() -> None:
    text = generate()
    for union in (events.Event, commands.Command):
        for kind in typing.get_args(union):
            assert text.count(f"export interface {kind.__name__} {{") == 1
            assert text.count(f'readonly type: "{kind.__name__}";') == 1
            assert text.count(f"  | {kind.__name__}") == 1
    assert text.count("export interface KernelStats {") == 1


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(generate_protocol, "ROOT", tmp_path)
    monkeypatch.setattr(generate_protocol, "OUTPUT", tmp_path / "protocol" / "messages.ts")
    return tmp_path / "protocol" / "messages.ts"


def test_a_stale_or_missing_file_ends_with_1_and_is_left_alone(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"]) == 1
    assert not output.exists()
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert (
        capsys.readouterr().err == "protocol/messages.ts is stale: run 'python build/generate_protocol.py'\n"
    )
    output.write_text(output.read_text("utf-8") + "\n", "utf-8")
    before = output.read_bytes()
    assert main(["--check"]) == 1
    assert output.read_bytes() == before


def test_the_committed_file_is_fresh() -> None:
    assert main(["--check"]) == 0
