"""Entry point of `python -m hub.cli`."""

from hub.cli.base import main

main(prog_name="hub")
