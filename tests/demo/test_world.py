"""The demo world: its people, its files, and eight quarters of history."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from io import BytesIO
from itertools import chain
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from docx import Document
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pptx import Presentation

from hub.core.quarters import Quarter
from hub.demo.documents import make
from hub.demo.history import DemoConfirmation, DemoEvent, confirmations, events, records_begin
from hub.demo.markup import blocks, sections
from hub.demo.organizations import ORGANIZATIONS
from hub.demo.people import PEOPLE
from hub.demo.shapes import DemoResource
from hub.demo.world import RESOURCES, organization_of
from hub.library.rules import BIG_SIX, Audience, Kind, Source
from hub.members.rules.membership import Membership
from hub.members.rules.organizations import Role
from hub.sharing.rules.standing import Act, Standing, is_late, standing
from tests.search.relevance import QUERIES

TODAY = date(2026, 11, 23)
NEW_YORK = ZoneInfo("America/New_York")
BY_SLUG = {organization.slug: organization for organization in ORGANIZATIONS}
BY_KEY = {resource.key: resource for resource in RESOURCES}
ORGANIZATION_OF = {person.email: person.organization for person in PEOPLE}
FILES = [resource for resource in RESOURCES if resource.source is Source.FILE]

any_day = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@cache
def made(resource: DemoResource) -> bytes:
    return make(resource, TODAY)


def of_format(extension: str) -> list[DemoResource]:
    return [resource for resource in RESOURCES if resource.extension == extension]


# Organizations and people


def test_there_are_a_host_twelve_members_and_five_bffs() -> None:
    assert Counter(organization.kind for organization in ORGANIZATIONS) == {"host": 1, "member": 12, "bff": 5}
    assert len(BY_SLUG) == len(ORGANIZATIONS)


def test_every_address_ends_in_example_so_that_no_real_one_is_used() -> None:
    assert all(re.fullmatch(r"https://[a-z-]+\.example", organization.website) for organization in ORGANIZATIONS)
    assert all(re.fullmatch(r"[a-z.-]+@[a-z-]+\.example", person.email) for person in PEOPLE)


def test_every_person_has_a_unique_address_and_an_existing_organization() -> None:
    assert len(ORGANIZATION_OF) == len(PEOPLE)
    assert set(ORGANIZATION_OF.values()) == set(BY_SLUG)


def test_there_is_a_demo_sign_in_for_every_role() -> None:
    sign_ins = {person.email: (person.organization, person.role) for person in PEOPLE if "@demo." in person.email}
    assert sign_ins == {
        "coordinator@demo.example": ("amcc", Role.COORDINATOR),
        "board@demo.example": ("amcc", Role.BOARD),
        "representative@demo.example": ("lakeshore", Role.REPRESENTATIVE),
        "alternate@demo.example": ("lakeshore", Role.ALTERNATE),
        "contributor@demo.example": ("lakeshore", Role.CONTRIBUTOR),
        "bff@demo.example": ("supply-atlas", Role.REPRESENTATIVE),
    }


def test_every_member_and_bff_has_one_representative_and_one_alternate() -> None:
    for role in (Role.REPRESENTATIVE, Role.ALTERNATE):
        holders = Counter(person.organization for person in PEOPLE if person.role == role)
        assert holders == {slug: 1 for slug, organization in BY_SLUG.items() if organization.kind != "host"}


# Resources


def test_there_are_sixty_resources_in_all_formats() -> None:
    formats = Counter(resource.extension or resource.source.value for resource in RESOURCES)
    assert formats == {"pdf": 14, "pptx": 16, "docx": 10, "xlsx": 4, "md": 5, "eml": 6, "text": 4, "link": 1}
    assert len(BY_KEY) == len({resource.title for resource in RESOURCES}) == 60


def test_resources_cover_every_kind_topic_audience_and_organization() -> None:
    assert {resource.kind for resource in RESOURCES} == set(Kind)
    assert set(BIG_SIX) <= set(chain.from_iterable(resource.topics for resource in RESOURCES))
    assert all(set(resource.topics) & set(BIG_SIX) for resource in RESOURCES)
    audiences = Counter(resource.audience for resource in RESOURCES)
    assert audiences[Audience.PUBLIC] >= 5
    assert 1 <= audiences[Audience.ORGANIZATION] <= 2
    assert {resource.organization for resource in RESOURCES} == set(BY_SLUG)


def test_calls_are_on_mondays_within_a_week_before_publication() -> None:
    for resource in RESOURCES:
        if resource.call:
            call = resource.call_on(TODAY)
            assert call is not None
            assert call.weekday() == 0
            assert timedelta(0) <= resource.published_on(TODAY) - call < timedelta(7)


@given(any_day)
def test_no_organization_publishes_before_it_joined_or_after_it_left(today: date) -> None:
    for resource in RESOURCES:
        organization = organization_of(resource)
        assert Membership(organization.periods(today)).includes(resource.published_on(today))
        assert resource.published_on(today) <= today


@given(any_day)
def test_every_date_token_is_resolved_on_any_day(today: date) -> None:
    assert not [resource.key for resource in RESOURCES if re.search(r"[{}]", resource.text(today))]


def pdf_text(content: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def deck_text(content: bytes) -> str:
    slides = Presentation(BytesIO(content)).slides
    return " ".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)


def document_text(content: bytes) -> str:
    return " ".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


def workbook_text(content: bytes) -> str:
    sheets = load_workbook(BytesIO(content), read_only=True)
    return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)


def message_of(content: bytes) -> EmailMessage:
    return message_from_bytes(content, EmailMessage, policy=policy.default)


def message_text(content: bytes) -> str:
    message = message_of(content)
    body = message.get_body()
    assert body is not None
    return f"{message['Subject']} {body.get_content()}"


READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": pdf_text,
    "pptx": deck_text,
    "docx": document_text,
    "xlsx": workbook_text,
    "eml": message_text,
    "md": bytes.decode,
}


@pytest.mark.parametrize("resource", FILES, ids=lambda resource: resource.key)
def test_every_file_opens_and_contains_its_title(resource: DemoResource) -> None:
    text = READERS[resource.extension](made(resource))
    assert resource.title in " ".join(text.split())


def test_no_two_resources_have_the_same_bytes() -> None:
    contents = [made(resource) for resource in RESOURCES if not resource.url]
    assert len(set(contents)) == len(contents) == 59


def test_a_link_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="is a link"):
        make(BY_KEY["meeting-recording"], TODAY)


def test_a_file_is_the_same_for_the_same_day() -> None:
    assert all(make(of_format(extension)[0], TODAY) == made(of_format(extension)[0]) for extension in READERS)


def test_office_files_do_not_reveal_when_they_were_really_made() -> None:
    for resource in (*of_format("pptx"), *of_format("docx"), *of_format("xlsx")):
        with ZipFile(BytesIO(made(resource))) as archive:
            published = resource.published_on(TODAY)
            assert {entry.date_time[:3] for entry in archive.infolist()} == {published.timetuple()[:3]}
            assert published.isoformat() in archive.read("docProps/core.xml").decode()
            assert "thumbnail" not in str(archive.namelist())


def test_office_files_have_title_and_organization_in_their_properties() -> None:
    for resource in of_format("docx"):
        properties = Document(BytesIO(made(resource))).core_properties
        assert (properties.title, properties.author) == (resource.title, organization_of(resource).name)


def test_decks_have_eight_to_fourteen_titled_slides_and_notes() -> None:
    for resource in of_format("pptx"):
        slides = list(Presentation(BytesIO(made(resource))).slides)
        assert 8 <= len(slides) <= 14
        assert all(slide.shapes.title is not None and slide.shapes.title.text_frame.text for slide in slides)
        assert any(slide.has_notes_slide for slide in slides)
        assert len(slides) == len(sections(resource.content))


def test_pdfs_have_three_to_ten_pages_that_break_only_where_their_text_says() -> None:
    for resource in of_format("pdf"):
        breaks = sum(block.kind == "break" for block in blocks(resource.content))
        assert 3 <= len(pypdfium2.PdfDocument(made(resource))) == breaks + 1 <= 10


def test_pdfs_lose_no_letters() -> None:
    for resource in of_format("pdf"):
        letters = {letter for letter in resource.text(TODAY) if letter.isalpha()}
        assert letters <= set(pdf_text(made(resource)))


def test_workbooks_have_several_sheets_with_numbers() -> None:
    for resource in of_format("xlsx"):
        sheets = load_workbook(BytesIO(made(resource))).worksheets
        assert len(sheets) > 1
        assert any(isinstance(cell.value, int) for sheet in sheets for row in sheet for cell in row)


def test_updates_have_five_to_nine_numbered_items() -> None:
    for resource in of_format("eml"):
        body = message_of(made(resource)).get_body(("plain",))
        assert body is not None
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", body.get_content(), re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert 5 <= len(numbers) <= 9


def test_no_paragraph_appears_in_two_resources() -> None:
    lines = [
        line
        for resource in RESOURCES
        for line in {
            line
            for block in blocks(resource.content)
            for line in block.lines
            if block.kind != "heading" and len(line) > 25
        }
    ]
    assert [line for line, count in Counter(lines).items() if count > 1] == []


def test_summaries_are_unique_and_of_a_reasonable_length() -> None:
    assert len({resource.summary for resource in RESOURCES}) == len(RESOURCES)
    assert all(20 <= len(resource.summary) <= 200 for resource in RESOURCES)


def test_every_relevance_query_wants_a_resource_that_the_whole_network_may_read() -> None:
    assert len({wanted.query for wanted in QUERIES}) == len(QUERIES) >= 60
    assert all(BY_KEY[wanted.resource].audience is not Audience.ORGANIZATION for wanted in QUERIES)
    assert all(wanted.page >= 1 for wanted in QUERIES)


# Sharing history


@cache
def history(today: date) -> tuple[list[DemoEvent], list[DemoConfirmation]]:
    return list(events(today)), list(confirmations(today))


def standings(today: date) -> dict[str, list[Standing]]:
    """Return each organization's standings in the eight quarters, oldest first."""
    quarters = Quarter.of(today).back(8)[::-1]
    all_events, all_confirmations = history(today)
    return {
        slug: [
            standing(
                [event for event in all_events if event.organization == slug],
                [confirmation for confirmation in all_confirmations if confirmation.organization == slug],
                quarter,
                Membership(organization.periods(today)),
                records_begin(today),
            )
            for quarter in quarters
        ]
        for slug, organization in BY_SLUG.items()
    }


