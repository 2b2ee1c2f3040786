"""Creation of audit packets, and the chain from quarter to quarter."""

import json
import re
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.core.archive import files_in
from hub.core.db import Database
from hub.core.errors import NotFound, Refused
from hub.core.quarters import Quarter
from hub.members.actions import organizations as organizations_actions
from hub.members.models import Organization, Person
from hub.members.rules.membership import Period
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import Permission
from hub.sharing.actions import audit_packets as audit_packets_actions
from hub.sharing.actions import declarations as declarations_actions
from hub.sharing.models import AuditPacket
from hub.sharing.queries import audit_packets as audit_packets_queries
from hub.sharing.queries import entries as entries_queries
from hub.sharing.rules.audit_packet_check import check_packet
from hub.sharing.rules.audit_packets import EVENTS
from tests.serving import TIMEOUT
from tests.sharing.packets import JULY, Q2, Q3, a_world, make
from tests.world import SignIn


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr("hub.core.clock.now", lambda: JULY)
    monkeypatch.setattr("hub.members.login._has_expired", lambda *_: False)
    a_world(database)
    return database


@pytest.mark.both_databases
def test_a_packet_is_created_by_a_post_and_its_digest_is_shown(
    world: Database, sign_in: SignIn, tmp_path: Path
) -> None:
    browser = sign_in("rita@prairie.example")
    assert "Create packet" in browser.get("/sharing/2026Q2/packet").text
    assert "/sharing/2026Q2/packet" in browser.get("/sharing/2026Q2").text
    page = browser.post("/sharing/2026Q2/packet", follow_redirects=True).text
    [digest] = re.findall(r'value="([0-9a-f]{64})"', page)
    [address] = re.findall(r'href="(/sharing/packets/\d+)"', page)
    answer = browser.get(address)
    assert answer.mimetype == "application/zip"
    assert f"audit-packet-prairie-works-2026Q2-{digest[:8]}.zip" in answer.headers["Content-Disposition"]
    assert check_packet(answer.data).digest == digest
    unchanged = browser.post("/sharing/2026Q2/packet", follow_redirects=True).text
    assert "Nothing has changed" in unchanged
    assert unchanged.count("Manifest fingerprint (SHA-256)") == 1
    assert sign_in("coordinator@hub.example").get(address).data == answer.data
    assert sign_in("bo@delta.example").get(address).status_code == 200
    assert sign_in("dora@delta.example").get(address).status_code == 404


def test_people_who_may_not_create_a_packet_are_not_offered_it(world: Database, sign_in: SignIn) -> None:
    for who in ("ana@prairie.example", "bo@delta.example"):
        browser = sign_in(who)
        assert "Create packet" not in browser.get("/sharing/2026Q2/packet?organization=prairie-works").text
        assert browser.post("/sharing/2026Q2/packet?organization=prairie-works").status_code == 404
    assert sign_in("dora@delta.example").get("/sharing/2026Q2/packet?organization=prairie-works").status_code == 403
    coordinator = sign_in("coordinator@hub.example")
    page = coordinator.post("/sharing/2026Q2/packet?organization=prairie-works", follow_redirects=True)
    assert "is ready" in page.text
    for quarter in ("2025Q4", "2026Q4", "nonsense"):
        address = f"/sharing/{quarter}/packet?organization=prairie-works"
        assert coordinator.get(address).status_code == 404
        assert coordinator.post(address).status_code in {404, 422}
    with world.writing() as db:
        ana = db.scalars(select(Person).where(Person.email == "ana@prairie.example")).one()
        with pytest.raises(NotFound):
            audit_packets_actions.make_packet(db, ana, ana.organization, Q2)
    with pytest.raises(Refused, match="no sharing log for Q4 2025"):
        make(world, Quarter(2025, 4))


