"""The exported site as a whole."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sites import PAGE, contents, make_assets, make_runtime, package

from tiffin.errors import UsageError
from tiffin.host.export.cook import cook
from tiffin.host.export.folder import MARKER, is_site
from tiffin.host.export.packages import USUAL_NAMES
from tiffin.host.export.runtime import Assets, Runtime, lay_out_runtime
from tiffin.host.export.site import INLINE_MANIFEST, Entry, SiteOptions, SiteReport, write_site
from tiffin.ids import digest
from tiffin.notebook.files import read_notebook

REPOSITORY = Path(__file__).resolve().parents[4]
LUNCH = (
    "import tiffin as tn\nimport warnings",
    "k = tn.ui.slider(1, 9, label='cups')\nk",
    "x = list(range(5000))",
    "with warnings.catch_warnings():\n    warnings.simplefilter('always')\n    warnings.warn('hot')\n"
    "print('served')\nsum(x) + k.value",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    e = repr(error)\ne",
    "def f(y):\n    return y + len(x)",
    "'long ' * 5000",
)


class Baker:
    """Exports notebooks of one folder to `site`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "out" / "site"
        self.assets: Assets = make_assets(folder / "built")
        self.runtime: Runtime = make_runtime(
            folder / "314.0.7", package("numpy"), package("pluggy"), package("micropip")
        )
        (folder / "kitchen").mkdir()

    def entry(self, *cells: str, name: str = "lunch.py", folder: str = "", execute: bool = True) -> Entry:
        path = self.folder / "kitchen" / name
        path.write_text("".join(f"# %%\n{cell}\n" for cell in cells), "utf-8")
        notebook = read_notebook(path)
        cooked = cook(notebook, path, self.folder / "cache", lambda _: None) if execute else None
        assert cooked is None or cooked.summary.success
        return Entry(notebook, cooked, folder)

    def write(self, *entries: Entry, **options: Any) -> SiteReport:
        given = {"target": self.site, "runtime": self.runtime, "options": SiteOptions(), **options}
        return write_site(entries, assets=self.assets, **given)

    def json(self, path: str) -> Any:
        return json.loads((self.site / path).read_bytes())

    def config(self, folder: str = ".") -> Any:
        page = (self.site / folder / "index.html").read_text("utf-8")
        found = re.search(r'id="tn-config">(.*?)</script>', page)
        assert found is not None
        return json.loads(found[1])


@pytest.fixture
def baker(tmp_path: Path) -> Baker:
    return Baker(tmp_path)


def test_exporting_twice_writes_the_very_same_bytes(baker: Baker) -> None:
    first = baker.write(baker.entry(*LUNCH))
    before = contents(baker.site)
    second = baker.write(baker.entry(*LUNCH))
    assert contents(baker.site) == before
    assert first == second
    assert (first.files, first.size) == (len(before), sum(map(len, before.values())))
    assert first.warnings == ()


def test_the_cache_holds_exactly_what_its_index_lists(baker: Baker) -> None:
    baker.write(baker.entry("'an earlier state' * 3000", *LUNCH[:2]))
    baker.write(baker.entry(*LUNCH))
    index = baker.json("public/cache/index.json")
    assert index.keys() == {"format", "notebook", "cells", "keys", "blobs", "manifests", "facts"}
    assert (index["format"], index["notebook"]) == (1, "lunch.py")
    assert index["cells"].keys() == {f"c{i}" for i in range(1, 8)}
    assert sorted(index["cells"].values()) == index["keys"]
    cache = contents(baker.site / "public" / "cache")
    assert cache.keys() == {
        "index.json",
        *(f"manifests/{key[:2]}/{key}.json" for key in index["keys"]),
        *(f"blobs/{address[:2]}/{address}" for address in index["blobs"]),
    }
    for address in index["blobs"]:
        assert digest(cache[f"blobs/{address[:2]}/{address}"]) == address
    for key in index["keys"]:
        text = cache[f"manifests/{key[:2]}/{key}.json"]
        assert (key in index["manifests"]) == (len(text) <= INLINE_MANIFEST)
        assert index["manifests"].get(key, json.loads(text)) == json.loads(text)
    assert baker.config()["keys"] == index["cells"]


