"""The packages of a site: chosen from the distribution, and from wheels that it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pyodide_lock import PyodideLockSpec
from sites import make_runtime, package
from wheels import make_wheel

from tiffin.errors import TiffinError, UsageError
from tiffin.host.export.lock import lock_files
from tiffin.host.export.packages import Chosen, Wants, choose_packages, closure, reaches_network
from tiffin.host.export.runtime import LOCK, Runtime
from tiffin.host.export.wheels import NoWheel, NoWheels, Wheel, WheelSource, read_wheel

PACKAGES = (
    package("numpy"),
    package("pandas", "numpy", "python-dateutil"),
    package("python-dateutil", "six", imports=("dateutil",)),
    package("six"),
    package("matplotlib", "numpy", "left-out", imports=("matplotlib", "mpl_toolkits", "pylab")),
    package("toolkit-3d", imports=("mpl_toolkits.three",)),
)


class Shelf:
    """A source of wheels: the newest that satisfies, of those in `folder`; notes what it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.reachable = True
        folder.mkdir()

    def find(self, requirement: Requirement) -> Wheel | NoWheel:
        self.asked.append(str(requirement))
        if not self.reachable:
            return NoWheel(f"{requirement} could not be fetched: no network", asked=False)
        found = [
            wheel for path in sorted(self.folder.iterdir()) if isinstance(wheel := read_wheel(path), Wheel)
        ]
        fits = [
            wheel
            for wheel in found
            if wheel.name == canonicalize_name(requirement.name)
            and requirement.specifier.contains(wheel.version)
        ]
        return fits[-1] if fits else NoWheel(f"no wheel of {requirement} runs in the browser")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def runtime_of(folder: Path, *packages: dict[str, Any]) -> Runtime:
    return make_runtime(folder / "mine", *packages, version="0.27.7")


def choose(
    runtime: Runtime, *imports: str, requires: tuple[str, ...] = (), source: WheelSource | None = None
) -> Chosen:
    return choose_packages(runtime, [Wants("lunch.py", requires, frozenset(imports))], source or NoWheels())


@pytest.mark.parametrize(
    ("modules", "needed", "unknown"),
    [
        ([], [], []),
        (["json", "tiffin.session", "os.path", "IPython.display", "js"], [], []),
        (["numpy.linalg"], ["numpy"], []),
        (["pandas"], ["numpy", "pandas", "python-dateutil", "six"], []),
        (["dateutil.parser"], ["python-dateutil", "six"], []),
        (["matplotlib.pyplot"], ["matplotlib", "numpy"], []),  # the lock does not have all it depends on
        (["mpl_toolkits.three.axes"], ["toolkit-3d"], []),
        (["mpl_toolkits.two"], ["matplotlib", "numpy"], []),
        (["tn_torch.nn", "tn_torch", "numpy", "tn_jax"], ["numpy"], ["tn_jax", "tn_torch"]),
    ],
)
def test_packages_come_with_all_they_depend_on(
    tmp_path: Path, modules: list[str], needed: list[str], unknown: list[str]
) -> None:
    chosen = choose(runtime_of(tmp_path, *PACKAGES), *modules)
    assert sorted(chosen.entries) == needed
    sentence = f"lunch.py: {', '.join(unknown)} is not in Pyodide 0.27.7; results are shown"
    assert [text[: len(sentence)] for text in chosen.warnings] == ([sentence] if unknown else [])


def test_packages_that_depend_on_each_other_end(tmp_path: Path) -> None:
    assert sorted(choose(runtime_of(tmp_path, package("a", "b"), package("b", "a")), "a").entries) == [
        "a",
        "b",
    ]


def test_what_decodes_a_value_comes_too_and_is_no_reason_to_warn(tmp_path: Path) -> None:
    wants = Wants("lunch.py", decoding=frozenset({"numpy.core", "tn_nowhere"}))
    chosen = choose_packages(runtime_of(tmp_path, *PACKAGES), [wants], NoWheels())
    assert (sorted(chosen.entries), chosen.warnings) == (["numpy"], ())


