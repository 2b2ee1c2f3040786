"""The hub's terms: the document, the page, and the links that lead to it."""

import re

from flask.testing import FlaskClient
from lxml import html

from config import ROOT
from hub.members.rules.hints import HINTS
from hub.overview.rules.words import Section, Word, sections_of

DOCUMENT = (ROOT / "docs" / "words.md").read_text()
LINK = re.compile(r"""\bterm\("([a-z-]+)",""")


def test_a_document_is_read_as_sections_of_terms() -> None:
    text = "# Words\n\n## Mail\n\n**Log address.** Your own *secret* address.\n\n**Digest.** Weekly.\n\n## None\n"
    assert sections_of(text) == [
        Section("Mail", (Word("Log address", "Your own *secret* address."), Word("Digest", "Weekly."))),
        Section("None", ()),
    ]
    assert Word("Representative and alternate", "").anchor == "representative-and-alternate"


def test_every_paragraph_of_the_document_is_a_term_of_its_own() -> None:
    words = [word for section in sections_of(DOCUMENT) for word in section.words]
    assert len(words) == len({word.anchor for word in words}) == DOCUMENT.count("\n**")


def test_the_page_shows_every_term_to_visitors_too(client: FlaskClient) -> None:
    answer = client.get("/words")
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    for word in (word for section in sections_of(DOCUMENT) for word in section.words):
        assert page.get_element_by_id(word.anchor).find("dt").text_content() == word.name


def test_hints_and_help_texts_link_to_terms_that_exist() -> None:
    anchors = {word.anchor for section in sections_of(DOCUMENT) for word in section.words}
    templates = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    linked = {match[1] for match in LINK.finditer(templates)} | {hint.word for hint in HINTS.values() if hint.word}
    assert {"pack", "standing", "share-link"} <= linked
    assert linked <= anchors
