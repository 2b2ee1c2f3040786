"""Recent searches, visits, and resources that are new since the last visit."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.members.rules.organizations import Role
from hub.search.models import LastVisit, RecentSearch, SavedSearch, SearchFeed
from hub.search.rules.visits import ENDS_AFTER, NOTED_EVERY, Seen
from tests.search.returning.visits import EMAILS, LONG_AGO, add_resource, page_of
from tests.world import SignIn


@pytest.mark.both_databases
def test_recent_searches_are_kept_until_the_person_clears_them(
    world: Database, ana: FlaskClient, sign_in: SignIn
) -> None:
    for address in (
        "/search?q=steel",
        "/search?q=zinc",
        "/search?q=zinc&page=2",
        "/search?q=STEEL&kind=briefing",
        "/search",
    ):
        page_of(ana, address)
    recent = [item.get_text() for item in page_of(ana, "/searches").select(".recent-searches li")]
    assert recent == ["STEEL", "zinc"]
    assert page_of(sign_in("bo@harbor.example"), "/searches").select(".recent-searches") == []
    ana.post("/searches/recent/clear")
    assert page_of(ana, "/searches").select(".recent-searches") == []


@pytest.mark.both_databases
def test_new_resources_are_marked_during_the_whole_visit(
    world: Database, ana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marked() -> set[str]:
        lines = [line for address in ("/", "/search") for line in page_of(ana, address).select(".resource-line")]
        return {str(line.select_one(".resource-title").get_text()) for line in lines if line.select(".new-badge")}  # type: ignore[union-attr]

    assert marked() == set()  # nothing is new on a first visit
    begin = clock.now() + timedelta(seconds=1)
    add_resource(world, "New steel prices")
    add_resource(world, "Own steel", by=EMAILS[Role.CONTRIBUTOR])
    with world.writing() as db:
        for resource in db.scalars(select(Resource).where(Resource.created_at > LONG_AGO)):
            resource.created_at = begin
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=1))
    assert marked() == {"New steel prices"}
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=1, minutes=40))
    assert marked() == {"New steel prices"}
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(days=2))
    assert marked() == set()


def test_nothing_is_recorded_about_visitors(world: Database, client: FlaskClient) -> None:
    page_of(client, "/search?q=steel")
    page_of(client, "/")
    with world.reading() as db:
        for model in (LastVisit, RecentSearch, SavedSearch, SearchFeed):
            assert db.scalars(select(model)).all() == []


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(st.lists(MOMENTS, min_size=1, max_size=20).map(sorted))
def test_resources_from_before_the_last_visit_are_never_new(moments: list[datetime]) -> None:
    seen = Seen(moments[0], None)
    for before, now in pairwise(moments):
        since = seen.since(now)
        assert since is None or since <= now
        if now - before > ENDS_AFTER + NOTED_EVERY:
            assert since is not None
            assert before - NOTED_EVERY <= since <= before
        updated = seen.updated(now)
        assert updated is None or updated.since(now) == since
        seen = updated or seen
