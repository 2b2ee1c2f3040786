"""The viewer shows the text read from a picture, how sure it is, and where the words of a search are."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub.library.extract import tesseract
from hub.library.models import Page, Revision
from hub.library.rules import State
from tests.library.scans import scan, scanned_pdf
from tests.library.viewer.shown import ANA, World, page_at
from tests.world import SignIn

PLACES = [["Annealing", 100, 200, 50, 20], ["the", 160, 200, 20, 20], ["man<ifold", 190, 200, 60, 20]]


def a_scan(world: World, tmp_path: Path) -> int:
    """Add a scan that is read and drawn, and return its id."""
    return world.drawn(scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Annealing the manifold")]))


def recognized(world: World, resource: int, confidence: int, text: str = "Annealing the man<ifold") -> None:
    """Store what recognition would have read from the second page."""
    places = json.dumps(PLACES if text else [])
    with world.database.writing() as db:
        revision = db.scalars(select(Revision).where(Revision.resource_id == resource)).one()
        revision.state, revision.unread, revision.state_detail = State.OK, "", ""
        page = update(Page).where(Page.revision_id == revision.id, Page.number == 2)
        db.execute(page.values(text=text, confidence=confidence, places=places))


def test_a_page_says_that_its_text_was_read_from_the_picture(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = a_scan(world, tmp_path)
    recognized(world, resource, 93)
    text = page_at(sign_in(ANA), f"/resources/{resource}/pages/2").select_one(".viewer-text")
    assert text
    assert "Read from the picture by text recognition. Confidence: 93%." in text.get_text()
    assert "uncertain" not in text.get_text()
    typed = page_at(sign_in(ANA), f"/resources/{resource}/pages/1").select_one(".viewer-text")
    assert typed
    assert "Read from the picture" not in typed.get_text()


def test_a_text_with_a_low_confidence_is_called_uncertain(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = a_scan(world, tmp_path)
    recognized(world, resource, 41)
    page = page_at(sign_in(ANA), f"/resources/{resource}/pages/2")
    assert "This text is uncertain, so compare it with the picture." in page.get_text()


def test_the_words_of_a_search_are_marked_in_the_picture(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = a_scan(world, tmp_path)
    recognized(world, resource, 93)
    browser = sign_in(ANA)
    page = page_at(browser, f"/resources/{resource}/pages/2?q=annealed")
    boxes = page.select("svg.viewer-places rect")
    assert len(boxes) == 1
    svg = page.select_one("svg.viewer-places")
    assert svg
    width = float(str(svg["viewbox"]).split()[2])
    assert float(str(boxes[0]["x"])) == pytest.approx(width * 0.1)
    assert float(str(boxes[0]["width"])) == pytest.approx(width * 0.05)
    assert not page_at(browser, f"/resources/{resource}/pages/2").select("svg.viewer-places")
    assert not page_at(browser, f"/resources/{resource}/pages/2?q=furnace").select("svg.viewer-places")
    assert "style=" not in str(svg)


def test_a_picture_without_text_says_so(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = a_scan(world, tmp_path)
    recognized(world, resource, 0, "")
    assert "No text was found in this picture." in page_at(sign_in(ANA), f"/resources/{resource}/pages/2").get_text()


def test_a_page_that_waits_for_recognition_reports_progress(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "missing_package", lambda _languages: "")
    monkeypatch.setattr("hub.library.derive.recognizing.missing_package", lambda _languages: "")
    resource = a_scan(world, tmp_path)
    browser = sign_in(ANA)
    notice = page_at(browser, f"/resources/{resource}/pages/2").select_one("[data-state]")
    assert notice
    assert "2 pages, searchable. Reading the text in 1 picture." in notice.get_text()
    status = browser.get(str(notice["data-state"])).json
    assert status
    assert status["mark"] == notice["data-mark"]


def test_without_tesseract_the_page_says_what_to_install(
    sign_in: SignIn, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "tesseract", lambda: None)
    resource = a_scan(world, tmp_path)
    alert = page_at(sign_in(ANA), f"/resources/{resource}").select_one(".alert-warning")
    assert alert
    assert "Page 2 is a picture without text." in alert.get_text()
    assert "ask your coordinator to have tesseract-ocr installed" in alert.get_text()


def test_a_language_without_its_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tesseract, "tesseract", lambda: str(tmp_path / "bin" / "tesseract"))
    monkeypatch.setattr(tesseract, "PREFIXES", ())
    models = tmp_path / "share" / "tessdata"
    models.mkdir(parents=True)
    (models / "eng.traineddata").touch()
    assert tesseract.missing_package("eng") == ""
    assert tesseract.missing_package("eng+chi_sim") == "tesseract-ocr-chi-sim"
