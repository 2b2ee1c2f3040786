"""Messages in the Internet's format (MIME), taken apart: all parts in their order, and one of several versions of a text.

Parts may lie in parts to any depth, so they are walked with a list of those that wait, not by recursion.
"""

from email.message import Message
from typing import cast

from hub.library.extract.mail import message_headers
from hub.library.extract.mail.gathered import MOST_PARTS, Leaf, Mail, Written
from hub.library.extract.mail.leaves import WEB_PAGE, Taking, text_of
from hub.library.extract.mail.versions import chosen, remainder
from hub.library.extract.pages import one_line
from hub.library.extract.problems import Unreadable

FORWARDED = {"message/rfc822", "message/global", "message/news"}
ENCODED = {"base64", "quoted-printable", "x-uuencode", "uuencode"}


def mail_of(message: Message) -> Mail:
    """Return a message with its own parts taken apart; the messages forwarded in it wait."""
    mail = Mail(
        subject=one_line(message_headers.header(message, "subject")),
        sender=message_headers.sender(message),
        sent=message_headers.sent_on(message),
    )
    walk = Walk(mail)
    walk.over(message)
    mail.written += [Written(lines) for lines in walk.remainders if lines]
    return mail


class Walk:
    """A walk over the parts of one message."""

    def __init__(self, mail: Mail) -> None:
        """`mail` is filled by it."""
        self.mail = mail
        self.taking = Taking(mail, mail_of)
        self.waiting: list[Message] = []
        # Texts of which another version is read, and parts of a web page, by the identity of the part.
        self.passed_over: set[int] = set()
        self.embedded: set[int] = set()
        # Lines that only the versions passed over have.
        self.remainders: list[str] = []

    def over(self, message: Message) -> None:
        """Take all parts of a message over, in order."""
        self.waiting = [message]
        for _ in range(MOST_PARTS):
            if not self.waiting:
                return
            part = self.waiting.pop()
            try:
                self.open(part)
            except Unreadable as unreadable:
                self.mail.say(f"A part of this email {unreadable.finding.of_part}.")
            except message_headers.UNPARSED:
                self.mail.say("A part of this email is damaged.")
            self.waiting += reversed(self.taking.parts)
            self.taking.parts.clear()
        self.mail.say("This email has too many parts, so only the first ones were read.")

    def open(self, part: Message) -> None:
        """Take a part over, or have its parts wait."""
        kind = part.get_content_type()
        if id(part) in self.passed_over:
            return
        if kind in FORWARDED:
            self.forward(part)
        elif part.get_content_maintype() == "message":
            self.report(part, kind)
        elif part.is_multipart():
            self.waiting += reversed(self.inside(part, kind))
        else:
            self.taking.take(self.leaf(part))

    def inside(self, part: Message, kind: str) -> list[Message]:
        """Return the parts of a part that are to be read, in order."""
        parts = cast("list[Message]", part.get_payload())
        if kind == "multipart/encrypted":
            self.mail.is_encrypted = True
            return []
        if kind == "multipart/alternative":
            self.choose(parts)
        elif kind == "multipart/related":
            self.embedded |= {id(each) for each in parts}
            root = message_headers.parameter(part, "start")
            parts = sorted(parts, key=lambda each: not root or str(each.get("content-id", "")).strip() != root)
        return parts

    def choose(self, versions: list[Message]) -> None:
        """Choose among versions of a text: pass over those that another one makes needless, but not their files."""
        texts = [self.texts_in(version) for version in versions]
        ranked = sorted((place for place, parts in enumerate(texts) if parts), key=lambda place: rank(texts[place]))
        wording = ["\n".join(text_of(self.leaf(part)).text for part in texts[place]) for place in ranked]
        kept = chosen(wording)
        shown = [wording[place] for place in kept]
        for place, version in enumerate(ranked):
            if place not in kept:
                self.passed_over |= {id(part) for part in texts[version]}
                self.remainders.append(remainder(wording[place], shown))

    def texts_in(self, version: Message) -> list[Message]:
        """Return the texts in one version, without those of forwarded messages and attached files."""
        waiting, texts = [version], []
        while waiting:
            part = waiting.pop()
            if part.get_content_maintype() == "message" or id(part) in self.passed_over:
                continue
            if part.is_multipart():
                waiting += reversed(cast("list[Message]", part.get_payload()))
            elif part.get_content_maintype() == "text" and part.get_content_type() != "text/calendar":
                texts += [] if is_attached(part) else [part]
        return texts

    def leaf(self, part: Message) -> Leaf:
        """Return a part without parts, decoded."""
        content = part.get_payload(decode=True)
        kind = part.get_content_type()
        is_picture = kind.startswith("image/")
        names = ("format", "delsp", "smime-type")
        return Leaf(
            kind if part.get_content_maintype() != "multipart" else "text/plain",
            content if isinstance(content, bytes) else b"",
            message_headers.file_name(part),
            message_headers.parameter(part, "charset"),
            is_attached=is_attached(part) and not (is_picture and id(part) in self.embedded),
            content_id=str(part.get("content-id", "")),
            parameters={name: message_headers.parameter(part, name) for name in names},
        )

    def forward(self, part: Message) -> None:
        """Have a forwarded message wait; one that was encoded for the transport is decoded first."""
        inner = part.get_payload()
        encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
        message = inner[0] if isinstance(inner, list) and inner else None
        if not isinstance(message, Message):
            content = part.get_payload(decode=True)
            message = message_headers.parsed(message_headers.as_bytes(content if isinstance(content, bytes) else b""))
        elif encoding in ENCODED and not message_headers.looks_like_message(message):
            holder = Message(policy=message_headers.POLICY)
            holder["Content-Transfer-Encoding"] = encoding
            holder.set_payload(message.get_payload())
            content = holder.get_payload(decode=True)
            message = message_headers.parsed(message_headers.as_bytes(content if isinstance(content, bytes) else b""))
        self.mail.waiting.append(lambda: mail_of(message))

    def report(self, part: Message, kind: str) -> None:
        """Take over what a mail server says about a message, or name a part that is elsewhere."""
        if kind == "message/external-body":
            self.mail.say("An attachment of this email is stored elsewhere, so it can’t be searched.")
        elif kind == "message/partial":
            self.mail.say("This email is one part of a longer one, so it can’t be searched in full.")
        else:
            inner = part.get_payload()
            parts = inner if isinstance(inner, list) else []
            lines = [f"{name}: {value}" for each in parts if isinstance(each, Message) for name, value in each.items()]
            content = "\n".join(lines) or str(inner if isinstance(inner, str) else "")
            self.taking.take(Leaf("text/plain", content.encode("utf-8", "replace")))


def is_attached(part: Message) -> bool:
    """Return True if a part is a file beside the text, not text itself."""
    return part.get_content_disposition() == "attachment"


def rank(parts: list[Message]) -> int:
    """Return the place of a version in the order of preference, by its best text."""
    kinds = {part.get_content_type() for part in parts}
    if kinds & WEB_PAGE:
        return 0
    return 1 if "text/plain" in kinds else 2
