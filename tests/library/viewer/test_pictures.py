"""Pictures of the viewer: how they are served, to whom, and what serves where there is none."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive.previews import making, shelf, showing
from hub.library.extract import reader
from hub.library.files import originals
from hub.library.models import Resource, Revision
from hub.library.rules import Audience
from hub.members.models import Person
from tests.library import documents
from tests.library.viewer.shown import COORDINATOR, OURS, THEIRS, World, a_pdf, page_at
from tests.world import SignIn


def test_pictures_are_served_with_what_a_browser_needs_to_keep_them(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
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
    resource = world.drawn(a_pdf(tmp_path))
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
    resource = world.drawn(a_pdf(tmp_path))
    assert sign_in(OURS).get("/resources/" + address.format(id=resource)).status_code == 404


@pytest.mark.parametrize(
    "query", ["revision=abc", "revision=0", "revision=99999999999999", "revision=-1", "width=9999", "width=x"]
)
def test_an_odd_query_gives_the_current_picture_and_is_not_kept_long(
    sign_in: SignIn, world: World, tmp_path: Path, query: str
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    answer = sign_in(OURS).get(f"/resources/{resource}/pages/1/image?{query}")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["", "/pages/1", "/pages/1/image?revision=1", "/state", "/pages?number=1"])
def test_nobody_sees_more_than_the_audience(
    client: FlaskClient, sign_in: SignIn, world: World, tmp_path: Path, path: str
) -> None:
    secret = world.drawn(a_pdf(tmp_path), Audience.ORGANIZATION)
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
    resource = world.drawn(a_pdf(tmp_path))
    with database.writing() as db:
        db.get_one(Resource, resource).withdrawn_at = clock.now()
    address = f"/resources/{resource}/pages/1/image?revision=1"
    assert sign_in(OURS).get(address).status_code == 200
    assert sign_in(THEIRS).get(address).status_code == 404


def test_an_earlier_revision_keeps_its_pictures(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(a_pdf(tmp_path, "old"))
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


def test_slides_without_pictures_are_cards_with_what_they_say(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)

    def fill(show: Any) -> None:
        documents.add_slide(show, "Apprentices", "Earn while you learn", notes="Speak slowly")
        documents.add_slide(show, "Not shown", "Numbers", hidden=True)

    resource = world.drawn(documents.deck(tmp_path / "a.pptx", fill))
    browser = sign_in(OURS)
    page = page_at(browser, f"/resources/{resource}/pages/1")
    card = page.select_one(".viewer-card")
    assert card
    assert "Slide 1" in card.get_text()
    assert "Apprentices" in card.get_text()
    assert "Earn while you learn" in card.get_text()
    assert "can’t preview slides" in page.get_text()
    assert "Speak slowly" in page.get_text()
    assert "hidden" in page.select(".filmstrip li")[1].get_text()
    assert browser.get(f"/resources/{resource}/pages/2/image?revision=1").status_code == 404


def test_the_picture_that_a_deck_carries_stands_on_the_card_of_its_first_slide(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx", thumbnail=True))
    browser = sign_in(OURS)
    first = page_at(browser, f"/resources/{resource}").select_one(".viewer-card img")
    assert first
    assert not page_at(browser, f"/resources/{resource}/pages/2").select_one(".viewer-card img")
    picture = browser.get(str(first["src"]))
    assert picture.status_code == 200
    assert "immutable" not in picture.headers["Cache-Control"]


@pytest.mark.usefixtures("office")
def test_slides_are_shown_as_they_look_the_hidden_ones_too(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx"))
    browser = sign_in(OURS)
    page = page_at(browser, f"/resources/{resource}/pages/2")
    assert "Hidden numbers" in page.h1.get_text()  # type: ignore[union-attr]
    assert "hidden in the deck" in page.get_text()
    picture = browser.get(str(page.select_one(".viewer-large")["src"]))  # type: ignore[index]
    assert picture.status_code == 200
    assert "Slowly" in page_at(browser, f"/resources/{resource}/pages/3").get_text()


def test_a_page_that_cannot_be_drawn_says_so_and_shows_its_text(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    with database.reading() as db:
        revision = db.scalars(select(Revision)).one()
        folder = shelf.folder_of(database.config, revision.sha256 or "")
    shelf.picture_path(folder, 2, 320).unlink()
    shelf.keep_picture(folder, 2, 320, b"")
    browser = sign_in(OURS)
    page = page_at(browser, f"/resources/{resource}/pages/2")
    assert "This page has no preview." in page.get_text()
    assert "Second words" in page.select_one(".viewer-card").get_text()  # type: ignore[union-attr]
    assert not page.select_one(".viewer-large")


def test_pictures_that_are_busy_elsewhere_are_asked_for_again_later(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(a_pdf(tmp_path))

    def busy(*_arguments: object) -> None:
        raise reader.Busy

    monkeypatch.setattr(showing, "picture", busy)
    assert sign_in(OURS).get(f"/resources/{resource}/pages/2/image").status_code == 503


def test_a_picture_that_was_uploaded_is_shown(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "green").save(tmp_path / "plant.png")
    resource = world.drawn(tmp_path / "plant.png")
    browser = sign_in(OURS)
    picture = page_at(browser, f"/resources/{resource}").select_one(".lone-picture img")
    assert picture
    assert browser.get(str(picture["src"])).status_code == 200
