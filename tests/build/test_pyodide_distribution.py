"""The script that makes a Pyodide distribution, on small archives of the same shape as the real ones."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pyodide_distribution import (
    LOCK,
    RECORD,
    Added,
    Archive,
    DistributionError,
    Recipe,
    Sources,
    cache_folder,
    closure,
    copy_distribution,
    ensure,
    file_digest,
    load_recipes,
    main,
    problem,
)

WHEELS = {"numpy-1.whl": b"numpy", "pandas-1.whl": b"pandas", "scipy-1.whl": b"scipy"}


def lock_entry(name: str, depends: list[str]) -> dict[str, Any]:
    file_name = f"{name}-1.whl"
    digest = hashlib.sha256(WHEELS[file_name]).hexdigest()
    return {"name": name, "file_name": file_name, "sha256": digest, "depends": depends}


def npm_archive(path: Path) -> Path:
    packages = {
        "numpy": lock_entry("numpy", []),
        "pandas": lock_entry("pandas", ["numpy"]),
        "scipy": lock_entry("scipy", ["numpy"]),
    }
    lock = {"info": {"python": "3.12.7"}, "packages": packages}
    files = {"pyodide.mjs": b"export {}", "pyodide.asm.wasm": b"\0asm", LOCK: json.dumps(lock).encode()}
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def wheel_archive(path: Path, wheels: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in wheels.items():
            archive.writestr(f"assets/{name}", data)
    return path


class Registry:
    """Serves one file for any requirement and counts how often it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked = 0

    def __call__(self, requirement: str, into: Path) -> Path:
        self.asked += 1
        copy = into / self.path.name
        copy.write_bytes(self.path.read_bytes())
        return copy


class Bench:
    """A recipe, the registries that serve it, and an empty cache."""

    def __init__(self, folder: Path, wheels: dict[str, bytes]) -> None:
        core, extra = npm_archive(folder / "core.tgz"), wheel_archive(folder / "extra.whl", wheels)
        self.npm, self.pypi = Registry(core), Registry(extra)
        self.sources = Sources(npm=self.npm, pypi=self.pypi)
        self.cache = folder / "cache"
        self.recipe = Recipe(
            version="0.27.7",
            python="3.12.7",
            core=Archive(
                "pyodide@0.27.7", "sha512", hashlib.sha512(core.read_bytes()).hexdigest(), "package"
            ),
            files=("pyodide.mjs", "pyodide.asm.wasm"),
            packages=("pandas",),
            wheels=Archive("extra==1", "sha256", hashlib.sha256(extra.read_bytes()).hexdigest(), "assets"),
            digest="the digest of this recipe",
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, WHEELS)


def test_holds_the_core_the_wanted_wheels_and_a_lock_of_just_these(bench: Bench) -> None:
    folder, made = ensure(bench.recipe, bench.cache, bench.sources)
    assert made
    assert {path.name for path in folder.iterdir()} == {
        "pyodide.mjs", "pyodide.asm.wasm", "numpy-1.whl", "pandas-1.whl", LOCK, RECORD,
    }  # fmt: skip
    assert set(json.loads((folder / LOCK).read_text())["packages"]) == {"numpy", "pandas"}
    record = json.loads((folder / RECORD).read_text())
    assert (record["version"], record["python"]) == ("0.27.7", "3.12.7")
    assert record["files"]["numpy-1.whl"] == hashlib.sha256(b"numpy").hexdigest()
    assert RECORD not in record["files"]


def test_wheels_of_others_are_added_under_their_own_digest(bench: Bench, tmp_path: Path) -> None:
    digest = hashlib.sha256(bench.pypi.path.read_bytes()).hexdigest()
    added = Added(Archive("micropip==0.11.1", "sha256", digest, ""), ("micropip",))
    folder, _ = ensure(replace(bench.recipe, added=(added,)), bench.cache, bench.sources)
    entry = json.loads((folder / LOCK).read_text())["packages"]["micropip"]
    assert (entry["version"], entry["sha256"], entry["imports"]) == ("0.11.1", digest, ["micropip"])
    assert file_digest(folder / entry["file_name"]) == digest
    assert json.loads((folder / RECORD).read_text())["added"] == ["micropip"]
    wrong = Added(Archive("micropip==0.11.1", "sha256", "0" * 64, ""), ("micropip",))
    with pytest.raises(DistributionError, match="is not the file whose sha256 is recorded"):
        ensure(replace(bench.recipe, added=(wrong,), digest="x"), bench.cache, bench.sources)


def test_is_downloaded_once(bench: Bench) -> None:
    ensure(bench.recipe, bench.cache, bench.sources)
    assert ensure(bench.recipe, bench.cache, bench.sources, verify=True)[1] is False
    assert (bench.npm.asked, bench.pypi.asked) == (1, 1)


