"""hub backup and hub restore."""

import sys
import tempfile
from pathlib import Path

import click

from config import Config
from hub.cli.base import main
from hub.cli.opening import open_database
from hub.cli.terminal import progress_bar
from hub.core import dates, in_use, log
from hub.core.errors import Refused
from hub.migrations import schema
from hub.operations.actions import backing_up as backing_up_actions
from hub.operations.actions import restoring as restoring_actions
from hub.operations.actions.restoring import Migrations
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Keep
from hub.operations.store import staging, swap
from hub.operations.store.target import Target


class KeepOption(click.ParamType[Keep]):
    """Which backups to keep: 7d,4w,12m."""

    name = "counts"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> Keep:
        """Return the counts, or fail with a usage error."""
        if isinstance(value, Keep):
            return value
        try:
            return Keep.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, context)


@main.command()
@click.argument("target", required=False)
@click.option("--encrypt-to", multiple=True, metavar="KEY", help="age public key; may be repeated.")
@click.option("--keep", type=KeepOption(), help="Then delete older backups: keep 7d,4w,12m, for example.")
def backup(target: str | None, encrypt_to: tuple[str, ...], keep: Keep | None) -> None:
    """Back up the hub to the folder TARGET, also while it runs. Without TARGET, uses HUB_BACKUP_TO.

    Contains the database, files, keys and settings. What the folder already has isn't copied again.
    """
    with open_database(migrated=False) as database:
        place = target or database.config.BACKUP_TO
        if not place:
            raise click.UsageError("Name the folder to back up to, or set HUB_BACKUP_TO.")
        with progress_bar("Backing up files") as progress:
            made = backing_up_actions.back_up_and_record(database, Target.at(place), encrypt_to, keep, progress)
    click.echo(
        f"Backup {made.name}: {dates.plural(made.rows, 'record')}, {dates.plural(made.files, 'file')}. "
        f"New in the folder: {dates.file_size(made.new_bytes)}."
    )
    if made.dropped:
        click.echo(f"Deleted {dates.plural(made.dropped, 'older backup')}.")
    if made.problem:
        click.echo(made.problem, err=True)
        sys.exit(1)


@main.command()
@click.argument("source")
@click.option("--at", "name", default="", help="Name of the backup; default: the newest.")
@click.option("--replace", "replaces", is_flag=True, help="Move the hub that is there aside.")
@click.option("--identity", type=click.Path(path_type=Path), help="File with your age key, for an encrypted backup.")
@click.option(
    "--send-mail", "sends_mail", is_flag=True, help="Also send email that was waiting when the backup was made."
)
@click.option("--check", "only_checks", is_flag=True, help="Only check that the backup is complete and undamaged.")
@click.option("--list", "only_lists", is_flag=True, help="Only list the backups in the folder.")
def restore(source: str, name: str, identity: Path | None, **flags: bool) -> None:
    """Restore a hub from a backup in the folder SOURCE, into this installation.

    Everything is verified before anything is replaced. The database may be of the other kind. The hub must be stopped.
    """
    config = Config.load()
    log.set_up(config.LOG_FORMAT, "WARNING")
    target = Target.at(source)
    if flags["only_lists"]:
        _list(target, config)
        return
    if not flags["only_checks"] and _finished_swap(config):
        return
    opened = restoring_actions.opened(target, name, identity)
    if flags["only_checks"]:
        with tempfile.TemporaryDirectory() as folder, progress_bar("Checking") as progress:
            count = restoring_actions.check(opened, Path(folder), progress)
        click.echo(f"Backup {opened.name} is complete: {dates.plural(count, 'object')} checked.")
        return
    with progress_bar("Restoring files") as progress:
        restored = restoring_actions.restore(
            config, opened, Migrations(schema.upgrade, schema.knows),
            replaces=flags["replaces"], sends_mail=flags["sends_mail"], progress=progress,
        )  # fmt: skip
    for note in restored.notes:
        click.echo(note, err=True)
    click.echo(
        f"Restored backup {restored.name}: {dates.plural(restored.rows, 'record')}, {dates.plural(restored.files, 'file')}."
    )
    if restored.aside:
        click.echo(f"The old data is in {' and '.join(restored.aside)}. Delete it when you don’t need it anymore.")
    click.echo("Start the hub. It builds the search index and page pictures again.")


def _list(target: Target, config: Config) -> None:
    names = target.names()
    for name in names:
        try:
            manifest = target.manifest(name)
        except Refused as refused:
            click.echo(f"{name}  {refused}")
            continue
        made_at = dates.moment_with_year(backups_rules.made_at_of(name).astimezone(config.zone))
        encrypted = ", encrypted" if manifest.encrypted_to else ""
        click.echo(f"{name}  {made_at}, version {manifest.hub}{encrypted}")
    if not names:
        click.echo("There is no complete backup in this folder.")


def _finished_swap(config: Config) -> bool:
    """Finish a restore that was cut off while it swapped, if there is one."""
    plan = swap.pending(config)
    if plan is None:
        return False
    with in_use.stopped(config):
        staging.finish(config, plan)
    click.echo("The restore that was cut off is finished. Run hub verify, then start the hub.")
    return True
