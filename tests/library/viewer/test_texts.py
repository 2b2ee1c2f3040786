"""Texts of the viewer: sheets, emails, sections, highlighted search terms, and no scripts."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup, escape
from sqlalchemy import select

from hub.core.db import Database
from hub.library.models import Page, Revision
from hub.library.rules import PageKind
from hub.library.tables import MOST_ROWS
from tests.library import documents
from tests.library.viewer.shown import ANA, World, a_pdf, page_at
from tests.world import SignIn, a_resource


def test_a_sheet_is_a_table_of_its_first_rows(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.title = "Sites"
        book.active.append(["Site", "Acres", "<b>Power</b>"])
        for number in range(1, 301):
            book.active.append([f"Site {number}", number, "yes"])

    resource = world.drawn(documents.workbook(tmp_path / "a.xlsx", fill))
    page = page_at(sign_in(ANA), f"/resources/{resource}/pages/1")
    table = page.select_one("table.sheet")
    assert table
    assert "first 200 of 300 rows" in table.caption.get_text()  # type: ignore[union-attr]
    assert [cell.get_text() for cell in table.select("thead th")] == ["Site", "Acres", "<b>Power</b>"]
    assert len(table.select("tbody tr")) == MOST_ROWS
    assert "Site 200" in table.get_text()
    assert "Site 201" not in table.get_text()


def test_an_email_is_shown_as_formatted_html(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    mail = documents.message(tmp_path / "a.eml", "Update", html="<p>Good <b>week</b><script>alert(1)</script></p>")
    resource = world.drawn(mail)
    answer = sign_in(ANA).get(f"/resources/{resource}")
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
    browser = sign_in(ANA)
    page = page_at(browser, f"/resources/{resource}/pages/1")
    assert page.h1.get_text() == "What we protect"  # type: ignore[union-attr]
    stage = page.select_one(".viewer-stage")
    assert stage
    assert "What we protect" not in stage.get_text()
    assert [cell.get_text() for cell in stage.select("td, th")] == ["Family", "Points", "Access", "58"]
    first = page_at(browser, f"/resources/{resource}").select_one(".viewer-stage h2")
    assert first
    assert first.get_text() == "What we protect"


def test_search_terms_are_highlighted(app: Flask, sign_in: SignIn, world: World, tmp_path: Path) -> None:
    resource = world.drawn(a_pdf(tmp_path, "Steel <i>and</i> iron"))

    def marked(text: str, q: str) -> Markup:
        return Markup(re.sub(f"(?i)({re.escape(q)})", r"<mark>\1</mark>", str(escape(text))))

    app.jinja_env.globals["marked"] = marked
    answer = sign_in(ANA).get(f"/resources/{resource}/pages/1?q=steel")
    assert "<mark>Steel</mark>" in answer.text
    assert "<i>and</i>" not in answer.text


@pytest.mark.both_databases
def test_hostile_texts_are_shown_unchanged_and_never_run(sign_in: SignIn, world: World, database: Database) -> None:
    nasty = '"><script>alert(1)</script>{{ 7*7 }}'
    with database.writing() as db:
        resource = a_resource(db, world.lakeshore, title=nasty, pages=[nasty, nasty], page_kind=PageKind.SLIDE).id
        for row in db.scalars(select(Page)):
            row.title = row.notes = nasty
        for revision in db.scalars(select(Revision)):
            revision.source = "link"  # type: ignore[assignment]
            revision.url = "https://example.org/"
    browser = sign_in(ANA)
    for path in ("", "/pages/1", f"/pages/2?q={nasty}"):
        page = page_at(browser, f"/resources/{resource}{path}")
        assert not [script for script in page.find_all("script") if not script.get("src")]
        assert nasty in page.get_text()
