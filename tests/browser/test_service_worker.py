"""The service worker of a site over time: new exports, none at all, one that cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engines import chromium
from hosts import Host
from test_offline import CACHES, ISOLATING, OPTION, step

pytestmark = pytest.mark.browser


def test_a_new_export_takes_the_place_of_the_old_one(
    sites: Callable[..., Path], hosting: Callable[..., Host]
) -> None:
    host = hosting(sites("market.py", OPTION), ISOLATING)
    kept = "document.documentElement.dataset.offline === 'ready'"
    with chromium() as engine:
        view = engine.open(host.url)
        view.wait(kept)
        (old,) = view.evaluate(CACHES)

        page, server = host.folder / "index.html", host.folder / "service-worker.js"
        page.write_text(page.read_text("utf-8").replace("A market stall", "A new stall"), "utf-8")
        server.write_text(server.read_text("utf-8").replace('"version": "', '"version": "new-'), "utf-8")
        view.reload()
        assert view.output("c1").startswith("A new stall")
        view.wait(f"caches.keys().then(names => names.length === 1 && names[0] !== {old!r})")
        host.stop()
        view.reload()
        assert view.output("c1").startswith("A new stall")
        view.wait_ready()
        step(view)
        view.close()


def test_without_the_option_there_is_none(sites: Callable[..., Path], hosting: Callable[..., Host]) -> None:
    host = hosting(sites("market.py"), {})
    assert not (host.folder / "service-worker.js").exists()
    with chromium() as engine:
        view = engine.open(host.url)
        view.wait_ready()
        found = view.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)")
        assert (found, view.evaluate(CACHES)) == (0, [])
        assert not any("service-worker" in path for path, _ in host.requests)
        view.close()


def test_a_page_whose_service_worker_cannot_be_had_works(
    sites: Callable[..., Path], hosting: Callable[..., Host]
) -> None:
    host = hosting(sites("market.py", OPTION), ISOLATING)
    (host.folder / "service-worker.js").unlink()
    with chromium() as engine:
        view = engine.open(host.url)
        view.wait_ready()
        step(view)
        assert view.notices() == []
        assert [line for line in view.complaints() if "404" not in line] == []
        view.close()
