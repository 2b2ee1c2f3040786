"""EML maker: the weekly update as it was sent, in plain text and HTML."""

import textwrap
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from hub.demo.makers.look import Cover
from hub.demo.markup import Block, blocks


def make(cover: Cover, text: str, name: str) -> bytes:
    """Return the text as a message; ``name`` makes its Message-ID unique."""
    message = EmailMessage(policy=SMTP)
    sent = datetime.combine(cover.published_on, time(18, 30), UTC)
    message["From"] = f"{cover.organization} <updates@amcc.example>"
    message["To"] = "AMCC network <network@amcc.example>"
    message["Subject"] = cover.title
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = f"<{name}.{sent:%Y%m%d}@amcc.example>"
    pieces = blocks(text)
    message.set_content("\n".join(_plain(block) for block in pieces), cte="quoted-printable")
    message.add_alternative(_html(pieces), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{name}")
    return message.as_bytes()


def _plain(block: Block) -> str:
    if block.kind != "numbers":
        return textwrap.fill(block.text, 76) + "\n"
    items = enumerate(block.lines, start=1)
    return "\n".join(
        textwrap.fill(line, 76, initial_indent=f"{place}. ", subsequent_indent="   ") + "\n" for place, line in items
    )


def _html(pieces: list[Block]) -> str:
    lines = [
        f"{place}. {line}" if block.kind == "numbers" else line
        for block in pieces
        for place, line in enumerate(block.lines, start=1)
    ]
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<!doctype html>\n<html lang="en"><body>\n{body}\n</body></html>\n'
