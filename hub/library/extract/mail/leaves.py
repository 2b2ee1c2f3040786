"""The parts of a message that have no parts themselves, each taken over by its type: text, picture, file, invitation."""

import re
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from functools import partial

from hub.core import tnef
from hub.library.extract import charsets
from hub.library.extract.formats import FORMATS, format_of
from hub.library.extract.mail import invitations, message_headers, plain, rich_text, smime, uuencoded
from hub.library.extract.mail.gathered import Leaf, Mail, Written
from hub.library.extract.mail.versions import chosen, covers, words_of
from hub.library.extract.pages import Inner, LeftOut, one_line
from hub.library.extract.problems import Unreadable
from hub.library.extract.webpage import has_pictures

WEB_PAGE = {"text/html", "application/xhtml+xml"}
# Versions for watches and for mail programs that run forms; the words are those of the HTML.
OTHER_WEB_PAGES = {"text/x-amp-html", "text/watch-html"}
RICH_TEXT = {"text/rtf", "application/rtf"}
CALENDAR = {"text/calendar", "application/ics", "text/x-vcalendar"}
PACKED = {"application/ms-tnef", "application/vnd.ms-tnef"}
SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pkcs7-compressed"}
# What belongs to other parts: signatures of them, and the icons and types that Macs send with files.
COMPANIONS = {
    *("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"),
    *("application/applefile", "application/pgp-encrypted", "application/pgp-keys"),
}
SHOWN = {"text/plain", "text/html", "application/xhtml+xml", "text/enriched", "text/richtext", "text/markdown"}
MIME_HEAD = re.compile(rb"\s{0,9}(?:content-type|mime-version)\s{0,9}:", re.IGNORECASE)
NO_EXTENSION = {"application/octet-stream", "application/x-download", "application/download", "application/binary"}
TEXT_EXTENSIONS = {"text/plain": "txt", "text/html": "html", "text/csv": "csv", "text/markdown": "md"}
PICTURES_LEFT_OUT = LeftOut("Pictures inside the text of an email are not searched.")

Apart = Callable[[Message], Mail]


def text_of(leaf: Leaf) -> Written:
    """Return the text of a part, decoded."""
    if leaf.media_type in WEB_PAGE | OTHER_WEB_PAGES:
        return plain.unsealed(charsets.decoded(leaf.content, leaf.charset, is_html=True))
    if leaf.media_type in RICH_TEXT:
        return rich_text.plain(leaf.content.decode("latin-1"))
    text = charsets.decoded(leaf.content, leaf.charset)
    if leaf.media_type in {"text/enriched", "text/richtext"}:
        return Written(plain.enriched(text))
    is_flowed = leaf.parameters.get("format", "").lower() == "flowed"
    joins_words = leaf.parameters.get("delsp", "").lower() == "yes"
    return plain.plain(text, is_flowed=is_flowed, joins_words=joins_words)


