"""Emails as real email apps write them, with their headers and the order of their parts."""

import base64
import textwrap
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

SENT = datetime(2026, 7, 8, 14, 0, tzinfo=UTC)
OUTSIDE = "Ida Lund <ida@foundry.example>, Bo <bo@tools.example>"
OUTLOOK = """From: Rita <rita@prairie.example>
To: "Lund, Ida" <ida@foundry.example>; 'Bo' <bo@tools.example>
CC: "All shops" <shops@tools.example>
Subject: FW: Energy kit
Thread-Topic: Energy kit
Thread-Index: AQHZ1234
Date: {sent}
Message-ID: <DM6PR01MB1234@DM6PR01MB1234.prod.exchangelabs.example>
Accept-Language: en-US
Content-Language: en-US
X-MS-Has-Attach: yes
X-MS-TNEF-Correlator:
Content-Type: multipart/mixed;
\tboundary="_005_DM6PR01MB1234_"
MIME-Version: 1.0

--_005_DM6PR01MB1234_
Content-Type: multipart/related;
\tboundary="_004_DM6PR01MB1234_";
\ttype="multipart/alternative"

--_004_DM6PR01MB1234_
Content-Type: multipart/alternative;
\tboundary="_000_DM6PR01MB1234_"

--_000_DM6PR01MB1234_
Content-Type: text/plain; charset="Windows-1252"
Content-Transfer-Encoding: quoted-printable

Worth a look =96 see below. {link}

From: AMCC <hub@hub.example>
Sent: Tuesday, July 7, 2026 9:00 AM
Subject: Energy kit

--_000_DM6PR01MB1234_
Content-Type: text/html; charset="Windows-1252"
Content-Transfer-Encoding: quoted-printable

<html xmlns:o=3D"urn:schemas-microsoft-com:office:office"><body><p class=3D"MsoNormal">Worth a look</p><img src=
=3D"cid:image001.png@01D9"></body></html>

--_000_DM6PR01MB1234_--

--_004_DM6PR01MB1234_
Content-Type: image/png; name="image001.png"
Content-Description: image001.png
Content-Disposition: inline; filename="image001.png"; size=8
Content-ID: <image001.png@01D9>
Content-Transfer-Encoding: base64

iVBORw0KGgo=

--_004_DM6PR01MB1234_--

--_005_DM6PR01MB1234_
Content-Type: application/pdf; name="{name}"
Content-Description: {name}
Content-Disposition: attachment; filename="{name}"; size={size};
\tcreation-date="{created}"
Content-Transfer-Encoding: base64

{content}

--_005_DM6PR01MB1234_--
"""


def _b64(content: bytes) -> str:
    return "\r\n".join(textwrap.wrap(base64.b64encode(content).decode(), 76))


def _crlf(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def plain(
    text: str = "Hello all", *, sender: str = "Rita <rita@prairie.example>", to: str = OUTSIDE, subject: str = "Energy",
    message_id: str = "<1@prairie.example>", sent: datetime = SENT, more: str = "",
) -> bytes:  # fmt: skip
    """Return a plain email; ``more`` are additional headers, one per line."""
    head = (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: {message_id}\nDate: {format_datetime(sent)}\n{more}"
    )
    return _crlf(f"{head}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n")


def outlook(file: bytes, name: str = "Energy kit.pdf", link: str = "") -> bytes:
    """Return an email from Outlook for Windows: related inside mixed, a signature picture, the file name given twice."""
    dates = {"sent": format_datetime(SENT), "created": format_datetime(SENT - timedelta(minutes=1), usegmt=True)}
    return _crlf(OUTLOOK.format(**dates, link=link, name=name, size=len(file), content=_b64(file)))


def gmail(link: str, file: bytes | None = None) -> bytes:
    """Return an email from Gmail: an inline forward, the file with an RFC 2231 name."""
    attachment = f"""--000000000000aaaa
Content-Type: application/pdf; name="=?UTF-8?B?w5xiZXJzaWNodC5wZGY=?="
Content-Disposition: attachment; filename*=UTF-8''%C3%9Cbersicht.pdf
Content-Transfer-Encoding: base64
Content-ID: <f_abc>
X-Attachment-Id: f_abc

{_b64(file)}
""" if file else ""  # fmt: skip
    return _crlf(
        f"""MIME-Version: 1.0
From: Rita <rita@prairie.example>
Date: {format_datetime(SENT)}
Message-ID: <CAFx1@mail.gmail.com>
Subject: =?UTF-8?Q?Fwd=3A_Energy_=E2=80=93_worth_a_look?=
To: undisclosed-recipients:;
Content-Type: multipart/mixed; boundary="000000000000aaaa"

--000000000000aaaa
Content-Type: multipart/alternative; boundary="000000000000bbbb"

--000000000000bbbb
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

---------- Forwarded message ---------
From: AMCC <hub@hub.example>
Subject: Energy

{link.replace("=", "=3D")}

--000000000000bbbb
Content-Type: text/html; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

<div dir=3D"ltr"><a href=3D"{link.replace("=", "=3D").replace("&", "&amp;")}">Energy</a></div>

--000000000000bbbb--
{attachment}--000000000000aaaa--
"""
    )


def apple(inner: bytes) -> bytes:
    """Return an email from Apple Mail, "Forward as Attachment": ``inner`` as message/rfc822."""
    head = f"""Content-Type: multipart/mixed;
\tboundary="Apple-Mail=_7A"
Subject: Fwd: Energy
X-Universally-Unique-Identifier: 7A
From: Rita <rita@prairie.example>
Date: {format_datetime(SENT)}
Message-Id: <7A@prairie.example>
To: ida@foundry.example
Mime-Version: 1.0 (Mac OS X Mail 16.0)

--Apple-Mail=_7A
Content-Transfer-Encoding: 7bit
Content-Type: text/plain;
\tcharset=us-ascii



--Apple-Mail=_7A
Content-Disposition: attachment;
\tfilename="Energy.eml"
Content-Type: message/rfc822;
\tx-unix-mode=0644;
\tname="Energy.eml"
Content-Transfer-Encoding: 7bit

"""
    return _crlf(head) + inner + _crlf("\n--Apple-Mail=_7A--\n")


def winmail(file: bytes) -> bytes:
    """Return a rich text email from Outlook with everything wrapped in winmail.dat."""

    def attribute(level: int, number: int, data: bytes) -> bytes:
        checksum = (sum(data) & 0xFFFF).to_bytes(2, "little")
        return bytes([level]) + number.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data + checksum

    tnef = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00089006, b"\0\0\1\0") + attribute(2, 0x0006800F, file)
    return _crlf(
        f"""From: rita@prairie.example
To: ida@foundry.example
Subject: Energy
Date: {format_datetime(SENT)}
Message-ID: <tnef@prairie.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="t"

--t
Content-Type: text/plain

See attached.

--t
Content-Type: application/ms-tnef; name="winmail.dat"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="winmail.dat"

{_b64(tnef)}
--t--
"""
    )