def test_what_is_required_and_not_imported_comes_along(tmp_path: Path) -> None:
    requires = ("pandas", "six>=1.0", "tiffin", "toolkit-3d; sys_platform == 'linux'")
    chosen = choose(runtime_of(tmp_path, *PACKAGES), "pandas", requires=requires)
    assert chosen.needs[0].extra == ()  # six is one of those that pandas needs
    chosen = choose(runtime_of(tmp_path / "other", *PACKAGES), "numpy", requires=("six", "numpy"))
    assert chosen.needs[0].extra == ("six",)
    assert chosen.warnings == ()


def test_a_pure_wheel_is_found_with_what_it_requires_in_a_browser(tmp_path: Path, shelf: Shelf) -> None:
    requires = (
        "tn_two[more]>=1",
        "six",
        "tn_never; sys_platform == 'linux'",
        "tn_tests; extra == 'tests'",
        "tn_wasm; platform_system == 'Emscripten'",
    )
    make_wheel(shelf.folder, "tn_one", "1.0", requires=requires)
    make_wheel(shelf.folder, "tn_two", "1.2", requires=("tn_more; extra == 'more'", "tn_one"))
    make_wheel(shelf.folder, "tn_more", "3.0")
    make_wheel(shelf.folder, "tn_wasm", "0.1")
    runtime = runtime_of(tmp_path, *PACKAGES)
    chosen = choose(runtime, "tn_one", requires=("tn-one",), source=shelf)
    assert chosen.warnings == ()
    assert sorted(chosen.entries) == ["six", "tn-more", "tn-one", "tn-two", "tn-wasm"]
    assert chosen.entries["tn-one"]["depends"] == ["six", "tn-two", "tn-wasm"]
    assert chosen.entries["tn-two"]["depends"] == ["tn-more", "tn-one"]
    assert chosen.needs[0].providers["tn_more"] == "tn-more"
    assert sorted(chosen.wheels) == sorted(path.name for path in shelf.folder.iterdir())


def test_what_only_jupyter_has_a_use_for_stays_away(tmp_path: Path, shelf: Shelf) -> None:
    requires = ("ipython>=6.1", "widgetsnbextension~=4.0", "jupyterlab_widgets~=3.0")
    make_wheel(shelf.folder, "tn_widgets", "1.0", requires=(*requires, "tn_comm"))
    make_wheel(shelf.folder, "tn_comm", "1.0")
    chosen = choose(runtime_of(tmp_path), "tn_widgets", source=shelf, requires=("tn-widgets",))
    assert chosen.entries["tn-widgets"]["depends"] == ["tn-comm"]
    assert sorted(chosen.entries) == ["tn-comm", "tn-widgets"]
    assert chosen.warnings == ()


def test_requirements_are_honoured_and_conflicts_name_both_versions(tmp_path: Path, shelf: Shelf) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(shelf.folder, "tn_one", version)
    make_wheel(shelf.folder, "six", "2.0")
    old = [{**package(name), "version": "1.0"} for name in ("numpy", "six")]
    runtime = runtime_of(tmp_path, *old)
    chosen = choose(runtime, "numpy", requires=("tn-one<2", "numpy>=2.1", "six>=2", "!"), source=shelf)
    assert {name: entry["version"] for name, entry in chosen.entries.items()} == {
        "tn-one": "1.0",
        "numpy": "1.0",
        "six": "2.0",  # a wheel that runs anywhere is as good as the distribution's own
    }
    assert chosen.warnings == (
        "lunch.py: '!' is no requirement: see PEP 508",
        "lunch.py: asks for numpy>=2.1, Pyodide 0.27.7 has numpy 1.0, and no wheel of numpy>=2.1 runs in the "
        "browser: cells that run in the browser have 1.0",
    )


