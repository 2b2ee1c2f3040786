"""Pages of the viewer: from processing to pictures, links to other pages, and the number of queries."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from hub.core.db import Database
from hub.library.models import Page, Revision
from hub.library.rules import PageKind
from tests.library.viewer.shown import ANA, World, a_pdf, page_at
from tests.world import SignIn, a_resource


def test_a_resource_opens_on_its_first_page(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    page = page_at(sign_in(ANA), f"/resources/{resource}")
    picture = page.select_one(".viewer-large")
    assert picture
    assert str(picture["alt"]).startswith("Page 1")
    assert "width=1200" in str(picture["src"])
    assert "revision=1" in str(picture["src"])
    assert "First words" in page.select_one(".viewer-text").get_text()  # type: ignore[union-attr]
    following = page.select_one("a[rel=next]")
    assert following
    assert following["href"] == f"/resources/{resource}/pages/2"
    assert not page.select_one("a[rel=prev]")


def test_a_page_links_to_the_previous_and_next_ones_and_has_a_filmstrip(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    page = page_at(sign_in(ANA), f"/resources/{resource}/pages/2?q=words")
    assert page.select_one("a[rel=prev]")["href"] == f"/resources/{resource}/pages/1?q=words"  # type: ignore[index]
    assert page.select_one("a[rel=next]")["href"] == f"/resources/{resource}/pages/3?q=words"  # type: ignore[index]
    strip = page.select(".filmstrip a")
    assert [link["href"] for link in strip] == [f"/resources/{resource}/pages/{n}?q=words" for n in (1, 2, 3)]
    assert [link.get("aria-current") for link in strip] == [None, "page", None]
    assert all(image["loading"] == "lazy" for image in page.select(".filmstrip img"))
    assert page.select_one(f'a[href="/resources/{resource}/forward?page=2"]')
    link = page.select_one("[data-link]")
    assert link
    assert str(link["data-link"]).endswith(f"/resources/{resource}/pages/2")
    assert link.has_attr("hidden")


def test_the_page_progresses_from_processing_to_pages_to_pictures(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resource = world.add(a_pdf(tmp_path))
    browser = sign_in(ANA)
    page = page_at(browser, f"/resources/{resource}")
    notice = page.select_one("[data-state]")
    assert notice
    assert "Processing." in notice.get_text()
    assert "Refresh" in notice.get_text()  # without scripts
    assert not page.select_one(".viewer")
    state = str(notice["data-state"])
    assert browser.get(state).json == {
        "busy": True,
        "mark": "reading",
        "sentence": _reading(notice.get_text()),
        "again": "",
    }
    world.read()
    status = browser.get(state).json
    assert status
    assert status["busy"]
    assert status["sentence"] == "3 pages, searchable. Creating previews."
    assert status["mark"] != notice["data-mark"]
    page = page_at(browser, f"/resources/{resource}")  # a PDF's pictures are drawn on request, before the worker does
    assert browser.get(str(page.select_one(".viewer-large")["src"])).status_code == 200  # type: ignore[index]
    world.draw()
    status = browser.get(state).json
    assert status
    assert not status["busy"]
    assert not page_at(browser, f"/resources/{resource}").select_one("[data-state]")


def _reading(text: str) -> str:
    return text.replace("Refresh", "").strip()


@pytest.mark.parametrize(
    ("typed", "number"), [("2", 2), ("", 1), ("x", 1), ("99", 3), ("0", 1), ("-3", 1), ("9" * 40, 1), ("999999999", 3)]
)
def test_a_typed_number_leads_to_its_page_or_the_nearest(
    sign_in: SignIn, world: World, typed: str, number: int, database: Database
) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.lakeshore, pages=["one", "two", "three"]).id
    answer = sign_in(ANA).get(f"/resources/{resource}/pages?number={typed}&q=steel")
    assert answer.location == f"/resources/{resource}/pages/{number}?q=steel"


@pytest.mark.both_databases
def test_links_between_items_skip_gaps_in_their_numbers(sign_in: SignIn, world: World, database: Database) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.lakeshore, pages=["one", "two", "three"], page_kind=PageKind.ITEM)
        db.query(Page).filter(Page.number == 2).delete()
        resource_id = resource.id
    browser = sign_in(ANA)
    page = page_at(browser, f"/resources/{resource_id}/pages/1")
    assert page.select_one("a[rel=next]")["href"] == f"/resources/{resource_id}/pages/3"  # type: ignore[index]
    assert browser.get(f"/resources/{resource_id}/pages?number=2").location.endswith("/pages/3")


@pytest.mark.both_databases
def test_a_document_of_thousands_of_pages_shows_those_near_the_current_one(
    sign_in: SignIn, world: World, database: Database
) -> None:
    with database.writing() as db:
        resource = a_resource(
            db, world.lakeshore, pages=[f"text {n}" for n in range(1, 1201)], page_kind=PageKind.SLIDE
        )
        resource_id = resource.id
        db.scalars(select(Revision)).one().body = "short"
    page = page_at(sign_in(ANA), f"/resources/{resource_id}/pages/600")
    assert len(page.select(".filmstrip li")) == 201
    assert "Showing 500 to 700." in page.get_text()
    assert "1,200 slides" in page.get_text()


@pytest.mark.both_databases
def test_the_viewer_needs_few_queries_however_long_the_document_is(
    sign_in: SignIn, world: World, database: Database
) -> None:
    with database.writing() as db:
        short = a_resource(db, world.lakeshore, pages=["a", "b"], page_kind=PageKind.SLIDE).id
        long = a_resource(db, world.lakeshore, pages=["a"] * 150, page_kind=PageKind.SLIDE).id
    browser = sign_in(ANA)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    counts = []
    page_at(browser, f"/resources/{short}/pages/1")  # fills the caches of the process
    for resource in (short, long):
        statements.clear()
        page_at(browser, f"/resources/{resource}/pages/1")
        counts.append(len(statements))
    event.remove(database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 15
