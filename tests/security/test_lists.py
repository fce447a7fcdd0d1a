"""The attacker's suite knows every page, route, command and query, and SECURITY.md its classes."""

import re
import subprocess
import sys
from unittest.mock import MagicMock

import pytest
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from dashboard.pages import PAGES as PRODUCT_PAGES
from tests.support import attack_lists
from tests.support.attack_tries import documented_tries
from tests.support.paths import ROOT

OWN_ROUTES = "from dashboard.server import app; print(*[route.path for route in app._user_routes])"


def test_every_page_and_every_script_of_one_is_attacked():
    assert set(attack_lists.PAGES) == {page.name for page in PRODUCT_PAGES}
    scripts = {path.stem for path in (ROOT / "dashboard" / "views").glob("*.py")} - {"__init__"}
    assert scripts == {*attack_lists.PAGES, *attack_lists.OTHER_VIEWS}


@pytest.fixture(scope="module")
def own_routes():
    """The paths of our routes; importing the server configures the logs of its process."""
    done = subprocess.run(
        [sys.executable, "-c", OWN_ROUTES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_every_route_is_attacked(own_routes):
    streamlit = {route.path for route in create_streamlit_routes(MagicMock())}
    # The scripts of the charts and of the editor have their versions in their names.
    ours = {re.sub(r"(plotly|codemirror)-.*", r"\1-", path) for path in own_routes}
    assert set(attack_lists.ROUTES) == streamlit | ours


def test_every_class_of_tries_is_documented_and_made():
    files = (ROOT / "tests" / "security").glob("test_*.py")
    implemented = {
        name for path in files for name in re.findall(r'Tries\("([^"]+)"\)', path.read_text())
    }
    assert set(documented_tries()) == implemented
