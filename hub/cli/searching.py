"""Finding resources: search."""

import json
from collections.abc import Iterator
from typing import Any

import click

from hub.cli.base import main, rows
from hub.core.errors import Refused
from hub.members import queries as members_queries
from hub.members.rules.permissions import OPERATOR
from hub.search.queries import results as results_queries
from hub.search.rules import results as results_rules


@main.command("search")
@click.argument("query")
@click.option("--as", "email", default="", help="Search as this person; without it, as the operator who sees all.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print hits and facets as JSON.")
def find(query: str, email: str, limit: int, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command
    """Find resources, and the page in them."""
    with rows() as database, database.reading() as db:
        searcher: Any = OPERATOR
        if email and (searcher := members_queries.person_by_email(db, email)) is None:
            message = f"There is no one with the email address {email!r}."
            raise Refused(message)
        results = results_queries.search(db, searcher, results_rules.Query(text=query, per_page=limit))
    if as_json:
        click.echo(json.dumps(results_queries.as_json(results), ensure_ascii=False, indent=2))
        return
    for line in _lines_of(results):
        click.echo(line)


def _lines_of(results: results_rules.Results) -> Iterator[str]:
    """Yield what was found, as a person reads it in a terminal."""
    yield from results.notes
    yield f"{results.total:,} found"
    for hit in results_queries.as_json(results)["hits"]:
        place = f", {hit['page_kind']} {hit['page']}" if hit["page"] else ""
        yield f"\n{hit['title']}{place}  [{hit['organization']}, {hit['published_on']}, resource {hit['resource']}]"
        if hit["snippet"]:
            yield f"  {hit['snippet']}"
