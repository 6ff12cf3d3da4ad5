"""The script block of PEP 723."""

from __future__ import annotations

import pytest

from tiffin.notebook.script_block import read_script_block, script_requirements, write_script_block


def test_a_block_is_found_where_it_stands() -> None:
    block = read_script_block("# first\n\n# /// script\n# dependencies = ['a']\n#\n# ///\nx\n", "n.py")
    assert block is not None
    assert (block.first, block.end) == (2, 6)
    assert block.requirements == ("a",)
    assert block.toml == "dependencies = ['a']\n\n"
    assert not block.is_canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# /// script\n# a = 1\n",
        "# /// other\n# a = 1\n# ///\n",
        "  # /// script\n  # a = 1\n  # ///\n",
        "# /// script\n#a = 1\n# ///\n",
    ],
)
def test_what_is_no_script_block(text: str) -> None:
    assert read_script_block(text, "n.py") is None


@pytest.mark.parametrize(
    "requirements", [["a"], ["a", 'b; python_version < "3.12"', "c @ https://x.org/ü.whl"]]
)
def test_requirements_are_written_so_that_they_are_read(requirements: list[str]) -> None:
    block = read_script_block(write_script_block(requirements) + "\n", "n.py")
    assert block is not None
    assert list(block.requirements) == requirements
    assert block.is_canonical


def test_nothing_to_say_is_no_block() -> None:
    assert write_script_block([]) == ""


@pytest.mark.parametrize(
    "dependencies",
    ["dependencies = ['a']", "dependencies = [\n  'a', # why\n  # 'b'\n]", '"dependencies" = ["a]"]'],
)
def test_changing_requirements_keeps_everything_else(dependencies: str) -> None:
    toml = f"requires-python = '>=3.11'\n{dependencies}\n\n[tool.uv]\n# a comment\nx = 1\n"
    kept = write_script_block(script_requirements(toml), toml)
    assert kept.split("\n")[1:-1] == [f"# {line}" if line else "#" for line in toml.rstrip("\n").split("\n")]
    changed = read_script_block(write_script_block(["b"], toml), "n.py")
    assert changed is not None
    assert changed.requirements == ("b",)
    assert "requires-python = '>=3.11'" in changed.toml
    assert "# a comment\nx = 1" in changed.toml
