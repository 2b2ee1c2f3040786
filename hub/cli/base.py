"""The command group. It imports the module of a command when the command is called, and no room itself."""

import gc
import os
import sys
from importlib import import_module
from typing import Any

import click
from click.formatting import HelpFormatter

from config import WrongSettingError
from hub.core.errors import NotFound, Refused

# The module of each command, imported when the command is called: importing the web server, fonts and Office formats
# takes longer than most commands take to run.
MODULES = {
    "attention": "attention",
    "backup": "backups",
    "catch-up": "derived",
    "db": "database",
    "demo": "demo",
    "doctor": "doctor",
    "export": "exporting",
    "import": "importing",
    "key": "keys",
    "mail-in": "mail_in",
    "organization": "people",
    "person": "people",
    "rebuild": "derived",
    "restore": "backups",
    "search": "searching",
    "serve": "running",
    "sharing": "sharing",
    "verify": "derived",
    "verify-packet": "audit_packets",
    "worker": "working",
}
# What `hub --help` says of each command without importing it: the first sentence of its own help.
SUMMARIES = {
    "attention": "List resources of which something couldn't be read, newest first.",
    "backup": "Back up the hub to the folder TARGET, also while it runs.",
    "catch-up": "Run the worker's steps until nothing is left to do.",
    "db": "Manage the database.",
    "demo": "Load the demo world into an empty hub.",
    "doctor": "Examine the installation, and say what to do.",
    "export": "Write everything the hub has about a person to FILE, a zip with JSON.",
    "import": "Import files and folders.",
    "key": "Manage the key that signs sessions and links.",
    "mail-in": "Receive mail for log addresses and bounces.",
    "organization": "Manage organizations: members, BFFs and the host.",
    "person": "Manage people who can sign in.",
    "rebuild": "Rebuild page texts, previews, the search index and vectors.",
    "restore": "Restore a hub from a backup in the folder SOURCE, into this installation.",
    "search": "Search for resources and show the best page of each.",
    "serve": "Run the web server and the worker.",
    "sharing": "Print every organization's standing in a quarter.",
    "verify": "Check the hub's data for damage and changes.",
    "verify-packet": "Check an audit packet without the hub's database.",
    "worker": "Run only the worker.",
}


class Hub(click.Group):
    """A command group that imports commands lazily, and turns refusals into errors with exit status 1."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        return sorted(MODULES)

    def format_commands(self, context: click.Context, formatter: HelpFormatter) -> None:
        """Write the list of commands from their summaries, which imports none of them."""
        names = self.list_commands(context)
        longest = formatter.width - 6 - max(len(name) for name in names)
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, click.Command(name, help=SUMMARIES[name]).get_short_help_str(longest)) for name in names]
            )

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the named command, or None."""
        if name in MODULES:
            _import(f"hub.cli.{MODULES[name]}")
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> Any:
        """Run the command, and report refusals on stderr."""
        try:
            return super().invoke(context)
        except (Refused, WrongSettingError) as refused:
            raise click.ClickException(str(refused)) from refused
        except NotFound as missing:
            message = "Not found in this hub."
            raise click.ClickException(message) from missing
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # has its own sentence
        except Exception as failure:
            # Imports SQLAlchemy, which help and commands without a database don't need.
            from hub.core import failures  # noqa: PLC0415 - slow, and rarely needed

            if not (sentence := failures.sentence_of(failure)):
                raise
            raise click.ClickException(sentence) from failure


def _import(module: str) -> None:
    """Import the module of a command. What it makes lives as long as the process, so the garbage collector skips it.

    Otherwise the collector looks through all of it while it is imported, and again when the command ends: a fifth of
    the time of a short command.
    """
    if module in sys.modules:
        return
    gc.disable()
    try:
        import_module(module)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=Hub, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amcc-hub", prog_name="hub")
def main() -> None:
    """Run and manage an AMCC Resource Hub."""
    os.umask(0o077)  # database, files and keys are readable only by the hub's own user
