"""A hub with the extra meaning: the real model, which is loaded once per process."""

import importlib.util

import pytest

from hub.core.db import Database
from hub.search import derive, index
from hub.search.queries import meaning as meaning_queries
from hub.search.store import meaning
from tests.world import a_resource, an_organization

PACKAGE = meaning.PACKAGE  # before a fixture hides it
PAGES = {
    "Keeping your people": [
        "Turnover fell by half after supervisors were trained.",
        "Retention bonuses and their cost.",
    ],
    "Plating guide": ["Thickness of zinc on fasteners.", "Passivation of stainless steel."],
    "Selling abroad": ["Export licenses and customs for small manufacturers."],
}


@pytest.fixture(autouse=True)
def _with_the_extra(_search_by_words_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the installed model."""
    if importlib.util.find_spec(PACKAGE) is None:
        pytest.skip("The extra meaning isn’t installed: make meaning")
    monkeypatch.setattr(meaning, "PACKAGE", PACKAGE)
    monkeypatch.setattr(meaning_queries, "SLOW", float("inf"))  # on a busy machine a refresh is slow, too


@pytest.fixture
def shelf(database: Database) -> Database:
    """Indexed and encoded resources of one organization."""
    with database.writing() as db:
        lake = an_organization(db, "Lakeshore Forge")
        for title, pages in PAGES.items():
            a_resource(db, lake, title, pages)
    index.catch_up(database)
    derive.catch_up(database)
    return database
