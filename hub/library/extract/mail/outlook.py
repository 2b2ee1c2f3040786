"""Messages that Outlook on Windows saves (.msg): a compound file whose streams are named by the number of a property.

[MS-OXMSG]. Each stream is one value ("__substg1.0_0037001F" is the subject, in UTF-16); values of a fixed size are in
one stream of their own. Attachments are folders, and so are the messages forwarded in them, to any depth.
"""

import io
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from olefile import STGTY_STORAGE, STGTY_STREAM, OleFileIO

from hub.core import dates
from hub.library.extract import charsets
from hub.library.extract.formats import Format, format_of
from hub.library.extract.mail import message_headers, mime, rich_text
from hub.library.extract.mail.gathered import Leaf, Mail, Written
from hub.library.extract.mail.leaves import Taking
from hub.library.extract.mail.versions import chosen
from hub.library.extract.pages import one_line
from hub.library.extract.problems import DAMAGED, OTHER_KIND, Unreadable
from hub.library.extract.properties import plausible

SUBJECT, HEADERS, BODY, RICH, HTML = 0x0037, 0x007D, 0x1000, 0x1009, 0x1013
SENT, DELIVERED, BEGINS = 0x0039, 0x0E06, 0x0060
SENDERS = ((0x0C1A, (0x5D01, 0x0C1F)), (0x0042, (0x5D02, 0x0065)))  # names, with the addresses for each
INTERNET_CODE_PAGE, CODE_PAGE = 0x3FDE, 0x3FFD
DATA, METHOD, FLAGS, HIDDEN, MEDIA_TYPE, CONTENT_ID = 0x3701, 0x3705, 0x3714, 0x7FFE, 0x370E, 0x3712
NAMES = (0x3707, 0x3704, 0x3001)
LOCATION = 0x8208  # a property with a number of its own in each file

TOP, EMBEDDED, ATTACHED = 32, 24, 8  # bytes before the values of a fixed size
FIXED_VALUES = "__PROPERTIES_VERSION1.0"
INNER_MESSAGE = f"__SUBSTG1.0_{DATA:04X}000D"
NAMED_PROPERTIES, NAMED_ENTRIES = "__NAMEID_VERSION1.0", "__SUBSTG1.0_00030102"
ATTACHMENT = "__ATTACH_VERSION1.0_"
SHOWN_IN_TEXT = 0x4
BY_REFERENCE = {2, 3, 4, 7}
CALENDAR_CLASSES = ("ipm.schedule.meeting", "ipm.appointment")
MESSAGE_CLASS = 0x001A
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass
class Folder:
    """A folder in a compound file: its streams by name, in capitals, and the folders in it."""

    name: str
    streams: dict[str, bytes] = field(default_factory=dict)
    folders: list["Folder"] = field(default_factory=list)
    is_damaged: bool = False  # a stream is missing, or cut off


def outlook_mail(content: bytes, file_format: Format) -> Mail:
    """Return a message taken apart; the messages forwarded in it wait. Raises Unreadable if it isn't one."""
    try:
        with OleFileIO(io.BytesIO(content)) as archive:
            root = unpacked(archive)
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(DAMAGED) from error
    values = Values(root, TOP)
    if FIXED_VALUES not in values.streams:
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    return mail_in(root, values, location_number(root))


def unpacked(archive: OleFileIO) -> Folder:
    """Return the outermost folder of a compound file; streams are as long as they can be read."""
    root = Folder("")
    waiting = [(archive.root, root, list[str]())]
    while waiting:
        node, folder, path = waiting.pop()
        for kid in node.kids:
            if kid.entry_type == STGTY_STORAGE:
                folder.folders.append(Folder(kid.name.upper()))
                waiting.append((kid, folder.folders[-1], [*path, kid.name]))
            elif kid.entry_type == STGTY_STREAM:
                content = b""
                with suppress(OSError), archive.openstream([*path, kid.name]) as stream:
                    content = folder.streams[kid.name.upper()] = stream.read()
                folder.is_damaged |= len(content) < kid.size
    return root


