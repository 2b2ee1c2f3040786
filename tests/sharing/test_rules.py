"""What counts as sharing, and the next step."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.quarters import Quarter
from hub.members.rules.membership import Access, Membership, Period
from hub.members.rules.organizations import OrganizationKind, Role
from hub.outreach.letters import ready_text
from hub.outreach.rules.links import LinkState, Offer, link_end, opens, state_of
from hub.sharing.rules.next_steps import QuarterFacts, Step, next_step
from hub.sharing.rules.standing import (
    Act,
    Standing,
    current_events,
    is_late,
    last_confirmation,
    objection_to_confirming,
    objection_to_day,
    standing,
)
from hub.sharing.rules.texts import download_name, joined_texts, shorten

NEW_YORK = ZoneInfo("America/New_York")
Q2 = Quarter(2026, 2)


@dataclass(frozen=True)
class Event:
    act: Act
    happened_on: date
    id: int = 0
    supersedes_id: int | None = None
    void: bool = False


@dataclass(frozen=True)
class Statement:
    shared: bool
    confirmed_at: datetime
    quarter: str = "2026Q2"
    id: int = 0


def a_membership(
    joined: date = date(2020, 1, 1),
    left: date | None = None,
    *later: tuple[date, date | None],
    kind: OrganizationKind = OrganizationKind.MEMBER,
) -> Membership:
    return Membership(tuple(Period(kind, *days) for days in ((joined, left), *later)))


MEMBER = a_membership()
MAY = date(2026, 5, 5)
JULY = datetime(2026, 7, 8, 15, tzinfo=UTC)
DOWNLOADED, DECLARED, FORWARDED = (Event(act, MAY) for act in (Act.DOWNLOAD, Act.DECLARED, Act.FORWARD))


def test_the_strongest_standing_applies() -> None:
    for events, confirmations, expected in (
        ([], [], Standing.SILENT),
        ([DOWNLOADED], [], Standing.DOWNLOADED),
        ([DECLARED], [], Standing.SHARED),
        ([FORWARDED], [], Standing.SHARED),
        ([DOWNLOADED, FORWARDED], [], Standing.SHARED),
        ([], [Statement(True, JULY)], Standing.CONFIRMED),
        ([DOWNLOADED, FORWARDED], [Statement(True, JULY)], Standing.CONFIRMED),
    ):
        assert standing(events, confirmations, Q2, MEMBER) is expected


def test_a_download_alone_does_not_meet_the_commitment() -> None:
    assert not standing([DOWNLOADED], [], Q2, MEMBER).met
    assert [candidate for candidate in Standing if candidate.met] == [Standing.CONFIRMED, Standing.SHARED]


def test_nothing_to_share_is_an_answer_unless_the_log_has_sharing() -> None:
    nothing = [Statement(False, JULY)]
    assert standing([], nothing, Q2, MEMBER) is Standing.NOTHING_TO_SHARE
    assert standing([DOWNLOADED], nothing, Q2, MEMBER) is Standing.NOTHING_TO_SHARE
    assert not Standing.NOTHING_TO_SHARE.met
    assert Standing.NOTHING_TO_SHARE.is_due
    assert not Standing.NOTHING_TO_SHARE.is_behind
    assert standing([DECLARED], nothing, Q2, MEMBER) is Standing.SHARED


def test_the_last_confirmation_counts() -> None:
    yes, no = Statement(True, JULY), Statement(False, JULY + timedelta(seconds=1))
    assert standing([], [yes, no], Q2, MEMBER) is Standing.NOTHING_TO_SHARE
    assert standing([], [no, yes], Q2, MEMBER) is Standing.NOTHING_TO_SHARE
    assert standing([], [no, replace(yes, confirmed_at=no.confirmed_at, id=2)], Q2, MEMBER) is Standing.CONFIRMED
    assert last_confirmation([yes], Q2.next) is None


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 6, 30), "2026Q2"),
        (date(2026, 7, 1), "2026Q3"),
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 10, 1), "2026Q4"),
        (date(2026, 12, 31), "2026Q4"),
        (date(2028, 2, 29), "2028Q1"),
        (date(2100, 2, 28), "2100Q1"),
    ],
)
def test_the_day_decides_the_quarter(day: date, quarter: str) -> None:
    which = Quarter.parse(quarter)
    event = Event(Act.FORWARD, day)
    assert standing([event], [], which, MEMBER) is Standing.SHARED
    assert standing([event], [], which.next, MEMBER) is Standing.SILENT
    assert standing([event], [], which.previous, MEMBER) is Standing.SILENT


@pytest.mark.parametrize(
    ("membership", "due"),
    [
        (a_membership(date(2026, 6, 30)), True),  # joined on the quarter's last day
        (a_membership(date(2026, 7, 1)), False),  # the day after
        (a_membership(left=date(2026, 6, 30)), True),  # left on its last day
        (a_membership(left=date(2026, 6, 29)), False),  # the day before
        (a_membership(date(2026, 5, 1), date(2026, 5, 2)), False),
        (a_membership(date(2024, 1, 1), date(2025, 1, 1), (date(2026, 6, 30), None)), True),  # came back
        (a_membership(date(2024, 1, 1), date(2025, 1, 1), (date(2026, 7, 1), None)), False),
        (a_membership(date(2024, 1, 1), date(2026, 5, 1), (date(2026, 6, 1), None)), True),  # both in the quarter
    ],
)
def test_sharing_is_due_from_members_of_the_quarters_last_day(membership: Membership, due: bool) -> None:
    for events, confirmations in (([], []), ([FORWARDED], [Statement(True, JULY)])):
        assert (standing(events, confirmations, Q2, membership) is not Standing.NOT_DUE) == due
    assert (objection_to_confirming(Q2, date(2026, 7, 8), membership, date.min) is None) == due


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (date(2026, 6, 30), Standing.SILENT),  # records begin on the quarter's last day
        (date(2026, 7, 1), Standing.NO_RECORDS),
    ],
)
def test_a_quarter_that_ended_before_records_begin_accuses_no_one(begin: date, expected: Standing) -> None:
    assert standing([], [], Q2, MEMBER, begin) is expected
    assert standing([FORWARDED], [], Q2, MEMBER, date(2026, 7, 1)) is Standing.NO_RECORDS
    assert standing([], [], Q2, a_membership(date(2026, 7, 1)), begin) is Standing.NOT_DUE, "it hadn't joined"
    assert not Standing.NO_RECORDS.is_due
    assert not Standing.NO_RECORDS.is_behind


def test_a_quarter_without_records_is_not_confirmed_until_the_coordinator_sets_an_earlier_day() -> None:
    objection = objection_to_confirming(Q2, date(2026, 8, 1), MEMBER, date(2026, 7, 1))
    assert "records begin Jul 1, 2026, after Q2 2026" in str(objection)
    assert objection_to_confirming(Q2, date(2026, 8, 1), MEMBER, date(2026, 6, 30)) is None


def test_the_host_owes_nothing() -> None:
    host = a_membership(kind=OrganizationKind.HOST)
    assert standing([FORWARDED], [Statement(True, JULY)], Q2, host) is Standing.NOT_DUE


@pytest.mark.parametrize(
    ("quarter", "last_day_in_time"),
    [
        ("2026Q1", date(2026, 4, 30)),
        ("2026Q2", date(2026, 7, 30)),
        ("2026Q3", date(2026, 10, 30)),
        ("2026Q4", date(2027, 1, 30)),
        ("2027Q4", date(2028, 1, 30)),
        ("2028Q1", date(2028, 4, 30)),  # a leap year
    ],
)
def test_more_than_thirty_days_after_the_end_is_late(quarter: str, last_day_in_time: date) -> None:
    which = Quarter.parse(quarter)
    assert not is_late(which, which.first_day)
    assert not is_late(which, last_day_in_time)
    assert is_late(which, last_day_in_time + timedelta(days=1))


def test_a_future_quarter_cannot_be_confirmed_and_the_current_one_can() -> None:
    assert objection_to_confirming(Q2, date(2026, 4, 1), MEMBER, date.min) is None
    assert "hasn’t started" in str(objection_to_confirming(Q2, date(2026, 3, 31), MEMBER, date.min))
    assert "hasn’t started" in str(objection_to_confirming(Quarter(9999, 4), MAY, MEMBER, date.min))


def test_a_future_day_or_one_before_joining_cannot_be_declared() -> None:
    joined = a_membership(date(2026, 4, 2))
    assert objection_to_day(MAY, MAY, joined) is None
    assert objection_to_day(date(2026, 4, 2), MAY, joined) is None
    assert "in the future" in str(objection_to_day(MAY + timedelta(days=1), MAY, joined))
    assert "before your organization joined (Apr 2, 2026)" in str(objection_to_day(date(2026, 4, 1), MAY, joined))
    away = a_membership(date(2024, 1, 1), date(2026, 4, 9), (date(2026, 4, 20), None))
    assert objection_to_day(date(2026, 4, 9), MAY, away) is None
    assert "wasn’t in the alliance on Apr 10, 2026" in str(objection_to_day(date(2026, 4, 10), MAY, away))
    assert objection_to_day(date(2026, 4, 20), MAY, away) is None


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Return a log in which each entry may correct or retract one that nothing corrects yet."""
    log: list[Event] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        free = [event.id for event in log if not event.void and event.id not in {entry.supersedes_id for entry in log}]
        corrects = draw(st.none() | st.sampled_from(free)) if free else None
        log.append(
            Event(
                act=draw(st.sampled_from(Act)),
                happened_on=draw(st.dates(date(2025, 12, 1), date(2026, 8, 1))),
                id=number,
                supersedes_id=corrects,
                void=corrects is not None and draw(st.booleans()),
            )
        )
    return log


