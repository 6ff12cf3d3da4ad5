"""The playground's site."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sites import make_assets, make_runtime, package

from tiffin.host.export.playground import playground_entry, playground_options
from tiffin.host.export.site import write_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    runtime = make_runtime(tmp_path / "314.0.7", package("micropip"), package("numpy"))
    options = playground_options(offline=False, index="https://example.org/simple", service_worker=False)
    write_site([playground_entry()], tmp_path / "site", make_assets(tmp_path / "built"), runtime, options)
    return tmp_path / "site"


def test_a_visitor_finds_one_empty_cell_and_its_editor(site: Path) -> None:
    notebook = json.loads((site / "notebook.json").read_text("utf-8"))
    assert [(cell["id"], cell["source"]) for cell in notebook["cells"]] == [("c1", "")]
    page = (site / "index.html").read_text("utf-8")
    assert "<title>Playground</title>" in page
    assert 'data-mode="edit"' in page
    assert 'href="assets/editing-ABABABAB.css"' in page


def test_its_scripts_are_on_their_way_before_the_first_of_them_runs(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    assert re.findall(r'<link rel="modulepreload" href="([^"]*)">', page) == ["assets/chunk-PLAYPLAY.js"]


def test_python_waits_for_the_notebook_and_may_install_what_that_imports(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    assert "start-FFFFFFFF.js" not in page
    found = re.search(r'id="tn-config">(.*?)</script>', page)
    assert found is not None
    config = json.loads(found[1])
    assert config["boot"] == "intent"
    assert config["playground"]["sandbox"] == "assets/sandbox-JJJJJJJJ.html"
    assert (site / "assets" / "sandbox-JJJJJJJJ.html").is_file()
    assert json.loads(config["playground"]["index"])["keys"] == []
    assert config["packages"]["installer"]["index"] == "https://example.org/simple"


def test_its_code_may_fetch_from_anywhere(site: Path) -> None:
    assert re.search(r"connect-src 'self' data:[^;]* http: https:", (site / "index.html").read_text("utf-8"))


@pytest.mark.parametrize("offline", [True, False])
def test_it_has_all_of_its_distribution(tmp_path: Path, offline: bool) -> None:
    runtime = make_runtime(tmp_path / "314.0.7", package("micropip"), package("numpy"))
    options = playground_options(offline=offline, index=None, service_worker=False)
    write_site([playground_entry()], tmp_path / "site", make_assets(tmp_path / "built"), runtime, options)
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    found = re.search(r'id="tn-config">(.*?)</script>', page)
    assert found is not None
    config = json.loads(found[1])
    assert {"numpy", "micropip"} <= set(config["packages"]["providers"].values())
    assert config["ondemand"] is True, "it watches the files that readers bring"
