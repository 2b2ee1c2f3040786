"""A small alliance with calls around a Monday, and a clock that tests set."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.calls.actions import series as series_actions
from hub.core import clock
from hub.core.db import Database
from hub.members.rules.organizations import OrganizationKind, Role
from tests.world import a_person, an_organization

EASTERN = ZoneInfo("America/New_York")
SetClock = Callable[[str], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """``set_clock("2026-11-16T11:45")``: from now on it is then, on the clocks of New York; time goes on from there."""

    def to(moment: str) -> None:
        then = datetime.fromisoformat(moment).replace(tzinfo=EASTERN).astimezone(UTC)
        began = datetime.now(UTC)
        monkeypatch.setattr(clock, "now", lambda: then + (datetime.now(UTC) - began))

    to("2026-11-16T11:45")
    return to


@pytest.fixture
def alliance(database: Database, set_clock: SetClock) -> None:
    """Lakeshore with a representative, an alternate and a contributor; Prairie; a BFF; the host. A year of calls."""
    with database.writing() as db:
        host = an_organization(db, "AMCC", kind=OrganizationKind.HOST)
        lakeshore = an_organization(db, "Lakeshore Forge", website="https://www.lakeshore.example/about")
        prairie = an_organization(db, "Prairie Works", joined_on=date(2026, 7, 1))
        atlas = an_organization(db, "Supply Atlas", kind=OrganizationKind.BFF)
        cora = a_person(db, host, Role.COORDINATOR, "cora@amcc.example", "Cora Lindqvist")
        a_person(db, host, Role.BOARD, "board@amcc.example", "Bo Board")
        a_person(db, lakeshore, Role.REPRESENTATIVE, "rosa@lakeshore.example", "Rosa Peña")
        a_person(db, lakeshore, Role.ALTERNATE, "tom@lakeshore.example", "Tom Vandersloot")
        a_person(db, lakeshore, email="keisha@lakeshore.example", name="Keisha Broadnax")
        a_person(db, prairie, Role.REPRESENTATIVE, "erik@prairie.example", "Erik Sørensen")
        a_person(db, atlas, Role.REPRESENTATIVE, "ingrid@gmail.com", "Ingrid Vasquez-Holm")
        series_actions.make_series(db, cora, date(2026, 1, 1), date(2026, 11, 16) + timedelta(days=366))
