"""Amounts, dates and designations are found in whichever form they are written."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from hub.core.db import Database
from hub.members.models import Organization
from hub.search import index
from tests.search.results.page import searched, titles
from tests.world import a_resource

JULY, JUNE = "July", "June"  # the hub writes dates as Americans do, and finds them as anyone does
# The forms of one thing, and forms of things that only look similar.
CASES = {
    "money": (
        ["$1.8M", "$1.8 M", "1.8 million", "$1.8 million", "1.8m", "1,800,000", "$1,800,000", "USD 1800000", "1.80 million"],
        ["18 million", "$18M", "1.8 billion", "180,000", "$1.08M", "1,800"],
    ),
    "thousands": (["$500K", "500,000", "500 thousand", "$500k", "0.5 million"], ["$50K", "5,000", "500 million", "500"]),
    "billions": (["$2B", "$2 billion", "2 billion", "2,000,000,000", "two billion", "$2.0 billion"], ["$20B", "2 million"]),
    "decimals": (["23.90", "23.9", "$23.90"], ["239", "2.39", "23.99", "23.09"]),
    "small decimals": (["0.5", ".5", "0.50"], ["0.05", "5.0", "0.55"]),
    "percentages": (["50%", "50 percent", "50 per cent", "fifty percent"], ["5%", "15 percent", "500 percent"]),
    "days": (
        ["2022-07-19", "July 19, 2022", "Jul 19 2022", f"19 {JULY} 2022", "7/19/2022", "07/19/2022", "7/19/22",
         "July 19th, 2022"],
        ["July 9, 2022", "2022-07-18", "July 19, 2021", "9/7/2022"],
    ),
    "months": (["July 2022", "Jul 2022", "2022-07", "7/2022"], ["July 2021", "June 2022", "2022-08-07"]),
    "days without a year": (["July 4", f"4 {JULY}", "Jul 4"], ["July 14", f"4 {JUNE}"]),
    "fiscal years": (["FY2023", "FY 2023", "FY23", "fiscal year 2023", "FY 23"], ["FY2022", "fiscal year 2024"]),
    "quarters": (["Q3 2025", "2025Q3", "third quarter of 2025", "3Q25", "Q3-2025"], ["Q2 2025", "Q3 2024"]),
    "axes": (["5-axis", "5 axis", "five-axis", "five axis"], ["15-axis", "four-axis"]),
    "ninety days": (["90-day", "90 days", "90 day", "ninety-day", "ninety days"], ["9-day", "900 days"]),
    "hours": (["2000-hour", "2,000-hour", "2,000 hours", "2000 hours"], ["200-hour", "20,000 hours"]),
    "standards": (
        ["SP 800-171", "SP800-171", "800-171", "NIST SP 800-171"],
        ["SP 800-172", "SP800-53", "80-171"],
    ),
    "clauses": (["DFARS 252.204-7012", "252.204-7012"], ["DFARS 252.204-7021"]),
    "quality": (["ISO 9001", "ISO9001", "ISO-9001", "ISO-9001:2015", "ISO 9001:2015"], ["ISO 9000", "ISO14001"]),
    "aerospace": (["AS9100D", "AS 9100", "AS9100", "AS 9100D"], ["AS9102"]),
    "assessors": (["C3PAO", "C3PAOs", "c3paos", "C3PAO’s"], ["C3PA"]),
    "makers": (["SMM", "SMMs", "SMM's"], ["SMB"]),
    "visas": (["H-1B", "H1B"], ["H-2B", "H1"]),
    "printing": (["3D", "3-D", "3 D"], ["2D", "30"]),
    "outbreaks": (["COVID-19", "COVID19", "COVID 19"], ["COVID-91"]),
    "phases": (["Phase 2", "phase two", "Phase II"], ["Phase 3", "Phase I", "Phase 22"]),
    "inches": (['1/2"', "1/2-inch"], ["12-inch", "3.2-inch"]),
}  # fmt: skip


def write(database: Database, forms: Sequence[str], others: Sequence[str]) -> None:
    """Add one resource for each form, with the form as its title's number."""
    with database.writing() as db:
        lake = db.get_one(Organization, 2)
        for name, texts in (("form", forms), ("other", others)):
            for number, text in enumerate(texts):
                a_resource(db, lake, f"{name} {'abcdefghij'[number] * 3}", [f"The shop wrote {text} on the board."])
    index.catch_up(database)


@pytest.mark.parametrize("case", CASES)
def test_any_form_finds_all_the_others_before_anything_else(world: Database, ana: FlaskClient, case: str) -> None:
    forms, others = CASES[case]  # resources with some of several words may follow
    write(world, forms, others)
    wanted = {f"form {'abcdefghij'[number] * 3}": text for number, text in enumerate(forms)}
    for typed in forms:
        page = searched(ana, q=typed)
        assert set(titles(page)[: len(wanted)]) == set(wanted), typed
        for hit in page.select("li.resource-line")[: len(wanted)]:
            assert hit.select(".snippet mark"), (typed, hit.get_text(" "))


def test_the_page_names_the_forms_that_were_found_and_an_exact_search_leaves_them_out(
    world: Database, ana: FlaskClient
) -> None:
    write(world, ["$1.8M", "1.8 million"], [])
    page = searched(ana, q="$1.8M")
    assert set(titles(page)) == {"form aaa", "form bbb"}
    assert "1.8 million" in page.get_text()
    assert titles(searched(ana, q="$1.8M", exact="1")) == ["form aaa"]


def test_a_month_finds_its_days(world: Database, ana: FlaskClient) -> None:
    write(world, ["2022-07-04", "July 4, 2022", "7/4/2022"], ["2022-08-07"])
    assert set(titles(searched(ana, q="July 2022"))) == {"form aaa", "form bbb", "form ccc"}


def test_a_revision_is_no_condition(world: Database, ana: FlaskClient) -> None:
    write(world, ["SP 800-171", "NIST SP 800-171 Revision 2"], ["SP 800-172"])
    in_order = titles(searched(ana, q="NIST SP 800-171 Rev. 2"))
    assert set(in_order[:2]) == {"form aaa", "form bbb"}


def test_a_phrase_in_quotes_stays_as_typed(world: Database, ana: FlaskClient) -> None:
    write(world, ["1.8 million", "$1.8M"], [])
    assert titles(searched(ana, q='"1.8 million"')) == ["form aaa"]