def test_a_large_manifest_is_listed_and_not_carried(baker: Baker) -> None:
    baker.write(baker.entry("\n".join(f"name_{i} = {'v' * 40!r}" for i in range(200))))
    index = baker.json("public/cache/index.json")
    assert index["manifests"] == {}
    assert len(index["keys"]) == 1


def test_no_text_of_the_site_names_a_place_of_this_machine(baker: Baker) -> None:
    baker.write(baker.entry(*LUNCH))
    places = [str(place).encode() for place in (baker.folder, Path.home(), REPOSITORY)]
    found = [
        (name, place) for name, data in contents(baker.site).items() for place in places if place in data
    ]
    assert found == []


def test_everything_lies_in_its_place(baker: Baker) -> None:
    baker.write(baker.entry("import numpy"), options=SiteOptions("never", "edit"))
    files = contents(baker.site)
    layout = lay_out_runtime(baker.runtime, baker.assets, None)
    assert {name for name in files if not name.startswith("public/")} == {
        "index.html",
        "notebook.json",
        MARKER,
        "assets/NOTICES.txt",
        *(f"assets/{name}" for name in PAGE),
        *layout.files,
        *(f"runtime/314.0.7/{name}" for name in ("pyodide-lock.json", "numpy-1.0.whl", "micropip-1.0.whl")),
    }
    assert is_site(baker.site)
    config = baker.config()
    assert {**config, "version": "", "keys": {}} == {
        "notebook": "notebook.json",
        "cache": "public/cache",
        "worker": f"assets/{PAGE[1]}",
        "runtime": layout.config,
        "packages": {
            "providers": {"numpy": "numpy", "micropip": "micropip"},
            "extra": [],
            "network": ["requests", "urllib3", "urllib.request", "http.client", "pandas"],
            "installer": {"index": None, "names": USUAL_NAMES},
        },
        "files": {"modules": None, "digests": {}, "base": "public/", "public": {}},
        "boot": "never",
        "mode": "edit",
        "playground": None,
        "version": "",
        "root": "./",
        "offline": False,
        "ondemand": False,
        "keys": {},
        "widgets": [],
    }
    runtime = config["runtime"]
    for name in (config["notebook"], config["worker"], runtime["kernel"]["url"], runtime["loader"]):
        assert name in files
    assert baker.json("runtime/314.0.7/pyodide-lock.json")["packages"].keys() == {"numpy", "micropip"}


def test_outputs_are_in_the_page_before_any_script(baker: Baker) -> None:
    baker.write(baker.entry(*LUNCH))
    page = (baker.site / "index.html").read_text("utf-8")
    for text in ("12497501", "served", "UserWarning: hot", "<tn-slider", "ZeroDivisionError"):
        assert text in page
    assert page.count('data-origin="export"') == len(LUNCH)


def test_without_execution_there_are_no_results(baker: Baker) -> None:
    baker.write(baker.entry(*LUNCH, execute=False))
    assert 'data-origin="export"' not in (baker.site / "index.html").read_text("utf-8")
    index = baker.json("public/cache/index.json")
    assert len(index.pop("facts")["cells"]) == len(LUNCH)
    assert index == {
        "format": 1,
        "notebook": "lunch.py",
        "cells": {},
        "keys": [],
        "blobs": [],
        "manifests": {},
    }
    assert contents(baker.site / "public" / "cache").keys() == {"index.json"}


