"""Emails: every text in its order, the better of two versions, forwarded messages, attachments."""

from datetime import date
from pathlib import Path

import pytest

from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library.mails import HEAD, PICTURE, attached, encoded, part, read, several

PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
SHOWN = "Content-Disposition: inline; filename=press.png"


def picture(*more: str) -> str:
    """Return a small picture as a part."""
    return part("image/png", PICTURE, "Content-Transfer-Encoding: base64", *more)


def test_texts_between_pictures_and_files_are_all_read(reader: Reader, tmp_path: Path) -> None:
    first, second, third = (part(PLAIN, words) for words in ("The press is new.", "It stamps rims.", "Come and see."))
    extraction = read(
        reader, tmp_path, several("multipart/mixed", first, picture(SHOWN), second, picture(SHOWN), third)
    )
    assert extraction.state is State.OK
    assert extraction.pages[0].text == "The press is new.\n\nIt stamps rims.\n\nCome and see."
    assert extraction.left_out == ("Pictures inside the text of an email are not searched.",)


def test_html_around_a_file_is_read_before_and_after_it(reader: Reader, tmp_path: Path) -> None:
    rich = several(
        "multipart/mixed",
        part(HTML, "<p>Open the plan, dear colleagues.</p>"),
        part("text/plain; name=plan.txt", "Die cushions", attached("plan.txt")),
        part(HTML, "<p>Thanks, and greet the toolroom!</p>"),
    )
    plain = part(PLAIN, "Open the plan, dear colleagues.\n\nThanks, and greet the toolroom!")
    extraction = read(reader, tmp_path, several("multipart/alternative", plain, rich))
    assert [page.text for page in extraction.pages] == [
        "Open the plan, dear colleagues.\n\nThanks, and greet the toolroom!\n\nAttachments: plan.txt",
        "Die cushions",
    ]


@pytest.mark.parametrize(
    "stub",
    [
        "\n \n",
        "Your email program can't show HTML. Please view this in a browser: https://x.example/v/1",
        "This message contains graphics. If you do not see them, visit the web version.",
        "Dieses Programm kann die Nachricht leider nicht anzeigen.",
    ],
)
def test_a_stub_gives_way_to_the_html(reader: Reader, tmp_path: Path, stub: str) -> None:
    html = "<ol><li>A broach was sold to Toledo last week.</li><li>Swagers meet in May.</li><li>Hemming dies rust.</li></ol>"
    extraction = read(reader, tmp_path, several("multipart/alternative", part(PLAIN, stub), part(HTML, html)))
    assert [page.title for page in extraction.pages] == [
        "A broach was sold to Toledo last week.",
        "Swagers meet in May.",
        "Hemming dies rust.",
    ]


def test_the_plain_text_stays_if_the_html_lacks_words(reader: Reader, tmp_path: Path) -> None:
    plain = part(PLAIN, "The bending brake is free on Monday, and the shear on Tuesday and Friday.")
    extraction = read(reader, tmp_path, several("multipart/alternative", plain, part(HTML, "<p>See above.</p>")))
    assert extraction.pages[0].text == "The bending brake is free on Monday, and the shear on Tuesday and Friday."


def test_two_versions_with_different_words_are_both_read(reader: Reader, tmp_path: Path) -> None:
    versions = part(PLAIN, "La presse est neuve depuis lundi"), part(HTML, "<p>The brake has been old since Monday</p>")
    (page,) = read(reader, tmp_path, several("multipart/alternative", *versions)).pages
    assert "presse est neuve" in page.text
    assert "brake has been old" in page.text


def test_a_deep_thread_and_soft_line_ends_are_read_whole(reader: Reader, tmp_path: Path) -> None:
    flowed = "On a long line \nthe words run \non.\n> Quoted words \n> run on, too.\n-- \nIvo"
    (page,) = read(reader, tmp_path, part("text/plain; format=flowed", flowed)).pages
    assert page.text == "On a long line the words run on.\n> Quoted words run on, too.\n--\nIvo"
    thread = "".join(f"<blockquote>reply{number} " for number in range(130))
    (page,) = read(reader, tmp_path, part(HTML, thread)).pages
    assert "reply129" in page.text


def forwarded(subject: str, words: str, *more: str) -> str:
    """Return a message to forward."""
    head = f"From: Mei Tan <mei@tan.example>\nSubject: {subject}\nDate: Fri, 01 Mar 2024 09:00:00 +0800"
    return "\n".join([head, *more, part(PLAIN, words)])


