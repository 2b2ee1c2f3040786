"""Attendance reports in the layouts that Zoom and Teams export."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.rules.attendance_reports import Report, Tool, parse_minutes, possible_dates, read_report
from hub.calls.rules.participants import second_of_day
from hub.core.errors import Refused

DAY = date(2026, 11, 16)


def zoom(head: str, *lines: str, bom: bool = True) -> bytes:
    """Return a file as Zoom exports it: UTF-8 with a BOM, commas, Windows line endings."""
    return ("\ufeff" * bom + "\r\n".join([head, *lines]) + "\r\n").encode()


def teams(*lines: str) -> bytes:
    """Return a file as Teams exports it: UTF-16 with a BOM, tabs."""
    return b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le")


LAYOUTS = {
    # Reports, Usage, Participants, Export, with "Export with meeting data" checked (until 2023)
    "zoom with meeting data": zoom(
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants",
        '"812 3456 7890",AMCC Monday Call,11/16/2026 11:24:51 AM,11/16/2026 12:03:10 PM,host@amcc.example,39,3',
        "",
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent",
        "Rosa Peña,rosa@lakeshore.example,11/16/2026 11:28:40 AM,11/16/2026 11:40:02 AM,12,No,",
        "Rosa Peña,rosa@lakeshore.example,11/16/2026 11:41:10 AM,11/16/2026 12:03:10 PM,22,No,",
        "Tom's iPhone (Tom Vandersloot),,11/16/2026 11:31:00 AM,11/16/2026 12:03:10 PM,33,Yes,",
        "Galaxy S23,,11/16/2026 11:31:00 AM,11/16/2026 12:03:10 PM,33,Yes,",
    ),
    # the same since 2024: other headers and capitals, the waiting room, day before month
    "zoom of today": zoom(
        "Topic,ID,Host name,Host email,Start time,End time,Participants,Duration (minutes)",
        "AMCC Monday Call,812 3456 7890,Cora,host@amcc.example,16/11/2026 11:24,16/11/2026 12:03,3,39",
        "",
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Recording disclaimer response,In waiting room",
        "Rosa Peña,rosa@lakeshore.example,16/11/2026 11:28,16/11/2026 12:03,34,No,OK,No",
        "Tom's iPhone (Tom Vandersloot),,16/11/2026 11:31,16/11/2026 12:03,33,Yes,OK,No",
        "Galaxy S23,,16/11/2026 11:29,16/11/2026 11:31,2,Yes,,Yes",
        "Galaxy S23,,16/11/2026 11:31,16/11/2026 12:03,32,Yes,OK,No",
    ),
    # "Show unique users" checked: no times at all
    "zoom, unique users": zoom(
        "Name (Original Name),User Email,Total Duration (Minutes),Guest",
        "Rosa Peña,rosa@lakeshore.example,34,No",
        "Tom's iPhone (Tom Vandersloot),,33,Yes",
        "Galaxy S23,,33,Yes",
        bom=False,
    ),
    # the list from a Teams meeting in 2020: a line for each join and leave
    "teams, attendance list": teams(
        "Full Name\tUser Action\tTimestamp",
        "Rosa Peña\tJoined\t11/16/2026, 11:28:40 AM",
        "Rosa Peña\tLeft\t11/16/2026, 11:40:02 AM",
        "Rosa Peña\tJoined\t11/16/2026, 11:41:10 AM",
        "Tom Vandersloot (Guest)\tJoined before\t11/16/2026, 11:31:00 AM",
        "Galaxy S23\tJoined\t11/16/2026, 11:31:00 AM",
    ),
    # 2021
    "teams, attendance report": teams(
        "Meeting Summary",
        "Total Number of Participants\t3",
        "Meeting Title\tAMCC Monday Call",
        "Meeting Start Time\t11/16/2026, 11:24:51 AM",
        "Meeting End Time\t11/16/2026, 12:03:10 PM",
        "",
        "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\tParticipant ID (UPN)",
        "Rosa Peña\t11/16/2026, 11:28:40 AM\t11/16/2026, 12:03:10 PM\t34m 30s\trosa@lakeshore.example\tPresenter\t",
        "Tom Vandersloot (Guest)\t11/16/2026, 11:31:00 AM\t11/16/2026, 12:03:10 PM\t32m 10s\t\tAttendee\t",
        "Galaxy S23\t11/16/2026, 11:31:00 AM\t11/16/2026, 12:03:10 PM\t32m 10s\t\tAttendee\t",
    ),
    # since 2022: three parts; the last repeats the second, join by join
    "teams of today": teams(
        "1. Summary",
        "Meeting title\tAMCC Monday Call",
        "Attended participants\t3",
        "Start time\t11/16/26, 11:24:51 AM",
        "End time\t11/16/26, 12:03:10 PM",
        "Meeting duration\t38m 19s",
        "Average attendance time\t32m 57s",
        "",
        "2. Participants",
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
        "Rosa Peña\t11/16/26, 11:28:40 AM\t11/16/26, 12:03:10 PM\t33m 22s\trosa@lakeshore.example\trosa@lakeshore.example\tPresenter",
        "Tom Vandersloot (External)\t11/16/26, 11:31:00 AM\t11/16/26, 12:03:10 PM\t32m 10s\t\t\tAttendee",
        "Galaxy S23\t11/16/26, 11:31:00 AM\t11/16/26, 12:03:10 PM\t32m 10s\t\t\tAttendee",
        "",
        "3. In-Meeting Activities",
        "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole",
        "Rosa Peña\t11/16/26, 11:28:40 AM\t11/16/26, 11:40:02 AM\t11m 22s\trosa@lakeshore.example\tPresenter",
        "Rosa Peña\t11/16/26, 11:41:10 AM\t11/16/26, 12:03:10 PM\t22m\trosa@lakeshore.example\tPresenter",
    ),
    # the same from a German Windows
    "teams in German": teams(
        "1. Zusammenfassung",
        "Besprechungstitel\tAMCC Monday Call",
        "Startzeit\t16.11.26, 17:24:51",
        "",
        "2. Teilnehmer",
        "Name\tErste Teilnahme\tLetztes Verlassen\tDauer der Besprechungsteilnahme\tE-Mail\tTeilnehmer-ID (UPN)\tRolle",
        "Rosa Peña\t16.11.26, 17:28:40\t16.11.26, 18:03:10\t34 Min. 30 Sek.\trosa@lakeshore.example\t\tReferent",
        "Tom Vandersloot (Gast)\t16.11.26, 17:31:00\t16.11.26, 18:03:10\t32 Min. 10 Sek.\t\t\tTeilnehmer",
        "Galaxy S23\t16.11.26, 17:31:00\t16.11.26, 18:03:10\t32 Min. 10 Sek.\t\t\tTeilnehmer",
        "",
        "3. Aktivitäten in der Besprechung",
        "Name\tBeitrittszeit\tVerlassen um\tDauer\tE-Mail\tRolle",
        "Rosa Peña\t16.11.26, 17:28:40\t16.11.26, 18:03:10\t34 Min. 30 Sek.\trosa@lakeshore.example\tReferent",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_three_people_once_each(layout: str) -> None:
    report = read_report(LAYOUTS[layout])
    assert report.tool is (Tool.ZOOM if layout.startswith("zoom") else Tool.TEAMS)
    assert report.matches_day(DAY)
    assert len(report.participants) == 3
    rosa, tom, galaxy = report.participants
    assert rosa.name == "Rosa Peña"
    assert rosa.email == ("" if "list" in layout else "rosa@lakeshore.example")
    assert "Tom Vandersloot" in tom.name
    assert (galaxy.name, galaxy.email, galaxy.admitted) == ("Galaxy S23", "", True)
    if "list" not in layout:
        assert 32 <= (rosa.minutes or 0) <= 35


def test_a_report_with_another_date_is_recognized() -> None:
    report = read_report(LAYOUTS["teams of today"])
    assert not report.matches_day(date(2026, 11, 9))
    assert read_report(LAYOUTS["zoom, unique users"]).matches_day(date(2026, 11, 9))  # it has no date


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("11/16/2026 11:28:40 AM", "2026-11-16"),
        ("9/11/2026 11:28", "2026-09-11 2026-11-09"),
        ("9.11.26, 17:28", "2026-11-09"),
        ("2026-11-09 11:28:40", "2026-11-09"),
        ("9-11-2026", "2026-09-11 2026-11-09"),
        ("Nov 9, 2026", "2026-11-09"),
        ("November 9, 2026", "2026-11-09"),
        ("30/02/2026", ""),
        ("812 3456 7890", ""),
    ],
)
def test_a_date_can_have_day_or_month_first(cell: str, days: str) -> None:
    assert possible_dates(cell) == {date.fromisoformat(day) for day in days.split()}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("28", 28), ("1h 5m 20s", 65), ("34 Min. 30 Sek.", 34), ("2 godz. 3 min", 123), ("45s", 1), ("", None)],
)
def test_durations_are_parsed_in_the_formats_of_both_tools(text: str, minutes: int | None) -> None:
    assert parse_minutes(text) == minutes


def test_people_who_registered_but_did_not_attend_are_skipped() -> None:
    report = read_report(
        zoom(
            "Attendee Report",
            "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes)",
            'AMCC Monday Call,812 3456 7890,"11/16/2026 11:24:51 AM",39',
            "Host Details",
            "Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest",
            'Yes,Cora,cora@amcc.example,"11/16/2026 11:24:51 AM","11/16/2026 12:03:10 PM",39,No',
            "Attendee Details",
            "Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest",
            'Yes,Rosa Peña,rosa@lakeshore.example,"11/16/2026 11:28:40 AM","11/16/2026 12:03:10 PM",34,Yes',
            "No,Tom,tom@lakeshore.example,--,--,--,--",
        )
    )
    assert [participant.name for participant in report.participants] == ["Cora", "Rosa Peña"]


def test_people_who_never_left_the_waiting_room_are_listed_as_not_admitted() -> None:
    report = read_report(
        zoom(
            "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room",
            "Stranger,,11/16/2026 11:29,11/16/2026 11:31,2,Yes,Yes",
        )
    )
    assert [participant.admitted for participant in report.participants] == [False]


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\xff\xfe", b"a,b,c\n1,2,3\n", b"Name\nRosa\n", b"%PDF-1.7 \x00\xff", b"Name,Email\n"],
)
def test_other_files_are_refused_with_export_instructions(data: bytes) -> None:
    with pytest.raises(Refused, match="Export it again"):
        read_report(data)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_report_or_an_error_message(data: bytes) -> None:
    try:
        report = read_report(b"Name (Original Name),User Email,Duration (Minutes)\n" + data)
    except Refused:
        return
    assert isinstance(report, Report)


@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Bob", "Cy"]), st.sampled_from(["", "a@x.org", "b@x.org"])), min_size=1)
)
def test_no_participant_is_dropped_or_repeated(joins: list[tuple[str, str]]) -> None:
    lines = [f"{name},{email},5" for name, email in joins]
    report = read_report(zoom("Name (Original Name),User Email,Duration (Minutes)", *lines))
    keys = [participant.key for participant in report.participants]
    assert len(keys) == len(set(keys))
    assert sum(participant.joins for participant in report.participants) == len(joins)
    assert {name for name, _ in joins} >= {participant.name for participant in report.participants}
    assert {email for _, email in joins if email} == {
        participant.email for participant in report.participants if participant.email
    }


def who(
    *lines: str, head: str = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
) -> list[str]:
    """Return the participants of a report: name, address, number of joins, and * if another one has the name."""
    people = read_report(zoom(head, *lines)).participants
    return [f"{p.name} {p.email} {p.joins}{'*' * p.has_namesake}" for p in people]


def stay(name: str, first: str, last: str, email: str = "") -> str:
    return f"{name},{email},11/16/2026 {first} AM,11/16/2026 {last} AM,5,Yes"


def test_people_of_one_name_who_overlap_are_two_people() -> None:
    ana = "ana@lakeshore.example"
    assert who(stay("Ana", "11:31:00", "11:59:00", ana), stay("Ana", "11:40:00", "11:58:00")) == [
        f"Ana {ana} 1*",
        "Ana  1*",
    ]
    assert who(stay("Ana", "11:31:00", "11:59:00"), stay("Ana", "11:40:00", "11:58:00")) == ["Ana  1*", "Ana  1*"]
    assert who(stay("Ana", "11:31:00", "11:40:00", ana), stay("Ana", "11:40:00", "11:58:00")) == [f"Ana {ana} 2"]
    assert who(stay("Ana", "11:31:00", "11:40:00"), stay("Ana", "11:40:00", "11:58:00")) == ["Ana  2"]
    assert who(stay("Ana", "11:31:00", "11:59:00", ana), stay("Ana", "11:40:00", "11:58:00", ana)) == [f"Ana {ana} 2"]
    assert who(
        stay("Ana", "11:31:00", "11:59:00"), stay("Ana", "11:40:00", "11:45:00"), stay("Ana", "11:46:00", "11:50:00")
    ) == ["Ana  1*", "Ana  2*"], "the second one reconnected"


def test_without_times_a_line_without_an_address_stays_by_itself() -> None:
    head = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
    assert who("Ana,ana@lakeshore.example,29,Yes", "Ana,,20,Yes", head=head) == [
        "Ana ana@lakeshore.example 1*",
        "Ana  1*",
    ]


def test_a_call_across_midnight_has_overlaps_too() -> None:
    late = "Ana,,11/16/2026 11:50:00 PM,11/17/2026 12:20:00 AM,30,Yes"
    assert who(late, late.replace("11:50", "11:55")) == ["Ana  1*", "Ana  1*"]
    assert who(late, "Ana,,11/17/2026 12:15:00 AM,11/17/2026 12:40:00 AM,25,Yes") == ["Ana  1*", "Ana  1*"]
    assert who(late, "Ana,,11/17/2026 12:20:00 AM,11/17/2026 12:40:00 AM,20,Yes") == ["Ana  2"], "they reconnected"
    before = late.replace("11/17/2026 12:20", "11/17/2026 12:00")
    assert who(before, "Ana,,11/17/2026 12:00:00 AM,11/17/2026 12:40:00 AM,40,Yes") == ["Ana  2"]


def test_single_joins_and_leaves_show_who_overlapped() -> None:
    def actions(*lines: str) -> list[bool]:
        report = read_report(teams("Full Name\tUser Action\tTimestamp", *lines))
        return [participant.has_namesake for participant in report.participants]

    joined, left = "Ana\tJoined\t11/16/2026, 11:{}:00 AM", "Ana\tLeft\t11/16/2026, 11:{}:00 AM"
    assert actions(joined.format(31), left.format(40), joined.format(41)) == [False]
    assert actions(joined.format(31), joined.format(41), left.format(50)) == [True, True]
    assert actions(left.format(31), joined.format(41)) == [False]
    late, early = "Ana\t{}\t11/16/2026, 11:50:00 PM", "Ana\t{}\t11/17/2026, 12:{}:00 AM"
    first = [late.format("Joined"), early.format("Left", "20")]
    assert actions(*first, early.format("Joined", "20"), early.format("Left", "30")) == [False]
    assert actions(first[0], early.format("Joined", "10"), first[1], early.format("Left", "30")) == [True, True]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("11/16/2026 11:28:40 AM", 41_320),
        ("11/16/2026, 12:03:10 PM", 43_390),
        ("11/16/26, 12:01:00 a. m.", 60),
        ("16/11/2026 11:28", 41_280),
        ("16.11.26, 17:28:40", 62_920),
        ("11:28\u202fPM", 84_480),
        ("99:99", None),
        ("812 3456 7890", None),
        ("", None),
    ],
)
def test_a_time_of_day_is_read_in_the_formats_of_both_tools(cell: str, seconds: int | None) -> None:
    assert second_of_day(cell) == seconds
