"""Commands for organizations and people: organization add, person add, person erase."""

import sys
from datetime import date

import click

from hub.cli.base import main
from hub.cli.lookups import organization_by_slug, person_with_email
from hub.cli.opening import open_database
from hub.cli.terminal import DAY
from hub.core.errors import Refused
from hub.members import credentials
from hub.members import queries as members_queries
from hub.members.actions import factors as factors_actions
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions import signing_in as signing_in_actions
from hub.members.rules.organizations import OrganizationKind, Role
from hub.overview import actions as overview_actions


@main.group()
def organization() -> None:
    """Manage organizations: members, BFFs and the host."""


@organization.command("add")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice([str(kind) for kind in OrganizationKind]), required=True, help="Kind of organization."
)
@click.option("--slug", default="", help="Short name in links; default: created from the name.")
@click.option(
    "--joined",
    type=DAY,
    default=None,
    help="Date it joined, such as 11/30/2026, Nov 30 or 2026-11-30; default: today.",
)
def add_organization(name: str, kind: str, slug: str, joined: date | None) -> None:
    """Add an organization and print its slug."""
    with open_database() as database, database.writing() as db:
        added = organizations_actions.add_organization(
            db, None, name=name, kind=OrganizationKind(kind), slug=slug, joined_on=joined
        )
        click.echo(added.slug)


@main.group()
def person() -> None:
    """Manage people who can sign in."""


@person.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Remove the second factors of someone who lost them, at once. They are told by email."""
    with open_database() as database, database.writing() as db:
        owner = members_queries.person_by_email(db, email)
        if owner is None or not owner.is_active:
            raise Refused(f"No one with the address {email} can sign in.")
        if not credentials.factors_of(db, owner).any:
            raise Refused(f"{owner.name} has no second factor.")
        factors_actions.remove_all(db, None, owner, by="the hub’s operator")
        click.echo(f"{owner.email} signs in with the password alone.")


@person.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--organization", "slug", required=True, help="Slug of their organization.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="Role in the hub.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_person(email: str, name: str, slug: str, role: str, password_stdin: bool) -> None:  # noqa: FBT001 - a flag
    """Add a person. Without a password, prints an invitation link to send to them."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    with open_database() as database:
        with database.reading() as db:
            names = name, email, organization_by_slug(db, slug).name, database.config.HUB_NAME
        # Hash outside of a transaction, because hashing is slow.
        password_hash = signing_in_actions.hashed(password, names) if password_stdin else None
        with database.writing() as db:
            organization = organization_by_slug(db, slug)
            added = people_actions.add_person(
                db, None, organization, email=email, name=name, role=Role(role), password_hash=password_hash
            )
            if password_stdin:
                click.echo(f"{added.email} can sign in.")
            else:
                token = invitations_actions.invite(db, None, added)
                click.echo(f"{database.config.BASE_URL}/invitation/{token}")


@person.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase_person(email: str, yes: bool) -> None:  # noqa: FBT001 - a flag
    """Erase a person who asks for it. What they did stays on their organization's record, without their name."""
    with open_database() as database:
        with database.reading() as db:
            erased = person_with_email(db, email)
        if not yes:
            click.confirm(f"Erase {erased.name} ({erased.email})? This can't be undone.", abort=True, err=True)
        with database.writing() as db:
            former = overview_actions.erase_person(db, None, person_with_email(db, email))
    click.echo(f"Erased. The hub now calls them “{former}.” Backups still have their name until they are deleted.")
