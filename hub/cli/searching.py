"""The command that searches for resources."""

import json
from collections.abc import Iterator
from typing import Any

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core.dates import plural, with_year
from hub.core.errors import Refused
from hub.members import queries as members_queries
from hub.members.rules.permissions import OPERATOR
from hub.search.queries import results as results_queries
from hub.search.rules import results as results_rules


@main.command("search")
@click.argument("query")
@click.option("--as", "email", default="", help="Email address of the person to search as; default: search everything.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Maximum number of results.")
@click.option("--json", "as_json", is_flag=True, help="Print results and facets as JSON.")
def find(query: str, email: str, limit: int, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command
    """Search for resources and show the best page of each."""
    with open_database() as database, database.reading() as db:
        searcher: Any = OPERATOR
        if email and (searcher := members_queries.person_by_email(db, email)) is None:
            message = f"No one has the email address {email}."
            raise Refused(message)
        results = results_queries.search(db, searcher, results_rules.Query(text=query, per_page=limit))
    if as_json:
        click.echo(json.dumps(results_queries.as_json(results), ensure_ascii=False, indent=2))
        return
    for line in _lines_of(results):
        click.echo(line)


def _lines_of(results: results_rules.Results) -> Iterator[str]:
    """Yield the results as lines for a terminal."""
    yield from results.notes
    if results.also:
        yield f"Also searched: {', '.join(results.also)}."
    if results.did_you_mean:
        yield f"Did you mean “{results.did_you_mean}”?"
    yield f"{plural(results.total, 'resource')} found"
    for hit in results.hits:
        page = f", {hit.place_in_text}" if hit.place else ""
        yield f"\n{hit.title}{page}  [{hit.organization_name}, {with_year(hit.published_on)}, resource {hit.resource}]"
        if snippet := str(hit.snippet):
            yield f"  {snippet}"
        if hit.lacking:
            yield f"  Missing: {', '.join(hit.lacking)}"
