"""Codecs of other packages: found by their entry point, in their place, and never silently left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from notebooks import Bench

import tiffin
from tiffin.codecs.extensions import find_codecs
from tiffin.codecs.registry import CodecRegistry, Encoding, NotEncodable
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import CodecError

PACKAGE = """
import sys
from tiffin.codecs.registry import Encoding

class GreetingCodec:
    name = "greeting"
    safe = True

    def takes(self, value):
        greetings = sys.modules.get("greetings")
        return greetings is not None and type(value) is greetings.Greeting

    def size(self, value):
        return len(value.text)

    def encode(self, value):
        return Encoding(value.text.encode(), modules=frozenset({"greetings"}))

    def decode(self, data):
        import greetings
        return greetings.Greeting(data.decode())

codec = GreetingCodec()
def make():
    return GreetingCodec()
"""
LIBRARY = """
class Greeting:
    def __init__(self, text):
        self.text = text
    def __reduce__(self):
        raise TypeError('no pickle')
"""
NAMED = "class Named:\n    name = {!r}\n    safe = {!r}\n    takes = size = encode = decode = print\n"
COMMAND = "from tiffin.host.cli.main import main; main()"


class Kitchen:
    """A folder with a notebook, and packages that offer codecs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.packages.mkdir()
        (self.packages / "greetings.py").write_text(LIBRARY)

    def install(self, package: str, name: str, target: str, source: str | None = None) -> None:
        folder = self.packages / f"tiffin_{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiffin-{package}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[tiffin.codec]\n{name} = {target}\n")
        if source is not None:
            (self.packages / f"{target.split(':')[0]}.py").write_text(source)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        source = "# %%\nimport greetings\n\n# %%\ng = greetings.Greeting('hi')\n\n# %%\nprint(g.text)\n"
        (self.folder / "nb.py").write_text(source)
        paths = [str(Path(tiffin.__file__).parent.parent), str(self.packages)]
        return subprocess.run(
            [sys.executable, "-c", COMMAND, "run", "nb.py", "--cache", "cache", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def definition(self, name: str) -> dict[str, Any]:
        for path in (self.folder / "cache" / "manifests").rglob("*.json"):
            definitions: dict[str, Any] = json.loads(path.read_text("utf-8"))["definitions"]
            if name in definitions:
                return dict(definitions[name])
        raise AssertionError(name)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


@pytest.mark.parametrize("target", ["codec", "GreetingCodec", "make"])
def test_one_that_a_package_offers_is_used(kitchen: Kitchen, target: str) -> None:
    kitchen.install("greeting", "greeting", f"greeting_codec:{target}", PACKAGE)
    done = kitchen.run()
    assert done.returncode == 0, done.stderr
    definition = kitchen.definition("g")
    assert (definition["kind"], definition["codec"], definition["modules"]) == (
        "blob",
        "greeting",
        ["greetings"],
    )
    assert definition["identity"].startswith("content:greeting:")


def test_without_it_the_value_has_no_codec(kitchen: Kitchen) -> None:
    assert kitchen.run().returncode == 0
    assert kitchen.definition("g")["kind"] == "unavailable"


@pytest.mark.parametrize(
    ("name", "target", "source", "says"),
    [
        ("lost", "nowhere:Codec", None, "cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        (
            "quits",
            "quits:Codec",
            "raise SystemExit('no\\nlicence')",
            "cannot be loaded: SystemExit: no licence",
        ),
        (
            "needy",
            "needy:Codec",
            "class Codec:\n def __init__(self, x): ...",
            "cannot be loaded: TypeError: ",
        ),
        ("empty", "empty:Codec", "class Codec: pass", "is none: it has no method 'takes'"),
        ("other", "other:Named", NAMED.format("another", True), "is none: it calls itself 'another'"),
        ("vague", "vague:Named", NAMED.format("vague", 1), "is none: 'safe' must be True or False"),
        ("a.b", "dotted:Named", NAMED.format("a.b", True), "is none: a name is made of small letters"),
        ("npy", "taken:Named", NAMED.format("npy", True), "has a name that is taken by one of tiffin's own"),
        ("safetensors", "tens:Named", NAMED.format("safetensors", True), "has a name that is taken"),
    ],
)
def test_one_that_cannot_be_had_ends_the_command(
    kitchen: Kitchen, name: str, target: str, source: str | None, says: str
) -> None:
    kitchen.install("odd", name, target, source)
    done = kitchen.run()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"tiffin: the codec '{name}' of tiffin-odd {says}"), done.stderr
    assert done.stderr.count("\n") == 1


def test_two_packages_that_offer_one_name_are_refused(kitchen: Kitchen) -> None:
    for package in ("one", "two"):
        kitchen.install(package, "greeting", "greeting_codec:codec", PACKAGE)
    done = kitchen.run()
    assert done.returncode == 2
    assert "the codec 'greeting' of tiffin-two is also offered by tiffin-one" in done.stderr


class WordCodec:
    name = "word"
    safe = True

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def takes(self, value: Any) -> bool:
        return type(value) is self.kind

    def size(self, value: Any) -> int:
        return 0

    def encode(self, value: Any) -> Encoding:
        if str(value) == "refused":
            raise NotEncodable("that word")
        if str(value) == "broken":
            raise RuntimeError("no such word")
        return Encoding(str(value).encode())

    def decode(self, data: bytes | memoryview) -> Any:
        return self.kind(bytes(data).decode())


class Word(str):
    __slots__ = ()


def registry(kind: type) -> CodecRegistry:
    return standard_codecs(dict, more=[WordCodec(kind)])


def chosen(codecs: CodecRegistry, value: Any) -> str | None:
    encoded = codecs.encode(value)
    return None if encoded is None else encoded.codec


def test_they_come_after_the_safe_ones_and_before_pickle() -> None:
    assert chosen(registry(Word), Word("x")) == "word"
    assert chosen(registry(Word), Word("refused")) == "pickle"
    assert chosen(registry(str), "x") == "plain"
    names = [codec.name for codec in registry(Word)]
    assert (names[:2], names[-2:]) == (["bytes", "plain"], ["word", "pickle"])


def test_they_take_part_in_bundles() -> None:
    encoded = registry(Word).encode({"a": Word("x"), "b": [Word("y")]})
    assert encoded is not None
    assert encoded.codec == "bundle"
    back = registry(Word).decode("bundle", encoded.data)
    assert (back, type(back["a"])) == ({"a": "x", "b": ["y"]}, Word)


def test_one_that_fails_says_so() -> None:
    with pytest.raises(CodecError, match=r"the codec 'word' failed on a .*Word: RuntimeError: no such word"):
        registry(Word).encode(Word("broken"))


def test_two_of_one_name_are_an_error() -> None:
    with pytest.raises(CodecError, match="two codecs called 'word'"):
        standard_codecs(dict, more=[WordCodec(str), WordCodec(Word)])


def test_a_kernel_is_given_them() -> None:
    bench = Bench("1", codecs=(WordCodec(Word),))
    assert bench.kernel.cache.codecs.get("word") is not None


def test_where_nothing_is_installed_there_are_tensors_only() -> None:
    assert [codec.name for codec in find_codecs()] == ["safetensors"]


def test_a_kernel_that_is_given_none_looks_for_none() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import tiffin.host.browser.entry\n"
        "heavy = 'importlib.metadata zipfile zoneinfo numpy pandas pyarrow PIL scipy'.split()\n"
        "print([name for name in heavy if name in sys.modules.keys() - before])"
    )
    command = [sys.executable, "-S", "-c", program]
    sites = [path for path in sys.path if path.endswith("site-packages")]
    paths = [str(Path(tiffin.__file__).parent.parent), *sites]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