def test_forwarded_messages_are_items_under_the_cover_note(reader: Reader, tmp_path: Path) -> None:
    note = part(PLAIN, "Please read both. " * 30)
    deep = f"Subject: Outer\n{several('multipart/mixed', part(PLAIN, 'Between.'), part('message/rfc822', forwarded('Inmost', 'Coining.')))}"
    mail = several(
        "multipart/mixed",
        note,
        part("message/rfc822", forwarded("Rim orders", "Rims rise by a tenth.")),
        part("message/rfc822", deep),
        encoded("message/rfc822", forwarded("Coded", "Base words.").encode(), attached("x.eml")),
        encoded("application/octet-stream", forwarded("As a file", "Filed words.").encode(), attached("note.eml")),
    )
    extraction = read(reader, tmp_path, mail)
    assert extraction.state is State.OK
    assert [(page.number, page.kind, page.title) for page in extraction.pages] == [
        (1, PageKind.SECTION, "Press shop"),
        (2, PageKind.ITEM, "Rim orders"),
        (3, PageKind.ITEM, "Outer"),
        (4, PageKind.ITEM, "Inmost"),
        (5, PageKind.ITEM, "Coded"),
        (6, PageKind.ITEM, "As a file"),
    ]
    assert extraction.pages[1].text == "From: Mei Tan <mei@tan.example>\nDate: Mar 1, 2024\n\nRims rise by a tenth."
    assert extraction.pages[0].text.endswith("Attachments: note.eml, Rim orders, Outer, Coded, As a file")
    assert (extraction.title, extraction.published_on) == ("Press shop", date(2024, 3, 5))


def test_each_message_of_a_digest_is_an_item(reader: Reader, tmp_path: Path) -> None:
    messages = [f"\n{forwarded(f'Topic {number}', f'word{number}')}" for number in range(40)]
    extraction = read(reader, tmp_path, several("multipart/digest", *messages))
    assert [(page.number, page.title) for page in extraction.pages] == [(n + 1, f"Topic {n}") for n in range(40)]
    assert extraction.pages[39].text.endswith("word39")


def test_items_of_an_update_keep_their_numbers_before_forwarded_ones(reader: Reader, tmp_path: Path) -> None:
    update = part(PLAIN, "4. Four words on dies\n5. Five words on dies\n6. Six words on dies")
    mail = several("multipart/mixed", update, part("message/rfc822", forwarded("More", "Seven.")))
    assert [page.number for page in read(reader, tmp_path, mail).pages] == [4, 5, 6, 7]


def test_a_very_long_forwarded_message_is_divided(reader: Reader, tmp_path: Path) -> None:
    long = part("message/rfc822", forwarded("Long", "chamfer\n" * 50_000 + "lastword"))
    extraction = read(reader, tmp_path, several("multipart/mixed", part(PLAIN, "Note."), long))
    assert extraction.state is State.OK
    assert [page.title for page in extraction.pages] == ["Press shop", "Long", "Long (2)", "Long (3)"]
    assert extraction.pages[3].text.endswith("lastword")


def test_attachments_are_named_pages_or_named_as_unread(reader: Reader, tmp_path: Path) -> None:
    mail = several(
        "multipart/mixed",
        part(PLAIN, "Files."),
        encoded("text/csv; charset=cp1250", "Łódź,1\n".encode("cp1250"), attached("list.csv")),
        encoded("text/x-log", b"Feed rate dropped.", attached("run.log")),
        encoded("application/octet-stream", b"\0\1\2\3", attached("tool.step")),
        part("image/png", PICTURE, "Content-Transfer-Encoding: base64", attached("scan.png")),
        encoded("application/pkcs7-signature", b"xx", attached("smime.p7s")),
    )
    extraction = read(reader, tmp_path, mail)
    assert [(page.kind, page.title, page.text, page.part) for page in extraction.pages[1:]] == [
        (PageKind.ATTACHMENT, "list.csv", "Łódź,1", "1"),
        (PageKind.ATTACHMENT, "run.log", "Feed rate dropped.", "2"),
        (PageKind.ATTACHMENT, "scan.png", "", "4"),
    ]
    assert extraction.pages[0].text.endswith("Attachments: list.csv, run.log, tool.step, scan.png")
    assert extraction.state is State.PARTIAL
    assert [("tool.step" in sentence, "scan.png" in sentence) for sentence in extraction.unread] == [
        (True, False),
        (False, True),
    ]


