"""What is derived from rows and files, and whether all is whole: catch-up, rebuild, verify."""

import sys

import click

from hub import worker
from hub.cli.base import main, progress_bar, rows
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making
from hub.search import index
from hub.sharing.queries.checking import altered_records


@main.command("catch-up")
def catch_up() -> None:
    """Run the worker's steps until nothing is left to do."""
    with rows() as database:
        with progress_bar("Reading files") as progress:
            page_texts.catch_up(database, progress=progress)
        index.catch_up(database)
        _draw(database)
        worker.catch_up(database)
    click.echo("Nothing is left to do.")


def _draw(database: Database) -> None:
    with progress_bar("Drawing pages") as progress:
        making.catch_up(database, progress=progress)


@main.command()
@click.option("--pages", is_flag=True, help="The pages that were read out of the files.")
@click.option("--index", "the_index", is_flag=True, help="The search index.")
def rebuild(pages: bool, the_index: bool) -> None:  # noqa: FBT001 - flags of the command
    """Throw derived data away and build it again (all of it, when nothing is named)."""
    everything = not (pages or the_index)
    with rows() as database:
        if pages or everything:
            with database.writing() as db:
                library_actions.forget_pages(db)
            with progress_bar("Reading files") as progress:
                page_texts.catch_up(database, progress=progress)
        if everything:
            making.forget(database)
        if the_index or everything:
            with progress_bar("Building the index") as progress:
                index.rebuild(database, progress)
        _draw(database)
        worker.catch_up(database)
    click.echo("Rebuilt.")


@main.command()
def verify() -> None:
    """Check files against their hashes, rows against files, the index against rows, the record against its digests."""
    with rows() as database:
        with progress_bar("Checking files") as progress:
            problems = page_texts.what_is_off(database, progress)
        problems += index.audit_index(database)
        with database.reading() as db:
            changed = altered_records(db)
    for problem in (*problems, *changed):
        click.echo(problem)
    if problems:
        click.echo(
            f"{len(problems)} things are off. hub rebuild mends what is derived; a backup has lost files.", err=True
        )
    if changed:
        click.echo(f"{len(changed)} of the record was changed. A backup has what was said.", err=True)
    if problems or changed:
        sys.exit(1)
    click.echo("Everything is as it should be.")
