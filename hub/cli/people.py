"""Who takes part: organization add, person add."""

import sys
from datetime import date

import click

from hub.cli.base import DAY, main, organization_named, rows
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.rules.organizations import OrganizationKind, Role


@main.group()
def organization() -> None:
    """Members, BFFs and the host."""


@organization.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice([str(kind) for kind in OrganizationKind]), required=True)
@click.option("--slug", default="", help="Its name in addresses; made from the name when left out.")
@click.option(
    "--joined",
    type=DAY,
    default=None,
    help="The day it joined, such as 11/30/2026, Nov 30 or 2026-11-30; default: today.",
)
def add_organization(name: str, kind: str, slug: str, joined: date | None) -> None:
    """Add an organization; prints its slug."""
    with rows() as database, database.writing() as db:
        added = organizations_actions.add_organization(
            db, None, name=name, kind=OrganizationKind(kind), slug=slug, joined_on=joined
        )
        click.echo(added.slug)


@main.group()
def person() -> None:
    """People who may sign in."""


@person.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--organization", "slug", required=True, help="The slug of their organization.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_person(email: str, name: str, slug: str, role: str, password_stdin: bool) -> None:  # noqa: FBT001 - a flag
    """Add a person; without a password, prints an invitation link to hand over."""
    # Hashing is slow: it is done before the rows are held.
    password_hash = signing_in_actions.hashed(sys.stdin.readline().rstrip("\n"), email) if password_stdin else None
    with rows() as database, database.writing() as db:
        into = organization_named(db, slug)
        added = people_actions.add_person(
            db, None, into, email=email, name=name, role=Role(role), password_hash=password_hash
        )
        if password_stdin:
            click.echo(f"{added.email} may sign in.")
        else:
            token = invitations_actions.invite(db, None, added)
            click.echo(f"{database.config.BASE_URL}/invitation/{token}")
