"""The choice between the plain and the HTML version of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.mail.versions import chosen, covers, remainder, words_of

LONG = "The kiln of Arvada fires twice a week and takes parts of up to three feet from members of the alliance."


@pytest.mark.parametrize(
    ("html", "plain", "kept"),
    [
        ("The kiln fires today", "This message needs HTML. View it in your browser: https://x.example/1", [0]),
        ("Kiln", "View this email in your browser", [0]),
        ("Kiln news", "Email not displaying correctly?\nView it in your browser.", [0]),
        ("Kiln news", "To view this email as a web page, go here.\nhttps://x.example", [0]),
        ("Kiln news", " \n", [0]),
        ("", "View this email in your browser", [1]),
        ("x", LONG, [1]),
        (LONG, LONG + " Bring gloves. (HTML is better)", [1]),
        (LONG, LONG.replace("twice", "thrice") + " Goggles, gloves, aprons, boots and spats are needed inside.", [1]),
        ("The kiln fires today", "Der Ofen brennt heute", [0, 1]),
        (f"{LONG} View it online", f"{LONG} View it online", [0]),
        ("旋盤の講習会は金曜日", "旋盤の\n講習会は金曜日", [0]),
        ("", "", []),
    ],
)
def test_versions_are_read_unless_another_one_has_their_words(html: str, plain: str, kept: list[int]) -> None:
    assert chosen([html, plain]) == kept


@given(st.lists(st.text(alphabet="abc \n.", max_size=60), max_size=4))
def test_the_version_with_the_most_words_is_read_or_covered(texts: list[str]) -> None:
    words = [words_of(text) for text in texts]
    kept = chosen(texts)
    assert kept == sorted(set(kept))
    if any(words):
        largest = max(words, key=len)
        assert any(covers(words[place], largest) or len(words[place]) == len(largest) for place in kept)


def test_lines_that_only_the_other_version_has_are_kept() -> None:
    plain = f"{LONG}\n\nPS: bring gloves\nView it in your browser"
    assert remainder(plain, [LONG]) == "PS: bring gloves"
    assert remainder("View this in your browser", [LONG]) == ""
