"""hub export: everything the hub has about a person."""

from pathlib import Path

import click

from hub.cli.base import main
from hub.cli.lookups import person_with_email
from hub.cli.opening import open_database
from hub.core.dates import plural
from hub.overview import reports as overview_reports
from hub.overview.queries import personal_data as personal_data_queries


@main.command()
@click.option("--person", "email", required=True, help="Email address of the person.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(email: str, file: Path) -> None:
    """Write everything the hub has about a person to FILE, a zip with JSON. Replaces no file."""
    with open_database() as database, database.reading() as db:
        person = person_with_email(db, email)
        held = personal_data_queries.held_of(db, person)
        content, count = overview_reports.personal_data(person, held, database.config)
    try:
        with file.open("xb") as stream:
            file.chmod(0o600)
            stream.write(content)
    except FileExistsError:
        message = f"{file} exists already. Name another file, or delete that one first."
        raise click.ClickException(message) from None
    except OSError as error:
        message = f"{file} can't be written: {error.strerror}."
        raise click.ClickException(message) from error
    click.echo(f"Wrote {plural(count, 'row')} about {person.email} to {file}.")
