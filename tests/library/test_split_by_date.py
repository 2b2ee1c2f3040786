"""Adding a page with the updates of several dates on the web: a preview first, then a resource for each date."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import splitting
from hub.library.extract import walls
from hub.library.extract.splitting import MOST_PARTS, TOO_MANY, split_text
from hub.library.files import scanner
from hub.library.models import Resource, Revision
from hub.library.rules import ScanState, Source
from hub.members.rules.organizations import Role
from tests.world import SignIn, a_person, an_organization

PAGE = """<title>Makers’ Updates</title><h1>All of our messages</h1><p><b>June 10, 2022:</b></p><p><b>1. Kilns</b> a</p>
<p><b>2. Lathes</b> b</p><p><b>3. Molds</b> c</p><p><b>June 3, 2022:</b></p><p><b>1. Vises</b> d</p><p><b>2. Saws</b> e"""
TEXT = "# Our updates\n\n## June 10, 2022\n\n1. Kilns\n2. Lathes\n3. Molds\n\n## June 3, 2022\n\nNothing new."


@pytest.fixture
def browser(sign_in: SignIn, database: Database) -> FlaskClient:
    """A browser in which a contributor is signed in."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Lakeshore Forge"), Role.CONTRIBUTOR, "ana@lakeshore.example")
    return sign_in("ana@lakeshore.example")


def send(browser: FlaskClient, *files: tuple[str, str], way: str = "upload", **fields: object) -> TestResponse:
    """Send the form with “Split by date” checked."""
    form: dict[str, object] = {"kind": "briefing", "audience": "network", "split_by_date": "y"} | fields
    form["files"] = [(io.BytesIO(content.encode()), name) for name, content in files]
    return browser.post(f"/resources/new?by={way}", data=form, follow_redirects=True)


def confirm(browser: FlaskClient, preview: TestResponse, way: str = "upload", **fields: object) -> TestResponse:
    """Press the button of the preview."""
    page = BeautifulSoup(preview.text, "lxml")
    hidden = {
        str(field["name"]): str(field["value"])
        for field in page.find_all("input")
        if field.get("name") in {"kept", "warned", "previewed"}
    }
    return send(browser, way=way, **hidden, **fields)


def titles(database: Database) -> list[tuple[str, date]]:
    """Return the title and day of each resource."""
    with database.reading() as db:
        resources = db.scalars(select(Resource).order_by(Resource.published_on.desc()))
        return [(resource.title, resource.published_on) for resource in resources]


DATED = [
    ("Makers’ Updates, June 10, 2022", date(2022, 6, 10)),
    ("Makers’ Updates, June 3, 2022", date(2022, 6, 3)),
]


def test_a_page_is_added_as_a_resource_for_each_date_after_a_preview(browser: FlaskClient, database: Database) -> None:
    preview = send(browser, ("updates.html", PAGE))
    assert preview.status_code == 200
    words = re.sub(r"\s+", " ", BeautifulSoup(preview.text, "lxml").get_text(" "))
    assert "This adds 2 resources. Nothing is added yet." in words
    assert "Makers’ Updates, June 10, 2022 3 items: Kilns; Lathes; Molds" in words
    assert "The text before the first date isn’t part of any resource: “# All of our messages”" in words
    assert titles(database) == []
    added = confirm(browser, preview)
    assert added.status_code == 200
    assert "Added 2 resources." in added.text
    assert titles(database) == DATED


def test_what_the_hub_has_already_is_said_and_not_added_again(browser: FlaskClient, database: Database) -> None:
    confirm(browser, send(browser, ("updates.html", PAGE)))
    assert "All of these updates are in the hub already." in send(browser, ("updates.html", PAGE)).text
    newer = PAGE.replace("<p><b>June 10", "<p><b>June 17, 2022</b></p><p>1. Anvils</p><p><b>June 10")
    preview = send(browser, ("updates.html", newer))
    assert preview.text.count("Already in the hub:") == 2
    confirm(browser, preview)
    assert titles(database) == [("Makers’ Updates, June 17, 2022", date(2022, 6, 17)), *DATED]


