"""Emails that are signed, encrypted or packed: what can be read is read, and the rest is said."""

import zlib
from pathlib import Path

import pytest

from hub.library.extract.mail import rich_text, smime
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library.mails import attached, encoded, part, read, several

PLAIN = "text/plain; charset=utf-8"
INSIDE = part(PLAIN, "The honing stone is signed for.")
SIGNED, ENVELOPED = "2a864886f70d010702", "2a864886f70d010703"
DATA, COMPRESSED = "2a864886f70d010701", "2a864886f70d0109100109"
MAIL_TYPE = 'application/pkcs7-mime; name="smime.p7m"'


def element(tag: int, *content: bytes) -> bytes:
    """Return an element of DER."""
    body = b"".join(content)
    size = len(body).to_bytes(3, "big")
    return bytes([tag, 0x83]) + size + body


def endless(tag: int, *content: bytes) -> bytes:
    """Return an element of BER with an end mark, as mail programs write them."""
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


def envelope(kind: str, *content: bytes, wrap: object = element) -> bytes:
    """Return a message of S/MIME around some octets."""
    make = endless if wrap is endless else element
    carried = make(0x30, element(6, bytes.fromhex(DATA)), make(0xA0, *content))
    data = make(0x30, element(2, b"\1"), element(0x31), carried, element(0x31))
    return make(0x30, element(6, bytes.fromhex(kind)), make(0xA0, data))


def test_a_message_signed_as_a_whole_is_read(reader: Reader, tmp_path: Path) -> None:
    content = envelope(SIGNED, element(4, INSIDE.encode()))
    (page,) = read(reader, tmp_path, encoded(MAIL_TYPE, content, attached("smime.p7m"))).pages
    assert (page.title, page.text) == ("Press shop", "The honing stone is signed for.")


def test_signed_text_in_pieces_without_lengths_is_read(reader: Reader, tmp_path: Path) -> None:
    pieces = endless(0x24, *(element(4, bytes([byte])) for byte in INSIDE.encode()))
    content = envelope(SIGNED, pieces, wrap=endless)
    extraction = read(reader, tmp_path, encoded("application/octet-stream", content, attached("smime.p7m")))
    assert [page.text for page in extraction.pages] == ["The honing stone is signed for."]


def test_a_compressed_message_is_read() -> None:
    content = envelope(COMPRESSED, element(4, zlib.compress(b"Content")))
    assert smime.contained(content, "") == b"Content"


def test_a_compressed_message_that_is_cut_off_is_damaged() -> None:
    content = envelope(COMPRESSED, element(4, zlib.compress(b"Content" * 100)[:-6]))
    with pytest.raises(smime.Damaged):
        smime.contained(content, "")


def test_certificates_alone_have_no_text() -> None:
    assert smime.contained(envelope(SIGNED), "certs-only") == b""


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x80" * 50_000, b"\x30\x84\xff\xff\xff\xff", b"no BER at all"])
def test_damaged_messages_raise(content: bytes) -> None:
    with pytest.raises(smime.Damaged):
        smime.contained(content, "signed-data")


@pytest.mark.parametrize(
    "mail",
    [
        encoded(MAIL_TYPE, envelope(ENVELOPED, element(4, b"x")), attached("smime.p7m")),
        encoded(MAIL_TYPE + "; smime-type=authEnveloped-data", b"unknown bytes"),
        several("multipart/encrypted", part("application/pgp-encrypted", "Version: 1"), part("text/plain", "x")),
        part(PLAIN, "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"),
    ],
)
def test_an_encrypted_message_says_so(reader: Reader, tmp_path: Path, mail: str) -> None:
    extraction = read(reader, tmp_path, mail)
    assert (extraction.state, extraction.pages) == (State.ENCRYPTED, ())
    assert extraction.detail.startswith("This email is encrypted")


def test_text_beside_an_encrypted_part_is_read(reader: Reader, tmp_path: Path) -> None:
    secret = several("multipart/encrypted", part("application/pgp-encrypted", "Version: 1"), part(PLAIN, "x"))
    extraction = read(reader, tmp_path, several("multipart/mixed", secret, part(PLAIN, "Footer of the list.")))
    assert (extraction.state, extraction.pages[0].text) == (State.PARTIAL, "Footer of the list.")
    assert extraction.unread == ("A part of this email is encrypted, so it can’t be searched.",)


def test_text_signed_with_pgp_is_read_without_the_signature(reader: Reader, tmp_path: Path) -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nGrind it.\n- -- Ivo\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
    (page,) = read(reader, tmp_path, part(PLAIN, text + "-----END PGP SIGNATURE-----\n")).pages
    assert page.text == "Grind it.\n-- Ivo"


def test_a_clear_signed_message_is_read(reader: Reader, tmp_path: Path) -> None:
    signature = encoded("application/pkcs7-signature", b"xx", attached("smime.p7s"))
    (page,) = read(reader, tmp_path, several("multipart/signed", INSIDE, signature)).pages
    assert page.text == "The honing stone is signed for."


def attribute(number: int, data: bytes) -> bytes:
    """Return an attribute of a winmail.dat."""
    return b"\1" + number.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data + b"\0\0"


def value(kind: int, number: int, data: bytes) -> bytes:
    """Return a property with one value of any length."""
    head = kind.to_bytes(2, "little") + number.to_bytes(2, "little") + (1).to_bytes(4, "little")
    return head + len(data).to_bytes(4, "little") + data + bytes(-len(data) % 4)


