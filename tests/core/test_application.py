"""Addresses of pages are built once, and are the same as Flask's."""

from collections.abc import Iterator
from datetime import date
from unittest.mock import patch

import pytest
from flask import Blueprint, Flask, url_for
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import BuildError, MapAdapter

from hub.core.application import Hub

VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(-2, 2), st.text(max_size=70), st.dates())
NAMES = st.sampled_from(["number", "name", "page", "_anchor", "q"])


def with_pages(app: Flask) -> Flask:
    """Return the app with a page outside of a blueprint, and two in one."""
    bp = Blueprint("room", __name__)
    bp.add_url_rule("/room", "index", str)
    bp.add_url_rule("/room/<name>", "show", str)
    app.add_url_rule("/things/<number>", "thing", str)
    app.register_blueprint(bp)
    return app


HUB, FLASK = with_pages(Hub("hub")), with_pages(Flask("flask"))


@pytest.fixture(name="builds")
def _builds() -> Iterator[list[str]]:
    """Return a list to which each building of an address adds its endpoint."""
    built: list[str] = []
    build = MapAdapter.build

    def counted(adapter: MapAdapter, endpoint: str, *args: object, **options: object) -> str:
        built.append(endpoint)
        return build(adapter, endpoint, *args, **options)  # type: ignore[arg-type]

    with patch.object(MapAdapter, "build", counted):
        yield built


@given(endpoint=st.sampled_from(["thing", ".index", "room.show", "static"]), values=st.dictionaries(NAMES, VALUES))
def test_an_address_is_the_one_that_flask_builds(endpoint: str, values: dict[str, object]) -> None:
    if values.get("_anchor") is not None:
        values["_anchor"] = str(values["_anchor"])
    addresses = []
    for app in (HUB, HUB, FLASK):
        with app.test_request_context("/room"):
            try:
                addresses.append(url_for(endpoint, **values))  # type: ignore[arg-type]
            except BuildError:
                addresses.append("none")
    assert addresses[0] == addresses[1] == addresses[2]


def test_values_that_are_equal_but_written_differently_have_addresses_of_their_own() -> None:
    with HUB.test_request_context("/"):
        assert [url_for("thing", number=number) for number in (1, True, 1.0, "1", date(2026, 1, 1))] == [
            "/things/1",
            "/things/True",
            "/things/1.0",
            "/things/1",
            "/things/2026-01-01",
        ]


def test_the_same_address_is_built_once(builds: list[str]) -> None:
    app = with_pages(Hub("hub"))
    for _ in range(3):
        with app.test_request_context("/room"):
            assert url_for(".show", name="x", page=2) == "/room/x?page=2"
            assert url_for("room.show", name="x", page=2, _anchor="here") == "/room/x?page=2#here"
    assert builds == ["room.show", "room.show"]


def test_an_address_under_another_root_or_with_a_host_is_its_own() -> None:
    with HUB.test_request_context("/", base_url="https://a.example/under"):
        assert url_for("room.index") == "/under/room"
        assert url_for("room.index", _external=True) == "https://a.example/under/room"
    with HUB.test_request_context("/", base_url="https://b.example"):
        assert url_for("room.index") == "/room"
        assert url_for("room.index", _external=True) == "https://b.example/room"


def test_long_values_are_not_remembered(builds: list[str]) -> None:
    app = with_pages(Hub("hub"))
    with app.test_request_context("/"):
        assert url_for("room.index", q="x" * 65) == url_for("room.index", q="x" * 65)
    assert len(builds) == 2
