"""Pictures of the viewer: how they are served, who may see them, and what is shown without them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
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
from tests.library.viewer.shown import ANA, BO, COORDINATOR, World, a_pdf, page_at
from tests.world import SignIn


def test_pictures_are_served_with_caching_headers(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    with world.database.writing() as db:
        db.get_one(Resource, resource).audience = Audience.PUBLIC
    browser = sign_in(ANA)
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
    for audience in (Audience.NETWORK, Audience.ORGANIZATION):
        with world.database.writing() as db:
            db.get_one(Resource, resource).audience = audience
        for address in ("", "/pages/2", "/pages/2/image?width=320&revision=1", "/download"):
            with browser.get(f"/resources/{resource}{address}") as answer:
                assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store"), address


def test_the_large_picture_is_drawn_on_first_request_and_then_cached(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    browser = sign_in(ANA)
    first = browser.get(f"/resources/{resource}/pages/3/image?width=1200&revision=1")
    assert first.status_code == 200
    monkeypatch.setattr(showing, "_drawer", None)  # drawing again would fail
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
def test_missing_pages_and_pictures_are_not_found(sign_in: SignIn, world: World, tmp_path: Path, address: str) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    assert sign_in(ANA).get("/resources/" + address.format(id=resource)).status_code == 404


@pytest.mark.parametrize(
    "query", ["revision=abc", "revision=0", "revision=99999999999999", "revision=-1", "width=9999", "width=x"]
)
def test_a_malformed_query_gives_the_current_picture_with_short_caching(
    sign_in: SignIn, world: World, tmp_path: Path, query: str
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    answer = sign_in(ANA).get(f"/resources/{resource}/pages/1/image?{query}")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["", "/pages/1", "/pages/1/image?revision=1", "/state", "/pages?number=1"])
def test_only_the_audience_can_see_pages_and_pictures(
    client: FlaskClient, sign_in: SignIn, world: World, tmp_path: Path, path: str
) -> None:
    secret = world.drawn(a_pdf(tmp_path), Audience.ORGANIZATION)
    network = world.drawn(documents.pdf(tmp_path / "b.pdf", "For the network"))
    public = world.drawn(documents.pdf(tmp_path / "c.pdf", "For all"), Audience.PUBLIC)

    def seen(browser: FlaskClient) -> list[bool]:
        resources = (secret, network, public)
        answers = [browser.get(f"/resources/{resource}{path}", follow_redirects=True) for resource in resources]
        return [answer.status_code == 200 and answer.request.path != "/sign-in" for answer in answers]

    assert seen(sign_in(ANA)) == [True, True, True]
    assert seen(sign_in(COORDINATOR)) == [True, True, True]
    assert seen(sign_in(BO)) == [False, True, True]
    assert seen(client) == [False, False, True]


def test_a_withdrawn_resource_shows_its_pictures_only_to_people_who_may_change_it(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    with database.writing() as db:
        db.get_one(Resource, resource).withdrawn_at = clock.now()
    address = f"/resources/{resource}/pages/1/image?revision=1"
    assert sign_in(ANA).get(address).status_code == 200
    assert sign_in(BO).get(address).status_code == 404


def test_an_earlier_revision_keeps_its_pictures(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database
) -> None:
    resource = world.drawn(a_pdf(tmp_path, "old"))
    browser = sign_in(ANA)
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
    return db.scalar(select(Person).where(Person.email == ANA))


def test_slides_without_pictures_are_cards_with_their_text(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)

    def fill(show: Any) -> None:
        documents.add_slide(show, "Apprentices", "Earn while you learn", notes="Speak slowly")
        documents.add_slide(show, "Not shown", "Numbers", hidden=True)

    resource = world.drawn(documents.deck(tmp_path / "a.pptx", fill))
    browser = sign_in(ANA)
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


def test_a_decks_own_thumbnail_is_on_the_card_of_its_first_slide(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx", thumbnail=True))
    browser = sign_in(ANA)
    first = page_at(browser, f"/resources/{resource}").select_one(".viewer-card img")
    assert first
    assert not page_at(browser, f"/resources/{resource}/pages/2").select_one(".viewer-card img")
    picture = browser.get(str(first["src"]))
    assert picture.status_code == 200
    assert "immutable" not in picture.headers["Cache-Control"]


@pytest.mark.usefixtures("office")
def test_slides_are_shown_as_pictures_including_hidden_ones(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(documents.three_slides(tmp_path / "a.pptx"))
    browser = sign_in(ANA)
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
    shelf.write_picture(folder, 2, 320, b"")
    browser = sign_in(ANA)
    page = page_at(browser, f"/resources/{resource}/pages/2")
    assert "This page has no preview." in page.get_text()
    assert "Second words" in page.select_one(".viewer-card").get_text()  # type: ignore[union-attr]
    assert not page.select_one(".viewer-large")


def test_a_picture_request_gets_503_while_drawing_is_busy(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(a_pdf(tmp_path))

    def busy(*_arguments: object) -> None:
        raise reader.Busy

    monkeypatch.setattr(showing, "picture", busy)
    assert sign_in(ANA).get(f"/resources/{resource}/pages/2/image").status_code == 503


class _Turn:
    """The turn to draw, which tells when a request waits for another one's drawing."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.somebody_waits = Event()

    def acquire(self, timeout: float) -> bool:
        if self.lock.locked():
            self.somebody_waits.set()
        return self.lock.acquire(timeout=timeout)

    def release(self) -> None:
        self.lock.release()