def in_new_york(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(NEW_YORK).date()


def edges(test: Callable[[date], None]) -> Callable[[date], None]:
    """Add examples for days at the edges of quarters and years, and for leap days."""
    for day in ((2024, 2, 29), (2028, 2, 29), (2026, 1, 1), (2027, 4, 1), (2025, 12, 31), (2030, 6, 30)):
        test = example(date(*day))(test)
    return settings(max_examples=8, deadline=None, database=None)(test)


def is_possible(event: DemoEvent, today: date) -> bool:
    """Return True if the organization was in the alliance and could read the resource on the day of the event."""
    organization, resource = BY_SLUG[event.organization], BY_KEY[event.resource]
    return (
        Membership(organization.periods(today)).includes(event.happened_on)
        and resource.published_on(today) <= event.happened_on
        and (resource.audience is not Audience.ORGANIZATION or resource.organization == event.organization)
    )


@given(any_day)
@edges
def test_events_are_in_the_last_eight_quarters_and_possible(today: date) -> None:
    all_events, _ = history(today)
    first_day = Quarter.of(today).back(8)[-1].first_day
    assert 600 <= len(all_events) <= 1_200
    assert all_events == sorted(all_events, key=lambda event: event.recorded_at)
    for event in all_events:
        assert first_day <= event.happened_on <= in_new_york(event.recorded_at) <= today
        assert is_possible(event, today)
        assert ORGANIZATION_OF[event.person] == event.organization
        assert (event.channel is None) == (event.with_whom == "") == (event.act is Act.DOWNLOAD)


@given(any_day)
@edges
def test_confirmations_come_after_their_quarter_and_name_what_was_shared(today: date) -> None:
    roles = {person.email: person.role for person in PEOPLE}
    all_events, all_confirmations = history(today)
    shared = {(event.organization, str(Quarter.of(event.happened_on)), event.resource) for event in all_events}
    for confirmation in all_confirmations:
        quarter = Quarter.parse(confirmation.quarter)
        assert quarter.last_day < in_new_york(confirmation.confirmed_at) <= today
        assert ORGANIZATION_OF[confirmation.person] == confirmation.organization
        assert roles[confirmation.person] in {Role.REPRESENTATIVE, Role.ALTERNATE}
        assert confirmation.shared == bool(confirmation.resources)
        assert confirmation.shared == bool(confirmation.with_whom) == (not confirmation.reason)
        assert all((confirmation.organization, confirmation.quarter, key) in shared for key in confirmation.resources)


@given(any_day)
@edges
def test_the_demo_member_and_the_demo_bff_have_standings_that_fill_their_pages(today: date) -> None:
    rows = standings(today)
    assert rows["lakeshore"][-3:] == [Standing.SHARED, Standing.CONFIRMED, Standing.DOWNLOADED]
    assert rows["supply-atlas"][-1] is Standing.SHARED
    assert set(chain.from_iterable(rows.values())) == set(Standing)
    assert set(rows["amcc"]) == {Standing.NOT_DUE}
    assert [place is Standing.NOT_DUE for place in rows["basin-range"]] == [True] * 5 + [False] * 3
    assert [place is Standing.NOT_DUE for place in rows["northwoods"]] == [False] * 3 + [True] * 3 + [False] * 2
    assert {row[0] for row in rows.values()} == {Standing.NO_RECORDS, Standing.NOT_DUE}


@given(any_day)
@edges
def test_some_confirmations_are_late_some_say_nothing_was_shared_and_some_correct_another(today: date) -> None:
    _, all_confirmations = history(today)
    lateness = [is_late(Quarter.parse(each.quarter), in_new_york(each.confirmed_at)) for each in all_confirmations]
    assert sum(lateness) >= 3
    assert sum(not confirmation.shared for confirmation in all_confirmations) >= 1
    per_quarter = Counter((confirmation.organization, confirmation.quarter) for confirmation in all_confirmations)
    assert sum(count == 2 for count in per_quarter.values()) >= 2


@given(any_day)
@edges
def test_one_share_was_recorded_only_after_its_quarter(today: date) -> None:
    all_events, _ = history(today)
    late = [event for event in all_events if Quarter.of(in_new_york(event.recorded_at)) > Quarter.of(event.happened_on)]
    assert [(event.organization, event.act) for event in late] == [("cascade", Act.DECLARED)]
    assert any(timedelta(1) <= in_new_york(e.recorded_at) - e.happened_on for e in all_events if e not in late)


def test_most_organizations_are_reliable_and_a_few_lapse() -> None:
    rows = standings(TODAY)
    due = [place for row in rows.values() for place in row[:-1] if place.is_due]
    assert 0.6 < sum(place is Standing.CONFIRMED for place in due) / len(due) < 0.9
    assert {slug for slug, row in rows.items() if Standing.SILENT in row} == {
        "cyber-guild",
        "delta-crossing",
        "patient-capital",
    }
    assert {slug for slug, row in rows.items() if Standing.NOTHING_TO_SHARE in row} == {"bayou", "orir"}


def test_the_same_day_has_the_same_history() -> None:
    assert list(events(TODAY)) == list(events(TODAY))
    assert list(confirmations(TODAY)) == list(confirmations(TODAY))
