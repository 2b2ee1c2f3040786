"""The page of an email shows the same text as search has."""

import re
from pathlib import Path

import pytest

from hub.library.extract.formats import FORMATS
from hub.library.extract.limits import Limits
from hub.library.extract.mail.opening import open_message
from hub.library.extract.pages import ExtractedPage
from hub.library.extract.problems import Unreadable
from hub.library.extract.typeset import LONGEST, as_html
from tests.library import compound
from tests.library.mails import HEAD, PICTURE, part, several

PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
FORWARDED = "From: Mei Tan <mei@tan.example>\nSubject: Rims\nDate: Fri, 01 Mar 2024 09:00:00 +0800\n\nRims <rise>."
STUB = "View this email in your browser"
MAILS = [
    part(PLAIN, "Plain <words> only"),
    several(
        "multipart/alternative", part(PLAIN, STUB), part(HTML, "<h1>Head</h1><p>of <b>news</b><script>no()</script>")
    ),
    several("multipart/mixed", part(PLAIN, "One"), part("image/png", PICTURE), part(HTML, "<p>Two</p>")),
    several("multipart/mixed", part(PLAIN, "Note"), part("message/rfc822", FORWARDED)),
    several(
        "multipart/mixed",
        part(PLAIN, "File"),
        part("text/plain", "x", "Content-Disposition: attachment; filename=x.txt"),
    ),
]


@pytest.mark.parametrize("mail", MAILS)
def test_shown_words_are_those_searched(tmp_path: Path, mail: str) -> None:
    path = tmp_path / "a"
    path.write_text(HEAD + mail)
    pages = open_message(path, FORMATS["eml"], Limits()).pages
    searched = [
        page.text if page.number == 1 else f"{page.title} {page.text}"
        for page in pages
        if isinstance(page, ExtractedPage)
    ]
    html = as_html(path, FORMATS["eml"], Limits())
    shown = re.sub(r"<[^>]*>", " ", html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert re.findall(r"\w+", shown) == re.findall(r"\w+", " ".join(searched))


def test_a_message_from_outlook_is_shown(tmp_path: Path) -> None:
    tree = {
        **compound.fixed(32),
        **compound.text(0x0037, "Rims"),
        **compound.binary(0x1013, b"<p>Rims <i>rise</i></p>"),
    }
    html = as_html(compound.compound(tmp_path / "a", tree), FORMATS["msg"], Limits())
    assert "Rims <i>rise</i>" in html


def test_a_very_long_message_is_shown_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(HEAD + part(HTML, "<p>" + "word " * LONGEST))
    with pytest.raises(Unreadable):
        as_html(path, FORMATS["eml"], Limits())
