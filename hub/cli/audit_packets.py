"""The command that checks an audit packet."""

import sys
from datetime import datetime
from pathlib import Path

import click

from hub.cli.base import main
from hub.core.dates import moment_with_year, plural
from hub.core.errors import Refused
from hub.core.quarters import Quarter
from hub.sharing.rules.audit_packet_check import LARGEST, Verdict, check_packet
from hub.sharing.rules.standing import Standing


@main.command("verify-packet")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--digest", default="", help="The manifest's SHA-256, as shown in the hub.")
def verify_packet(file: Path, digest: str) -> None:
    """Check an audit packet without the hub's database. If there are problems, lists them and exits with 1."""
    try:
        with file.open("rb") as stream:
            packet = stream.read(LARGEST + 1)
    except OSError as error:
        message = f"The file can't be read: {error.strerror}."
        raise Refused(message) from error
    verdict = check_packet(packet)
    problems = list(verdict.problems)
    if digest and digest.strip().lower() != verdict.digest:
        problems.append(f"The manifest's SHA-256 is {verdict.digest or 'unknown'}, not the one that you entered.")
    for problem in problems:
        click.echo(_printable(problem))
    if problems:
        click.echo(f"{file.name} isn't intact: {plural(len(problems), 'problem')} found.", err=True)
        sys.exit(1)
    for line in _report(verdict):
        click.echo(_printable(line))


def _report(verdict: Verdict) -> list[str]:
    manifest = verdict.manifest
    chain = ", ".join(map(_label, verdict.chain)) or "none, since this is the first quarter"
    return [
        f"{manifest['organization'].get('name')}, {_label(manifest['quarter'])}: {Standing(manifest['standing']).label}",
        (
            f"{plural(manifest['entries'], 'entry', 'entries')} and {plural(manifest['confirmations'], 'confirmation')}, "
            f"created {_moment(manifest['made_at'])} by {manifest['made_by']}"
        ),
        f"Earlier quarters in the chain: {chain}",
        f"SHA-256 of the manifest: {verdict.digest}",
        (
            "The packet is intact. Compare the SHA-256 with the one shown in the hub or named in the next quarter's packet."
        ),
    ]


def _label(quarter: str) -> str:
    return Quarter.parse(quarter).label


def _moment(text: str) -> str:
    """Return a manifest's time for people, or unchanged if a forged packet has something else there."""
    try:
        return moment_with_year(datetime.fromisoformat(text))
    except ValueError:
        return text


def _printable(text: str) -> str:
    """Return the text with unprintable characters replaced: a forged packet must not control the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