def test_leaves_nothing_beside_the_folder(bench: Bench) -> None:
    ensure(bench.recipe, bench.cache, bench.sources)
    assert [path.name for path in bench.cache.iterdir()] == ["0.27.7"]


def test_a_truncated_file_is_noticed_and_made_again(bench: Bench) -> None:
    folder, _ = ensure(bench.recipe, bench.cache, bench.sources)
    (folder / "pandas-1.whl").write_bytes(b"pan")
    assert problem(folder, bench.recipe) == "pandas-1.whl is missing or has another size"
    assert ensure(bench.recipe, bench.cache, bench.sources)[1] is True
    assert (folder / "pandas-1.whl").read_bytes() == b"pandas"


def test_an_altered_file_is_noticed_when_asked_to_verify(bench: Bench) -> None:
    folder, _ = ensure(bench.recipe, bench.cache, bench.sources)
    (folder / "pandas-1.whl").write_bytes(b"PANDAS")
    assert problem(folder, bench.recipe) is None
    assert problem(folder, bench.recipe, verify=True) == "pandas-1.whl has another digest"


def test_another_recipe_makes_it_again(bench: Bench) -> None:
    ensure(bench.recipe, bench.cache, bench.sources)
    other = replace(bench.recipe, packages=("scipy",), digest="another digest")
    folder, made = ensure(other, bench.cache, bench.sources)
    assert made
    assert (folder / "scipy-1.whl").exists()
    assert not (folder / "pandas-1.whl").exists()


@pytest.mark.parametrize("archive", ["core", "wheels"])
def test_an_archive_with_another_digest_is_not_used(bench: Bench, archive: str) -> None:
    expected = getattr(bench.recipe, archive)
    recipe = replace(bench.recipe, **{archive: replace(expected, digest="0" * len(expected.digest))})
    with pytest.raises(DistributionError, match="not the file whose sha"):
        ensure(recipe, bench.cache, bench.sources)
    assert list(bench.cache.iterdir()) == []


def test_a_wheel_that_the_official_lock_does_not_name_is_not_used(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {**WHEELS, "numpy-1.whl": b"something else"})
    with pytest.raises(
        DistributionError, match=r"numpy-1\.whl is not the file that Pyodide's own lock names"
    ):
        ensure(bench.recipe, bench.cache, bench.sources)
    assert list(bench.cache.iterdir()) == []


def test_a_missing_wheel_or_core_file_is_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"pandas-1.whl": b"pandas"})
    with pytest.raises(DistributionError, match=r"holds no numpy-1\.whl"):
        ensure(bench.recipe, bench.cache, bench.sources)
    with pytest.raises(DistributionError, match=r"holds no file package/pyodide\.js"):
        ensure(replace(bench.recipe, files=("pyodide.js",)), bench.cache, bench.sources)


def test_another_python_than_recorded_is_an_error(bench: Bench) -> None:
    with pytest.raises(DistributionError, match=r"Python 3\.12\.7, not 3\.13"):
        ensure(replace(bench.recipe, python="3.13"), bench.cache, bench.sources)


def test_closure_follows_dependencies_and_names_an_unknown_package() -> None:
    packages = {"a": {"depends": ["b"]}, "b": {"depends": ["a"]}, "c": {"depends": ["d"]}}
    assert closure(packages, ["a"]) == ["a", "b"]
    with pytest.raises(DistributionError, match="no package d"):
        closure(packages, ["c"])


def test_copy_takes_what_the_record_names(bench: Bench, tmp_path: Path) -> None:
    folder, _ = ensure(bench.recipe, bench.cache, bench.sources)
    (folder / "stray").write_text("not recorded")
    copy_distribution(folder, tmp_path / "copy")
    assert problem(tmp_path / "copy", bench.recipe, verify=True) is None
    assert not (tmp_path / "copy" / "stray").exists()


def test_the_cache_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder({}) == tmp_path / ".cache/tiffin/pyodide"
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == tmp_path / ".cache/tiffin/pyodide"
    assert cache_folder({"XDG_CACHE_HOME": "/var/x"}) == Path("/var/x/tiffin/pyodide")


def test_the_committed_recipes_pin_full_digests() -> None:
    recipes = load_recipes()
    assert set(recipes) == {"314.0.7", "0.27.7"}
    for recipe in recipes.values():
        assert len(recipe.core.digest) == 128
        assert recipe.wheels is None or len(recipe.wheels.digest) == 64


def test_an_unknown_version_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["1.2.3"])
    assert caught.value.code == 2
    assert "no recipe for Pyodide 1.2.3" in capsys.readouterr().err


@pytest.mark.parametrize("version", ["314.0.7", "0.27.7"])
def test_the_distribution_that_setup_made_is_intact(version: str, pyodide_cache: Path) -> None:
    assert problem(pyodide_cache / version, load_recipes()[version], verify=True) is None
