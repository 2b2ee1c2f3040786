"""Email messages as documents: the pages of the message itself, then each forwarded message as an item."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hub.core import dates
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.mail import message_headers, mime, outlook
from hub.library.extract.mail.gathered import Mail
from hub.library.extract.mail.leaves import PICTURES_LEFT_OUT
from hub.library.extract.pages import Document, ExtractedPage, Part, Unread, one_line
from hub.library.extract.problems import EMPTY, ENCRYPTED_MAIL, OTHER_KIND, Unreadable
from hub.library.extract.text import pages_of
from hub.library.rules import PageKind

MOST_MESSAGES = 4_000
LONGEST_ITEM = 150_000  # characters; a longer message is divided into several items
NAMES_LENGTH = 4_000


def open_message(path: Path, file_format: Format, limits: Limits) -> Document:
    """Return a message: the items of a numbered update, or its text as sections; raises Unreadable if it is encrypted."""
    mails = mails_in(path, file_format)
    first = mails[0]
    if first.is_encrypted and not any(mail.text.strip() or mail.files for mail in mails):
        raise Unreadable(ENCRYPTED_MAIL)
    return Document(parts_of(mails, limits), first.subject, first.sent)


def mails_in(path: Path, file_format: Format) -> list[Mail]:
    """Return the message in a file, then every message forwarded in it, in order; raises Unreadable."""
    content = path.read_bytes()
    if not content.strip():
        raise Unreadable(EMPTY)
    if file_format.extension == "msg":
        return with_forwarded(outlook.outlook_mail(content, file_format))
    message = message_headers.parsed(message_headers.as_bytes(content))
    if not message_headers.looks_like_message(message):
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    return with_forwarded(mime.mail_of(message))


def with_forwarded(first: Mail) -> list[Mail]:
    """Return a mail and all messages forwarded in it, each before those forwarded in itself."""
    mails = [first]
    waiting = [(first, apart) for apart in reversed(first.waiting)]
    while waiting:
        if len(mails) == MOST_MESSAGES:
            first.say("There are too many messages in this email, so only the first ones were read.")
            break
        cover, apart = waiting.pop()
        try:
            mail = apart()
        except Unreadable as unreadable:
            first.say(f"A message forwarded in this email {unreadable.finding.of_part}.")
        except message_headers.UNPARSED:
            first.say("A message forwarded in this email is damaged.")
        else:
            mails.append(mail)
            if cover.written:
                cover.names.append(mail.subject)
            waiting += [(mail, inner) for inner in reversed(mail.waiting)]
    return mails


def parts_of(mails: list[Mail], limits: Limits) -> Iterator[Part]:
    """Yield the pages of a message, then those forwarded in it as items, then what else is in them."""
    first, *forwarded = mails
    number = 0
    text = with_names(first)
    if len(text) > limits.all_characters:
        first.say("This email is too long, so only its beginning can be searched.")
    for part in own_pages(first, text[: limits.all_characters], is_alone=not forwarded):
        number = max(number, part.number) if isinstance(part, ExtractedPage) else number
        yield part
    for mail in forwarded:
        for page in items_of(mail, number):
            number = page.number
            yield page
    files = 0
    for mail in mails:
        yield from mail.notes
        if mail.is_encrypted:
            yield Unread(encrypted_sentence(mail, is_first=mail is first))
        for file in mail.files:
            files += 1
            yield replace(file, part=str(files))
    if any(mail.pictures and mail.text.strip() for mail in mails):
        yield PICTURES_LEFT_OUT


def own_pages(mail: Mail, text: str, *, is_alone: bool) -> Iterator[Part]:
    """Yield the pages of the message itself; one without text still has its subject, unless it is only a cover."""
    pages, left_out = pages_of(text)
    if not pages and (is_alone or mail.pictures):
        yield ExtractedPage(1, PageKind.SECTION, mail.subject, "", is_picture=mail.pictures > 0)
    for page in pages:
        titled = page.title or page.number > 1
        yield page if titled else ExtractedPage(page.number, page.kind, mail.subject, page.text)
    yield from left_out


def with_names(mail: Mail) -> str:
    """Return the text of a message with the names of what is attached to it."""
    return "\n\n".join(filter(None, [mail.text.strip(), names_line(mail)]))


def names_line(mail: Mail) -> str:
    """Return the names of what is attached to a message as a line; "" when nothing is."""
    names = one_line(", ".join(dict.fromkeys(filter(None, mail.names))), NAMES_LENGTH)
    return f"Attachments: {names}" if names else ""


def items_of(mail: Mail, number: int) -> Iterator[ExtractedPage]:
    """Yield a forwarded message as an item, numbered after ``number``, or as several if it is very long."""
    text = item_text(mail)
    for place, start in enumerate(range(0, max(len(text), 1), LONGEST_ITEM), start=1):
        title = f"{mail.subject} ({place})" if place > 1 else mail.subject
        is_picture = mail.pictures > 0 and not mail.text.strip()
        yield ExtractedPage(
            number + place, PageKind.ITEM, title, text[start : start + LONGEST_ITEM], is_picture=is_picture
        )


def heading(mail: Mail) -> str:
    """Return who sent a message and when, as lines."""
    lines = {"From": mail.sender, "Date": dates.with_year(mail.sent) if mail.sent else ""}
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def item_text(mail: Mail) -> str:
    """Return a forwarded message as plain text: who sent it and when, its text, and the names of its files."""
    pages, left_out = pages_of(mail.text)
    mail.notes += left_out
    text = "\n\n".join(page.text for page in pages)
    return "\n\n".join(filter(None, [heading(mail), text, names_line(mail)]))


def encrypted_sentence(mail: Mail, *, is_first: bool) -> str:
    """Return the sentence on a message of which a part is encrypted."""
    whose = "this email" if is_first else f"the message “{one_line(mail.subject, 100)}”"
    return f"A part of {whose} is encrypted, so it can’t be searched."
