"""Benchmark of a pack for 2,000 recipients: importing the list, preparing and sending the messages, and its page.

``HUB_BENCH_RECIPIENTS`` changes the number. The mail server is a small local one, so the time for sending includes it.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import func, select

from config import Config
from hub.app import create_app
from hub.core import clock
from hub.core.dates import plural
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.mail.delivery import delivering
from hub.members.models import Person
from hub.members.rules.organizations import Role
from hub.migrations import schema
from hub.outreach.actions import packs as packs_actions
from hub.outreach.actions import sending as sending_actions
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.models import Pack, PackLink
from hub.outreach.queries import packs as packs_queries
from hub.outreach.rules.packs import LinkPart, PackState
from hub.sharing.models import SharingEvent
from tests.client import Browser
from tests.mailserver import a_mail_server
from tests.world import PASSWORD, a_person, a_resource, an_organization

RECIPIENTS = int(os.environ.get("HUB_BENCH_RECIPIENTS", "2000"))
RESOURCES = 6
ALLOWED = 5.0  # seconds to prepare
SENDER = "ana@lakeshore.example"


def main() -> None:
    """Print the table; exit with status 1 if preparing the messages takes more than 5 s."""
    print(f"A pack of {plural(RESOURCES, 'resource')} for {plural(RECIPIENTS, 'recipient')}, SQLite")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name, a_mail_server() as server:
        config = Config.load({}, INSTANCE=Path(name), UPLOADS=Path(name) / "uploads", LOG_LEVEL="ERROR")
        database = Database(replace(config, MAIL_URL=server.url))
        schema.upgrade(database)
        prepared = _measure(database)
        assert len(server.received) == RECIPIENTS
        database.close()
    if prepared > ALLOWED:
        sys.exit(f"Preparing took {prepared:.1f} s, more than {ALLOWED:.0f} s.")


def _measure(database: Database) -> float:
    _print("list of stakeholders imported", f"{_seconds(lambda: _fill(database)):.2f} s")
    app = create_app(database.config, database)
    app.test_client_class = Browser
    page_times: list[float] = []
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(app, stop, page_times))
    cpu_began = time.process_time()
    prepared = _seconds(lambda: _prepare(database))
    cpu = time.process_time() - cpu_began
    _print("from “Send pack” to all messages in the outbox", f"{prepared:.2f} s (CPU {cpu:.2f} s)")
    watcher.start()
    try:
        sent = _seconds(lambda: _send(database))
        _print("sent and logged", f"{sent:.1f} s, {RECIPIENTS / sent:.0f} per second")
    finally:
        stop.set()
        watcher.join()
    _print("its page in the meantime, median", f"{1000 * median(page_times):.0f} ms ({len(page_times)} requests)")
    _print("its page in the meantime, slowest", f"{1000 * max(page_times):.0f} ms")
    return prepared


def _print(label: str, figure: str) -> None:
    print(f"{label:<52}{figure:>30}", flush=True)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _fill(database: Database) -> None:
    """Add an organization with its stakeholders and a draft of a pack."""
    lines = "".join(f"person{n}@shops.example,Person {n},Shop {n},Shops\n" for n in range(RECIPIENTS))
    with database.writing() as db:
        lakeshore = an_organization(db, "Lakeshore")
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE, SENDER)
        resources = [
            a_resource(db, lakeshore, f"Toolkit {n}", summary="What it is. " * 10).id for n in range(RESOURCES)
        ]
        stakeholders_actions.import_list(db, ana, f"email,name,affiliation,groups\n{lines}")
        pack = packs_actions.create_pack(db, ana, Quarter.of(clock.today(database.config.zone)), resources)
        packs_actions.change_pack(
            db, ana, pack, title="Worth a look", pack_note="Two sentences.", groups=["Shops"], everyone=False
        )


def _prepare(database: Database) -> None:
    """Send the pack, and let the worker prepare the messages."""
    with database.writing() as db:
        person = db.scalars(select(Person)).one()
        packs_actions.send_pack(db, person, packs_queries.pack_for(db, person, 1))
    while _count(database, LinkPart.POSTED) < RECIPIENTS:
        sending_actions.catch_up(database)


def _send(database: Database) -> None:
    """Let the worker send the messages until they are in the sharing log."""
    while True:
        done = delivering.catch_up(database) + sending_actions.catch_up(database)
        with database.reading() as db:
            sent = db.scalars(select(Pack.state)).one() is PackState.SENT
            if sent:
                assert db.scalars(select(SharingEvent.people)).all() == [RECIPIENTS] * RESOURCES
                return
        assert done


def _count(database: Database, part: LinkPart) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count(PackLink.id)).where(PackLink.part == part)) or 0


def _watch(app: Flask, stop: threading.Event, page_times: list[float]) -> None:
    """Load the pack's page again and again, as the sender would."""
    browser = app.test_client()
    browser.post("/sign-in", data={"email": SENDER, "password": PASSWORD})
    while not stop.wait(0.2):
        began = time.perf_counter()
        assert browser.get("/sharing/packs/1").status_code == 200
        page_times.append(time.perf_counter() - began)
