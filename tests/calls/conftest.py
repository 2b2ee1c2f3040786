"""Fixtures: a small alliance with a year of calls, and a clock that tests set."""

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
    """Set the clock with ``set_clock("2026-11-16T11:45")``, in New York time; it keeps running from there."""

    def set_to(moment: str) -> None:
        start = datetime.fromisoformat(moment).replace(tzinfo=EASTERN).astimezone(UTC)
        set_at = datetime.now(UTC)
        monkeypatch.setattr(clock, "now", lambda: start + (datetime.now(UTC) - set_at))

    set_to("2026-11-16T11:45")
    return set_to


@pytest.fixture
def alliance(database: Database, set_clock: SetClock) -> None:
    """Add Lakeshore with three people, Prairie, a BFF, and the host; schedule two years of calls."""
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
