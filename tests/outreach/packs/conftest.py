"""Fixtures: a member with stakeholders, a mail server, and a pack that was sent."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from config import Config
from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.library.rules import Kind, PageKind
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.actions import stakeholders as stakeholders_actions
from tests.mailserver import MailServer, a_mail_server
from tests.outreach.packs.drafting import PEOPLE, a_draft, links_in, send
from tests.world import SignIn, a_person, a_resource, an_organization


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture
def config(config: Config, mail_server: MailServer) -> Config:
    """The settings, with a mail server."""
    return replace(config, MAIL_URL=mail_server.url)


@pytest.fixture
def world(database: Database) -> Database:
    """Ana's organization with three stakeholders; another one published two resources and a weekly update."""
    today = clock.today(database.config.zone)
    with database.writing() as db:
        lakeshore, prairie = an_organization(db, "Lakeshore"), an_organization(db, "Prairie")
        host = an_organization(db, kind=OrganizationKind.HOST)
        ana = a_person(db, lakeshore, Role.REPRESENTATIVE, "ana@lakeshore.example", "Ana Peña")
        a_person(db, lakeshore, email="dee@lakeshore.example", name="Dee")
        otto = a_person(db, prairie, email="otto@prairie.example", name="Otto")
        a_person(db, host, Role.COORDINATOR, "coordinator@hub.example")
        shared: dict[str, Any] = {"published_on": today, "created_by": otto}
        a_resource(db, prairie, "Apprenticeships that last", ["one", "two", "three"], topics=["workforce"], **shared)
        a_resource(
            db, prairie, "Castings guide", ["alloys", "gates"], topics=["supply-chain"], summary="How to.", **shared
        )
        a_resource(
            db,
            prairie,
            "Weekly update",
            ["first item", "second item"],
            Kind.BRIEFING,
            page_kind=PageKind.ITEM,
            **shared,
        )
        stakeholders_actions.import_list(db, ana, PEOPLE)
    return database


@pytest.fixture
def sent(world: Database, sign_in: SignIn, mail_server: MailServer) -> str:
    """The path of Maria's link in a pack that was sent to the board."""
    send(sign_in("ana@lakeshore.example"), a_draft(sign_in("ana@lakeshore.example")))
    worker.catch_up(world)
    [got] = mail_server.to("maria@shops.example")
    return links_in(got.part("text/plain"))[-1]
