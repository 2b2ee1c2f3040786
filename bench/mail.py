"""Two thousand messages into the outbox, and over a real connection to a mail server on this machine."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from config import Config
from hub.core.db import Database
from hub.mail import actions as mail_actions
from hub.mail.actions import Post
from hub.mail.delivery import delivering
from hub.mail.letters import Letter, Link, Links, Paragraph, greeting
from hub.migrations import schema
from tests.mailserver import a_mail_server

RECIPIENTS = 2_000
LINKS = 10


def main() -> None:
    """Print how long posting and delivering takes."""
    with tempfile.TemporaryDirectory() as folder, a_mail_server() as server:
        config = Config.load({}, INSTANCE=Path(folder), UPLOADS=Path(folder) / "uploads", LOG_LEVEL="ERROR")
        database = Database(replace(config, MAIL_URL=server.url))
        schema.upgrade(database)
        began = time.perf_counter()
        with database.writing() as db:
            mail_actions.post_all(db, [_post(number) for number in range(RECIPIENTS)])
        posted = time.perf_counter() - began
        began = time.perf_counter()
        while delivering.catch_up(database):
            pass
        sent = time.perf_counter() - began
        database.close()
        print("| step | seconds | messages a second |\n|---|---|---|")
        print(f"| posted, {RECIPIENTS:,} recipients | {posted:.2f} | {RECIPIENTS / posted:,.0f} |")
        print(f"| sent, {len(server.got):,} taken | {sent:.2f} | {RECIPIENTS / sent:,.0f} |")


def _post(number: int) -> Post:
    """Return a message of a pack: ten links of its own."""
    links = tuple(Link(f"Resource {n}", f"https://hub.example.org/s/{number}-{n}", "Briefing") for n in range(LINKS))
    letter = Letter("This quarter", (greeting(f"Person {number}"), Paragraph("Have a look."), Links(links)), "A test.")
    return Post(
        letter, f"p{number}@stakeholders.example", f"bench {number}", "pack", unsubscribe="https://hub.example.org/u/1"
    )
