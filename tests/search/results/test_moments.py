"""Hits in a transcript: when, who, and the words."""

from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.library.rules import Audience, Kind, PageKind
from hub.members import queries as members_queries
from hub.members.models import Organization
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.passages import Snippet
from hub.search.rules.results import Hit, Query
from tests.search.results.page import TODAY, searched
from tests.transcripts import a_transcript

MOMENTS = [
    (2, "Ana Brook", "Good morning, everyone."),
    (754, "Rosa Peña", "We poured the first castings in spring."),
    (4_354, "", "Applause for the moderator."),
    (None, "11:34:05, Li Wei", "The form is on the website."),
]


@pytest.fixture
def transcript(world: Database) -> Database:
    """Return the world with an indexed transcript."""
    with world.writing() as db:
        a_transcript(db, db.get_one(Organization, 2), MOMENTS, title="Weekly call", published_on=TODAY)
    index.catch_up(world)
    return world


@pytest.mark.parametrize(
    ("words", "place", "number"),
    [
        ("first castings", "12:34, Rosa Peña:", 2),
        ("applause moderator", "1:12:34:", 3),
        ("form website", "11:34:05, Li Wei:", 4),
    ],
)
def test_a_hit_says_when_and_who_and_opens_there(
    transcript: Database, sign_in: Callable[[str], FlaskClient], words: str, place: str, number: int
) -> None:
    ana = sign_in("ana@lake.example")
    link = searched(ana, q=words).select_one("li.resource-line .snippet a")
    assert link is not None
    assert link.get_text() == place
    assert f"/pages/{number}?" in str(link["href"])
    assert ana.get(str(link["href"])).status_code == 200


def test_a_search_for_the_speaker_names_them_once(transcript: Database, ana: FlaskClient) -> None:
    snippet = searched(ana, q="Rosa Peña").select_one("li.resource-line .snippet")
    assert snippet is not None
    assert snippet.get_text(" ", strip=True) == "12:34, Rosa Peña: We poured the first castings in spring."


def test_json_has_the_number_of_the_moment(transcript: Database) -> None:
    with transcript.reading() as db:
        ana = members_queries.person_by_email(db, "ana@lake.example")
        results = results_queries.search(db, ana, Query(text="first castings"))
        hit, *_ = results_queries.as_json(results)["hits"]
        assert (hit["page"], hit["page_kind"]) == (2, "moment")


@pytest.mark.parametrize(
    ("kind", "title", "seconds", "places"),
    [
        (PageKind.MOMENT, "Rosa Peña", 754, ("12:34, Rosa Peña", "12:34, Rosa Peña")),
        (PageKind.MOMENT, "", None, ("Moment 7", "Moment 7")),
        (PageKind.SLIDE, "Costs", None, ("Slide 7", "slide 7")),
    ],
)
def test_a_hit_names_its_page(kind: PageKind, title: str, seconds: int | None, places: Sequence[str]) -> None:
    about = (1, "Weekly call", Kind.RESOURCE, "lake", "Lakeshore Forge", TODAY, Audience.NETWORK)
    hit = Hit(*about, 7, kind, Snippet(), page_title=title, seconds=seconds)
    assert (hit.place, hit.place_in_text) == tuple(places)


def test_a_moments_page_names_time_and_speaker(transcript: Database, ana: FlaskClient) -> None:
    page = ana.get("/resources/5/pages/2").get_data(as_text=True)
    assert "<h1>12:34, Rosa Peña</h1>" in page
    assert "We poured the first castings in spring." in page
    assert "0:02: Ana Brook" in " ".join(page.split()).replace(" </a>", "</a>")
