"""The `hub` command. Errors go to stderr; exit 1 for a refusal, 2 for wrong usage."""

from hub.cli import finding, library, mail_in, packets, people, running
from hub.cli.base import main

__all__ = ["finding", "library", "mail_in", "main", "packets", "people", "running"]
