"""The rules of calls: examples, tables of cases, and properties."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.rules.commitment import AttendanceCounts, AttendanceStatus, count_attendance, forecast
from hub.calls.rules.holidays import holiday_on, holidays_of
from hub.calls.rules.notes import PresentationHeading, draft_notes
from hub.calls.rules.presentations import (
    Outcome,
    PresentationStanding,
    PresentationStatus,
    SlotFacts,
    SlotState,
    is_due_in,
    presentation_standing,
    schedule,
    topics_by_last_day,
)
from hub.calls.rules.series import CallState, Series, is_check_in_open, is_held, is_upcoming
from hub.members.rules.membership import Membership, Period
from hub.members.rules.organizations import OrganizationKind

EASTERN = ZoneInfo("America/New_York")
MONDAYS = Series(0, time(11, 30), 30, EASTERN)
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))


# Holidays. The days in 2026 and 2027 are from the Office of Personnel Management.
@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        (2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        (2028, "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25"),  # New Year's Day: on Dec 31, 2027
        (2020, "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25"),  # before Juneteenth
    ],
)
def test_federal_holidays_are_observed_on_the_official_days(year: int, expected: str) -> None:
    assert " ".join(f"{day:%m-%d}" for day in holidays_of(year)) == expected


def test_a_holiday_on_a_sunday_is_observed_on_the_monday_after() -> None:
    assert holiday_on(date(2027, 7, 5)) == "Independence Day"
    assert holiday_on(date(2027, 7, 4)) == ""


@given(st.integers(1965, 2200))
def test_inauguration_day_on_a_monday_is_always_a_holiday_anyway(year: int) -> None:
    inauguration = date(year, 1, 20)
    observed = inauguration + timedelta(days=inauguration.weekday() == 6)
    assert observed.weekday() != 0 or holiday_on(observed) == "Birthday of Martin Luther King, Jr."


# The series.
def test_the_call_stays_at_11_30_across_clock_changes() -> None:
    for day, hour in (("2026-03-02", 16), ("2026-03-09", 15), ("2026-10-26", 15), ("2026-11-02", 16)):
        start, end = MONDAYS.span(date.fromisoformat(day))
        assert (start.hour, start.minute, end - start) == (hour, 30, timedelta(minutes=30))


@given(DAYS, st.integers(0, 400), st.integers(0, 6))
def test_the_series_has_exactly_its_weekdays_in_a_period(first: date, length: int, weekday: int) -> None:
    last = first + timedelta(days=length)
    days = Series(weekday, time(11, 30), 30, EASTERN).days(first, last)
    whole = [first + timedelta(days=n) for n in range(length + 1)]
    assert days == [day for day in whole if day.weekday() == weekday]


def test_a_call_was_held_if_it_is_over_and_was_not_canceled() -> None:
    start, end = MONDAYS.span(date(2026, 11, 16))
    assert not is_held(CallState.PLANNED, end, start)
    assert is_held(CallState.PLANNED, end, end)
    for state in (CallState.CANCELLED, CallState.SKIPPED, CallState.HOLIDAY):
        assert not is_held(state, end, end + timedelta(days=1))
        assert not is_upcoming(state, end, start)
    assert is_upcoming(CallState.PLANNED, end, start)
    assert not is_upcoming(CallState.PLANNED, end, end)


@pytest.mark.parametrize(
    ("now", "takes"),
    [
        ("2026-11-16T11:19:59", False),
        ("2026-11-16T11:20:00", True),
        ("2026-11-16T11:45:00", True),
        ("2026-11-23T12:00:00", True),
        ("2026-11-23T12:00:01", False),
    ],
)
def test_check_in_is_open_from_ten_minutes_before_to_seven_days_after(now: str, takes: bool) -> None:
    start, end = MONDAYS.span(date(2026, 11, 16))
    moment = datetime.fromisoformat(now).replace(tzinfo=EASTERN).astimezone(UTC)
    assert is_check_in_open(CallState.PLANNED, start, end, moment) is takes
    assert not is_check_in_open(CallState.CANCELLED, start, end, moment)


# The commitment: a table of cases. Days without a year are in 2026.
def days(text: str) -> list[date]:
    return [date.fromisoformat(part if len(part) > 5 else f"2026-{part}") for part in text.split()]


def a_period(joined: date, left: date | None = None) -> Period:
    return Period(OrganizationKind.MEMBER, joined, left)


CASES = {
    "half is enough": ("01-05 01-12 01-26 02-02", "01-05 02-02", "2020-01-01", "", (2, 4), AttendanceStatus.KEPT),
    "less than half isn't": ("01-05 01-12 01-26", "01-05", "2020-01-01", "", (1, 3), AttendanceStatus.BEHIND),
    "half of an odd number is rounded up": ("01-05 01-12 01-26", "01-05 01-26", "2020-01-01", "", (2, 3), AttendanceStatus.KEPT),
    "no call yet: nothing is due": ("", "", "2020-01-01", "", (0, 0), AttendanceStatus.NOT_DUE),
    "joining mid-year: calls before don't count": (
        "01-05 06-29 07-06 07-13", "07-13", "07-01", "", (1, 2), AttendanceStatus.KEPT,
    ),
    "on the day of joining the call counts": ("07-06 07-13", "07-06", "07-06", "", (1, 2), AttendanceStatus.KEPT),
    "attending as a guest before joining doesn't count": ("06-29 07-06", "06-29", "07-01", "", (0, 1), AttendanceStatus.BEHIND),
    "calls after leaving don't count": ("01-05 01-12 01-26", "01-05", "2020-01-01", "01-11", (1, 1), AttendanceStatus.KEPT),
    "representative and alternate both there: once": (
        "01-05 01-12 01-26", "01-05 01-05", "2020-01-01", "", (1, 3), AttendanceStatus.BEHIND,
    ),
    "a call canceled after someone checked in counts on neither side": (
        "01-05 01-12", "01-05 01-26", "2020-01-01", "", (1, 2), AttendanceStatus.KEPT,
    ),
    "a holiday counts on neither side": ("01-12 01-26", "01-12 01-19", "2020-01-01", "", (1, 2), AttendanceStatus.KEPT),
    "a leap year: a call of February 29 counts like any other": (
        "2044-02-22 2044-02-29 2044-03-07", "2044-02-29 2044-03-07", "2044-02-29", "", (2, 2), AttendanceStatus.KEPT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_attendance_is_counted_by_the_rule(case: str) -> None:
    held, attended, joined, left, counts, status = CASES[case]
    result = count_attendance(days(held), days(attended), [a_period(days(joined)[0], days(left)[0] if left else None)])
    assert ((result.attended, result.held), result.status) == (counts, status)


CALLS = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=60)


@given(CALLS, CALLS, st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.none() | st.dates(date(2026, 1, 1)))
def test_counted_calls_are_those_held_during_membership(
    held: set[date], attended: set[date], joined: date, left: date | None
) -> None:
    result = count_attendance(held, attended, [a_period(joined, left)])
    assert 0 <= result.attended <= result.held <= len(held)
    assert result.held == len([day for day in held if day >= joined and (left is None or day <= left)])


@given(CALLS, CALLS, st.lists(st.sampled_from([1, 2, 3]), max_size=5))
def test_duplicates_change_nothing_and_attending_more_never_hurts(
    held: set[date], attended: set[date], repeats: list[int]
) -> None:
    joined = [a_period(date(2020, 1, 1))]
    once = count_attendance(held, attended, joined)
    assert count_attendance(held, [day for day in attended for _ in range(1 + len(repeats))], joined) == once
    for day in held - attended:
        more = count_attendance(held, attended | {day}, joined)
        assert more.attended == once.attended + 1
        assert not (once.status is AttendanceStatus.KEPT and more.status is AttendanceStatus.BEHIND)


@given(CALLS, CALLS, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_canceled_call_counts_as_if_it_never_existed(held: set[date], attended: set[date], day: date) -> None:
    joined = [a_period(date(2020, 1, 1))]
    assert count_attendance(held - {day}, attended, joined) == count_attendance(held - {day}, attended - {day}, joined)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_forecast_asks_for_just_enough_calls(attended: int, held: int, coming: int) -> None:
    standing = AttendanceCounts(min(attended, held), held, coming)

    def after(more: int) -> bool:
        return 2 * (standing.attended + more) >= standing.held + standing.coming

    assert after(standing.needed)
    assert standing.needed == 0 or not after(standing.needed - 1)


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (AttendanceCounts(9, 20, 6), "9 of 20 calls attended; 4 of the next 6 needed to reach half."),
        (AttendanceCounts(10, 20, 6), "10 of 20 calls attended; 3 of the next 6 needed to stay at half."),
        (AttendanceCounts(15, 20, 6), "15 of 20 calls attended; this year’s commitment is already met."),
        (
            AttendanceCounts(0, 20, 6),
            "0 of 20 calls attended; half is out of reach this year, but each of the next 6 still counts.",
        ),
        (AttendanceCounts(0, 0, 6), "No calls held yet this year; 3 of the next 6 needed to reach half."),
        (AttendanceCounts(0, 0, 0), "No calls held this year while in the alliance."),
        (AttendanceCounts(10, 20, 0), "10 of 20 calls attended, half or more."),
        (AttendanceCounts(9, 20, 0), "9 of 20 calls attended, less than half."),
    ],
)
def test_the_forecast_is_a_sentence(standing: AttendanceCounts, sentence: str) -> None:
    assert forecast(standing) == sentence


# Presentations.
TODAY = date(2026, 11, 16)
JOINED = Membership((a_period(date(2020, 1, 1)),))


def slot(
    day: str,
    state: SlotState = SlotState.ACCEPTED,
    *,
    held: bool = False,
    attended: bool = False,
    outcome: Outcome | None = None,
) -> SlotFacts:
    return SlotFacts(date.fromisoformat(day), state, held, attended, outcome)


@pytest.mark.parametrize(
    ("held", "attended", "outcome", "expected"),
    [
        (False, False, None, PresentationStatus.ACCEPTED),
        (False, True, Outcome.GIVEN, PresentationStatus.ACCEPTED),  # its call was canceled
        (True, False, None, PresentationStatus.NOT_CONFIRMED),  # accepted and the call held isn't enough
        (True, True, None, PresentationStatus.GIVEN),
        (True, False, Outcome.GIVEN, PresentationStatus.GIVEN),
        (True, False, Outcome.NO_SHOW, PresentationStatus.NO_SHOW),
        (True, True, Outcome.NO_SHOW, PresentationStatus.NO_SHOW),  # they were there, and didn't present
    ],
)
def test_a_presentation_is_given_if_its_organization_attended_or_the_coordinator_says_so(
    held: bool, attended: bool, outcome: Outcome | None, expected: PresentationStatus
) -> None:
    assert slot("2026-03-02", held=held, attended=attended, outcome=outcome).status is expected
    for state in set(SlotState) - {SlotState.ACCEPTED}:
        assert slot("2026-03-02", state, held=held, attended=attended, outcome=outcome).status.value == state.value


GIVEN = slot("2026-03-02", held=True, attended=True)
UNCONFIRMED = slot("2026-03-02", held=True)
NO_SHOW = slot("2026-03-02", held=True, outcome=Outcome.NO_SHOW)


@pytest.mark.parametrize(
    ("slots", "year", "expected"),
    [
        ([], 2026, PresentationStanding.DUE),
        ([], 2025, PresentationStanding.OVERDUE),
        ([GIVEN], 2026, PresentationStanding.GIVEN),
        ([UNCONFIRMED], 2026, PresentationStanding.NOT_CONFIRMED),
        ([NO_SHOW], 2026, PresentationStanding.NO_SHOW),
        ([NO_SHOW, GIVEN], 2026, PresentationStanding.GIVEN),
        ([NO_SHOW, UNCONFIRMED], 2026, PresentationStanding.NOT_CONFIRMED),
        ([NO_SHOW, slot("2026-11-30")], 2026, PresentationStanding.SCHEDULED),
        ([slot("2025-03-03", held=True, outcome=Outcome.NO_SHOW)], 2025, PresentationStanding.NO_SHOW),
        (
            [slot("2026-03-02", SlotState.PROPOSED, held=True, attended=True)],
            2026,
            PresentationStanding.DUE,
        ),  # never accepted
        ([slot("2026-03-02")], 2026, PresentationStanding.DUE),  # its call was canceled
        ([slot("2026-11-30")], 2026, PresentationStanding.SCHEDULED),
        ([slot("2026-11-30", SlotState.PROPOSED)], 2026, PresentationStanding.PROPOSED),
        ([slot("2026-11-30", SlotState.DECLINED)], 2026, PresentationStanding.DUE),
        ([slot("2026-11-30"), GIVEN], 2026, PresentationStanding.GIVEN),
        (
            [slot("2025-03-03", held=True, attended=True)],
            2026,
            PresentationStanding.DUE,
        ),  # last year's doesn't count again
    ],
)
def test_the_status_of_a_years_presentation(slots: list[SlotFacts], year: int, expected: PresentationStanding) -> None:
    assert presentation_standing(slots, year, TODAY, JOINED) is expected


def test_organizations_that_join_after_june_present_next_year_or_earlier_if_they_like() -> None:
    assert is_due_in(2026, [a_period(date(2026, 6, 30))])
    assert not is_due_in(2026, [a_period(date(2026, 7, 1))])
    assert is_due_in(2026, [a_period(date(2020, 1, 1), date(2026, 12, 31))])
    assert not is_due_in(2026, [a_period(date(2020, 1, 1), date(2026, 12, 30))])
    assert is_due_in(2026, [a_period(date(2020, 1, 1), date(2026, 2, 1)), a_period(date(2026, 6, 30))]), "came back"
    assert not is_due_in(2026, [a_period(date(2020, 1, 1), date(2026, 2, 1)), a_period(date(2026, 7, 1))])
    late = Membership((a_period(date(2026, 9, 1)),))
    assert presentation_standing([], 2026, TODAY, late) is PresentationStanding.NOT_DUE
    assert (
        presentation_standing([], 2026, date(2027, 1, 5), JOINED, date(2027, 1, 1)) is PresentationStanding.NO_RECORDS
    )
    assert presentation_standing([], 2026, TODAY, JOINED, date(2026, 7, 1)) is PresentationStanding.NOT_DUE
    assert presentation_standing([], 2026, TODAY, JOINED, date(2026, 6, 30)) is PresentationStanding.DUE
    for facts in (UNCONFIRMED, NO_SHOW):
        day, next_day = facts.day, facts.day + timedelta(days=1)
        assert presentation_standing([facts], 2026, TODAY, JOINED, next_day) is PresentationStanding.DUE
        assert presentation_standing([facts], 2026, TODAY, JOINED, day).value == facts.status.value
    given_early = [slot("2026-10-05", held=True, attended=True)]
    assert presentation_standing(given_early, 2026, TODAY, late) is PresentationStanding.GIVEN


@given(st.integers(0, 30), st.lists(st.integers(1, 2), max_size=30))
def test_the_schedule_never_overbooks_a_call_and_leaves_no_one_out_needlessly(waiting: int, rooms: list[int]) -> None:
    free = [(date(2026, 1, 5) + timedelta(weeks=number), left) for number, left in enumerate(rooms)]
    suggestions = schedule(list(range(waiting)), free)
    assert len(suggestions) == min(waiting, sum(rooms))
    assert len({suggestion.organization_id for suggestion in suggestions}) == len(suggestions)
    for day, left in free:
        assert sum(suggestion.day == day for suggestion in suggestions) <= (left if waiting > len(rooms) else 1)


def test_the_topic_presented_longest_ago_comes_first() -> None:
    covered = [("trade", date(2026, 3, 2)), ("research", date(2025, 3, 3)), ("trade", date(2024, 1, 1))]
    topics = topics_by_last_day(["trade", "research", "workforce"], covered)
    assert topics == [("workforce", None), ("research", date(2025, 3, 3)), ("trade", date(2026, 3, 2))]


def test_call_notes_have_attendance_agenda_asks_and_follow_ups_each_under_its_heading() -> None:
    text = draft_notes(
        "1. Welcome",
        [
            PresentationHeading("Apprenticeships", "Lakeshore", PresentationStatus.GIVEN),
            PresentationHeading("Welding", "Prairie", PresentationStatus.NOT_CONFIRMED),
            PresentationHeading("Robots", "Atlas", PresentationStatus.NO_SHOW),
        ],
        ["Lakeshore", "Prairie"],
        "",
        asks=["A: help\nplease"],
        follow_ups=["B: send it", "C: call back"],
    )
    assert text.startswith("## Attendance\n\nLakeshore, Prairie\n\n## Agenda\n\n1. Welcome\n\n## Apprenticeships")
    assert "## Apprenticeships\n\n*Presented by Lakeshore.*" in text
    assert "## Welding\n\n*Scheduled by Prairie; not confirmed yet.*" in text
    assert "Robots" not in text, "it didn't take place"
    assert text.endswith("## Asks\n\n- A: help please\n\n## Follow-ups\n\n- B: send it\n- C: call back\n")
    empty = draft_notes("", [], [], "", asks=[], follow_ups=[])
    assert empty.endswith("## Asks\n\n- \n\n## Follow-ups\n\n- \n"), "bullets to fill in"
