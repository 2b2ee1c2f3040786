"""Audit packets: checked with nothing but themselves."""

import sys
from pathlib import Path

import click

from hub.cli.base import main
from hub.core.errors import Refused
from hub.sharing.rules.audit_packet_check import LARGEST, Verdict, check_packet


@main.command("verify-packet")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--digest", default="", help="The SHA-256 that the manifest must have, as the hub's page shows it.")
def verify_packet(file: Path, digest: str) -> None:
    """Check an audit packet with nothing but the packet: exit 1 and a list if anything is off."""
    try:
        with file.open("rb") as stream:
            packet = stream.read(LARGEST + 1)
    except OSError as error:
        message = f"The file can't be read: {error.strerror}."
        raise Refused(message) from error
    verdict = check_packet(packet)
    problems = list(verdict.problems)
    if digest and digest.strip().lower() != verdict.digest:
        problems.append(f"The manifest's SHA-256 is {verdict.digest or 'unknown'}, not the one that you gave.")
    for problem in problems:
        click.echo(_in_one_line(problem))
    if problems:
        click.echo(f"{file.name} isn't as the hub packed it: {len(problems)} things are off.", err=True)
        sys.exit(1)
    for line in _report(verdict):
        click.echo(_in_one_line(line))


def _report(verdict: Verdict) -> list[str]:
    said = verdict.manifest
    chain = ", ".join(verdict.chain) or "none: it is the first quarter"
    return [
        f"{said['organization'].get('name')}, {said['quarter']}: {said['standing']}",
        f"{said['entries']:,} entries and {said['confirmations']:,} confirmations, made on {said['made_at']} by {said['made_by']}",
        f"Follows the quarters {chain}",
        f"SHA-256 of the manifest: {verdict.digest}",
        "Everything in it is as the hub packed it. Compare the SHA-256 with the one in the hub or in the next quarter's packet.",
    ]


def _in_one_line(text: str) -> str:
    """Return what a file says of itself may hold anything: nothing of it steers the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
