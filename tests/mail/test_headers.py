"""Headers as bytes: ids, URLs and addresses are literal, texts can be decoded, and no line is too long."""

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail.delivery import headers
from tests.mailserver import fields_of

URL = "https://hub.example.org/" + "very-long/" * 60 + "stop/1"
any_text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=400)


def decoded(value: bytes) -> str:
    """Return the text of a header as a mail program shows it (RFC 2047), without the library that wrote it."""
    joined = re.sub(rb"(=\?utf-8\?[qb]\?[^?]*\?=) +(?==\?utf-8\?[qb]\?)", rb"\1", value)

    def part(match: re.Match[bytes]) -> bytes:
        if match[1] == b"b":
            return b64decode(match[2])
        spaced = match[2].replace(b"_", b" ")
        return re.sub(rb"=([0-9A-F]{2})", lambda octet: bytes([int(octet[1], 16)]), spaced)

    return re.sub(rb"=\?utf-8\?([qb])\?([^?]*)\?=", part, joined).decode()


def value_of(field: bytes) -> bytes:
    """Return the only field's value, after checking that its lines are of a length that servers accept."""
    lines = field.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= headers.LONGEST_LINE and line.strip() for line in lines)
    assert all(len(line) <= headers.LINE or b" " not in line.strip() for line in lines[1:])
    [(_name, value)] = fields_of(field + b"\r\n")
    return value


def test_a_url_longer_than_a_line_stays_as_it_is() -> None:
    assert headers.literal("List-Unsubscribe", f"<{URL}>") == f"List-Unsubscribe: <{URL}>\r\n".encode()


def test_ids_are_folded_only_between_them() -> None:
    ids = [f"<{'0123456789abcdef' * 4}-{number}@{'mail.' * 12}example.org>" for number in range(12)]
    for name in ("References", "In-Reply-To"):
        field = headers.literal(name, " ".join(ids))
        assert value_of(field).decode().split(" ") == ids
        assert field.count(b"\r\n ") == 11


@pytest.mark.parametrize(
    "value", ["", " ", "<a> ", "<a>  <b>", "<a>\r\nBcc: b@c.example", "<https://hüb.example>", "<a\tb>", "x" * 998]
)
def test_a_literal_header_takes_nothing_that_would_need_encoding(value: str) -> None:
    with pytest.raises(ValueError, match="X-Test can't have"):
        headers.literal("X-Test", value)


@given(any_text)
def test_every_text_is_read_as_it_was_written(text: str) -> None:
    field = headers.words("Subject", text)
    assert field.isascii()
    assert decoded(value_of(field)) == text
    assert all(
        len(word) <= headers.LONGEST_ENCODED_WORD for word in field.split() if word.startswith(b"=?") and b"?=" in word
    )


@given(any_text)
def test_every_display_name_leaves_the_address_as_it_is(name: str) -> None:
    value = value_of(headers.mailbox("To", name, "ana@lakeshore.example"))
    assert value.endswith(b" <ana@lakeshore.example>")
    shown = decoded(value.removesuffix(b" <ana@lakeshore.example>"))
    if shown.startswith('"') and b"=?" not in value:
        shown = re.sub(r"\\(.)", r"\1", shown[1:-1])
    assert shown == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Ana Lund", "Ana Lund <ana@x.example>"),
        ("Lund, Ana (she/her)", '"Lund, Ana (she/her)" <ana@x.example>'),
        ('"Ana" \\ <b@y.example>', '"\\"Ana\\" \\\\ <b@y.example>" <ana@x.example>'),
        ("Ana Peña of Lakeshore", "=?utf-8?q?Ana_Pe=C3=B1a_of_Lakeshore?= <ana@x.example>"),
        ("=?utf-8?q?Ana?=", "=?utf-8?b?PT91dGYtOD9xP0FuYT89?= <ana@x.example>"),
        ("", "ana@x.example"),
    ],
)
def test_names_are_atoms_or_quoted_or_encoded(name: str, value: str) -> None:
    assert headers.mailbox("To", name, "ana@x.example") == f"To: {value}\r\n".encode()


def test_a_long_address_is_never_encoded_or_split() -> None:
    address = f"{'a' * 64}@{'subdomain.' * 18}example.org"
    for name in ("", "Ana", "Ana Peña, " * 30, "x" * 400, "x" * 2_000):
        value = value_of(headers.mailbox("Reply-To", name, address))
        assert value.split(b" ")[-1].strip(b"<>").decode() == address
    assert value_of(headers.mailbox("To", "Jörg", "jörg@example.org")).endswith(" <jörg@example.org>".encode())


@pytest.mark.parametrize("address", ["", "ana", "a@b@c.example>", "a b@c.example", "a@b.example\r\nBcc: c@d.example"])
def test_an_address_cannot_add_headers(address: str) -> None:
    with pytest.raises(ValueError, match="it isn't an email address"):
        headers.mailbox("To", "Ana", address)
