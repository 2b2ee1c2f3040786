"""Adding files from the command line: import."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from hub.cli.base import DAY, main, organization_named, progress_bar, rows
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library.files import originals
from hub.library.rules import Audience, Kind, topics_from


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--organization", "slug", required=True, help="The slug of the organization that they belong to.")
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), required=True)
@click.option("--audience", type=click.Choice([str(one) for one in Audience]), default="network", show_default=True)
@click.option("--topic", "topics", multiple=True, help="A topic of the Big 6 or a free tag; may be given again.")
@click.option(
    "--published-on",
    type=DAY,
    default=None,
    help="Such as 11/30/2026, Nov 30 or 2026-11-30; default: each document's own date.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what happened as JSON.")
def import_files(
    paths: tuple[Path, ...],
    slug: str,
    kind: str,
    audience: str,
    topics: tuple[str, ...],
    published_on: date | None,
    as_json: bool,  # noqa: FBT001 - a flag of the command
) -> None:
    """Add files, and the files in folders. A duplicate or a bad file is reported and skipped; may be run again."""
    facts = library_actions.Facts(
        kind=Kind(kind),
        audience=Audience(audience),
        topics=tuple(topics_from([], ",".join(topics))),
        published_on=published_on,
    )
    outcome: dict[str, list[dict[str, Any]]] = {"imported": [], "duplicates": [], "failed": []}
    with rows() as database, progress_bar("Importing") as progress:
        with database.reading() as db:
            organization_named(db, slug)
        found = list(_files_in(paths))
        for done, path in enumerate(found, 1):
            sort, entry = _import_one(database, path, slug, facts)
            outcome[sort].append(entry)
            progress(done, len(found))
    _report_import(outcome, as_json=as_json)
    if outcome["failed"]:
        sys.exit(1)


def _files_in(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files that were named, and those in the folders that were, in order; hidden ones are left out."""
    for path in paths:
        if path.is_dir():
            inside = (one for one in sorted(path.rglob("*")) if one.is_file())
            yield from (one for one in inside if not any(part.startswith(".") for part in one.relative_to(path).parts))
        else:
            yield path


def _import_one(database: Database, path: Path, slug: str, facts: library_actions.Facts) -> tuple[str, dict[str, Any]]:
    """Add one file in a transaction of its own; answers where it belongs in the report, and its entry."""
    try:
        library_actions.check_name(path.name)
        with path.open("rb") as stream:
            stored = originals.store(database.config, stream)
        with database.writing() as db:
            if same := library_queries.known_file(db, stored.sha256):
                return "duplicates", {"path": str(path), "resource": same.id}
            added = library_actions.add(
                db, None, organization_named(db, slug), facts, library_actions.File(stored, path.name)
            )
            return "imported", {"path": str(path), "resource": added.id}
    except (Refused, OSError) as error:
        sentence = f"The file can't be read: {error.strerror}." if isinstance(error, OSError) else str(error)
        return "failed", {"path": str(path), "error": sentence}


def _report_import(outcome: dict[str, list[dict[str, Any]]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False, indent=2))
        return
    for entry in outcome["duplicates"]:
        click.echo(f"In the hub already as resource {entry['resource']}: {entry['path']}")
    for entry in outcome["failed"]:
        click.echo(f"Not imported: {entry['path']}: {entry['error']}", err=True)
    counts = {sort: len(entries) for sort, entries in outcome.items()}
    click.echo("Imported {imported}, in the hub already {duplicates}, failed {failed}.".format(**counts))