@given(logs())
def test_of_each_chain_of_corrections_only_the_last_counts_if_it_is_not_void(log: list[Event]) -> None:
    standing_now = current_events(log)
    corrected = {event.supersedes_id for event in log if event.supersedes_id}
    ends = [event for event in log if event.id not in corrected]
    assert standing_now == [event for event in ends if not event.void]
    assert len(ends) == sum(event.supersedes_id is None for event in log), "every chain has one end"


@given(logs(), st.randoms())
def test_the_order_of_the_log_does_not_matter(log: list[Event], random: object) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for quarter in (Quarter(2025, 4), Quarter(2026, 1), Q2, Quarter(2026, 3)):
        now = standing(current_events(log), [], quarter, MEMBER)
        assert standing(current_events(shuffled), [], quarter, MEMBER) is now


@given(logs(), st.sampled_from(Act))
def test_one_more_act_never_weakens_a_standing(log: list[Event], act: Act) -> None:
    strength = [Standing.SILENT, Standing.DOWNLOADED, Standing.SHARED, Standing.CONFIRMED]
    before = standing(current_events(log), [], Q2, MEMBER)
    after = standing([*current_events(log), Event(act, MAY)], [], Q2, MEMBER)
    assert strength.index(after) >= strength.index(before)


@pytest.mark.parametrize(
    ("facts", "may_confirm", "step", "words"),
    [
        (QuarterFacts(Standing.NOT_DUE), True, Step.RECORD, "Nothing is due"),
        (QuarterFacts(Standing.CONFIRMED), True, Step.RECORD, "is confirmed"),
        (QuarterFacts(Standing.SHARED, shared=1), True, Step.CONFIRM, "You shared 1 resource. Confirm"),
        (QuarterFacts(Standing.SHARED, shared=2), False, Step.RECORD, "Your representative or alternate"),
        (
            QuarterFacts(Standing.DOWNLOADED, only_downloaded=3),
            True,
            Step.CONFIRM,
            "You downloaded 3 resources. Did you share them?",
        ),
        (
            QuarterFacts(Standing.DOWNLOADED, only_downloaded=1),
            False,
            Step.DECLARE,
            "You downloaded 1 resource. Did you share it?",
        ),
        (
            QuarterFacts(Standing.NOTHING_TO_SHARE, only_downloaded=1),
            True,
            Step.RECORD,
            "nothing to share",
        ),
        (QuarterFacts(Standing.SILENT), True, Step.SEARCH, "Find something"),
        (QuarterFacts(Standing.SILENT, ended=True), True, Step.CONFIRM, "Nothing was logged"),
        (QuarterFacts(Standing.SILENT, ended=True), False, Step.DECLARE, "Nothing was logged"),
        (QuarterFacts(Standing.NOTHING_TO_SHARE, ended=True), True, Step.RECORD, "nothing to share"),
        (QuarterFacts(Standing.NO_RECORDS, ended=True), True, Step.RECORD, "records begin after"),
    ],
)
def test_the_one_next_step(facts: QuarterFacts, may_confirm: bool, step: Step, words: str) -> None:
    next_one = next_step(facts, may_confirm=may_confirm)
    assert next_one.step is step
    assert words in next_one.sentence