def properties(*values: bytes) -> bytes:
    """Return a list of properties."""
    return len(values).to_bytes(4, "little") + b"".join(values)


def packed(*attributes: bytes) -> bytes:
    """Return a winmail.dat."""
    return b"\x78\x9f\x3e\x22\1\0" + b"".join(attributes)


def test_a_winmail_dat_gives_its_text_its_files_and_its_messages(reader: Reader, tmp_path: Path) -> None:
    html = value(0x0102, 0x1013, b"<p>Knurled knobs &amp; more</p>")
    inner = packed(attribute(0x18004, b"Inner\0"), attribute(0x2800C, b"Splines inside.\0"))
    content = packed(
        attribute(0x69003, properties(html)),
        attribute(0x69002, bytes(14)),
        attribute(0x18010, b"KNOBS~1.TXT\0"),
        attribute(0x6800F, b"Prices of knobs"),
        attribute(0x69005, properties(value(0x1F, 0x3707, "knob prices.txt\0".encode("utf-16-le")))),
        attribute(0x69002, bytes(14)),
        attribute(0x69005, properties(value(0x0D, 0x3701, bytes(16) + inner))),
    )
    mail = several("multipart/mixed", part(PLAIN, ""), encoded("application/ms-tnef", content, attached("winmail.dat")))
    extraction = read(reader, tmp_path, mail)
    assert extraction.state is State.OK
    assert [(page.kind, page.title, page.text) for page in extraction.pages] == [
        (PageKind.SECTION, "Press shop", "Knurled knobs & more\n\nAttachments: knob prices.txt, Inner"),
        (PageKind.ITEM, "Inner", "Splines inside."),
        (PageKind.ATTACHMENT, "knob prices.txt", "Prices of knobs"),
    ]


def test_a_damaged_winmail_dat_is_named(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, encoded("application/ms-tnef", b"nothing", attached("winmail.dat")))
    assert extraction.unread == ("The attachment “winmail.dat” is damaged.",)


def test_compressed_rich_text_is_decompressed() -> None:
    # The example in Microsoft's specification.
    example = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    hello = bytes.fromhex(example)
    assert rich_text.decompressed(hello) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.parametrize("content", [b"", b"x" * 30, b"\1\0\0\0\xff\xff\xff\x7fLZFu" + bytes(20)])
def test_damaged_rich_text_raises(content: bytes) -> None:
    with pytest.raises(rich_text.Damaged):
        rich_text.decompressed(content)


def test_a_winmail_dat_that_is_cut_off_is_named(reader: Reader, tmp_path: Path) -> None:
    whole = packed(attribute(0x2800C, b"Gear prices rise.\0"), attribute(0x6800F, b"Sprocket list " * 20))
    for content, unread in (
        (whole, ()),
        (whole[:-100], ("The attachment “winmail.dat” is damaged, so only its beginning can be searched.",)),
    ):
        sent = encoded("application/ms-tnef", content, attached("winmail.dat"))
        extraction = read(reader, tmp_path, several("multipart/mixed", part(PLAIN, ""), sent))
        assert extraction.pages[0].text.startswith("Gear prices rise.")
        assert tuple(sentence for sentence in extraction.unread if "winmail" in sentence) == unread


def test_a_web_page_with_a_text_encrypted_with_pgp_says_so(reader: Reader, tmp_path: Path) -> None:
    sealed = "-----BEGIN PGP MESSAGE-----<br>hQEMA8<br>-----END PGP MESSAGE-----"
    extraction = read(reader, tmp_path, part("text/html", f"<p>The lock is new.</p><p>{sealed}</p><p>Bring it.</p>"))
    assert extraction.state is State.PARTIAL
    assert [page.text.split() for page in extraction.pages] == [["The", "lock", "is", "new.", "Bring", "it."]]


def test_a_web_page_encrypted_with_pgp_to_its_end_says_so(reader: Reader, tmp_path: Path) -> None:
    page = "<pre>-----BEGIN PGP MESSAGE-----\n\nhQEMA8</pre>"
    assert read(reader, tmp_path, part("text/html", page)).state is State.ENCRYPTED


def test_an_attached_text_encrypted_with_pgp_is_named(reader: Reader, tmp_path: Path) -> None:
    sealed = part(PLAIN, "-----BEGIN PGP MESSAGE-----\n\nhQEMA8\n-----END PGP MESSAGE-----", attached("keys.txt"))
    extraction = read(reader, tmp_path, several("multipart/mixed", part(PLAIN, "The plan is inside."), sealed))
    assert (extraction.state, extraction.unread) == (State.PARTIAL, ("The attachment “keys.txt” is encrypted.",))


def test_a_text_file_encrypted_with_pgp_is_called_so(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("-----BEGIN PGP MESSAGE-----\n\nhQEMA8\n-----END PGP MESSAGE-----\n")
    assert reader.read(path, "a.txt").state is State.ENCRYPTED


@pytest.mark.parametrize(("size", "state"), [("", State.PARTIAL), ("width=1 height=1", State.OK)])
def test_a_message_of_linked_pictures_only_is_not_called_searchable(
    reader: Reader, tmp_path: Path, size: str, state: State
) -> None:
    extraction = read(reader, tmp_path, part("text/html", f"<p><img {size} src='https://lind.example/flyer.jpg'></p>"))
    assert extraction.state is state