def test_a_page_that_the_hub_has_as_a_whole_can_be_split_too(browser: FlaskClient, database: Database) -> None:
    send(browser, ("updates.html", PAGE), split_by_date="")
    preview = send(browser, ("updates.html", PAGE))
    assert "This adds 2 resources. Nothing is added yet." in re.sub(r"\s+", " ", preview.text)
    box = BeautifulSoup(preview.text, "lxml").select_one("input[name=split_by_date]")
    assert box is not None
    assert (box["type"], box["class"], box.get("checked")) == ("checkbox", ["form-check-input"], "")
    confirm(browser, preview)
    assert titles(database)[-2:] == DATED


def test_pasted_text_is_split_into_texts(browser: FlaskClient, database: Database) -> None:
    preview = send(browser, way="text", body=TEXT, title="")
    assert "Our updates, June 10, 2022" in preview.text
    confirm(browser, preview, way="text", body=TEXT, title="")
    assert [title for title, _ in titles(database)] == ["Our updates, June 10, 2022", "Our updates, June 3, 2022"]
    with database.reading() as db:
        assert set(db.scalars(select(Revision.source))) == {Source.TEXT}


def test_a_changed_text_is_shown_again_before_it_is_added(browser: FlaskClient, database: Database) -> None:
    preview = send(browser, way="text", body=TEXT)
    again = confirm(browser, preview, way="text", body=TEXT.replace("Nothing", "Something"))
    assert "Nothing is added yet." in again.text
    assert titles(database) == []


def test_files_without_several_dates_are_added_as_they_are(browser: FlaskClient, database: Database) -> None:
    preview = send(browser, ("updates.html", PAGE), ("notes.md", "# Notes\n\nOne."))
    assert "This adds 3 resources." in preview.text
    assert "This file doesn’t have several dates, so it’s added as it is." in preview.text
    page = BeautifulSoup(preview.text, "lxml")
    kept = [str(field["value"]) for field in page.find_all("input", {"name": "kept"})]
    mark = str(page.find("input", {"name": "previewed"})["value"])  # type: ignore[index]
    send(browser, kept=kept, previewed=mark)
    assert len(titles(database)) == 3


@pytest.mark.parametrize("name", ["notes.md", "picture.png", "table.csv"])
def test_a_file_with_nothing_to_split_is_not_added(browser: FlaskClient, database: Database, name: str) -> None:
    refused = send(browser, (name, "June 10, 2022\n\nOne update."))
    assert refused.status_code == 422
    assert "There’s nothing to split" in refused.text
    assert titles(database) == []


def test_a_file_that_the_helper_cannot_open_is_refused(browser: FlaskClient) -> None:
    refused = send(browser, ("updates.docx", "no Word document"))
    assert refused.status_code == 422
    assert "updates.docx: This file can’t be split by date. Add it as it is." in refused.text


def test_no_file_is_opened_before_it_is_checked(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    config = replace(database.config, CLAMD="scanner:3310")
    monkeypatch.setattr(scanner, "check", lambda *_: scanner.Verdict(ScanState.INFECTED, "Test"))
    with pytest.raises(Refused, match="can’t be split"):
        splitting.split_stored(config, path, "a.txt")
    monkeypatch.setattr(scanner, "check", lambda *_: scanner.Verdict(ScanState.CLEAN))
    assert len(splitting.split_stored(config, path, "a.txt").parts) == 2
    monkeypatch.setattr(walls, "may_open", lambda *_, **__: False)
    with pytest.raises(Refused, match="behind walls"):
        splitting.split_stored(config, path, "a.txt")


def test_titles_of_parts_are_the_files_or_the_entered_ones() -> None:
    split = split_text("June 10, 2022\n\na\n\nJune 3, 2022\n\nb")

    def first_title(file_name: str, title: str = "") -> str:
        return splitting.planned(split, file_name, title)[0].title

    assert first_title("AMCC_Updates.html") == "AMCC Updates, June 10, 2022"
    assert first_title("a.html", "Ours") == "Ours, June 10, 2022"
    assert first_title("") == "Update, June 10, 2022"


def test_dates_beyond_the_most_are_named() -> None:
    days = [date(2022, 6, 10) - timedelta(days=number) for number in range(MOST_PARTS + 1)]
    text = "\n\n".join(f"## {day:%B} {day.day}, {day.year}\n\nNews" for day in days)
    split = split_text(text)
    assert len(split.parts) == MOST_PARTS
    assert split.unread == (TOO_MANY,)
