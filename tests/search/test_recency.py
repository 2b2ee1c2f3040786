"""Recency in the ranking: it decides between resources that are otherwise about as good, and only there."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.search import index
from tests.search.results.page import searched, titles
from tests.world import FrozenClock, SignIn, a_person, a_resource, an_organization

TODAY = date(2026, 11, 23)  # of the frozen clock
FILLER = [f"word{number}" for number in range(80)]


def _text(extra_words: int) -> str:
    """Return a text that names a furnace once; the more extra words, the lower it ranks by its text alone."""
    return " ".join(["A foundry measures its furnace.", *FILLER, *(f"extra{number}" for number in range(extra_words))])


@pytest.fixture
def ana(database: Database, frozen_clock: FrozenClock, sign_in: SignIn) -> FlaskClient:
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), email="ana@lakeshore.example")
    return sign_in("ana@lakeshore.example")


def _ranked(ana: FlaskClient, database: Database, query: str, *resources: tuple[str, str, date]) -> list[str]:
    """Add resources with title, text and date of publication, and return the titles that ``query`` finds, in order."""
    with database.writing() as db:
        lake = an_organization(db, "Harbor Casting")
        for title, text, published_on in resources:
            a_resource(db, lake, title, [text], published_on=published_on)
    index.catch_up(database)
    return titles(searched(ana, q=query))


@pytest.mark.parametrize("query", ["furnace", "foundry furnace"])
def test_a_newer_resource_is_first_although_the_text_of_an_older_one_fits_a_little_better(
    ana: FlaskClient, database: Database, query: str
) -> None:
    ranked = _ranked(
        ana,
        database,
        query,
        ("Older", _text(0), TODAY - timedelta(days=2000)),
        ("Newer", _text(4), TODAY - timedelta(days=5)),
    )
    assert ranked == ["Newer", "Older"]


def test_of_two_of_the_same_day_the_better_text_is_first(ana: FlaskClient, database: Database) -> None:
    ranked = _ranked(ana, database, "furnace", ("Longer", _text(4), TODAY), ("Shorter", _text(0), TODAY))
    assert ranked == ["Shorter", "Longer"]


def test_recency_does_not_outweigh_a_title(ana: FlaskClient, database: Database) -> None:
    ranked = _ranked(
        ana, database, "furnace", ("Furnace", _text(0), TODAY - timedelta(days=5000)), ("Newer", _text(0), TODAY)
    )
    assert ranked == ["Furnace", "Newer"]


def test_a_date_in_the_future_lifts_no_more_than_today(ana: FlaskClient, database: Database) -> None:
    ranked = _ranked(
        ana, database, "furnace", ("Next year", _text(4), TODAY + timedelta(days=300)), ("Today", _text(0), TODAY)
    )
    assert ranked == ["Today", "Next year"]


def test_the_lift_fades_over_years(ana: FlaskClient, database: Database) -> None:
    days = [TODAY - timedelta(days=365 * years) for years in range(5)]
    resources = [(f"{day.year}", _text(5 - age), day) for age, day in enumerate(days)]
    assert _ranked(ana, database, "furnace", *resources) == [f"{day.year}" for day in days]
