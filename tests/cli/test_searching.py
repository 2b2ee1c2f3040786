"""`hub search`: what it says on a terminal and as JSON besides the results."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from config import Config
from hub.cli.base import main
from hub.core.db import Database
from hub.search import index
from tests.world import a_resource, an_organization


@pytest.fixture(autouse=True)
def _hub(database: Database, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL", "SECRET_KEY"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(config, name)))
    with database.writing() as db:
        lake = an_organization(db, "Lakeshore Forge")
        a_resource(db, lake, "Furnaces", ["Burners of the galvanizing furnace were retuned."])
        a_resource(db, lake, "Grants", ["The notice of funding opportunity names furnace burners."])
    index.catch_up(database)


def printed(*words: str) -> str:
    ran = CliRunner().invoke(main, ["search", *words])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def as_json(query: str) -> Any:
    return json.loads(printed(query, "--json"))


def test_the_json_says_what_each_closest_match_lacks_and_how_it_was_found() -> None:
    answer = as_json("galvanizing burners in Ohio")
    assert [(hit["title"], hit["lacking"], hit["by"]) for hit in answer["hits"]] == [
        ("Furnaces", ["Ohio"], "words"),
        ("Grants", ["galvanizing", "Ohio"], "words"),
    ]
    assert "No resource has all of these words. The closest matches come first." in answer["notes"]
    assert answer["did_you_mean"] == ""


def test_the_json_has_the_corrected_query() -> None:
    assert as_json("galvanizng")["did_you_mean"] == "galvanizing"


def test_a_complete_match_has_no_notes_and_lacks_nothing() -> None:
    answer = as_json("galvanizing")
    assert (answer["notes"], answer["did_you_mean"], answer["hits"][0]["lacking"]) == ([], "", [])


def test_the_terminal_shows_notes_added_names_corrections_and_missing_words() -> None:
    closest = printed("galvanizing burners Ohio").splitlines()
    assert closest[0] == "No resource has all of these words. The closest matches come first."
    assert "  Missing: galvanizing, Ohio" in closest
    assert "Also searched: notice of funding opportunity." in printed("NOFO").splitlines()
    assert "Did you mean “galvanizing”?" in printed("galvanizng").splitlines()
