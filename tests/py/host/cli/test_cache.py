"""`tiffin cache`: its tables, its JSON, what it refuses; the limit; a shared cache behind the folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bucket_server import BucketServer, bucket_server
from cache_folders import blob_path, entry
from shell import LUNCH, TIFFIN, Shell
from sites import contents

from tiffin.errors import UsageError
from tiffin.host.cli.user_settings import CACHE_LIMIT, user_cache, user_cache_limit
from tiffin.stores.folder import folder_session

BIG = b"1" * 50_000


@pytest.fixture
def root(shell: Shell) -> Path:
    assert shell.run("run", "lunch.py").exit_code == 0
    return shell.folder / "public" / "cache"


def ls(shell: Shell, *arguments: str) -> Any:
    return json.loads(shell.run("cache", "ls", *arguments, "--json").stdout)


def test_lists_entries_with_their_use(shell: Shell, root: Path) -> None:
    shell.run("run", "lunch.py")
    shell.run("run", "lunch.py")
    result = shell.run("cache", "ls")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    assert lines[0] == ["key", "defines", "size", "shared", "age", "used", "hits", "time"]
    assert sorted(line[1] for line in lines[1:4]) == ["(an output)", "x", "y"]
    assert [line[-2] for line in lines[1:4]] == ["2", "2", "2"]
    assert re.fullmatch(r"\S*public/cache: 3 entries, [\d.]+ kB", result.stdout.splitlines()[-1])
    document = ls(shell)
    assert document.keys() == {"folder", "bytes", "entries", "orphans", "unfinished"}
    assert {tuple(found["defines"]): found["hits"] for found in document["entries"]} == {
        ("x",): 2,
        ("y",): 2,
        (): 2,
    }
    assert document["bytes"] == sum(found["own"] for found in document["entries"])


def test_sorts(shell: Shell, root: Path) -> None:
    big = entry(root, "big", BIG)
    assert ls(shell, "--sort", "size")["entries"][0]["key"] == big
    for sort in ("age", "hits", "time", "used"):
        assert len(ls(shell, "--sort", sort)["entries"]) == 4


def test_a_cache_is_named_by_its_folder_its_notebook_or_the_place(shell: Shell, root: Path) -> None:
    assert len(ls(shell)["entries"]) == 3
    for place in (".", "lunch.py", "public/cache"):
        assert len(ls(shell, place)["entries"]) == 3
    (shell.folder / "empty").mkdir()
    for place in ("empty", "nowhere"):
        shell.refuses("cache", "ls", place, says=f"{place} holds no cache: name its folder")


def test_an_exported_site_is_verified_with_the_names_of_its_cells(
    shell: Shell, site: dict[str, bytes]
) -> None:
    found = ls(shell, "site")
    assert sorted(entry["cell"] for entry in found["entries"]) == ["c1", "c2", "c3"]
    before = contents(shell.folder / "site")
    assert shell.run("cache", "verify", "site").exit_code == 0
    assert shell.run("cache", "clear", "site", "--yes").exit_code == 0
    assert shell.run("cache", "prune", "site", "--limit", "0", "--unused").exit_code == 0
    assert contents(shell.folder / "site") == before


def test_verifies_and_repairs(shell: Shell, root: Path) -> None:
    result = shell.run("cache", "verify")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "everything is whole")
    entry(root, "big", BIG)
    blob_path(root, BIG).write_bytes(b"2" * 50_000)
    result = shell.run("cache", "verify")
    assert (result.exit_code, result.stderr) == (1, "")
    lines = result.stdout.splitlines()
    assert lines[0].endswith("which 1 entry needs: its 50,000 bytes have another digest")
    assert lines[-1] == (
        "1 thing is damaged: remove them with 'tiffin cache verify --repair', then run again"
    )
    document = json.loads(shell.run("cache", "verify", "--json").stdout)
    assert (document["entries"], len(document["damaged"]), document["removed"]) == (4, 1, None)
    result = shell.run("cache", "verify", "--repair")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "removed 1 entry (2 files, 51 kB): their cells run again"
    assert shell.run("cache", "verify").exit_code == 0
    assert len(ls(shell)["entries"]) == 3


def test_prunes(shell: Shell, root: Path) -> None:
    entry(root, "big", BIG)
    before = contents(shell.folder)
    result = shell.run("cache", "prune", "--limit", "0", "--dry-run")
    assert re.search(r": would remove 4 entries \(5 files, \d+ kB\)$", result.stdout.strip())
    assert contents(shell.folder) == before
    assert "removed 0 entries" in shell.run("cache", "prune").stdout  # the limit of the settings
    assert "removed 0 entries" in shell.run("cache", "prune", "--older", "1h", "--unused").stdout
    document = json.loads(shell.run("cache", "prune", "--limit", "10kB", "--json").stdout)
    assert (len(document["removed"]), document["files"]) == (4, 5)  # the big one was used last
    shell.refuses("cache", "prune", "--limit", "much", says="--limit takes a size like 500MB or 2GB")
    shell.refuses("cache", "prune", "--older", "long", says="--older takes a time like 30d")


def test_clears_after_asking(shell: Shell, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = shell.run("cache", "clear")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(ls(shell)["entries"]) == 3
    result = shell.run("cache", "clear", "--yes")
    assert re.search(r": removed 3 entries \(3 files, [\d.]+ kB\)$", result.stdout.strip())
    assert list(root.iterdir()) == []
    assert ls(shell)["entries"] == []
    assert shell.run("run", "lunch.py").stderr.count(" run ") == 3


def test_while_a_session_runs_nothing_is_removed(shell: Shell, root: Path) -> None:
    with folder_session(root):
        for command in (["prune", "--limit", "0"], ["clear", "--yes"]):
            shell.refuses("cache", *command, says="other sessions use", code=1)


# -- the limit -------------------------------------------------------------------------------------------


def test_a_run_keeps_the_cache_within_the_limit(
    shell: Shell, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = entry(root, "old", BIG)
    for path in root.rglob("*"):
        os.utime(path, (1000, 1000))
    monkeypatch.setenv("TIFFIN_CACHE_LIMIT", "40 kB")
    assert "removed" not in shell.run("run", "lunch.py").stderr  # all hits: nothing was written
    shell.write("lunch.py", LUNCH.replace("20", "21"))
    said = shell.run("run", "lunch.py").stderr
    assert re.search(r"cache: removed \d of the least recently used results \(5\d kB\), to stay within", said)
    assert ls(shell)["bytes"] <= 40_000
    assert old not in {found["key"] for found in ls(shell)["entries"]}
    monkeypatch.setenv("TIFFIN_CACHE_LIMIT", "none")
    entry(root, "old", BIG)
    shell.write("lunch.py", LUNCH.replace("20", "22"))
    assert "removed" not in shell.run("run", "lunch.py").stderr


def test_a_limit_that_is_none_is_told_before_anything_runs(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIFFIN_CACHE_LIMIT", "a lot")
    shell.refuses("run", "lunch.py", says="TIFFIN_CACHE_LIMIT takes a size like 500MB or 2GB, not 'a lot'")
    shell.refuses("export", "html-wasm", "lunch.py", "-o", "s", "--execute", says="TIFFIN_CACHE_LIMIT takes")


def test_settings_of_caches(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert (user_cache_limit(home), user_cache(home)) == (CACHE_LIMIT, None)
    file = tmp_path / ".config" / "tiffin" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text('cache_limit = "2 GB"\ncache = "s3://kitchen"\n')
    assert (user_cache_limit(home), user_cache(home)) == (2_000_000_000, "s3://kitchen")
    environment = {**home, "TIFFIN_CACHE_LIMIT": "none", "TIFFIN_CACHE": "elsewhere"}
    assert (user_cache_limit(environment), user_cache(environment)) == (None, "elsewhere")
    file.write_text('cache_limit = "much"\n')
    with pytest.raises(UsageError, match=r"settings\.toml: cache_limit takes a size"):
        user_cache_limit(home)
    file.write_text("cache_limit = 5\n")
    with pytest.raises(UsageError, match="cache_limit must be a size like '2 GB', not 5"):
        user_cache_limit(home)


def test_a_cache_from_the_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIFFIN_CACHE", "elsewhere")
    shell.run("run", "lunch.py")
    assert len(ls(shell)["entries"]) == 3
    assert (shell.folder / "elsewhere" / "manifests").is_dir()
    assert not (shell.folder / "public").exists()


# -- a folder that cannot be written -------------------------------------------------------------------


def test_without_room_a_run_goes_on_and_says_why(shell: Shell) -> None:
    shell.write("lunch.py", "# %%\nx = list(range(5000))\n\n# %%\nlen(x)\n")
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 2; {TIFFIN} run lunch.py --json"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stderr == "c1: its result could not be saved: File too large\n"
    assert [cell["hit"] for cell in json.loads(done.stdout)] == [False, False]
    assert shell.run("cache", "verify").exit_code == 0
    assert ls(shell)["unfinished"] == 0


def test_a_folder_that_takes_no_files_is_a_notice_for_each_cell(shell: Shell) -> None:
    shell.write("public/cache/manifests", "a file")
    result = shell.run("run", "lunch.py")
    assert result.exit_code == 0
    assert result.stderr.count("its result could not be saved: ") == 3


# -- a shared cache --------------------------------------------------------------------------------------

MODEL = """# %%
class Model:
    def __init__(self):
        self.weights = {1, 2, 3, object}