def test_one_site_has_one_version(tmp_path: Path, shelf: Shelf) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(shelf.folder, "tn_one", version)
    wants = [Wants(f"{i}.py", (text,)) for i, text in enumerate(("tn-one==1.0", "tn-one==2.0"))]
    chosen = choose_packages(runtime_of(tmp_path), wants, shelf)
    assert chosen.entries["tn-one"]["version"] == "1.0"
    assert chosen.warnings == (
        "1.py: asks for tn-one==2.0, and this site has tn-one 1.0 already: cells that run in the browser "
        "have that",
    )


def test_the_native_version_is_preferred(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(shelf.folder, "tn_one", version)
    module = "tiffin.host.export.packages"
    monkeypatch.setattr(f"{module}._native_names", lambda root: ["tn-one"] if root == "tn_one" else [])
    monkeypatch.setattr(f"{module}._installed_version", lambda name: "1.0")
    chosen = choose(runtime_of(tmp_path), "tn_one.part", source=shelf)
    assert chosen.entries["tn-one"]["version"] == "1.0"
    assert shelf.asked == ["tn-one==1.0"]


@pytest.mark.parametrize("reachable", [True, False])
def test_what_cannot_be_had_is_one_line(tmp_path: Path, shelf: Shelf, reachable: bool) -> None:
    shelf.reachable = reachable
    chosen = choose(runtime_of(tmp_path), "tn_torch.nn", requires=("tn_torch>1",), source=shelf)
    why = (
        "no wheel of tn_torch>1 runs in the browser"
        if reachable
        else "tn_torch>1 could not be fetched: no network"
    )
    assert chosen.entries == {}
    assert chosen.warnings[0] == (
        f"lunch.py: tn-torch is not in Pyodide 0.27.7, and {why}; results are shown, but cells that import "
        "it cannot run in the browser"
    )
    assert len(chosen.warnings) == 1


def test_a_dependency_that_cannot_be_had_is_no_dependency_of_the_lock(tmp_path: Path, shelf: Shelf) -> None:
    make_wheel(shelf.folder, "tn_one", "1.0", requires=("tn_gone",))
    chosen = choose(runtime_of(tmp_path), requires=("tn-one",), source=shelf)
    assert chosen.entries["tn-one"]["depends"] == []
    assert "tn-gone is not in Pyodide" in chosen.warnings[0]


HELPERS = (package("pyodide-http", imports=("pyodide_http",)), package("micropip"), package("pandas"))


@pytest.mark.parametrize(
    ("wants", "needed", "reaches"),
    [
        (Wants("a.py", imports=frozenset({"urllib.request"})), ["pyodide-http"], True),
        (Wants("a.py", imports=frozenset({"urllib.parse", "http"})), [], False),
        (Wants("a.py", imports=frozenset({"pandas"})), ["pandas", "pyodide-http"], False),
        (Wants("a.py", edited=True), ["micropip", "pyodide-http"], True),
    ],
)
def test_helpers_come_where_they_are_needed(
    tmp_path: Path, wants: Wants, needed: list[str], reaches: bool
) -> None:
    chosen = choose_packages(runtime_of(tmp_path, *HELPERS), [wants], NoWheels())
    assert sorted(chosen.entries) == needed
    assert reaches_network(wants) == reaches


def test_an_edited_page_has_all_that_costs_the_site_nothing(tmp_path: Path) -> None:
    wants = [Wants("a.py", edited=True), Wants("b.py")]
    chosen = choose_packages(runtime_of(tmp_path, *PACKAGES), wants, NoWheels(), whole=True)
    assert chosen.entries.keys() == {entry["name"] for entry in PACKAGES}
    assert [sorted(set(needs.providers.values())) for needs in chosen.needs] == [sorted(chosen.entries), []]


def test_a_closure_ends() -> None:
    assert closure({"a": {"depends": ["b"]}, "b": {"depends": ["a", "gone"]}}, ["a"]) == ["a", "b"]


# -- the lock ---------------------------------------------------------------------------------------------


def full_entry(wheel: Path) -> dict[str, Any]:
    """What an official lock says of a wheel."""
    read = read_wheel(wheel)
    assert isinstance(read, Wheel)
    return {
        "name": read.name,
        "version": read.version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": read.sha256,
        "package_type": "package",
        "imports": list(read.imports),
        "depends": [],
        "unvendored_tests": False,
    }


@pytest.fixture
def official(tmp_path: Path) -> Runtime:
    """A released distribution: one wheel of its own, and one that was put beside it."""
    make_runtime(tmp_path / "0.27.7")
    entries = {
        e["name"]: e
        for n in ("tn_own", "tn_added")
        for e in [full_entry(make_wheel(tmp_path / "0.27.7", n, "1.0"))]
    }
    info = {"arch": "wasm32", "platform": "emscripten_3_1_58", "version": "0.27.7", "python": "3.12.7"}
    lock = {"info": {**info, "abi_version": "2024_0"}, "packages": entries}
    wheels = "https://cdn.x.org/v0.27.7/full/"
    return Runtime("0.27.7", tmp_path / "0.27.7", None, lock, wheels, frozenset({"tn-added"}))


def written_lock(files: dict[str, bytes | Path]) -> Any:
    content = files[LOCK]
    assert isinstance(content, bytes)
    PyodideLockSpec(**json.loads(content))
    return json.loads(content)


def test_wheels_stay_where_they_are_for_everybody(official: Runtime, shelf: Shelf) -> None:
    make_wheel(shelf.folder, "tn_pure", "1.0")
    chosen = choose(official, "tn_own", "tn_added", requires=("tn-pure",), source=shelf)
    files = lock_files(official, chosen, offline=False)
    assert files.keys() == {LOCK, "tn_added-1.0-py3-none-any.whl", "tn_pure-1.0-py3-none-any.whl"}
    lock = written_lock(files)
    assert {name: entry["file_name"] for name, entry in lock["packages"].items()} == {
        "tn-own": "https://cdn.x.org/v0.27.7/full/tn_own-1.0-py3-none-any.whl",
        "tn-added": "tn_added-1.0-py3-none-any.whl",
        "tn-pure": "tn_pure-1.0-py3-none-any.whl",
    }
    assert lock["packages"]["tn-own"]["sha256"] == official.lock["packages"]["tn-own"]["sha256"]


@pytest.mark.parametrize("released", [True, False])
def test_offline_and_for_a_folder_every_wheel_is_in_the_site(official: Runtime, released: bool) -> None:
    runtime = official if released else Runtime("x", official.folder, None, official.lock)
    files = lock_files(runtime, choose(runtime, "tn_own"), offline=released)
    assert files.keys() == {LOCK, "tn_own-1.0-py3-none-any.whl"}
    assert written_lock(files)["packages"]["tn-own"] == official.lock["packages"]["tn-own"]


def test_a_wheel_that_is_not_what_the_lock_says_is_not_shipped(official: Runtime) -> None:
    assert official.folder is not None
    with (official.folder / "tn_own-1.0-py3-none-any.whl").open("ab") as file:
        file.write(b" ")
    with pytest.raises(TiffinError, match="is not the file that the lock names"):
        lock_files(official, choose(official, "tn_own"), offline=True)


def test_a_wheel_that_is_not_there_is_said(official: Runtime) -> None:
    assert official.folder is not None
    (official.folder / "tn_own-1.0-py3-none-any.whl").unlink()
    with pytest.raises(UsageError, match="although its lock lists it"):
        lock_files(official, choose(official, "tn_own"), offline=True)


def test_offline_needs_the_distribution_here(official: Runtime) -> None:
    remote = Runtime("full", None, "https://x.org/full/", official.lock, "https://x.org/full/")
    with pytest.raises(UsageError, match="--offline needs the distribution on this machine"):
        lock_files(remote, choose(remote, "tn_own"), offline=True)
    lock = written_lock(lock_files(remote, choose(remote, "tn_own"), offline=False))
    assert lock["packages"]["tn-own"]["file_name"] == "https://x.org/full/tn_own-1.0-py3-none-any.whl"
