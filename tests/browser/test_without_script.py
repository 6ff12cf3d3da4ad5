"""An exported page whose script never comes: what authors styled is styled all the same."""

from __future__ import annotations

import pytest
from engines import chromium
from test_policy import Hosting, Sites, computed, listen, styles

pytestmark = pytest.mark.browser


def test_styles_of_authors_need_no_script(sites: Sites, hosting: Hosting) -> None:
    host = hosting(sites("styled.py"), {})
    listen(host.folder)
    (script,) = host.folder.glob("assets/page-*.js")
    script.write_text("", "utf-8")
    with chromium() as engine:
        view = engine.open(host.url)
        assert computed(view) == styles(4)
        assert view.evaluate("violations") == []
        view.close()