@pytest.mark.both_databases
def test_quarters_are_chained_and_a_later_entry_leads_to_a_new_packet_that_names_the_old_one(world: Database) -> None:
    third = make(world, Q3)
    assert check_packet(third.content).chain == ("2026Q2", "2026Q1")
    with world.reading() as db:
        packets = audit_packets_queries.last_packets(db, db.get_one(Organization, third.organization_id))
        assert list(packets) == ["2026Q1", "2026Q2", "2026Q3"]
        assert json.loads(third.manifest)["previous"] == {"quarter": "2026Q2", "sha256": packets["2026Q2"].digest}
    with world.writing() as db:
        rita = db.scalars(select(Person).where(Person.email == "rita@prairie.example")).one()
        [line] = [
            line
            for line in entries_queries.events_of(db, rita.organization, [Q2])
            if line.event.resource.title == "Toolkit"
        ]
        declarations_actions.retract(
            db, rita, entries_queries.event_for(db, rita, line.event.id, Permission.DECLARE), "A mistake."
        )
    second = make(world, Q2)
    assert json.loads(second.manifest)["replaces"] == packets["2026Q2"].digest
    assert check_packet(second.content).problems == ()
    assert b"superseded" in files_in(second.content)[EVENTS]
    assert check_packet(third.content).problems == (), "packets that were handed out stay valid"
    newer = make(world, Q3)
    assert json.loads(newer.manifest)["previous"]["sha256"] == second.digest
    assert newer.replaces_id == third.id


def test_the_chain_crosses_a_gap_in_the_membership(world: Database) -> None:
    _set_periods(world, (date(2025, 5, 1), date(2025, 8, 31)), (date(2026, 1, 20), None))
    packet = make(world, Q2)
    checked = check_packet(packet.content)
    assert checked.problems == ()
    assert checked.chain == ("2026Q1", "2025Q4", "2025Q3", "2025Q2")
    manifests = audit_packets_queries.manifests_before
    with world.reading() as db:
        chain = {
            quarter: json.loads(text) for quarter, text in manifests(db, db.get_one(AuditPacket, packet.id)).items()
        }
    assert {quarter: manifest["due"] for quarter, manifest in chain.items()} == {
        "2026Q2": True, "2026Q1": True, "2025Q4": False, "2025Q3": False, "2025Q2": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("joined", "chain"),
    [(date(2025, 11, 3), ("2026Q1", "2025Q4")), (date(2026, 1, 20), ("2026Q1",)), (date(2026, 4, 1), ())],
)
def test_a_new_chain_begins_when_the_day_of_joining_is_corrected(
    world: Database, joined: date, chain: tuple[str, ...]
) -> None:
    old = make(world, Q2)
    _set_periods(world, (joined, None))
    new = make(world, Q2)
    assert check_packet(new.content).problems == ()
    assert check_packet(new.content).chain == chain
    assert (new.id == old.id) == (joined == date(2026, 1, 20))
    assert check_packet(old.content).problems == (), "packets that were handed out stay valid"


def _set_periods(world: Database, *days: tuple[date, date | None]) -> None:
    with world.writing() as db:
        prairie = db.scalars(select(Organization).where(Organization.slug == "prairie-works")).one()
        periods = [Period(OrganizationKind.MEMBER, joined, left) for joined, left in days]
        organizations_actions.change_membership(db, None, prairie, periods)


@pytest.mark.both_databases
def test_two_people_who_create_a_packet_at_once_get_the_same_one(world: Database) -> None:
    together = threading.Barrier(2, timeout=TIMEOUT)
    trouble: list[BaseException] = []

    def make_as(email: str) -> None:
        together.wait()
        try:
            make(world, Q2, email)
        except BaseException as error:  # noqa: BLE001 - a thread's error would be lost
            trouble.append(error)

    people = ("rita@prairie.example", "coordinator@hub.example")
    threads = [threading.Thread(target=make_as, args=(email,)) for email in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert trouble == []
    with world.reading() as db:
        assert db.scalar(select(func.count(AuditPacket.id))) == 2, "one for each quarter"


@pytest.mark.both_databases
def test_the_first_quarter_of_a_year_follows_the_last_one_of_the_year_before(
    world: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_years_eve = datetime(2027, 1, 1, 4, 59, tzinfo=UTC)  # one minute to midnight in New York
    monkeypatch.setattr("hub.core.clock.now", lambda: new_years_eve)
    with pytest.raises(Refused):
        make(world, Quarter(2027, 1))
    monkeypatch.setattr("hub.core.clock.now", lambda: new_years_eve + timedelta(minutes=1))
    assert check_packet(make(world, Quarter(2027, 1)).content).chain == ("2026Q4", "2026Q3", "2026Q2", "2026Q1")
