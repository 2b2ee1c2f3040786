"""The viewer through its pages: pictures, texts, tables, what is on its way, and who may see it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from PIL import Image
from sqlalchemy import event, select

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making, shelf, showing
from hub.library.extract import reader
from hub.library.extract.legacy import libreoffice
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import (
    MOST_COLUMNS,
    MOST_ROWS,
    Audience,
    Kind,
    PageKind,
    PreviewState,
    State,
    after_title,
    progress,
    table_of,
)
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from tests.library import documents
from tests.world import SignIn, a_person, a_resource, an_organization

OURS, THEIRS, COORDINATOR = "ana@lakeshore.example", "bo@rivers.example", "cy@amcc.example"


@dataclass
class World:
    """Two members, and what they add."""

    database: Database
    reader: Reader
    ours: Organization
    theirs: Organization

    def add(self, path: Path, audience: Audience = Audience.NETWORK, title: str = "A title of ours") -> int:
        """The id of a resource of ours with that file, which waits to be read."""
        with path.open("rb") as stream:
            stored = originals.store(self.database.config, stream)
        with self.database.writing() as db:
            facts = library_actions.Facts(Kind.PRESENTATION, title=title, audience=audience)
            return library_actions.add(db, None, self.ours, facts, library_actions.File(stored, path.name)).id

    def read(self) -> None:
        """Let the worker read."""
        page_texts.catch_up(self.database, self.reader)

    def draw(self) -> None:
        """Let the worker draw."""
        making.catch_up(self.database, self.reader)

    def drawn(self, path: Path, audience: Audience = Audience.NETWORK) -> int:
        """A resource that was read and drawn."""
        resource = self.add(path, audience)
        self.read()
        self.draw()
        return resource


@pytest.fixture
def world(database: Database, reader: Reader) -> World:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, COORDINATOR)
        ours, theirs = an_organization(db, "Lakeshore Forge"), an_organization(db, "Three Rivers")
        a_person(db, ours, Role.CONTRIBUTOR, OURS)
        a_person(db, theirs, Role.CONTRIBUTOR, THEIRS)
    return World(database, reader, ours, theirs)


def _page(browser: FlaskClient, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    page = BeautifulSoup(answer.text, "lxml")
    assert len(page.find_all("h1")) == 1
    return page


def _pdf(tmp_path: Path, *pages: str) -> Path:
    return documents.pdf(tmp_path / "a.pdf", *(pages or ("First words", "Second words", "Third words")))


def test_a_resource_opens_on_its_first_page(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(_pdf(tmp_path))
    page = _page(sign_in(OURS), f"/resources/{resource}")
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


def test_a_page_has_its_neighbours_as_links_and_all_pages_in_a_strip(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    page = _page(sign_in(OURS), f"/resources/{resource}/pages/2?q=words")
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


def test_pictures_are_served_with_what_a_browser_needs_to_keep_them(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    browser = sign_in(OURS)
    lasting = browser.get(f"/resources/{resource}/pages/2/image?width=320&revision=1")
    assert lasting.status_code == 200
    assert lasting.content_type == "image/webp"
    assert lasting.data[:4] == b"RIFF"
    assert lasting.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert lasting.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in lasting.headers["Content-Security-Policy"]
    changing = browser.get(f"/resources/{resource}/pages/2/image?width=320")
    assert changing.headers["Cache-Control"] == "private, no-cache"
    again = browser.get(
        f"/resources/{resource}/pages/2/image?width=320", headers={"If-None-Match": changing.headers["ETag"]}
    )
    assert again.status_code == 304


def test_the_large_picture_is_drawn_when_it_is_first_asked_for_and_then_kept(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    browser = sign_in(OURS)
    first = browser.get(f"/resources/{resource}/pages/3/image?width=1200&revision=1")
    assert first.status_code == 200
    monkeypatch.setattr(showing, "_drawer", None)  # whoever drew again would stumble
    assert browser.get(f"/resources/{resource}/pages/3/image?revision=1").data == first.data


@pytest.mark.parametrize(
    "address",
    [
        "{id}/pages/4/image",
        "{id}/pages/0/image",
        "{id}/pages/1/image?revision=2",
        "{id}/pages/1/image?revision=999999999",
        "{id}/pages/2147483647/image",
        "{id}/pages/4",
        "999/pages/1/image",
        "999/state",
        "999/pages?number=1",
    ],
)
def test_what_is_not_there_is_not_found(sign_in: SignIn, world: World, tmp_path: Path, address: str) -> None:
    resource = world.drawn(_pdf(tmp_path))
    assert sign_in(OURS).get("/resources/" + address.format(id=resource)).status_code == 404


@pytest.mark.parametrize(
    "query", ["revision=abc", "revision=0", "revision=99999999999999", "revision=-1", "width=9999", "width=x"]
)
def test_an_odd_query_gives_the_current_picture_and_is_not_kept_long(
    sign_in: SignIn, world: World, tmp_path: Path, query: str
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    answer = sign_in(OURS).get(f"/resources/{resource}/pages/1/image?{query}")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["", "/pages/1", "/pages/1/image?revision=1", "/state", "/pages?number=1"])
def test_nobody_sees_more_than_the_audience(
    client: FlaskClient, sign_in: SignIn, world: World, tmp_path: Path, path: str
) -> None:
    secret = world.drawn(_pdf(tmp_path), Audience.ORGANIZATION)
    network = world.drawn(documents.pdf(tmp_path / "b.pdf", "For the network"))
    public = world.drawn(documents.pdf(tmp_path / "c.pdf", "For all"), Audience.PUBLIC)

    def seen(browser: FlaskClient) -> list[bool]:
        return [browser.get(f"/resources/{one}{path}").status_code < 400 for one in (secret, network, public)]

    assert seen(sign_in(OURS)) == [True, True, True]
    assert seen(sign_in(COORDINATOR)) == [True, True, True]
    assert seen(sign_in(THEIRS)) == [False, True, True]
    assert seen(client) == [False, False, True]


def test_a_withdrawn_resource_shows_its_pictures_only_to_those_who_may_change_it(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    with database.writing() as db:
        db.get_one(Resource, resource).withdrawn_at = clock.now()
    address = f"/resources/{resource}/pages/1/image?revision=1"
    assert sign_in(OURS).get(address).status_code == 200
    assert sign_in(THEIRS).get(address).status_code == 404


def test_an_earlier_revision_keeps_its_pictures(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(_pdf(tmp_path, "old"))
    browser = sign_in(OURS)
    before = browser.get(f"/resources/{resource}/pages/1/image?width=320&revision=1").data
    with documents.pdf(tmp_path / "new.pdf", "new", "and more").open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        library_actions.replace(
            db, _person(db), db.get_one(Resource, resource), library_actions.File(stored, "new.pdf")
        )
    world.read()
    world.draw()
    assert browser.get(f"/resources/{resource}/pages/1/image?width=320&revision=1").data == before
    assert browser.get(f"/resources/{resource}/pages/1/image?width=320").data != before


def _person(db: Any) -> Any:
    return db.scalar(select(Person).where(Person.email == OURS))


def test_the_page_moves_on_from_reading_to_pages_to_pictures(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.add(_pdf(tmp_path))
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource}")
    notice = page.select_one("[data-state]")
    assert notice
    assert "The hub is reading it" in notice.get_text()
    assert "Look again" in notice.get_text()  # without scripts
    assert not page.select_one(".viewer")
    state = str(notice["data-state"])
    assert browser.get(state).json == {"busy": True, "mark": "reading", "sentence": _reading(notice.get_text())}
    world.read()
    told = browser.get(state).json
    assert told
    assert told["busy"]
    assert told["sentence"] == "3 pages found, searchable. Their pictures are being made."
    assert told["mark"] != notice["data-mark"]
    page = _page(browser, f"/resources/{resource}")  # a PDF's pictures are drawn at once for who doesn't wait
    assert browser.get(str(page.select_one(".viewer-large")["src"])).status_code == 200  # type: ignore[index]
    world.draw()
    told = browser.get(state).json
    assert told
    assert not told["busy"]
    assert not _page(browser, f"/resources/{resource}").select_one("[data-state]")


def _reading(text: str) -> str:
    return text.replace("Look again", "").strip()


@pytest.mark.parametrize(
    ("typed", "number"), [("2", 2), ("", 1), ("x", 1), ("99", 3), ("0", 1), ("-3", 1), ("9" * 40, 1), ("999999999", 3)]
)
def test_a_typed_number_leads_to_its_page_or_the_nearest(
    sign_in: SignIn, world: World, typed: str, number: int, database: Database
) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.ours, pages=["one", "two", "three"]).id
    answer = sign_in(OURS).get(f"/resources/{resource}/pages?number={typed}&q=steel")
    assert answer.location == f"/resources/{resource}/pages/{number}?q=steel"


@pytest.mark.both_databases
def test_items_lead_over_their_gaps(sign_in: SignIn, world: World, database: Database) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.ours, pages=["one", "two", "three"], page_kind=PageKind.ITEM)
        db.query(Page).filter(Page.number == 2).delete()
        resource_id = resource.id
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource_id}/pages/1")
    assert page.select_one("a[rel=next]")["href"] == f"/resources/{resource_id}/pages/3"  # type: ignore[index]
    assert browser.get(f"/resources/{resource_id}/pages?number=2").location.endswith("/pages/3")


def test_slides_without_pictures_are_cards_with_what_they_say(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)

    def fill(show: Any) -> None:
        documents.add_slide(show, "Apprentices", "Earn while you learn", notes="Speak slowly")
        documents.add_slide(show, "Not shown", "Numbers", hidden=True)

    resource = world.drawn(documents.deck(tmp_path / "a.pptx", fill))
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource}/pages/1")
    card = page.select_one(".viewer-card")
    assert card
    assert "Slide 1" in card.get_text()
    assert "Apprentices" in card.get_text()
    assert "Earn while you learn" in card.get_text()
    assert "can't draw slides" in page.get_text()
    assert "Speak slowly" in page.get_text()
    assert "hidden" in page.select(".filmstrip li")[1].get_text()
    assert browser.get(f"/resources/{resource}/pages/2/image?revision=1").status_code == 404


def test_the_picture_that_a_deck_carries_stands_on_the_card_of_its_first_slide(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx", thumbnail=True))
    browser = sign_in(OURS)
    first = _page(browser, f"/resources/{resource}").select_one(".viewer-card img")
    assert first
    assert not _page(browser, f"/resources/{resource}/pages/2").select_one(".viewer-card img")
    picture = browser.get(str(first["src"]))
    assert picture.status_code == 200
    assert "immutable" not in picture.headers["Cache-Control"]


@pytest.mark.skipif(libreoffice() is None, reason="LibreOffice is not installed")
def test_slides_are_shown_as_they_look_the_hidden_ones_too(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx"))
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource}/pages/2")
    assert "Hidden numbers" in page.h1.get_text()  # type: ignore[union-attr]
    assert "hidden in the deck" in page.get_text()
    picture = browser.get(str(page.select_one(".viewer-large")["src"]))  # type: ignore[index]
    assert picture.status_code == 200
    assert "Slowly" in _page(browser, f"/resources/{resource}/pages/3").get_text()


def test_a_page_that_cannot_be_drawn_says_so_and_shows_its_text(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(_pdf(tmp_path))
    with database.reading() as db:
        revision = db.scalars(select(Revision)).one()
        folder = shelf.folder_of(database.config, revision.sha256 or "")
    shelf.picture_path(folder, 2, 320).unlink()
    shelf.keep_picture(folder, 2, 320, b"")
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource}/pages/2")
    assert "can’t be drawn" in page.get_text()
    assert "Second words" in page.select_one(".viewer-card").get_text()  # type: ignore[union-attr]
    assert not page.select_one(".viewer-large")


def test_pictures_that_are_busy_elsewhere_are_asked_for_again_later(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(_pdf(tmp_path))

    def busy(*_arguments: object) -> None:
        raise reader.Busy

    monkeypatch.setattr(showing, "picture", busy)
    assert sign_in(OURS).get(f"/resources/{resource}/pages/2/image").status_code == 503


def test_a_sheet_is_a_table_of_its_first_rows(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.title = "Sites"
        book.active.append(["Site", "Acres", "<b>Power</b>"])
        for number in range(1, 301):
            book.active.append([f"Site {number}", number, "yes"])

    resource = world.drawn(documents.workbook(tmp_path / "a.xlsx", fill))
    page = _page(sign_in(OURS), f"/resources/{resource}/pages/1")
    table = page.select_one("table.sheet")
    assert table
    assert "the first 200 of 300 rows" in table.caption.get_text()  # type: ignore[union-attr]
    assert [cell.get_text() for cell in table.select("thead th")] == ["Site", "Acres", "<b>Power</b>"]
    assert len(table.select("tbody tr")) == MOST_ROWS
    assert "Site 200" in table.get_text()
    assert "Site 201" not in table.get_text()


def test_a_mail_and_a_markdown_text_are_shown_as_they_were_set(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    mail = documents.message(tmp_path / "a.eml", "Update", html="<p>Good <b>week</b><script>alert(1)</script></p>")
    resource = world.drawn(mail)
    answer = sign_in(OURS).get(f"/resources/{resource}")
    assert "Good <b>week</b>" in answer.text
    assert "alert(1)" not in answer.text


def test_a_section_has_paragraphs_and_tables_and_its_heading_once(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    def fill(document: Any) -> None:
        document.add_heading("What we protect", 1)
        document.add_paragraph("Drawings of customers.")
        table = document.add_table(rows=2, cols=2)
        for row, cells in zip(table.rows, [("Family", "Points"), ("Access", "58")], strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text

    resource = world.drawn(documents.word(tmp_path / "a.docx", fill))
    browser = sign_in(OURS)
    page = _page(browser, f"/resources/{resource}/pages/1")
    assert page.h1.get_text() == "What we protect"  # type: ignore[union-attr]
    stage = page.select_one(".viewer-stage")
    assert stage
    assert "What we protect" not in stage.get_text()
    assert [cell.get_text() for cell in stage.select("td, th")] == ["Family", "Points", "Access", "58"]
    first = _page(browser, f"/resources/{resource}").select_one(".viewer-stage h2")
    assert first
    assert first.get_text() == "What we protect"


def test_the_words_searched_for_are_marked(app: Flask, sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(_pdf(tmp_path, "Steel <i>and</i> iron"))

    def marked(text: str, q: str) -> Markup:
        return Markup(re.sub(f"(?i)({re.escape(q)})", r"<mark>\1</mark>", str(escape(text))))

    app.jinja_env.globals["marked"] = marked
    answer = sign_in(OURS).get(f"/resources/{resource}/pages/1?q=steel")
    assert "<mark>Steel</mark>" in answer.text
    assert "<i>and</i>" not in answer.text


@pytest.mark.both_databases
def test_hostile_texts_come_back_as_typed(sign_in: SignIn, world: World, database: Database) -> None:
    nasty = '"><script>alert(1)</script>{{ 7*7 }}'
    with database.writing() as db:
        resource = a_resource(db, world.ours, title=nasty, pages=[nasty, nasty], page_kind=PageKind.SLIDE).id
        for row in db.scalars(select(Page)):
            row.title = row.notes = nasty
        for revision in db.scalars(select(Revision)):
            revision.source = "link"  # type: ignore[assignment]
            revision.url = "https://example.org/"
    browser = sign_in(OURS)
    for path in ("", "/pages/1", f"/pages/2?q={nasty}"):
        page = _page(browser, f"/resources/{resource}{path}")
        assert not [script for script in page.find_all("script") if not script.get("src")]
        assert nasty in page.get_text()


@pytest.mark.both_databases
def test_a_document_of_thousands_of_pages_shows_those_around(sign_in: SignIn, world: World, database: Database) -> None:
    with database.writing() as db:
        resource = a_resource(db, world.ours, pages=[f"text {n}" for n in range(1, 1201)], page_kind=PageKind.SLIDE)
        resource_id = resource.id
        db.scalars(select(Revision)).one().body = "short"
    page = _page(sign_in(OURS), f"/resources/{resource_id}/pages/600")
    assert len(page.select(".filmstrip li")) == 201
    assert "500 to 700 are shown" in page.get_text()
    assert "1,200 slides" in page.get_text()


@pytest.mark.both_databases
def test_the_viewer_asks_few_questions_however_long_the_document(
    sign_in: SignIn, world: World, database: Database
) -> None:
    with database.writing() as db:
        short = a_resource(db, world.ours, pages=["a", "b"], page_kind=PageKind.SLIDE).id
        long = a_resource(db, world.ours, pages=["a"] * 150, page_kind=PageKind.SLIDE).id
    browser = sign_in(OURS)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    counts = []
    _page(browser, f"/resources/{short}/pages/1")  # what a process keeps, it has read
    for resource in (short, long):
        asked.clear()
        _page(browser, f"/resources/{resource}/pages/1")
        counts.append(len(asked))
    event.remove(database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 14


def test_a_picture_that_was_uploaded_is_shown(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "green").save(tmp_path / "plant.png")
    resource = world.drawn(tmp_path / "plant.png")
    browser = sign_in(OURS)
    picture = _page(browser, f"/resources/{resource}").select_one(".lone-picture img")
    assert picture
    assert browser.get(str(picture["src"])).status_code == 200


@given(st.text(), st.sampled_from(["", "a.csv", "b.xlsx"]))
def test_any_text_is_a_table_with_rows_of_one_length(text: str, name: str) -> None:
    table = table_of(text, name)
    assert len(table.rows) <= MOST_ROWS
    lengths = {len(row) for row in [*table.rows, *([table.head] if table.head else [])]}
    assert len(lengths) <= 1
    assert max(lengths, default=0) <= MOST_COLUMNS


def test_a_first_row_of_words_is_a_head_and_one_of_numbers_is_not() -> None:
    assert table_of("Year\tJobs\n2024\t12").head == ["Year", "Jobs"]
    assert table_of("\tJobs\tSites\n2024\t12\t3").head == ["", "Jobs", "Sites"]
    assert table_of("\t2024\t2025\nCounty\t1\t2").head == ["", "2024", "2025"]
    assert table_of("2024\t12\n2025\t14").head == []
    assert table_of("A title alone\nA\tB").head == []
    assert table_of('Name,Note\nAna,"one, two"', "a.csv").rows == [["Ana", "one, two"]]
    assert table_of("Name;Jobs\nAna;3", "a.csv").head == ["Name", "Jobs"]


def test_a_title_is_not_said_twice() -> None:
    assert after_title("Overview of it", "Overview\nof   it\nPresented by Ana") == "Presented by Ana"
    assert after_title("Overview", "Overview") == ""
    assert after_title("Over", "Overview of it") == "Overview of it"
    assert after_title("", "Text") == "Text"
    assert after_title("(.*)", "Text") == "Text"


def test_progress_says_what_a_person_wants_to_know() -> None:
    reading = progress(State.WAITING, PreviewState.WAITING, None, 0, is_read=False)
    found = progress(State.OK, PreviewState.WAITING, PageKind.SLIDE, 34, is_read=True)
    drawn = progress(State.OK, PreviewState.PICTURES, PageKind.SLIDE, 34, is_read=True)
    many = progress(State.OK, PreviewState.NONE, PageKind.SECTION, 1234, is_read=True)
    assert reading.busy
    assert found.sentence == "34 slides found, searchable. Their pictures are being made."
    assert (drawn.sentence, drawn.busy) == ("34 slides found, searchable.", False)
    assert many.sentence == "1,234 sections found, searchable."
    assert len({reading.mark, found.mark, drawn.mark}) == 3
