"""Recordings of calls: a transcript's moments open them at their second."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hub.calls.models import Call
from hub.core.db import Database
from hub.library.models import Resource, Revision
from hub.library.rules import Audience, Source
from hub.members.models import Organization
from hub.search import index
from tests.transcripts import a_transcript
from tests.world import SignIn, a_resource

pytestmark = pytest.mark.usefixtures("alliance")
DAY = date(2026, 11, 16)
ROSA, ERIK = "rosa@lakeshore.example", "erik@prairie.example"
MOMENTS = [(3, "Rosa Peña", "The kiln is cold."), (754, "Erik Sørensen", "We pour castings in spring.")]
YOUTUBE, VIMEO = "https://youtu.be/kiln", "https://vimeo.com/1234"


def add_transcript(database: Database, **others: Any) -> int:
    """Add the transcript of the call, and return its id."""
    with database.writing() as db:
        lakeshore = db.scalars(select(Organization).where(Organization.slug == "lakeshore-forge")).one()
        resource = a_transcript(db, lakeshore, MOMENTS, title="Transcript", **{"call_on": DAY} | others)
        return resource.id


def add_link(database: Database, url: str, organization: str = "lakeshore-forge", **others: Any) -> None:
    with database.writing() as db:
        owner = db.scalars(select(Organization).where(Organization.slug == organization)).one()
        resource = a_resource(db, owner, "Watch", **{"call_on": DAY} | others)
        db.execute(
            update(Revision).where(Revision.resource_id == resource.id).values(source=Source.LINK, url=url, body=None)
        )


def record(database: Database, link: str, day: date = DAY) -> None:
    with database.writing() as db:
        db.execute(update(Call).where(Call.day == day).values(recording_link=link))


def recording_links(text: str) -> list[tuple[str, str]]:
    """Return the address and words of each link to a recording on a page."""
    links = BeautifulSoup(text, "lxml").find_all("a", string=lambda words: "recording" in (words or ""))
    return [(str(link["href"]), link.get_text()) for link in links]


def test_a_moment_opens_the_calls_recording_at_its_second(database: Database, sign_in: SignIn) -> None:
    number = add_transcript(database)
    record(database, YOUTUBE)
    rosa = sign_in(ROSA)
    page = rosa.get(f"/resources/{number}/pages/2").text
    assert recording_links(page) == [(f"{YOUTUBE}?t=754s", "Open recording at 12:34")]
    assert recording_links(rosa.get(f"/resources/{number}").text) == [(f"{YOUTUBE}?t=3s", "Open recording at 0:03")]


def test_a_hit_opens_the_recording_too(database: Database, sign_in: SignIn) -> None:
    add_transcript(database)
    record(database, VIMEO)
    index.catch_up(database)
    page = sign_in(ROSA).get("/search", query_string={"q": "castings spring"}).text
    assert recording_links(page) == [(f"{VIMEO}#t=754s", "Open recording at 12:34")]


def test_a_service_without_seconds_opens_at_the_beginning(database: Database, sign_in: SignIn) -> None:
    number = add_transcript(database)
    record(database, "https://us02web.zoom.us/rec/share/kiln")
    page = sign_in(ROSA).get(f"/resources/{number}/pages/2").text
    assert recording_links(page) == [("https://us02web.zoom.us/rec/share/kiln", "Open recording and go to 12:34")]


def test_the_link_in_the_summary_comes_first_then_the_calls_then_a_link_of_the_call(
    database: Database, sign_in: SignIn
) -> None:
    number = add_transcript(database)
    add_link(database, "https://forms.example/kiln")
    add_link(database, "https://youtu.be/shared")
    rosa = sign_in(ROSA)
    address = f"/resources/{number}/pages/2"
    assert recording_links(rosa.get(address).text)[0][0] == "https://youtu.be/shared?t=754s"
    record(database, VIMEO)
    assert recording_links(rosa.get(address).text)[0][0] == f"{VIMEO}#t=754s"
    with database.writing() as db:
        db.get_one(Resource, number).summary = f"Watch {YOUTUBE}."
    assert recording_links(rosa.get(address).text)[0][0] == f"{YOUTUBE}?t=754s"


def test_a_link_that_the_person_may_not_read_isnt_shown(database: Database, sign_in: SignIn) -> None:
    number = add_transcript(database)
    add_link(database, YOUTUBE, "prairie-works", audience=Audience.ORGANIZATION)
    assert recording_links(sign_in(ROSA).get(f"/resources/{number}").text) == []
    assert len(recording_links(sign_in(ERIK).get(f"/resources/{number}").text)) == 1


def test_visitors_dont_see_the_recording_of_a_call(database: Database, client: FlaskClient) -> None:
    number = add_transcript(database, audience=Audience.PUBLIC)
    record(database, YOUTUBE)
    page = client.get(f"/resources/{number}/pages/2")
    assert page.status_code == 200
    assert recording_links(page.text) == []


def test_an_uploaded_recording_of_the_call_plays_at_the_moment(database: Database, sign_in: SignIn) -> None:
    number = add_transcript(database)
    with database.writing() as db:
        owner = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        recording = a_resource(db, owner, "Recording", [], call_on=DAY).id
        is_recording = Revision.resource_id == recording
        values = {"source": Source.FILE, "file_name": "kiln.mp4", "sha256": "1" * 64, "size": 9, "body": None}
        db.execute(update(Revision).where(is_recording).values(values))
    page = BeautifulSoup(sign_in(ROSA).get(f"/resources/{number}/pages/2").text, "lxml")
    assert [player["src"] for player in page.find_all("video")] == [
        f"/resources/{recording}/recording?revision=1#t=754"
    ]
    assert recording_links(str(page)) == []


def test_a_transcript_without_a_call_has_no_recording(database: Database, sign_in: SignIn) -> None:
    number = add_transcript(database, call_on=None)
    record(database, YOUTUBE)
    assert recording_links(sign_in(ROSA).get(f"/resources/{number}").text) == []
