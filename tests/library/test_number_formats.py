"""Numbers, dates and durations as the cells of a workbook show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.date_formats import days_of, iso_text, moment_of
from hub.library.extract.number_formats import BUILT_IN, is_date, number_text, plain, sections_of, text_as_shown

MONEY = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'
NOVEMBER_30 = 46356


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (2139, "00000", "02139"),
        (0.25, "0%", "25%"),
        (0.1234, "0.0%", "12.3%"),
        (1234567.5, '"$"#,##0.00', "$1,234,567.50"),
        (1234567.5, "[$$-409]#,##0.00;[Red]-[$$-409]#,##0.00", "$1,234,567.50"),
        (1234.5, '#,##0.00\\ "€"', "1,234.50 €"),
        (-5, "#,##0_);(#,##0)", "(5)"),
        (-1234.5, MONEY, "$(1,234.50)"),
        (0, MONEY, "$-"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1500000, '0.0,,"M"', "1.5M"),
        (1200000, "0.00E+00", "1.20E+06"),
        (12345, "##0.0E+0", "12.3E+3"),
        (1.5, "# ?/?", "1 1/2"),
        (0.375, "# ?/8", "3/8"),
        (2.675, "0.00", "2.68"),
        (0.5, "#.##", ".5"),
        (-0.001, "0.00", "0.00"),
        (7, '"Week "0', "Week 7"),
        (3, 'General" units"', "3 units"),
        (150, '[>=100]"many";[<0]"owed";0', "many"),
        (4, '[>=100]"many";[<0]"owed";0', "4"),
        (0, "#,##0;-#,##0;;", ""),
        (4711, "General", "4711"),
        (0.1 + 0.2, "General", "0.3"),
        (1.5, "[h]:mm", "36:00"),
        (1.5, "[mm]", "2160"),
        (-0.25, "[h]:mm", "-6:00"),
        (NOVEMBER_30, "m/d/yyyy", "11/30/2026"),
        (NOVEMBER_30, "mmmm d, yyyy", "November 30, 2026"),
        (NOVEMBER_30, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "Monday, November 30, 2026"),
        (NOVEMBER_30, "mmmmm-yy", "N-26"),
        (NOVEMBER_30 + 0.75, "ddd, mmm d h:mm AM/PM", "Mon, Nov 30 6:00 PM"),
        (NOVEMBER_30 + 0.75, "yyyy-mm-dd hh:mm:ss", "2026-11-30 18:00:00"),
        (0.0005, "mm:ss.0", "00:43.2"),
        (1, "m/d/yyyy", "1/1/1900"),
        (61, "m/d/yyyy", "3/1/1900"),
        (-1, "m/d/yyyy", "-1"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: float, code: str, shown: str) -> None:
    assert number_text(value, code) == shown


def test_days_can_be_counted_from_1904() -> None:
    assert number_text(NOVEMBER_30 - 1462, "m/d/yyyy", since_1904=True) == "11/30/2026"


def test_words_of_a_format_stand_around_a_text() -> None:
    assert text_as_shown("Tooling", '0;-0;0;"Dept. "@') == "Dept. Tooling"
    assert text_as_shown("Tooling", "0.00") == "Tooling"


def test_a_date_is_known_from_a_duration_and_a_number() -> None:
    assert [is_date(code) for code in ("m/d/yyyy", "h:mm", "[h]:mm", '0" days"', "General")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [iso_text(value) for value in (NOVEMBER_30, NOVEMBER_30 + 0.5, 0.5, -1)] == [
        "2026-11-30",
        "2026-11-30 12:00",
        "12:00",
        "",
    ]


@given(st.datetimes(min_value=moment_of(61), max_value=moment_of(100_000)))
def test_a_date_in_iso_form_is_the_same_day(moment: object) -> None:
    days = days_of(str(moment))
    assert days is not None
    assert iso_text(round(days)) == iso_text(round(days) + 1e-9)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet='0#?.,%/@;[]hmsdyE+-"\\_* $<>=1GeneralAP', max_size=40),
)
def test_any_format_shows_any_number(value: float, code: str) -> None:
    assert isinstance(number_text(value, code), str)
    assert len(sections_of(code)) >= 1


@given(st.integers(-(10**12), 10**12))
def test_no_digit_of_a_whole_number_is_lost(number: int) -> None:
    assert number_text(number, BUILT_IN[3]).replace(",", "") == plain(number)
