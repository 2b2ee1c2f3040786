"""The demo world with its figures counted from the rows."""

from datetime import datetime

import pytest

from hub.app import create_app
from hub.core.db import Database
from tests.client import Browser
from tests.overview.figures import NEW_YORK, World, read


@pytest.fixture
def world(own_demo: Database) -> World:
    """A copy of the demo world for this test, with its figures."""
    app = create_app(own_demo.config, own_demo)
    app.test_client_class = Browser
    rows = read(own_demo, datetime.now(NEW_YORK))
    today = datetime.now(NEW_YORK).date()
    numbers = [4 * today.year + (today.month - 1) // 3 - back for back in reversed(range(8))]
    return World(own_demo, app, rows, [f"{number // 4}Q{number % 4 + 1}" for number in numbers])
