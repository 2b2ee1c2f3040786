"""Makes `python -m hub.cli` run the `hub` command."""

from hub.cli.base import main

main(prog_name="hub")
