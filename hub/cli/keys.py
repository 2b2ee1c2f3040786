"""hub key: replacing the secret key."""

import click

from config import Config
from hub.cli.base import main
from hub.core import clock, dates, in_use, secret_keys
from hub.core.errors import Refused


@main.group("key")
def key_group() -> None:
    """Manage the key that signs sessions and links."""


@key_group.command("rotate")
def rotate() -> None:
    """Make a new secret key. What the old key signed still works for HUB_SECRET_KEY_DAYS days."""
    config = Config.load()
    in_use.refuse_half_restored(config)
    if "SECRET_KEY" in config.given:
        raise Refused(
            "The secret key comes from the setting HUB_SECRET_KEY. To replace it, move its value to the front of "
            "HUB_SECRET_KEYS_OLD, enter a new one as HUB_SECRET_KEY, and restart the hub."
        )
    secret_keys.replace_key(config.INSTANCE, clock.now(), config.SECRET_KEY_DAYS)
    click.echo(
        f"There is a new secret key. What the old one signed still works for {dates.plural(config.SECRET_KEY_DAYS, 'day')}."
    )
    click.echo("Now restart hub serve, hub worker and hub mail-in, all at once: until then they use the old key.")