@pytest.fixture
def drawn_widths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Widths in the order of drawing; each drawing takes until another request waits, and only patient requests wait."""
    turn, widths, make = _Turn(), [], showing._drawer.make

    def make_slowly(*arguments: Any, width: int, **details: Any) -> Any:
        assert turn.somebody_waits.wait(60)
        widths.append(width)
        return make(*arguments, width=width, **details)

    monkeypatch.setattr(showing, "_turn", turn)
    monkeypatch.setattr(showing._drawer, "make", make_slowly)
    monkeypatch.setattr(showing, "TIMEOUT", 0)
    return widths


def _at_once(*requests: Callable[[], Any]) -> list[int]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return sorted(each.result().status_code for each in [pool.submit(request) for request in requests])


def test_requests_for_one_picture_wait_for_each_other_and_it_is_drawn_once(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database, drawn_widths: list[int]
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    with database.reading() as db:
        folder = shelf.folder_of(database.config, db.scalars(select(Revision)).one().sha256 or "")
    shelf.picture_path(folder, 2, 320).unlink()
    address = f"/resources/{resource}/pages/2/image?width=320"
    browsers = [sign_in(ANA), sign_in(ANA), sign_in(BO)]
    assert _at_once(*(lambda browser=browser: browser.get(address) for browser in browsers)) == [200, 200, 200]
    assert drawn_widths == [320]


def test_a_request_with_a_smaller_picture_shows_that_one_instead_of_waiting(
    sign_in: SignIn, world: World, tmp_path: Path, drawn_widths: list[int]
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    address = f"/resources/{resource}/pages/2/image"
    browsers = [sign_in(ANA), sign_in(BO)]
    assert _at_once(*(lambda browser=browser: browser.get(address) for browser in browsers)) == [200, 200]
    assert drawn_widths == [1200]


def test_only_a_few_requests_wait_for_long(
    sign_in: SignIn, world: World, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = world.drawn(a_pdf(tmp_path))
    with database.reading() as db:
        folder = shelf.folder_of(database.config, db.scalars(select(Revision)).one().sha256 or "")
    shelf.picture_path(folder, 2, 320).unlink()
    monkeypatch.setattr(showing, "TIMEOUT", 0)
    browser = sign_in(ANA)
    address = f"/resources/{resource}/pages/2/image?width=320"
    with showing._turn:
        held = [showing._patient.acquire(blocking=False) for _ in range(showing.MOST_PATIENT)]
        assert all(held)
        assert browser.get(address).status_code == 503
        for _ in held:
            showing._patient.release()
    assert browser.get(address).status_code == 200


def test_an_uploaded_picture_is_shown(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "green").save(tmp_path / "plant.png")
    resource = world.drawn(tmp_path / "plant.png")
    browser = sign_in(ANA)
    picture = page_at(browser, f"/resources/{resource}").select_one("img.viewer-large")
    assert picture
    assert browser.get(str(picture["src"])).status_code == 200
