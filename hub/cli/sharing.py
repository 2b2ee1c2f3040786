"""The command that prints every organization's standing."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from hub.cli.base import main
from hub.cli.opening import open_database
from hub.core import tables
from hub.core.dates import number, with_year
from hub.core.quarters import Quarter
from hub.members.rules.organizations import OrganizationKind
from hub.sharing.queries import quarters as quarters_queries
from hub.sharing.rules.standing import Standing


@main.command("sharing")
@click.argument("quarter")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="Format."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=None,
    help="File to write.",
)
def sharing_of(quarter: str, form: str, output: Path | None) -> None:
    """Print every organization's standing in a quarter.

    QUARTER is written like 2026Q3 or "Q3 2026". Each standing comes with counts of its evidence.
    """
    try:
        parsed_quarter = Quarter.parse_typed(quarter)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with open_database() as database, database.reading() as db:
        records = [row.as_json() for row in quarters_queries.sharing_of(db, parsed_quarter)]
    text = {"json": _as_json, "csv": _as_csv, "table": _as_table}[form](records)
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(f"Saved to {output}.", err=True)
    else:
        click.echo(text, nl=False)


def _as_json(records: list[dict[str, Any]]) -> str:
    return json.dumps(records, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _as_csv(records: list[dict[str, Any]]) -> str:
    cells = ([row[name] for name in SHARING_COLUMNS] for row in records)
    return tables.csv_of(tuple(SHARING_COLUMNS.values()), cells).decode("utf-8-sig")


def _as_table(records: list[dict[str, Any]]) -> str:
    table_rows = [list(SHARING_COLUMNS.values())] + [
        [_shown(name, row[name]) for name in SHARING_COLUMNS] for row in records
    ]
    widths = [max(len(row[i]) for row in table_rows) for i in range(len(SHARING_COLUMNS))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table_rows
    )
    return "\n".join(lines) + "\n"


# Columns: the keys in JSON, and the heads in CSV and in the printed table.
SHARING_COLUMNS = {
    "organization": "Organization",
    "kind": "Kind",
    "standing": "Standing",
    "downloads": "Downloads",
    "forwards": "Forwards",
    "declared": "Reported",
    "confirmed_on": "Confirmed on",
    "confirmed_by": "Confirmed by",
    "late": "Late",
}


def _shown(name: str, value: Any) -> str:
    """Return a value for the printed table: labels instead of codes, and American dates."""
    if name in _NAMED:
        return _NAMED[name](value).label
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return number(value)
    return with_year(value) if isinstance(value, date) else value or ""


_NAMED: dict[str, type[OrganizationKind | Standing]] = {"kind": OrganizationKind, "standing": Standing}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else value
