"""Wheels from the package index, with a folder in place of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from wheels import make_wheel

from tiffin.host.export.wheels import (
    NoWheel,
    NoWheels,
    PipWheels,
    Wheel,
    read_wheel,
    top_modules,
)

INFO = {"python": "3.14.2", "abi_version": "2026_0"}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that pip looks into."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def found(wheels: PipWheels, requirement: str) -> Wheel:
    wheel = wheels.find(Requirement(requirement))
    assert isinstance(wheel, Wheel), wheel
    return wheel


def test_the_newest_that_satisfies_is_found_and_kept(index: Path, tmp_path: Path) -> None:
    for version in ("1.0", "1.5", "2.0"):
        make_wheel(index, "tn_pure", version)
    wheels = PipWheels(INFO, tmp_path / "cache")
    wheel = found(wheels, "TN.Pure[more]<2; sys_platform != 'win32'")
    assert (wheel.name, wheel.version, wheel.imports) == ("tn-pure", "1.5", ("tn_pure",))
    assert wheel.path.parent == tmp_path / "cache" / "3.14-2026_0"
    assert wheel.path.read_bytes() == (index / wheel.path.name).read_bytes()


def test_a_wheel_for_webassembly_will_do_and_one_for_this_machine_not(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "tn_fast", "1.0", tag="cp314-cp314-pyemscripten_2026_0_wasm32")
    make_wheel(index, "tn_native", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64")
    wheels = PipWheels(INFO, tmp_path / "cache")
    assert found(wheels, "tn-fast").version == "1.0"
    assert wheels.find(Requirement("tn-native")) == NoWheel("no wheel of tn-native runs in the browser")


def test_what_was_fetched_serves_again_without_an_index(index: Path, tmp_path: Path) -> None:
    made = make_wheel(index, "tn_pure", "1.0")
    wheels = PipWheels(INFO, tmp_path / "cache")
    found(wheels, "tn-pure")
    made.unlink()
    assert found(wheels, "tn-pure==1.0").version == "1.0"
    assert found(wheels, "tn-pure>=0.9").version == "1.0"
    assert isinstance(wheels.find(Requirement("tn-pure>1")), NoWheel)


def test_a_kept_wheel_that_was_altered_is_none(index: Path, tmp_path: Path) -> None:
    made = make_wheel(index, "tn_pure", "1.0")
    wheels = PipWheels(INFO, tmp_path / "cache")
    kept = found(wheels, "tn-pure").path
    kept.write_bytes(kept.read_bytes() + b" ")
    assert found(wheels, "tn-pure==1.0").path.read_bytes() == made.read_bytes()
    made.unlink()
    kept.write_bytes(kept.read_bytes() + b" ")
    assert isinstance(wheels.find(Requirement("tn-pure==1.0")), NoWheel)


def test_without_pip_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiffin.host.export.wheels._pip_command", lambda: None)
    answer = PipWheels(INFO, tmp_path / "cache").find(Requirement("tn-pure"))
    assert answer == NoWheel("tn-pure cannot be looked for without pip: install pip", asked=False)


def test_a_pip_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "pip"
    script.write_text("#!/bin/sh\necho 'ERROR: the disk is full' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr("tiffin.host.export.wheels._pip_command", lambda: [str(script)])
    answer = PipWheels(INFO, tmp_path / "cache").find(Requirement("tn-pure"))
    assert answer == NoWheel("tn-pure could not be fetched: the disk is full", asked=False)


def test_a_wheel_says_what_it_requires(tmp_path: Path) -> None:
    made = make_wheel(tmp_path, "tn_pure", "1.0", requires=("six", "colorama; sys_platform == 'win32'"))
    wheel = read_wheel(made)
    assert isinstance(wheel, Wheel)
    assert [str(each) for each in wheel.requires] == ["six", 'colorama; sys_platform == "win32"']


@pytest.mark.parametrize("name", ["tn_pure-1.0-py3-none-any.whl", "nonsense.whl"])
def test_what_is_no_wheel_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing")
    answer = read_wheel(tmp_path / name)
    assert isinstance(answer, NoWheel)
    assert answer.reason.startswith(f"{name} is no wheel that can be read")


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (["six.py"], ("six",)),
        (["a/__init__.py", "a/b/__init__.py", "a/b/c.py", "a/data.json"], ("a",)),
        (["google/cloud/x/__init__.py", "google/cloud/x/y.py"], ("google.cloud.x",)),
        (["ns/one.py", "ns/two.py"], ("ns.one", "ns.two")),
        (["fast.cpython-314-wasm32-emscripten.so"], ("fast",)),
        (["a-1.0.dist-info/x.py", "a-1.0.data/scripts/y.py", "not-a-name/z.py"], ()),
    ],
)
def test_the_outermost_modules_of_a_wheel(files: list[str], modules: tuple[str, ...]) -> None:
    assert top_modules(files) == modules


def test_no_source_has_nothing() -> None:
    assert NoWheels().find(Requirement("six>1")) == NoWheel("no wheel of six>1 is looked for")
