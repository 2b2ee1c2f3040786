"""Texts in any character set, declared rightly, wrongly or not at all."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.charsets import declared_in, decoded, decoded_page, encoding_of, wide_encoding
from hub.library.extract.reader import Reader
from hub.library.rules import State

TEXTS = [
    "Fräserei in Görlitz\r\nund Öfen",
    "Токарный станок, цех 7\n",
    "旋盤の講習会\r\n金曜日 14:00",
    "plain lathe words",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_unicode_is_read_without_being_declared(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("name", "encoding", "text"),
    [
        ("unicode-1-1-utf-8", "utf-8", "Ürün"),
        ("X-SJIS", "cp932", "①旋盤"),
        ("ks_c_5601-1987", "cp949", "선반 뷁"),
        ("GB2312", "gb18030", "车床鎔"),
        ("windows-1251", "cp1251", "Станок"),
        ("win-1250", "cp1250", "Łożysko"),
        ("ISO-8859-9", "cp1254", "“Şerit”"),
        ("iso-2022-jp", "iso2022_jp_ext", "ﾌﾗｲｽ盤"),
        ("ibm850", "cp850", "Größe"),
        ("x-mac-roman", "mac_roman", "Café"),
        ("utf-16", "utf-16-be", "Dreherei"),
        ("'utf-8'", "utf-8", "Ürün"),
    ],
)
def test_names_that_programs_use_are_known(name: str, encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding), name) == text


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "hex", "base64", "unicode_escape", "zip", "x\0y", "nonsense", "ü"]
)
def test_what_is_no_character_set_is_ignored(name: str) -> None:
    assert encoding_of(name) == ""
    assert decoded("Müll".encode(), name) == "Müll"


def test_a_wrong_declaration_does_not_spoil_the_text() -> None:
    assert decoded("Köhler".encode("cp1252"), "utf-8") == "Köhler"
    assert decoded("Köhler".encode(), "us-ascii") == "Köhler"
    assert decoded("Köhler".encode(), "iso-8859-1") == "Köhler"
    assert decoded("“quoted”".encode("cp1252"), "iso-8859-1") == "“quoted”"


def test_one_damaged_character_does_not_spoil_the_text() -> None:
    assert decoded(("ö" * 50).encode() + b"\xff" + b"end", "utf-8") == "ö" * 50 + "\ufffdend"


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        (b'<meta charset="koi8-r">', "koi8-r"),
        (b"<META content='text/html; Charset = big5' http-equiv=x>", "big5"),
        (b'<?xml version="1.0" encoding="iso-8859-7"?><html>', "iso-8859-7"),
        (b'<meta charset="utf-16le">', ""),
        (b"<p>charset=koi8-r</p>", ""),
    ],
)
def test_a_web_page_declares_its_character_set(markup: bytes, name: str) -> None:
    assert declared_in(markup) == name


def test_a_page_is_read_as_it_declares(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes('<meta charset="koi8-r"><p>Литейное дело</p>'.encode("koi8-r"))
    assert reader.read(path, "a.html").pages[0].text == "Литейное дело"
    assert decoded_page("<meta charset=iso-8859-1><p>Größe".encode()).endswith("Größe")


def test_text_without_a_mark_is_read_and_other_bytes_are_not(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("reaming,honing\r\n1,2\r\n".encode("utf-16-be"))
    assert reader.read(path, "a.csv").pages[0].text == "reaming,honing\n1,2"
    path.write_bytes(b"text with\0one NUL and more of it")
    assert reader.read(path, "a.txt").state is State.CORRUPT


@given(st.binary(max_size=200), st.text(max_size=12), st.booleans())
def test_nothing_raises(content: bytes, name: str, is_html: bool) -> None:
    assert isinstance(decoded(content, name, is_html=is_html), str)


@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["Cc"])))
def test_western_text_is_never_taken_for_wide_text(text: str) -> None:
    assert wide_encoding(text.encode("cp1252")) == ""


# UTF-16 that begins with NUL can't be told from UTF-32.
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_what_is_declared_and_right_is_kept(text: str, encoding: str) -> None:
    marked = ("\ufeff" + text).encode("utf-8") if encoding == "utf-8" else text.encode(encoding)
    assert decoded(marked, encoding) == text