def test_several_notebooks_share_what_is_not_theirs(baker: Baker) -> None:
    baker.write(
        baker.entry("import numpy", "1", name="lunch.py", folder="lunch"),
        baker.entry("import pluggy", "2", name="tea & <cake>.py", folder="tea & <cake>"),
    )
    files = contents(baker.site)
    tops = {name.split("/")[0] for name in files}
    assert tops == {"index.html", MARKER, "assets", "kernel", "runtime", "lunch", "tea & <cake>"}
    assert baker.json("runtime/314.0.7/pyodide-lock.json")["packages"].keys() == {"numpy", "pluggy"}
    for folder, providers in (("lunch", {"numpy": "numpy"}), ("tea & <cake>", {"pluggy": "pluggy"})):
        config = baker.config(folder)
        assert config["packages"]["providers"] == providers
        runtime = config["runtime"]
        for path in (config["worker"], config["notebook"], runtime["kernel"]["url"], runtime["loader"]):
            assert (baker.site / folder / path).is_file()
        assert f'href="../assets/{PAGE[2]}"' in (baker.site / folder / "index.html").read_text("utf-8")
        assert f"{folder}/public/cache/index.json" in files


def test_the_first_page_lists_the_notebooks(baker: Baker) -> None:
    baker.write(
        baker.entry("1", name="lunch.py", folder="lunch"),
        baker.entry("2", name="tea & <cake>.py", folder="tea & <cake>"),
    )
    page = (baker.site / "index.html").read_text("utf-8")
    assert re.findall(r'<a href="([^"]*)">(.*?)</a>', page) == [
        ("lunch/", "lunch"),
        ("tea%20%26%20%3Ccake%3E/", "tea &amp; &lt;cake&gt;"),
    ]


def test_a_title_is_no_markup(baker: Baker) -> None:
    (baker.folder / "kitchen" / "a.py").write_text("# %% [markdown]\n# # <script>alert(1)</script> & co\n")
    entry = Entry(read_notebook(baker.folder / "kitchen" / "a.py"), None, "a")
    baker.write(entry, baker.entry("1", folder="b"))
    assert "<script>alert" not in (baker.site / "index.html").read_text("utf-8")


def test_a_runtime_elsewhere_is_left_there(baker: Baker) -> None:
    remote = Runtime("full", None, "https://cdn.x.org/v0.27.7/full/", {})
    report = baker.write(baker.entry("import this_is_nowhere", execute=False), runtime=remote)
    assert not (baker.site / "runtime").exists()
    assert baker.config()["runtime"]["loader"] == "https://cdn.x.org/v0.27.7/full/pyodide.mjs"
    assert baker.config()["runtime"]["glue"] is None
    assert "connect-src 'self' data: https://cdn.x.org;" in (baker.site / "index.html").read_text("utf-8")
    assert baker.config()["runtime"]["lock"] == "https://cdn.x.org/v0.27.7/full/pyodide-lock.json"
    assert report.warnings == ()


def test_what_the_runtime_does_not_have_is_a_warning(baker: Baker) -> None:
    report = baker.write(baker.entry("import torch.nn, numpy", execute=False))
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("lunch.py: torch is not in Pyodide 314.0.7; results are shown")


def test_results_do_not_depend_on_the_runtime(baker: Baker, tmp_path: Path) -> None:
    entry = baker.entry(*LUNCH)
    baker.write(entry)
    before = contents(baker.site)
    other = make_runtime(tmp_path / "other", package("numpy"), version="0.27.7")
    baker.write(entry, runtime=other)
    after = contents(baker.site)

    def without_runtime(files: dict[str, bytes]) -> dict[str, bytes]:
        return {n: data for n, data in files.items() if not n.startswith("runtime/") and n != "index.html"}

    assert without_runtime(after) == without_runtime(before)
    named = re.compile(rb"runtime/[\d.]+/[0-9a-f]{20}|(?<=/)(314\.0\.7|0\.27\.7)(?=/)|\"size\": \d+")
    assert named.sub(b"", after["index.html"]) == named.sub(b"", before["index.html"])
    assert {name.split("/")[1] for name in after if name.startswith("runtime/")} == {"0.27.7"}


