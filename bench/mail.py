"""Benchmark of mail: 2,000 messages to the outbox, and to a local mail server over a real connection."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from config import Config
from hub.core.dates import number, plural
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.mail.delivery import delivering
from hub.mail.letters import Imprint, Letter, Link, Links, Paragraph, greeting
from hub.mail.rules import LetterKind
from hub.migrations import schema
from tests.mailserver import a_mail_server

RECIPIENTS = 2_000
LINKS = 10


def main() -> None:
    """Print the time for posting and for sending."""
    with tempfile.TemporaryDirectory() as folder, a_mail_server() as server:
        config = Config.load({}, INSTANCE=Path(folder), UPLOADS=Path(folder) / "uploads", LOG_LEVEL="ERROR")
        database = Database(replace(config, MAIL_URL=server.url))
        schema.upgrade(database)
        began = time.perf_counter()
        with database.writing() as db:
            mail_actions.post_all(db, [_post(recipient) for recipient in range(RECIPIENTS)])
        posted = time.perf_counter() - began
        began = time.perf_counter()
        while delivering.catch_up(database):
            pass
        sent = time.perf_counter() - began
        database.close()
        print("| step | seconds | messages per second |\n|---|---|---|")
        print(f"| posted, {plural(RECIPIENTS, 'recipient')} | {posted:.2f} | {number(round(RECIPIENTS / posted))} |")
        print(f"| sent, {number(len(server.received))} accepted | {sent:.2f} | {number(round(RECIPIENTS / sent))} |")


def _post(recipient: int) -> Post:
    """Return a message of a pack with ten links of its own."""
    links = tuple(Link(f"Resource {n}", f"https://hub.example.org/s/{recipient}-{n}", "Briefing") for n in range(LINKS))
    letter = Letter(
        "This quarter",
        (greeting(f"Person {recipient}"), Paragraph("Have a look."), Links(links)),
        "A test.",
        imprint=Imprint("Lakeshore", "1 Test Street, Erie, PA 16501"),
    )
    return Post(
        letter,
        f"p{recipient}@stakeholders.example",
        f"bench {recipient}",
        LetterKind.PACK,
        unsubscribe="https://hub.example.org/u/1",
    )