model = Model()

# %%
size = len(model.weights)
size

# %%
table = list(range(5000))
len(table)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as running:
        running.make_bucket("kitchen")
        yield running


@pytest.fixture
def bucket(server: BucketServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://kitchen/{abs(hash(request.node.name))}"


def how(result: Any) -> list[bool]:
    assert result.exit_code == 0, result.stderr
    return [cell["hit"] for cell in json.loads(result.stdout)]


def test_what_one_machine_computed_is_a_hit_on_another(shell: Shell, bucket: str) -> None:
    shell.write("one/lunch.py", MODEL)
    shell.write("two/lunch.py", MODEL)
    first = shell.run("run", "one/lunch.py", "--cache", bucket, "--json")
    assert how(first) == [False] * 3
    second = shell.run("run", "two/lunch.py", "--cache", bucket, "--json")
    assert (how(second), second.stderr) == ([True] * 3, "")
    copied = contents(shell.folder / "two" / "public" / "cache")
    assert not any(name.startswith("manifests/") for name in copied)


def test_a_site_does_not_vouch_for_pickles_of_others(shell: Shell, bucket: str) -> None:
    for folder in ("one", "two"):
        shell.write(f"{folder}/lunch.py", MODEL)
        options = ["-o", f"{folder}/site", "--execute", "--cache", bucket]
        assert shell.export(f"{folder}/lunch.py", *options).exit_code == 0
    kinds = {}
    for folder in ("one", "two"):
        index = json.loads((shell.folder / folder / "site/public/cache/index.json").read_text())
        manifest = index["manifests"][index["cells"]["c1"]]
        kinds[folder] = manifest["definitions"]["model"]["kind"]
    assert kinds == {"one": "blob", "two": "unavailable"}
    assert shell.run("cache", "verify", "two/site").exit_code == 0


def test_a_pickle_of_others_is_computed_again_when_it_is_needed(shell: Shell, bucket: str) -> None:
    shell.write("one/lunch.py", MODEL)
    shell.run("run", "one/lunch.py", "--cache", bucket)
    shell.write("two/lunch.py", MODEL + "\n# %%\nmodel.weights.__len__()\n")
    result = shell.run("run", "two/lunch.py", "--cache", bucket, "--json")
    cells = {cell["cell"]: cell["hit"] for cell in json.loads(result.stdout)}
    assert (result.exit_code, cells) == (0, {"c1": False, "c2": True, "c3": True, "c4": False})
    again = shell.run("run", "two/lunch.py", "--cache", bucket, "--json")
    assert how(again) == [True] * 4


def test_a_bucket_that_is_not_there_is_one_line_and_the_run_goes_on(shell: Shell, bucket: str) -> None:
    result = shell.run("run", "lunch.py", "--cache", "s3://nobucket", "--json")
    assert how(result) == [False] * 3
    assert result.stderr == (
        "s3://nobucket cannot be used (there is no such bucket): this session goes on without it\n"
    )
    assert how(shell.run("run", "lunch.py", "--json")) == [True] * 3


def test_a_place_of_another_kind_is_refused(shell: Shell) -> None:
    shell.refuses("run", "lunch.py", "--cache", "ftp://x", says="ftp://x is no place for a cache")


def test_a_server_that_dies_in_the_middle_of_a_run(shell: Shell) -> None:
    with bucket_server() as running:
        running.make_bucket("kitchen")
        text = f"# %%\nx = 1\n\n# %%\nimport os\nos.kill({running.process.pid}, {signal.SIGKILL:d})\ny = x\n"
        shell.write("lunch.py", f"{text}\n# %%\ny + 1\n")
        done = subprocess.run(
            [TIFFIN, "run", "lunch.py", "--cache", "s3://kitchen/x", "--json"],
            env={**os.environ, **running.environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert [cell["state"] for cell in json.loads(done.stdout)] == ["idle"] * 3
    assert done.stderr == (
        "s3://kitchen/x cannot be used (the server does not answer): this session goes on without it\n"
    )
    assert len(ls(shell)["entries"]) == 3


# -- results of calls --------------------------------------------------------------------------------------

CALLS = """import tiffin as tn

@tn.persistent_cache
def slow(n):
    return list(range(n))

len(slow(4000))
"""


def test_a_script_notes_its_use_and_keeps_others_from_removing(shell: Shell) -> None:
    (shell.folder / "public" / "cache").mkdir(parents=True)
    ends = "import subprocess\nprint(subprocess.run(['tiffin', 'cache', 'prune']).returncode)\n"
    shell.write("script.py", CALLS + ends)
    environment = {**os.environ, "PATH": f"{TIFFIN.parent}:{os.environ['PATH']}"}
    for _ in range(2):
        done = subprocess.run(
            [TIFFIN.with_name("python"), "script.py"], env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
        assert "other sessions use" in done.stderr
    assert [found["hits"] for found in ls(shell)["entries"]] == [1]


def test_calls_count_as_use_beside_a_shared_cache(shell: Shell, bucket: str) -> None:
    for number in range(3):
        shell.write("lunch.py", f"# %%\n{CALLS}\n# %%\n{number}\n".replace("len(", f"{number}, len("))
        assert shell.run("run", "lunch.py", "--cache", bucket).exit_code == 0
    hits = {tuple(found["defines"]): found["hits"] for found in ls(shell)["entries"]}
    assert hits[("return",)] == 2