@given(st.builds(QuarterFacts, st.sampled_from(Standing)), st.booleans())
def test_the_next_step_is_always_permitted(facts: QuarterFacts, may_confirm: bool) -> None:
    assert may_confirm or next_step(facts, may_confirm=may_confirm).step is not Step.CONFIRM


@dataclass(frozen=True)
class Sharer:
    role: Role = Role.CONTRIBUTOR
    organization_id: int = 1
    access: Access = Access.FULL
    is_active: bool = True


def test_a_link_works_to_the_end_of_its_last_day() -> None:
    # Daylight saving time ends between August 1 and the link's last day.
    end = link_end(date(2026, 8, 1), 93, NEW_YORK)
    assert end == datetime(2026, 11, 2, 23, 59, 59, tzinfo=NEW_YORK)
    offer = Offer(Sharer(), 1, end)
    assert state_of(offer, datetime(2026, 11, 3, 4, 59, 58, tzinfo=UTC)) is LinkState.OPEN
    assert state_of(offer, end) is LinkState.EXPIRED
    assert state_of(offer, datetime(2026, 11, 3, 5, 0, tzinfo=UTC)) is LinkState.EXPIRED
    assert state_of(replace(offer, is_revoked=True), JULY) is LinkState.REVOKED


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("closes", "state"),
    [
        ({}, LinkState.OPEN),
        ({"sharer": {"is_active": False}}, LinkState.ENDED),
        ({"sharer": {"organization_id": 2}}, LinkState.ENDED),
        ({"sharer": {"access": Access.OWN_RECORD}}, LinkState.ENDED),
        ({"sharer": {"access": Access.NONE}}, LinkState.ENDED),
        ({"is_open": False}, LinkState.CLOSED),
        ({"until": None}, LinkState.UNSENT),
        ({"until": JULY}, LinkState.EXPIRED),
        ({"is_revoked": True}, LinkState.REVOKED),
    ],
)
def test_a_link_or_pack_opens_while_its_sharer_organization_resource_and_date_allow_it(
    role: Role, closes: dict[str, Any], state: LinkState
) -> None:
    sharer = Sharer(role, **closes.get("sharer", {}))
    others = {name: value for name, value in closes.items() if name != "sharer"}
    offer = replace(Offer(sharer, 1, JULY + timedelta(days=1)), **others)
    assert state_of(offer, JULY) is state
    assert opens(offer, JULY) is (state is LinkState.OPEN)


