"""The rules of packs and openings: examples and properties."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.library.rules import PageKind, range_of
from hub.outreach.letters import SentItem, SentPack, channel_html, channel_text, letter_of
from hub.outreach.rules.openings import Seen, Trace, is_outside, network_of, seen
from hub.outreach.rules.packs import (
    LOG_AFTER,
    audience_of,
    is_to_be_logged,
    moved,
    objection_to_sending,
    part_label,
    reordered,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", None), ("  ", None), ("7", (7, 7)), ("7-9", (7, 9)), ("slides 7 to 9", (7, 9)), ("Slide 7–9", (7, 9)),
        ("pages 7 through 9", (7, 9)), ("item 3", (3, 3)), ("7 - 7", (7, 7)),
    ],
)  # fmt: skip
def test_page_ranges_are_parsed_as_people_write_them(typed: str, expected: object) -> None:
    assert range_of(typed) == expected


@pytest.mark.parametrize("typed", ["seven", "9-7", "0", "7-9-11", "7,9", "-", "7 to", "99999999999"])
def test_unclear_page_ranges_are_refused(typed: str) -> None:
    with pytest.raises(Refused, match="7-9"):
        range_of(typed)


def test_a_part_has_a_plain_name() -> None:
    assert part_label(PageKind.SLIDE, 7, 7) == "slide 7"
    assert part_label(PageKind.SLIDE, 7, 9) == "slides 7 to 9"


items = st.lists(st.integers(1, 50), unique=True, min_size=1, max_size=8)


@given(items, st.dictionaries(st.integers(1, 50), st.integers(-5, 99)))
def test_reordering_loses_nothing(order: list[int], places: dict[int, int]) -> None:
    assert sorted(reordered(order, places)) == sorted(order)
    assert reordered(order, {item: place for place, item in enumerate(order, 1)}) == order


@given(items, st.data(), st.integers(-10, 10))
def test_moving_keeps_the_others_in_their_order(order: list[int], data: st.DataObject, steps: int) -> None:
    item = data.draw(st.sampled_from(order))
    after = moved(order, item, steps)
    assert [other for other in after if other != item] == [other for other in order if other != item]
    assert after.index(item) == min(max(order.index(item) + steps, 0), len(order) - 1)


@pytest.mark.parametrize(
    ("acts", "fetches", "expected"),
    [
        ([], 0, Seen.NOTHING),
        ([], 500, Seen.MACHINE),
        ([Trace.OPENED], 0, Seen.PERSON),
        ([Trace.USEFUL], 3, Seen.PERSON),
        ([Trace.QUESTION], 0, Seen.PERSON),
        ([Trace.OPENED, Trace.DOWNLOADED], 1, Seen.DOWNLOADED),
    ],
)
def test_an_opening_proves_what_a_person_did(acts: list[Trace], fetches: int, expected: Seen) -> None:
    assert seen(acts, fetches) is expected


@given(st.integers(0, 10**9))
def test_no_number_of_fetches_makes_a_person(fetches: int) -> None:
    assert seen([], fetches) in {Seen.NOTHING, Seen.MACHINE}


@pytest.mark.parametrize(
    ("new", "unsettled", "since", "expected"),
    [
        (0, 0, LOG_AFTER, False),
        (5, 0, timedelta(0), True),
        (5, 1, timedelta(minutes=59), False),
        (5, 1, LOG_AFTER, True),
        (0, 9, 3 * LOG_AFTER, False),
    ],
)
def test_accepted_emails_are_logged_when_all_have_settled_or_after_an_hour(
    new: int, unsettled: int, since: timedelta, expected: bool
) -> None:
    assert is_to_be_logged(new, unsettled, since) is expected


GOOD = {"title": "Q4", "items": 1, "recipients": 1, "chosen": True, "send_at": NOW, "now": NOW}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, None),
        ({"title": " "}, "subject"),
        ({"items": 0}, "at least one resource"),
        ({"chosen": False}, "at least one group"),
        ({"recipients": 0}, "No one"),
        ({"send_at": NOW + timedelta(days=400)}, "within one year"),
    ],
)
def test_a_pack_that_cannot_be_sent_says_why(wrong: dict[str, object], sentence: str | None) -> None:
    objection = objection_to_sending(**(GOOD | wrong))  # type: ignore[arg-type]
    assert (objection is None) if sentence is None else (sentence in str(objection))


def test_the_sharing_log_names_groups_and_never_people() -> None:
    assert audience_of(["Board", "Shops"], everyone=False) == "Our stakeholders: Board, Shops"
    assert audience_of(["Board"], everyone=True, people=2) == "All our stakeholders"
    assert audience_of(["Board"], everyone=False, people=2) == "Our stakeholders: Board, and 2 people"
    assert audience_of(["Board"], everyone=False, people=1) == "Our stakeholders: Board, and 1 person"
    assert audience_of([], everyone=False, people=1) == "1 of our stakeholders"


PACK = SentPack(
    title="<Q4> & more",
    note="First.\n\nSecond <b>bold</b>.",
    organization="Lakeshore & Co",
    sender="Ana",
    items=[
        SentItem(3, "Deck <1>", "slides 7 to 9", "Prairie, Nov 9, 2026", "A summary. " * 60),
        SentItem(4, "Briefing", "", "Prairie, Nov 8, 2026", ""),
    ],
).with_address("https://hub.example/p/word")


def test_an_email_greets_its_recipient_and_uses_their_link() -> None:
    letter = letter_of(PACK, "Bo Lee", "Hub")
    text = letter.text("https://hub.example/stop/1")
    assert text.startswith("Hello Bo Lee,")
    assert "Deck <1> (slides 7 to 9)" in text
    assert "https://hub.example/p/word/3" in text
    assert "https://hub.example/stop/1" in text
    assert "<b>" not in letter.html()
    assert "&lt;b&gt;" in letter.html()


def test_texts_for_other_channels_have_every_item_and_no_active_content() -> None:
    text, html = channel_text(PACK), channel_html(PACK)
    for address in ("https://hub.example/p/word/3", "https://hub.example/p/word/4", "https://hub.example/p/word"):
        assert address in text
        assert address in html
    assert "<b>" not in html
    assert "<h2>&lt;Q4&gt; &amp; more</h2>" in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:7:1::9", "2001:db8:7::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        ("a proxy's words", "unknown"),
    ],
)
def test_a_network_is_as_large_as_an_office(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.ip_addresses(v=4), st.integers(0, 255))
def test_all_addresses_of_an_office_are_one_network(address: IPv4Address, host: int) -> None:
    neighbor = IPv4Address(int(address) & ~255 | host)
    assert network_of(str(address)) == network_of(str(neighbor))
    assert network_of(str(address)) != network_of(str(IPv4Address(int(address) ^ 256)))


@given(st.integers(1), st.frozensets(st.integers(1)))
def test_only_the_sharing_organizations_own_people_are_inside(organization: int, others: frozenset[int]) -> None:
    assert is_outside(organization, others - {organization})
    assert not is_outside(organization, others | {organization})
