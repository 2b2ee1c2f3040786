"""The rules of page roles: covers, tables of contents, appended lists and closing pages."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.rules import page_roles as page_roles_rules
from hub.search.rules.page_roles import PageHead, PageRole

TITLE = "Anodizing lines: three years of rinse water"
COVER = PageHead(TITLE, f"{TITLE}\nHarbor Finishers\nMay 2026")
TOPICS = [
    PageHead(heading, f"{heading}\n{'A sentence about it. ' * 30}")
    for heading in ("Costs", "Staff", "Permits", "Sludge")
]


def roles(*pages: PageHead) -> Sequence[PageRole]:
    return page_roles_rules.roles(TITLE, pages)


def test_a_short_first_page_with_the_title_of_the_resource_is_a_cover() -> None:
    assert roles(COVER, *TOPICS) == [PageRole.COVER, 0, 0, 0, 0]


def test_a_first_page_with_more_than_the_title_is_content() -> None:
    long = PageHead(TITLE, f"{TITLE}\n{'The rinse water of the lines. ' * 30}")
    assert roles(long, *TOPICS) == [0, 0, 0, 0, 0]
    assert roles(PageHead("Costs", "Costs\n$4"), *TOPICS) == [0, 0, 0, 0, 0]


def test_the_only_page_of_a_resource_is_content() -> None:
    assert roles(COVER) == [PageRole.CONTENT]


@pytest.mark.parametrize("entry", ["{}", "1. {}", "• {}", "{} ........ 12", "{}  7", "2.1 {}"])
def test_a_list_of_other_pages_headings_is_a_table_of_contents(entry: str) -> None:
    agenda = PageHead("Agenda", "Agenda\n" + "\n".join(entry.format(page.heading) for page in TOPICS))
    assert roles(TOPICS[0], agenda, *TOPICS[1:])[1] is PageRole.CONTENTS


def test_lines_that_end_in_dots_and_a_page_number_are_a_table_of_contents_even_without_headings() -> None:
    text = "\n".join(f"{number} Rinsing step {number} . . . . . . . . {number + 3}" for number in range(1, 9))
    assert (
        roles(PageHead("", "Foreword. It begins."), PageHead("", text), PageHead("", "Text."))[1] is PageRole.CONTENTS
    )


def test_an_agenda_that_names_no_other_page_is_content() -> None:
    agenda = PageHead("Agenda", "Agenda\n8:30 Coffee\n9:00 Tour of the line\n10:00 Questions\n11:00 Bus leaves")
    assert roles(COVER, agenda, *TOPICS)[1] is PageRole.CONTENT


def test_references_and_a_closing_page_are_no_content() -> None:
    references = PageHead("References", "References\n[1] A handbook of finishing.")
    closing = PageHead("Thank you!", "Thank you!\nHarbor Finishers")
    assert roles(COVER, *TOPICS, references, closing)[-2:] == [PageRole.APPENDED, PageRole.CLOSING]
    assert roles(COVER, closing, *TOPICS)[1] is PageRole.CONTENT


@given(st.text(), st.lists(st.tuples(st.text(max_size=30), st.text(max_size=200)), max_size=6))
def test_each_page_of_any_text_has_one_role(title: str, pages: list[tuple[str, str]]) -> None:
    assert len(page_roles_rules.roles(title, [PageHead.of(*page) for page in pages])) == len(pages)