class Values:
    """The values of one message or attachment, by the numbers of their properties."""

    def __init__(self, folder: Folder, offset: int) -> None:
        """`offset` is where the values of a fixed size begin."""
        self.streams = folder.streams
        self.fixed: dict[int, bytes] = {}
        content = self.streams.get(FIXED_VALUES, b"")
        for place in range(offset, len(content) - 15, 16):
            number = struct.unpack_from("<H", content, place + 2)[0]
            self.fixed.setdefault(number, content[place + 8 : place + 16])

    def binary(self, number: int) -> bytes:
        """Return bytes; b"" when they are missing."""
        return self.streams.get(f"__SUBSTG1.0_{number:04X}0102", b"")

    def text(self, number: int) -> str:
        """Return a text; "" when it is missing."""
        wide = self.streams.get(f"__SUBSTG1.0_{number:04X}001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return charsets.decoded(self.streams.get(f"__SUBSTG1.0_{number:04X}001E", b""), self.charset()).rstrip("\0")

    def number(self, number: int) -> int:
        """Return a number; 0 when it is missing."""
        return int(struct.unpack_from("<I", self.fixed.get(number, bytes(8)))[0])

    def charset(self, number: int = CODE_PAGE) -> str:
        """Return the character set of texts that aren't in UTF-16; "" when the message doesn't say."""
        code_page = self.number(number) or self.number(INTERNET_CODE_PAGE)
        return {65001: "utf-8", 28591: "iso-8859-1", 20127: "", 0: ""}.get(code_page, f"cp{code_page}")

    def moment(self, number: int) -> datetime | None:
        """Return a moment; None when it is missing or impossible."""
        ticks = struct.unpack("<Q", self.fixed.get(number, bytes(8)))[0]
        try:
            return EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None


def mail_in(folder: Folder, values: Values, location: int) -> Mail:
    """Return the mail in a folder of the file; `location` is the number of the property with a meeting's place."""
    transport = message_headers.parsed(values.text(HEADERS).strip("\0 \r\n").encode("utf-8", "replace") + b"\n\n")
    moment = values.moment(SENT) or values.moment(DELIVERED)
    mail = Mail(
        subject=one_line(values.text(SUBJECT)),
        sender=message_headers.sender(transport) or sender(values),
        sent=message_headers.sent_on(transport) or day_of(moment),
    )
    html = body_page(values)
    if folder.is_damaged:
        mail.say("A part of this email is damaged.")
    mail.written += [Written(line) for line in meeting(values, location) if line]
    mail.written += texts(mail, values, html)
    taking = Taking(mail, mime.mail_of)
    for attachment in sorted(folder.folders, key=lambda each: each.name):
        if not attachment.name.startswith(ATTACHMENT):
            continue
        try:
            attach(mail, taking, attachment, html, location)
        except (Unreadable, *message_headers.UNPARSED):
            mail.say("An attachment of this email is damaged.")
        for part in taking.parts:
            mime.Walk(mail).over(part)
        taking.parts.clear()
    return mail


def day_of(moment: datetime | None) -> date | None:
    """Return the plausible day of a moment."""
    return plausible(moment.date()) if moment else None


def sender(values: Values) -> str:
    """Return who a message is from, with their address."""
    for name_number, address_numbers in SENDERS:
        name = one_line(values.text(name_number))
        address = next((text for number in address_numbers if "@" in (text := one_line(values.text(number)))), "")
        if name or address:
            return f"{name} <{address}>" if name and address and name != address else name or address
    return ""


def body_page(values: Values) -> str:
    """Return the source of the text as a web page; "" when it has none."""
    source = values.binary(HTML)
    return charsets.decoded(source, values.charset(INTERNET_CODE_PAGE), is_html=True) if source else values.text(HTML)


def texts(mail: Mail, values: Values, html: str) -> list[Written]:
    """Return the texts of a message, in the versions worth reading."""
    versions = [Written(html, is_html=True), Written(values.text(BODY))]
    if not html and values.binary(RICH):
        try:
            versions.insert(0, rich_text.written(values.binary(RICH)))
        except Exception:  # noqa: BLE001  (the parser raises any kind of error; the rest of the message is read)
            if not versions[-1].text.strip():
                mail.say("The formatted text of this email is damaged.")
    return [versions[place] for place in chosen([version.text for version in versions])]


def meeting(values: Values, location: int) -> list[str]:
    """Return when and where a meeting is, if the message is one."""
    if not values.text(MESSAGE_CLASS).lower().startswith(CALENDAR_CLASSES):
        return []
    begins = values.moment(BEGINS)
    place = one_line(values.text(location)) if location else ""
    return [f"When: {dates.moment_in_full(begins)}" if begins else "", f"Where: {place}" if place else ""]


def location_number(root: Folder) -> int:
    """Return the number that this file gives to the property with a meeting's place; 0 when it has none."""
    folder = next((each for each in root.folders if each.name == NAMED_PROPERTIES), Folder(""))
    entries = folder.streams.get(NAMED_ENTRIES, b"")
    for place in range(0, len(entries) - 7, 8):
        number, kind, index = struct.unpack_from("<IHH", entries, place)
        if number == LOCATION and not kind & 1:
            return int(0x8000 + index)
    return 0


def attach(mail: Mail, taking: Taking, folder: Folder, html: str, location: int) -> None:
    """Take over an attachment: a file, or a forwarded message."""
    values = Values(folder, ATTACHED)
    name = next((text for number in NAMES if (text := one_line(values.text(number)))), "")
    inner = next((each for each in folder.folders if each.name == INNER_MESSAGE), None)
    if folder.is_damaged:
        mail.say(f"The attachment “{name or 'unnamed'}” is damaged.")
    elif inner is not None and FIXED_VALUES in inner.streams:
        mail.waiting.append(lambda: mail_in(inner, Values(inner, EMBEDDED), location))
    elif inner is not None:
        mail.say(f"The object “{name or 'unnamed'}” in this email couldn’t be read.")
    elif values.number(METHOD) in BY_REFERENCE and not values.binary(DATA):
        mail.say(f"The attachment “{name or 'unnamed'}” is stored elsewhere, so it can’t be searched.")
    else:
        taking.take(file_leaf(values, name, html))


def file_leaf(values: Values, name: str, html: str) -> Leaf:
    """Return an attached file as a part of the message."""
    file_format = format_of(name)
    media_type = values.text(MEDIA_TYPE).lower() or (file_format.media_type if file_format else "")
    content_id = values.text(CONTENT_ID)
    is_shown = bool(values.number(HIDDEN) & 1 or values.number(FLAGS) & SHOWN_IN_TEXT)
    is_shown = is_shown or (bool(content_id) and f"cid:{content_id}" in html)
    return Leaf(media_type or "application/octet-stream", values.binary(DATA), name, "", not is_shown, content_id)
