"""Command that adds files: import."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from hub.cli import import_paths
from hub.cli.base import main
from hub.cli.lookups import organization_by_slug
from hub.cli.opening import open_database
from hub.cli.terminal import DAY, progress_bar
from hub.core import dates
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library import splitting
from hub.library.files import originals
from hub.library.rules import Audience, Kind, topics_from
from hub.members.rules.permissions import OPERATOR

Result = tuple[str, dict[str, Any]]  # a key of the report, and the entry there


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--organization", "slug", required=True, help="Slug of the organization that the files belong to.")
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), required=True, help="Kind of resource.")
@click.option(
    "--audience",
    type=click.Choice([str(audience) for audience in Audience]),
    default="network",
    show_default=True,
    help="Who can read the resources.",
)
@click.option("--topic", "topics", multiple=True, help="A Big 6 topic or your own tag; can be repeated.")
@click.option(
    "--published-on",
    type=DAY,
    default=None,
    help=f"Publication date, such as {dates.DAY_EXAMPLES}; default: each document's own date.",
)
@click.option(
    "--split-by-date",
    is_flag=True,
    help="Import a page with the updates of several dates as one resource for each date, published on that date.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_files(
    paths: tuple[Path, ...],
    slug: str,
    kind: str,
    audience: str,
    topics: tuple[str, ...],
    published_on: date | None,
    split_by_date: bool,  # noqa: FBT001 - a flag of the command
    as_json: bool,  # noqa: FBT001 - a flag of the command
) -> None:
    """Import files and folders. Names what it skips: duplicates, bad files, hidden files. Safe to run again."""
    facts = library_actions.Facts(
        kind=Kind(kind),
        audience=Audience(audience),
        topics=tuple(topics_from([], ",".join(topics))),
        published_on=published_on,
    )
    outcome: dict[str, list[dict[str, Any]]] = {"imported": [], "duplicates": [], "failed": [], "skipped": []}
    with open_database() as database, progress_bar("Importing") as progress:
        with database.reading() as db:
            organization_by_slug(db, slug)
        listing = import_paths.find(paths)
        outcome["skipped"] = [{"path": str(path), "reason": reason} for path, reason in listing.skipped]
        outcome["failed"] = [{"path": str(path), "error": sentence} for path, sentence in listing.unreadable]
        import_it = _import_by_date if split_by_date else _import_whole
        for done, path in enumerate(listing.files, 1):
            for result, entry in import_it(database, path, slug, facts):
                outcome[result].append(entry)
            progress(done, len(listing.files))
    _report_import(outcome, as_json=as_json)
    if outcome["failed"]:
        sys.exit(1)


def _import_by_date(database: Database, path: Path, slug: str, facts: library_actions.Facts) -> Iterator[Result]:
    """Add the update of each date in a file, each in its own transaction; a file without several dates as it is."""
    try:
        library_actions.check_name(path.name)
        split = splitting.split_stored(database.config, path, path.name)
    except (Refused, OSError) as error:
        yield "failed", {"path": str(path), "error": _sentence(error)}
        return
    if not split.parts:
        yield from _import_whole(database, path, slug, facts)
        return
    for part in splitting.planned(split, path.name):
        yield _import_part(database, path, slug, facts, part)
    if split.unread:
        yield "failed", {"path": str(path), "error": " ".join(split.unread)}


def _import_part(
    database: Database, path: Path, slug: str, facts: library_actions.Facts, part: splitting.Planned
) -> Result:
    """Add the update of one date; returns the result and its entry, with the date."""
    entry = {"path": str(path), "date": part.part.day.isoformat()}
    try:
        with database.writing() as db:
            (planned,) = splitting.with_duplicates(db, OPERATOR, [part])
            if planned.same:
                return "duplicates", {**entry, "resource": planned.same.id}
            (added,) = splitting.add(db, None, organization_by_slug(db, slug), facts, [planned], in_bulk=True)
            return "imported", {**entry, "resource": added.id}
    except (Refused, OSError) as error:
        return "failed", {**entry, "error": _sentence(error)}


def _import_whole(database: Database, path: Path, slug: str, facts: library_actions.Facts) -> Iterator[Result]:
    """Add one file as it is."""
    yield _import_one(database, path, slug, facts)


def _import_one(database: Database, path: Path, slug: str, facts: library_actions.Facts) -> Result:
    """Add one file in its own transaction; returns the result (a key of the report) and its entry there."""
    try:
        library_actions.check_name(path.name)
        with path.open("rb") as stream:
            stored = originals.store(database.config, stream)
        with database.writing() as db:
            if same := library_queries.resource_with_file(db, stored.sha256):
                return "duplicates", {"path": str(path), "resource": same.id}
            file = library_actions.File(stored, path.name)
            added = library_actions.add(db, None, organization_by_slug(db, slug), facts, file, in_bulk=True)
            return "imported", {"path": str(path), "resource": added.id}
    except (Refused, OSError) as error:
        return "failed", {"path": str(path), "error": _sentence(error)}


def _sentence(error: Refused | OSError) -> str:
    """Return why a file wasn't imported."""
    return f"The file can’t be read: {error.strerror}." if isinstance(error, OSError) else str(error)


def _report_import(outcome: dict[str, list[dict[str, Any]]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False, indent=2))
        return
    for entry in outcome["duplicates"]:
        click.echo(f"Already in the hub as resource {entry['resource']}: {_name(entry)}")
    for entry in outcome["failed"]:
        click.echo(f"Not imported: {_name(entry)}: {entry['error']}", err=True)
    for line in import_paths.sentences((entry["path"], entry["reason"]) for entry in outcome["skipped"]):
        click.echo(line)
    counts = {result: dates.number(len(entries)) for result, entries in outcome.items()}
    click.echo("{imported} imported, {duplicates} already in the hub, {failed} failed.".format(**counts))


def _name(entry: dict[str, Any]) -> str:
    """Return the file of an entry, with the date of its part if it was split."""
    return f"{entry['path']} ({entry['date']})" if "date" in entry else str(entry["path"])
