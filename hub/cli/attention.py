"""The command that lists files that weren't read in full."""

import json

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core.dates import plural
from hub.members.rules.permissions import OPERATOR
from hub.overview.queries import attention as attention_queries


@main.command("attention")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_unread(as_json: bool) -> None:  # noqa: FBT001 - a flag of the command
    """List resources of which something couldn't be read, newest first."""
    with open_database() as database, database.reading() as db:
        entries = attention_queries.unread(db, OPERATOR, per_page=0)
    if as_json:
        click.echo(json.dumps(attention_queries.as_json(entries), ensure_ascii=False, indent=2))
        return
    click.echo(f"{plural(len(entries), 'file needs', 'files need')} attention")
    for entry in entries:
        click.echo(f"\n{entry.title}  [{entry.organization}, resource {entry.resource}]\n  {entry.state.label}")
        for sentence in entry.sentences:
            click.echo(f"  - {sentence}")