@given(st.text(), st.text(), st.text())
def test_a_ready_text_has_at_most_two_lines_of_summary_and_fits_a_mail(title: str, summary: str, name: str) -> None:
    ready = ready_text(title, summary, "https://hub.example/s/x", name, "Hub", "slide 7")
    assert "https://hub.example/s/x" in ready.body.split("\n")
    assert len(ready.body.split("\n")) <= 8
    assert "\n" not in ready.subject
    assert len(ready.mailto) <= 12_000
    parts = urlsplit(ready.mailto)
    assert parts.scheme == "mailto"
    assert parse_qs(parts.query)["body"] == [ready.body.replace("\n", "\r\n")]


@given(st.text(max_size=300), st.sampled_from(["", ".md"]))
def test_a_file_name_is_safe_on_any_machine(name: str, extension: str) -> None:
    file_name = download_name(name, extension)
    assert file_name.strip(" .")
    assert len(file_name) <= 141
    assert not set('/\\:*?"<>|\r\n\0\u202e') & set(file_name)
    assert file_name.endswith(extension)


def test_file_names_stay_what_people_called_them() -> None:
    for name, expected in (
        ("Plan für 2027.pdf", "Plan für 2027.pdf"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\decks\\plan.pptx", "C decks plan.pptx"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        (".htaccess", "htaccess"),
        ("…", "…"),
        ("", "resource"),
        ("..", "resource"),
    ):
        assert download_name(name) == expected
    assert download_name("Call notes: May", ".md") == "Call notes May.md"
    assert download_name("notes.md", ".md") == "notes.md"


def test_lists_and_lines_are_cut_where_they_would_be_too_long() -> None:
    assert joined_texts(["our members", " ", "the board", "our members"]) == "our members; the board"
    assert shorten("a \n b", 10) == "a b"
    assert shorten("x" * 20, 10) == "x" * 9 + "…"
