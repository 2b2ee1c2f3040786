"""The end of an email: why the reader gets it, who sends it from where, and the word Unsubscribe."""

from bs4 import BeautifulSoup

from hub.mail.letters import Imprint, Letter, Paragraph

LAKESHORE = Imprint("Lakeshore <Forge>", "12 Pier Road, \n\n Suite 4\nErie, PA 16501\n")
LETTER = Letter("New", (Paragraph("Hello"),), "You get this because you’re on Lakeshore’s list.", imprint=LAKESHORE)
URL = "https://hub.example.org/stop/" + "x" * 90


def html_lines(letter: Letter, unsubscribe: str = "") -> list[str]:
    foot = BeautifulSoup(letter.html(unsubscribe), "lxml").find_all("p")[-1]
    return str(foot.get_text("\n", strip=True)).split("\n")


def test_both_parts_end_with_the_sender_its_address_and_a_link_to_unsubscribe() -> None:
    lines = [
        "You get this because you’re on Lakeshore’s list.",
        "Lakeshore <Forge>",
        "12 Pier Road, Suite 4, Erie, PA 16501",
    ]
    assert LETTER.text(URL).split("-- \n")[1] == "\n".join([*lines, f"Unsubscribe: {URL}\n"])
    assert html_lines(LETTER, URL) == [*lines, "Unsubscribe"]
    [link] = BeautifulSoup(LETTER.html(URL), "lxml").find_all("a")
    assert (link["href"], link.get_text()) == (URL, "Unsubscribe")


def test_email_that_is_not_bulk_has_no_link_to_unsubscribe() -> None:
    assert "nsubscribe" not in LETTER.text() + LETTER.html()


def test_what_is_missing_leaves_no_empty_line() -> None:
    only_name = LETTER.sent_by(Imprint("Lakeshore", " \n"))
    assert html_lines(only_name) == ["You get this because you’re on Lakeshore’s list.", "Lakeshore"]
    assert html_lines(LETTER.sent_by(Imprint())) == ["You get this because you’re on Lakeshore’s list."]


def test_a_long_address_is_wrapped() -> None:
    letter = LETTER.sent_by(Imprint("Lakeshore", "Building of the Collaborative, " * 6 + "Erie, PA 16501"))
    assert all(len(line) <= 72 for line in letter.text().split("\n"))
