"""The hub's terms: the document, the page."""

from flask.testing import FlaskClient
from lxml import html

from config import ROOT
from hub.overview.rules.words import Section, Word, sections_of

DOCUMENT = (ROOT / "docs" / "words.md").read_text()


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
