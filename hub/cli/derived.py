"""Commands that update, rebuild and check data: catch-up, rebuild, verify."""

import sys

import click

from hub import worker
from hub.cli.base import main
from hub.cli.opening import open_database
from hub.cli.terminal import progress_bar
from hub.core import dates
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts, recognizing
from hub.library.derive.previews import making
from hub.library.extract.reader import Reader
from hub.members.rules.permissions import OPERATOR
from hub.migrations import schema
from hub.operations.queries import integrity as integrity_queries
from hub.overview.queries import attention as attention_queries
from hub.search import derive, index
from hub.sharing.queries.checking import altered_records


@main.command("catch-up")
def catch_up() -> None:
    """Run the worker's steps until nothing is left to do."""
    with open_database() as database:
        with progress_bar("Reading files") as progress:
            page_texts.catch_up(database, progress=progress)
        index.catch_up(database)
        _draw(database)
        _recognize(database)
        _encode(database)
        worker.catch_up(database)
    click.echo("Everything is up to date.")


def _draw(database: Database) -> None:
    with progress_bar("Drawing pages") as progress:
        making.catch_up(database, progress=progress)


def _recognize(database: Database) -> None:
    with progress_bar("Reading pictures") as progress, Reader() as reader:
        recognizing.catch_up(database, reader, progress=progress)


def _encode(database: Database) -> None:
    with progress_bar("Encoding pages") as progress:
        derive.catch_up(database, progress=progress)


@main.command()
@click.option("--pages", is_flag=True, help="Rebuild the page texts.")
@click.option("--previews", is_flag=True, help="Rebuild the previews.")
@click.option("--index", "rebuild_index", is_flag=True, help="Rebuild the search index.")
@click.option("--vectors", is_flag=True, help="Rebuild the vectors for search by meaning.")
def rebuild(pages: bool, previews: bool, rebuild_index: bool, vectors: bool) -> None:  # noqa: FBT001 - flags of the command
    """Rebuild page texts, previews, the search index and vectors. Without options, rebuilds all of them."""
    everything = not (pages or previews or rebuild_index or vectors)
    with open_database() as database:
        if pages or everything:
            with database.writing() as db:
                library_actions.discard_page_texts(db)
            with progress_bar("Reading files") as progress:
                page_texts.catch_up(database, progress=progress)
        if previews or everything:
            making.delete_all(database)
        if rebuild_index or everything:
            with progress_bar("Building the index") as progress:
                index.rebuild(database, progress)
        _draw(database)
        if vectors or everything:
            derive.delete_all(database)
        _recognize(database)
        _encode(database)
        worker.catch_up(database)
    click.echo("Rebuilt.")


@main.command()
def verify() -> None:
    """Check the hub's data for damage and changes.

    Checks the database, stored files, page texts, the search index, confirmations and audit packets. If there are
    problems, lists them and exits with 1. A restored hub has no index yet, which is no problem.
    """
    with open_database(migrated=False) as database:
        if damage := integrity_queries.database_problems(database):
            for problem in damage:
                click.echo(problem)
            click.echo("The database is damaged. Restore a backup: hub restore FOLDER --replace.", err=True)
            sys.exit(1)
        schema.upgrade(database)
        with progress_bar("Checking files") as progress:
            problems = page_texts.file_problems(database, progress)
        if index.was_ever_built(database.config):
            problems += [*index.audit_index(database), *derive.problems(database)]
        else:
            click.echo("There is no search index yet. Start the hub, or run hub catch-up, to build it.", err=True)
        with database.reading() as db:
            changed = altered_records(db)
            unread = sum(attention_queries.counts(db, OPERATOR).values())
    for problem in (*problems, *changed):
        click.echo(problem)
    if unread:
        click.echo(
            f"{dates.plural(unread, 'file wasn’t', 'files weren’t')} read in full. Run hub attention to list them."
        )
    if problems:
        click.echo(
            f"{dates.plural(len(problems), 'problem')} found. Run hub rebuild to repair page texts, previews and the "
            "search index. Restore missing files from a backup.",
            err=True,
        )
    if changed:
        click.echo(
            f"{dates.plural(len(changed), 'record was', 'records were')} altered. Compare the database with a backup.",
            err=True,
        )
    if problems or changed:
        sys.exit(1)
    click.echo("No problems found.")
