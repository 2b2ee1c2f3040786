"""Cleaning and sanitizing text that people wrote."""

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import rendering, text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='  javascript:alert(1)'>x</a>",
    "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<p style='background:url(https://evil.example)'>x",
    "<form action=https://evil.example><input name=password>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]


def _is_harmless(html: str) -> bool:
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if element.tag in {"script", "iframe", "img", "svg", "math", "style", "form", "input", "object", "embed"}:
            return False
        for name, value in element.attrib.items():
            if str(name).startswith("on") or name == "style":
                return False
            if name in {"href", "src"} and not value.lower().startswith(("http:", "https:", "mailto:", "/", "#")):
                return ":" not in value
    return True


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_that_runs_loads_or_frames_is_removed(attack: str) -> None:
    assert _is_harmless(rendering.markdown(attack))
    assert _is_harmless(rendering.safe_html(attack))


@pytest.mark.parametrize("other", ["bleach", "nh3"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_each_sanitizer_is_enough_without_the_other(other: str, attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getattr(rendering, other), "clean", lambda html, **_options: html)
    assert _is_harmless(rendering.safe_html(attack))


@given(st.text())
def test_any_text_renders_harmlessly(written: str) -> None:
    assert _is_harmless(rendering.markdown(text.clean(written)))


def test_markdown_supports_what_a_briefing_needs() -> None:
    html = rendering.markdown(
        "# Grants\n\n1. **CMMC**\n2. [NOFO](https://example.org)\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert "<h2>Grants</h2>" in html
    assert "<strong>CMMC</strong>" in html
    assert 'href="https://example.org"' in html
    assert 'rel="noopener noreferrer"' in html
    assert "<table>" in html


def test_headings_start_below_the_heading_of_the_page() -> None:
    assert "<h1" not in rendering.markdown("# One\n\n###### Six")


@given(st.text())
def test_cleaning_removes_only_characters_that_no_page_can_hold(written: str) -> None:
    cleaned = text.clean(written)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
    assert text.clean(cleaned) == cleaned


def test_naughty_strings_stay_as_typed() -> None:
    for typed in ["Ω≈ç√", "<b>not bold</b>", "'; DROP TABLE person; --", "👩‍🏭 مرحبا", "{{ 7*7 }}"]:
        assert text.clean(typed) == typed


def test_deeply_nested_html_is_sanitized_quickly() -> None:
    """Bleach would take minutes."""
    for before in ("", "</p>" * 20_000):
        html = rendering.safe_html(before + "<em onclick='x()'>" * 20_000 + "deep<script>x()</script>")
        assert "deep" in html
        assert "onclick" not in html
        assert "script" not in html


# Each took from half a second to 97 seconds to render, and more than in proportion to its length.
@pytest.mark.parametrize(
    "unit",
    [
        "![",
        "[",
        "[a](",
        "*_",
        "- a\n\n",
        "1. a\n",
        "[a\n",
        "[a]: x\n",
        "a\n===\n",
        "a\n\n",
        "|a|b|\n|-|-|\n",
        "<",
        "&",
        "**a ",
    ],
)
def test_a_text_of_nothing_but_marks_is_shown_as_it_was_typed(unit: str) -> None:
    typed = unit * (100_000 // len(unit))
    html = rendering.markdown(typed)
    assert rendering.TOO_MUCH_FORMATTING in html
    assert _words_of(html) == rendering.TOO_MUCH_FORMATTING.split() + typed.split()


def test_a_wide_table_with_many_lines_is_shown_as_it_was_typed() -> None:
    wide = "|a" * 99 + "\n" + "|-" * 99 + "\n"
    assert rendering.TOO_MUCH_FORMATTING in rendering.markdown(wide + "a\n" * 1_000)
    assert "<table>" in rendering.markdown(wide + "a\n" * 10)


def test_a_long_document_as_people_write_it_is_formatted() -> None:
    section = (
        "## Funding\n\n"
        + "Workforce boards *can* apply until May. " * 40
        + "\n\n- [Notice](https://a.example/n)\n- two\n\n"
    )
    table = "|a|b|c|\n|-|-|-|\n" + "|1|2|3|\n" * 300
    html = rendering.markdown(section * 100 + table)
    assert html.count("<h2>") == 100
    assert html.count("<tr>") == 301


@given(st.text())
def test_text_as_typed_keeps_every_word_and_is_harmless(typed: str) -> None:
    html = rendering.as_typed(typed)
    assert _is_harmless(html)
    assert "".join(_words_of(html)) == "".join(text.clean(typed).split())


def _words_of(html: str) -> list[str]:
    return "".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext()).split()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("\u2066Ana\u2069 \u200fPe\u00adña\u200e", "Ana Peña"),
        ("AM\u200bCC\ufeff\u2060", "AMCC"),
        ("one\u2028two\x85three\tfour", "one two three four"),
        ("a\x1b[31mb\x9bc\x00", "a[31mbc"),
        ("pass\u200dword\u200c", "password"),
        ("\u200b \u200d", ""),
        (
            "Flag \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f\U000e0041",
            "Flag \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("👩‍🚀 👨‍👩‍👧 ❤️‍🔥", "👩‍🚀 👨‍👩‍👧 ❤️‍🔥"),
        ("می‌خواهم क्‍ष مرحبا שלום", "می‌خواهم क्‍ष مرحبا שלום"),
    ],
)
def test_names_and_titles_keep_no_character_that_hides_or_reorders_others(typed: str, kept: str) -> None:
    assert text.one_line(typed) == kept


@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\u200c\u200d\u202e \U0001f3f4\U000e0067\U000e007fا")))
)
def test_a_cleaned_name_stays_as_it_is(typed: str) -> None:
    once = text.one_line(typed)
    assert text.one_line(once) == once
    assert not set(once) & {
        chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), 0x200B, 0xFEFF)
    }