class Taking:
    """The leaves of one message, taken over into its `Mail` in their order.

    `apart` takes a forwarded message apart; it isn't called here, but later. `parts` are the messages found sealed
    within leaves, whose parts belong in this place; the caller clears them.
    """

    def __init__(self, mail: Mail, apart: Apart) -> None:
        """Begin with the mail as it is."""
        self.mail = mail
        self.apart = apart
        self.parts: list[Message] = []

    def take(self, leaf: Leaf) -> None:
        """Take over a part by its type; what it can't read is noted."""
        name = leaf.name.lower()
        if leaf.media_type in COMPANIONS or name.endswith(".p7s"):
            return
        if leaf.media_type in SEALED or name.endswith(".p7m"):
            self.take_sealed(leaf)
        elif leaf.media_type in PACKED or name == "winmail.dat" or tnef.is_packed(leaf.content):
            self.take_packed(leaf)
        elif leaf.media_type in CALENDAR or name.endswith(".ics"):
            self.take_invitation(leaf)
        elif is_shown(leaf):
            self.take_text(leaf)
        elif leaf.media_type.startswith("image/") and not leaf.is_attached:
            self.mail.pictures += 1
        elif name.endswith(".eml") and self.take_message(leaf):
            return
        else:
            self.take_file(leaf)

    def take_text(self, leaf: Leaf) -> None:
        """Add a text; one with a file name is listed, too."""
        written = text_of(leaf)
        self.mail.is_encrypted |= written.is_encrypted
        self.mail.pictures += written.is_html and not written.text.strip() and has_pictures(written.content)
        if self.mail.written and leaf.name:
            self.mail.names.append(leaf.name)
        if "\nend" in written.content and not written.is_html:
            content, files = uuencoded.without_files(written.content)
            written = replace(written, content=content)
            for name, inside in files:
                self.take_file(Leaf(guessed(name), inside, one_line(name), is_attached=True))
        self.mail.written.append(written)

    def take_sealed(self, leaf: Leaf) -> None:
        """Open a part that is signed as a whole; note one that is encrypted."""
        if MIME_HEAD.match(leaf.content):  # Outlook names a message that is signed in clear in the same way
            self.parts.append(message_headers.parsed(leaf.content))
            return
        try:
            content = smime.contained(leaf.content, leaf.parameters.get("smime-type", ""))
        except smime.Encrypted:
            self.mail.is_encrypted = True
        except ValueError:
            self.mail.say("A signed or encrypted part of this email couldn’t be read.")
        else:
            if content:
                self.parts.append(message_headers.parsed(content))

    def take_invitation(self, leaf: Leaf) -> None:
        """Add the lines of an invitation that the text of the message doesn't have already."""
        if leaf.name and leaf.is_attached:
            self.mail.names.append(leaf.name)
        text = charsets.decoded(leaf.content, leaf.charset)
        try:
            lines = invitations.invitation(text)
        except Exception:  # noqa: BLE001  (the parser raises any kind of error, and all words are in the text)
            lines = text.split("\n")
        known = words_of(self.mail.text)
        self.mail.written.append(Written("\n".join(line for line in lines if not covers(known, words_of(line)))))

    def take_packed(self, leaf: Leaf) -> None:
        """Add the text and the files of a winmail.dat."""
        packed = tnef.unpacked(leaf.content)
        if not tnef.is_packed(leaf.content):
            self.mail.say(f"The attachment “{leaf.name or 'winmail.dat'}” is damaged.")
            return
        if not tnef.is_whole(leaf.content):
            self.mail.say(
                f"The attachment “{leaf.name or 'winmail.dat'}” is damaged, so only its beginning can be searched."
            )
        self.mail.subject = self.mail.subject or one_line(packed.subject)
        self.mail.sender = self.mail.sender or one_line(packed.sender)
        known = words_of(self.mail.text)
        for written in self.packed_texts(packed):
            if not covers(known, words_of(written.text)):
                self.mail.written.append(written)
        for file in packed.files:
            if file.is_message:
                self.mail.waiting.append(partial(packed_mail, file.content, self.apart))
                continue
            is_picture = file.media_type.startswith("image/") and bool(file.content_id)
            media_type = file.media_type.lower() or guessed(file.name)
            self.take(Leaf(media_type, file.content, one_line(file.name), "", not is_picture, file.content_id))

    def packed_texts(self, packed: tnef.Packed) -> list[Written]:
        """Return the text of a winmail.dat, in the versions worth reading."""
        html = charsets.decoded(packed.html, is_html=True) if packed.html else ""
        versions = [Written(html, is_html=True), Written(packed.plain)]
        if packed.rich and not html:
            try:
                versions.insert(0, rich_text.written(packed.rich))
            except Exception:  # noqa: BLE001  (as above)
                self.mail.say("The formatted text in winmail.dat is damaged.")
        return [versions[place] for place in chosen([version.text for version in versions])]

    def take_message(self, leaf: Leaf) -> bool:
        """Add an attached message in a file; False if it isn't one."""
        try:
            message = message_headers.parsed(message_headers.as_bytes(leaf.content))
        except Unreadable:
            return False
        if not message_headers.looks_like_message(message):
            return False
        self.mail.names.append(leaf.name)
        self.mail.waiting.append(lambda: self.apart(message))
        return True

    def take_file(self, leaf: Leaf) -> None:
        """Add an attachment, named so that its format is known if the message says it."""
        content = leaf.content
        if leaf.name:
            self.mail.names.append(leaf.name)
        if leaf.media_type.startswith("text/") and charsets.encoding_of(leaf.charset) not in {"", "utf-8"}:
            # Its file has no place for the character set that the message declares.
            content = charsets.decoded(content, leaf.charset).encode("utf-8-sig", "replace")
        extension = "" if format_of(leaf.name) else extension_of(leaf)
        self.mail.files.append(Inner(leaf.name or "attachment", content, extension=extension))


def is_shown(leaf: Leaf) -> bool:
    """Return True if a part is text of the message itself."""
    is_text = leaf.media_type in SHOWN or (leaf.media_type.startswith("text/") and not leaf.name)
    return is_text and not leaf.is_attached


def packed_mail(content: bytes, apart: Apart) -> Mail:
    """Return the mail of a message in a winmail.dat."""
    mail = Mail()
    Taking(mail, apart).take(Leaf("application/ms-tnef", content))
    return mail


def guessed(name: str) -> str:
    """Return the media type that a file's name suggests."""
    file_format = format_of(name)
    return file_format.media_type if file_format else "application/octet-stream"


def extension_of(leaf: Leaf) -> str:
    """Return the extension of an accepted format for a part whose name has none; "" when none fits."""
    by_type = {entry.media_type: entry.extension for entry in reversed(FORMATS.values())}
    if leaf.content.startswith(b"%PDF-"):
        return "pdf"
    if leaf.media_type in by_type and leaf.media_type not in NO_EXTENSION:
        return by_type[leaf.media_type]
    return TEXT_EXTENSIONS.get(leaf.media_type, "txt" if leaf.media_type.startswith("text/") else "")