def test_large_images_are_files_named_by_their_digest(baker: Baker) -> None:
    picture = (
        "import random\nclass Picture:\n    def _repr_png_(self):\n"
        "        return b'\\x89PNG\\r\\n\\x1a\\n' + random.Random(7).randbytes(30_000)\nPicture()"
    )
    baker.write(baker.entry(picture))
    (name,) = [name for name in contents(baker.site) if name.startswith("assets/outputs/")]
    data = (baker.site / name).read_bytes()
    assert name == f"assets/outputs/{digest(data)[:20]}.png"
    assert f'src="{name}"' in (baker.site / "index.html").read_text("utf-8")


def test_half_a_character_does_not_stop_an_export(baker: Baker) -> None:
    baker.write(baker.entry("print('\\ud83c')\n'\\udf5b'\nx = '\\ud83c'"))
    assert json.loads(json.dumps(baker.json("public/cache/index.json")))["keys"]
    assert "tn-console" in (baker.site / "index.html").read_text("utf-8")


def test_a_writing_that_fails_leaves_the_old_site_as_it_was(baker: Baker) -> None:
    baker.write(baker.entry(*LUNCH))
    before = contents(baker.site)
    baker.assets.kernel.unlink()
    with pytest.raises(FileNotFoundError):
        baker.write(baker.entry("1"))
    assert contents(baker.site) == before
    assert [path.name for path in baker.site.parent.iterdir()] == ["site"]


def test_what_lies_beside_a_notebook_goes_with_it(baker: Baker) -> None:
    place = baker.folder / "kitchen"
    (place / "helper.py").write_text("import numpy\nx = 1\n")
    (place / "public" / "cache").mkdir(parents=True)
    (place / "public" / "x.csv").write_text("1,2")
    entry = baker.entry("import helper", folder="lunch", execute=False)
    baker.write(replace(entry, place=place), baker.entry("1", folder="tea", name="tea.py"))
    files = baker.config("lunch")["files"]
    assert files["public"] == {"x.csv": [3, digest(b"1,2")[:20]]}
    assert (baker.site / "lunch" / "public" / "x.csv").read_text() == "1,2"
    archive = (baker.site / "lunch" / files["modules"]).read_bytes()
    assert files["modules"] == f"modules-{digest(archive)[:20]}.zip"
    assert files["digests"].keys() == {"helper"}
    assert baker.config("lunch")["packages"]["providers"] == {"numpy": "numpy"}
    assert baker.config("tea")["files"] == {"modules": None, "digests": {}, "base": "public/", "public": {}}


@pytest.mark.parametrize("offline", [True, False])
def test_the_page_may_fetch_wheels_from_where_they_are(baker: Baker, offline: bool) -> None:
    released = replace(baker.runtime, wheels="https://cdn.x.org/v1/full/")
    options = SiteOptions(offline=offline)
    baker.write(baker.entry("import numpy", execute=False), runtime=released, options=options)
    page = (baker.site / "index.html").read_text("utf-8")
    assert ("connect-src 'self' data: https://cdn.x.org;" in page) is not offline
    assert "script-src 'self' 'wasm-unsafe-eval';" in page
    assert (baker.site / "runtime" / "314.0.7" / "numpy-1.0.whl").exists() is offline


@pytest.mark.parametrize(
    ("cell", "mode", "anywhere"),
    [("import urllib.request", "run", True), ("import urllib.parse", "run", False), ("1", "edit", True)],
)
def test_only_code_that_asks_for_the_network_gets_it(
    baker: Baker, cell: str, mode: str, anywhere: bool
) -> None:
    baker.write(baker.entry(cell, execute=False), options=SiteOptions(mode=mode))
    page = (baker.site / "index.html").read_text("utf-8")
    assert ("connect-src 'self' data: http: https:;" in page) is anywhere


def test_only_an_edited_notebook_brings_its_editor(baker: Baker) -> None:
    styles = f"assets/{baker.assets.bundle['editingStyles']}"
    for mode in ("run", "edit"):
        baker.write(baker.entry("1", execute=False), options=SiteOptions(mode=mode))
        page = (baker.site / "index.html").read_text("utf-8")
        assert (f'href="{styles}"' in page) == (baker.site / styles).is_file() == (mode == "edit")


