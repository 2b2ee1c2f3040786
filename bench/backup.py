"""Backups of 10,000 resources with five pages and a file each: the first, one without changes, one after an upload."""

import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from sqlalchemy import update

from bench import corpus
from bench.rows import run_on_each_database
from hub.core.dates import file_size, number
from hub.core.db import Database
from hub.library.files import originals
from hub.library.models import Revision
from hub.members.models import Person
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.actions.backing_up import Made
from hub.operations.store.target import Target

RESOURCES = 10_000
PAGES = 5
KILOBYTES = 100  # of a file
LIMIT = 5.0  # seconds, for a backup of an unchanged hub


def main() -> None:
    """Run the benchmark, and print a table for each database."""
    title = f"{number(RESOURCES)} resources, each with {PAGES} pages and a file of {KILOBYTES} KB"
    run_on_each_database(title, _measure)


def _measure(name: str, database: Database) -> None:
    corpus.fill(database, RESOURCES, PAGES, corpus.stories())
    _add_files(database)
    target = Target(database.config.INSTANCE / "backups")
    print(f"\n{name}\n\n| backup | seconds | of CPU | records | new |\n|---|---|---|---|---|", flush=True)
    _print("first", lambda: backing_up_actions.back_up(database, target))
    seconds = _print("unchanged", lambda: backing_up_actions.back_up(database, target))
    with database.writing() as db:
        db.execute(update(Person).where(Person.id == corpus.MEMBER).values(name="Another name"))
    _print("after one change", lambda: backing_up_actions.back_up(database, target))
    print(f"\nUnchanged: {seconds:.1f} s; the limit is {LIMIT:.0f} s: {'met' if seconds <= LIMIT else 'MISSED'}")


def _print(name: str, make: Callable[[], Made]) -> float:
    began, worked = time.perf_counter(), time.process_time()
    made = make()
    seconds, busy = time.perf_counter() - began, time.process_time() - worked
    print(f"| {name} | {seconds:.2f} | {busy:.2f} | {number(made.rows)} | {file_size(made.new_bytes)} |", flush=True)
    return seconds


def _add_files(database: Database) -> None:
    """Store a file for each resource."""
    config = replace(database.config, MAX_UPLOAD_MB=1)
    values = [
        {"id": id_, "sha256": originals.store(config, BytesIO(f"{id_:9}".encode() * (KILOBYTES * 111))).sha256}
        for id_ in range(1, RESOURCES + 1)
    ]
    with database.writing() as db:
        db.execute(update(Revision), values)
