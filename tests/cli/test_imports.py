"""What commands import: help imports no room, and a command imports only what it runs."""

import json
import subprocess
import sys

import click
import pytest

from config import ROOT
from hub.cli.base import MODULES, SUMMARIES, main

WEB = ("flask", "jinja2", "waitress", "wtforms", "flask_wtf", "flask_login")
DATABASE = ("sqlalchemy",)
MIGRATING = ("alembic", "mako")
SEARCH = ("whoosh", "Stemmer")
NUMBERS = ("numpy",)
FILES = ("pypdfium2", "pptx", "docx", "openpyxl")
PICTURES = ("PIL", "pi_heif", "lxml")
MADE_FILES = ("fpdf", "fontTools", "xlsxwriter")
CALENDARS = ("icalendar",)
PEOPLE = ("webauthn", "authlib", "joserfc", "zxcvbn", "segno", "requests")
PASSWORDS = ("argon2", "pyotp")
ADDRESSES = ("email_validator",)
TEXTS = ("bleach", "markdown_it", "nh3")
MAIL = ("aiosmtpd",)
EVERYTHING = frozenset(
    (*WEB, *DATABASE, *MIGRATING, *SEARCH, *NUMBERS, *FILES, *PICTURES, *MADE_FILES, *CALENDARS, *PEOPLE, *PASSWORDS,
     *ADDRESSES, *TEXTS, *MAIL)
)  # fmt: skip
WORKER = (*SEARCH, *NUMBERS, *CALENDARS, *PASSWORDS, *ADDRESSES, *TEXTS)

# What the module of each command may import of them, besides the hub's own code; all others may not be imported.
# Migrations are imported by commands that find something to migrate. Programs that read untrusted files (FILES,
# PICTURES) run in other processes, and of these only where someone waits at the terminal.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "attention": DATABASE,
    "audit_packets": ("xlsxwriter",),
    "backups": DATABASE,
    "database": DATABASE,
    "demo": (
        *(*DATABASE, *SEARCH, *NUMBERS, *FILES, *PICTURES),
        *(*MADE_FILES, *CALENDARS, *PASSWORDS, *ADDRESSES, *TEXTS),
    ),
    "derived": (*DATABASE, *WORKER),
    "doctor": (*DATABASE, *SEARCH, *NUMBERS, *TEXTS),
    "exporting": (*DATABASE, *SEARCH, *NUMBERS, *PICTURES, *MADE_FILES, *CALENDARS),
    "importing": (*DATABASE, "pypdfium2", *PICTURES, *CALENDARS),
    "keys": (),
    "mail_in": (*DATABASE, *MAIL, *ADDRESSES),
    "people": (*DATABASE, *SEARCH, *NUMBERS, *CALENDARS, *PASSWORDS, *ADDRESSES),
    "running": (*DATABASE, *WEB, *WORKER, "xlsxwriter"),
    "searching": (*DATABASE, *SEARCH, *NUMBERS),
    "sharing": (*DATABASE, "xlsxwriter"),
    "working": (*DATABASE, *WORKER),
}
ROOMS = ("members", "library", "search", "sharing", "outreach", "calls", "joining", "overview", "operations", "mail")


def imported_by(program: str) -> set[str]:
    """Return the modules that a fresh process has imported when it has run ``program``."""
    words = [
        sys.executable,
        "-c",
        f"{program}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)",
    ]
    run = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(json.loads(run.stderr.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("words", [["--help"], ["--version"], [], ["no-such-command"]], ids=" ".join)
def test_help_imports_no_room_and_no_library_of_one(words: list[str]) -> None:
    modules = imported_by(
        f"import contextlib\nfrom hub.cli.base import main\nwith contextlib.suppress(SystemExit):\n    main({words})"
    )
    assert "click" in modules
    assert packages(modules) & EVERYTHING == set()
    assert [room for room in ROOMS if f"hub.{room}" in modules] == []


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_a_command_imports_only_what_it_runs(module: str) -> None:
    modules = imported_by(f"import hub.cli.{module}")
    assert f"hub.cli.{module}" in modules
    assert packages(modules) & EVERYTHING - set(MAY_IMPORT[module]) == set()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_help_says_of_each_command_the_first_sentence_of_its_own_help(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command
    help_text = " ".join((command.help or "").split())
    assert help_text.startswith(SUMMARIES[name])
    assert SUMMARIES[name].count(".") == 1
    assert list(SUMMARIES) == sorted(MODULES)