@pytest.mark.parametrize(
    ("settings", "asked", "view"),
    [
        ({}, None, "article"),
        ({"view": "app"}, None, "app"),
        ({"view": "app"}, "notebook", "notebook"),
    ],
)
def test_the_view_is_the_one_that_was_asked_for_else_the_notebooks(
    baker: Baker, settings: dict[str, str], asked: str | None, view: str
) -> None:
    entry = baker.entry("1", execute=False)
    entry = replace(entry, notebook=replace(entry.notebook, settings=settings))
    baker.write(entry, options=SiteOptions(view=asked))
    markup = (baker.site / "index.html").read_text("utf-8")
    assert f' data-view="{view}">' in markup


def test_a_view_that_there_is_not_is_an_error(baker: Baker) -> None:
    entry = baker.entry("1", execute=False)
    entry = replace(entry, notebook=replace(entry.notebook, settings={"view": "slides"}))
    with pytest.raises(UsageError, match="view=slides: write one of article, app, notebook"):
        baker.write(entry)


@pytest.mark.parametrize(
    ("boot", "script"), [("eager", "start-F"), ("intent", "early-G"), ("never", "early-G")]
)
def test_the_first_script_starts_python_where_that_is_to_be_at_once(
    baker: Baker, boot: str, script: str
) -> None:
    baker.write(baker.entry("1", execute=False), options=SiteOptions(boot=boot))
    markup = (baker.site / "index.html").read_text("utf-8")
    assert re.findall(r'<script src="assets/(\w+-\w)\w+\.js"></script>', markup) == [script]


def read_service_worker(baker: Baker) -> Any:
    first, rest = (baker.site / "service-worker.js").read_text("utf-8").split("\n", 1)
    assert rest == "serve();"
    return json.loads(first.removeprefix("self.tiffinSite = ").removesuffix(";"))


def test_a_service_worker_knows_the_version_of_its_site(baker: Baker) -> None:
    options = SiteOptions(service_worker=True, offline=True)
    first = baker.write(baker.entry("import numpy", execute=False), options=options)
    told = read_service_worker(baker)
    layout = lay_out_runtime(baker.runtime, baker.assets, None)
    assert told["files"] == [
        "assets/chunk-HHHHHHHH.js",
        "assets/early-GGGGGGGG.js",
        "assets/page-AAAAAAAA.js",
        "assets/page-CCCCCCCC.css",
        "assets/start-FFFFFFFF.js",
        "assets/worker-BBBBBBBB.js",
        *sorted(["runtime/314.0.7/numpy-1.0.whl", *layout.files]),
    ]
    assert told["foreign"] == []
    assert (baker.config()["root"], baker.config()["offline"]) == ("./", True)
    assert first.files == len(contents(baker.site))
    baker.write(baker.entry("import numpy", execute=False), options=options)
    assert read_service_worker(baker) == told
    baker.write(baker.entry("import numpy  # twice", execute=False), options=options)
    assert read_service_worker(baker)["version"] != told["version"]


def test_a_service_worker_is_one_for_all_notebooks_and_knows_of_other_hosts(
    baker: Baker,
) -> None:
    entries = [baker.entry("1", name=f"{name}.py", folder=name, execute=False) for name in ("a", "b")]
    runtime = replace(baker.runtime, wheels="https://cdn.example/full/")
    baker.write(*entries, runtime=runtime, options=SiteOptions(service_worker=True))
    assert read_service_worker(baker)["foreign"] == ["https://cdn.example/full/"]
    assert [baker.config(name)["root"] for name in ("a", "b")] == ["../", "../"]


def test_without_being_asked_for_there_is_no_service_worker(baker: Baker) -> None:
    baker.write(baker.entry("1", execute=False))
    assert not (baker.site / "service-worker.js").exists()
    assert baker.config()["offline"] is False