def test_a_mail_of_pictures_only_says_that_it_has_no_text(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, several("multipart/related", part(HTML, "<img src=cid:a>"), picture(SHOWN)))
    assert extraction.state is State.PARTIAL
    assert extraction.unread == ("Section 1 is a picture without text.",)


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:7
DTSTART:20240311T140000Z
SUMMARY:Deburring round table
LOCATION:Hall Ravenna
ORGANIZER;CN=Ivo Lind:mailto:ivo@lind.example
DESCRIPTION:Bring your\\nreamers
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_is_read(reader: Reader, tmp_path: Path) -> None:
    (page,) = read(reader, tmp_path, part("text/calendar; method=REQUEST; charset=utf-8", CALENDAR)).pages
    assert page.text == (
        "Deburring round table\nWhen: Monday, March 11, 2024, 2:00 p.m. UTC\nWhere: Hall Ravenna\nWho: Ivo Lind\n"
        "Bring your\nreamers"
    )


def test_an_invitation_adds_what_the_text_lacks(reader: Reader, tmp_path: Path) -> None:
    text = part(PLAIN, "Deburring round table: bring your reamers.")
    versions = several("multipart/alternative", text, part("text/calendar", CALENDAR))
    (page,) = read(reader, tmp_path, versions).pages
    assert page.text.count("round table") == 1
    assert "Where: Hall Ravenna" in page.text
    damaged = CALENDAR.replace("END:VEVENT\n", "")
    extraction = read(reader, tmp_path, several("multipart/mixed", text, part("text/calendar", damaged)))
    assert "Hall Ravenna" in extraction.pages[0].text


def test_marks_in_front_of_a_message_are_ignored(reader: Reader, tmp_path: Path) -> None:
    mail = (HEAD + part(PLAIN, "Spinning Łódź")).encode()
    for content in (b"\xef\xbb\xbf" + mail, b"From ivo Tue Mar  5 2024\n" + mail, b"\r\n\r\n" + mail):
        assert read(reader, tmp_path, content).pages[0].text == "Spinning Łódź"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert read(reader, tmp_path, mail.decode().encode(encoding)).pages[0].text == "Spinning Łódź"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (b"=?utf-8?b?xYE=?= =?utf-8?b?w7Nkxbo=?=", "Łódź"),
        (b"=?utf-8?b?xQ==?= =?utf-8?b?gcOzZMW6?=", "Łódź"),
        (b"=?ISO-8859-2?Q?=A3=F3d=BC?= fair", "Łódź fair"),
        ("Łódź raw".encode(), "Łódź raw"),
        (b"K\xf6ln raw", "Köln raw"),
        (b"=?utf-8?b?xYHDs2TFug?=", "Łódź"),
        (b"=?nonsense?q?plain_words?=", "plain words"),
    ],
)
def test_subjects_are_decoded(reader: Reader, tmp_path: Path, subject: bytes, title: str) -> None:
    mail = b"From: a@b.example\nSubject: " + subject + b"\n\nBody"
    assert read(reader, tmp_path, mail).title == title


def test_a_report_of_a_mail_server_is_read(reader: Reader, tmp_path: Path) -> None:
    status = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; gone@lind.example\nAction: failed\n"
    mail = several("multipart/report", part(PLAIN, "Not delivered."), part("message/delivery-status", status))
    (page,) = read(reader, tmp_path, mail).pages
    assert "gone@lind.example" in page.text


def test_parts_elsewhere_are_named(reader: Reader, tmp_path: Path) -> None:
    outside = part("message/external-body; access-type=URL", "Content-Type: text/plain\n\n")
    extraction = read(reader, tmp_path, several("multipart/mixed", part(PLAIN, "Note."), outside))
    assert extraction.unread == ("An attachment of this email is stored elsewhere, so it can’t be searched.",)


def test_a_postscript_of_the_plain_text_is_kept(reader: Reader, tmp_path: Path) -> None:
    body = "The lathe in bay four is ready for the apprentices who begin their course in the last week of June."
    versions = part(PLAIN, f"{body}\n\nPS: lunch provided\n"), part(HTML, f"<p>{body}</p>")
    (page,) = read(reader, tmp_path, several("multipart/alternative", *versions)).pages
    assert page.text == f"{body}\n\nPS: lunch provided"
