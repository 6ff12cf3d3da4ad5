"""The OpenAPI document of a live kernel, and its reference."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV32SpecValidator

import generate_openapi
from generate_openapi import DOCUMENT, PAGE, document, main
from tiffin import commands, events


def test_the_document_is_one_of_openapi() -> None:
    OpenAPIV32SpecValidator(document()).validate()


def test_every_command_and_every_event_is_in_it() -> None:
    schemas = document()["components"]["schemas"]
    for name, union in (("Command", commands.Command), ("Event", events.Event)):
        kinds = [kind.__name__ for kind in typing.get_args(union)]
        assert schemas[name]["oneOf"] == [{"$ref": f"#/components/schemas/{kind}"} for kind in kinds]
        assert [schemas[kind]["properties"]["type"] for kind in kinds] == [{"const": kind} for kind in kinds]


def test_an_address_that_is_not_described_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(generate_openapi.OPERATIONS, "state")
    with pytest.raises(KeyError, match="state"):
        document()


def test_links_of_the_page_lead_somewhere() -> None:
    text = PAGE.read_text("utf-8")
    targets = set(re.findall(r"\]\(#([^)]+)\)", text))
    titles = [line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")]
    assert targets <= set(titles)
    assert len(targets) > 20
    assert len(titles) == len(set(titles))


def test_stale_or_missing_files_end_with_1_and_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_openapi, "ROOT", tmp_path)
    monkeypatch.setattr(generate_openapi, "DOCUMENT", tmp_path / "openapi.json")
    monkeypatch.setattr(generate_openapi, "PAGE", tmp_path / "http.md")
    assert main(["--check"]) == 1
    assert not list(tmp_path.iterdir())
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "http.md").write_text("something else")
    capsys.readouterr()
    assert main(["--check"]) == 1
    assert capsys.readouterr().err == "http.md is stale: run 'python build/generate_openapi.py'\n"
    assert (tmp_path / "http.md").read_text() == "something else"


def test_the_committed_files_are_fresh() -> None:
    assert main(["--check"]) == 0
    assert json.loads(DOCUMENT.read_text("utf-8"))["openapi"] == "3.2.0"
