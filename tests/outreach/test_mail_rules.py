"""Parsing emails to a log address, and deciding whether they count: examples, and arbitrary bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.outreach.rules.copied_mail import MOST_BOUNDARIES, MOST_PARTS, MOST_TEXT, Mail, _in_tnef, read_mail
from hub.outreach.rules.log_address import Sender, audience_of, classify, day_of, idempotency_key, log_address, token_in
from hub.outreach.rules.places import MOST_LINKS, hub_links_in
from hub.sharing.rules.logged_mail import Audience, Outcome
from tests.outreach import mails

NEW_YORK = ZoneInfo("America/New_York")
BASE = "https://hub.example.org"
TOKEN = "Ab-_" * 8
FILE = b"%PDF-1.7 energy kit \0\r\n\xff"
RITA = Sender(
    email="rita@prairie.example",
    website="https://www.prairieworks.example/about",
    colleagues=frozenset({"rita@prairie.example", "ana@elsewhere.example", "gus@gmail.com"}),
    counts_colleagues=False,
)
DOMAIN = "log.hub.example"
ADDRESS = log_address("abcdefghjkmnpqrstuvwxy", DOMAIN)


def has_file(mail: Mail, content: bytes) -> bool:
    return any(sha256(content).hexdigest() in attachment.digests for attachment in mail.attachments)


def test_an_email_from_outlook_gives_its_file_and_recipients() -> None:
    mail = read_mail(mails.outlook(FILE))
    assert has_file(mail, FILE)
    assert mail.recipients == ("ida@foundry.example", "bo@tools.example", "shops@tools.example")
    assert mail.subject == "FW: Energy kit"
    assert mail.sent_at == mails.SENT
    assert audience_of(mail, RITA, DOMAIN) == Audience(3, {"foundry.example": 1, "tools.example": 2})
    assert classify(mail, RITA, DOMAIN) is Outcome.LOGGED


def test_a_forward_from_gmail_with_everyone_in_bcc() -> None:
    mail = read_mail(mails.gmail(f"{BASE}/s/{TOKEN}", FILE))
    assert has_file(mail, FILE)
    assert list(hub_links_in(mail.text, BASE).links) == [TOKEN]
    assert mail.subject == "Fwd: Energy – worth a look"
    audience = audience_of(mail, RITA, DOMAIN)
    assert (audience.people, audience.label) == (None, "recipients in BCC, not counted")
    assert classify(mail, RITA, DOMAIN) is Outcome.LOGGED


def test_a_message_attached_by_apple_mail_is_searched_and_recognized_as_a_file() -> None:
    inner = mails.outlook(FILE, link=f"{BASE}/resources/12")
    mail = read_mail(mails.apple(inner))
    assert has_file(mail, FILE), "the file attached to the attached email"
    assert has_file(mail, inner), "the attached email, if the hub has it as a file"
    assert has_file(mail, inner.replace(b"\r\n", b"\n"))
    assert list(hub_links_in(mail.text, BASE).resources) == [12]
    assert mail.recipients == ("ida@foundry.example",), "not those of the attached email"


def test_a_winmail_dat_is_unpacked() -> None:
    mail = read_mail(mails.winmail(FILE))
    assert has_file(mail, FILE)
    assert "See attached" in mail.text


@pytest.mark.parametrize("cut", [7, 14, 20, 30, 60])
def test_a_broken_winmail_dat_is_treated_like_any_attachment(cut: int) -> None:
    tnef = b"\x78\x9f\x3e\x22\x01\x00" + b"\x02" + (0x6800F).to_bytes(4, "little") + b"\xff\xff\xff\x7f" + b"x" * 40
    assert list(_in_tnef(tnef[:cut])) == []
    assert read_mail(mails.winmail(b"")).attachments


def test_a_text_file_is_recognized_with_any_line_endings() -> None:
    text = b"# Title\nsecond line\n"
    raw = mails.plain(more="").replace(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello all\r\n",
        b'Content-Type: text/plain; name="a.md"\r\nContent-Disposition: attachment; filename="a.md"\r\n\r\n'
        + text.replace(b"\n", b"\r\n"),
    )
    assert has_file(read_mail(raw), text)
    assert has_file(read_mail(raw), text.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    "written",
    [
        f"see {BASE}/s/{TOKEN}.",
        f"<a href='{BASE}/s/{TOKEN}?x=1&amp;y=2'>",
        f"{BASE.upper().replace('HTTPS', 'https')}/s/{TOKEN}/show",
        f"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fhub.example.org%2Fs%2F{TOKEN}&data=05%7C01",
        "https://urldefense.com/v3/__" + f"{BASE}/s/{TOKEN}__;!!abc",
        "https://urldefense.com/v3/__https://urldefense.com/v3/__" + f"{BASE}/s/{TOKEN}__;!!abc__;!!def",
        "https://urldefense.com/v3/__ and &#" + "9" * 5_000 + f"; {BASE}/s/{TOKEN}",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__hub.example.org_s_"
        + TOKEN.replace("-", "-2D").replace("_", "-5F") + "&d=DwMF",
    ],
)  # fmt: skip
def test_rewritten_links_are_found(written: str) -> None:
    assert list(hub_links_in(written, BASE).links) == [TOKEN]


def test_links_to_other_places_are_ignored() -> None:
    for text in (
        f"https://hub.example.org.evil.example/s/{TOKEN}",
        f"https://evil.example/{BASE.removeprefix('https://')}/s/{TOKEN}",
        f"{BASE}/s/short",
        f"{BASE}/sharing/2026Q3",
        f"{BASE}/resources/12345678901",
        f"{BASE}/resources/new",
    ):
        places = hub_links_in(text, BASE)
        assert [*places.links, *places.packs, *places.resources] == [], text
    places = hub_links_in(f"{BASE}/hub/p/{TOKEN} {BASE}/hub/resources/7/pages/3", f"{BASE}/hub")
    assert (list(places.packs), list(places.resources)) == ([TOKEN], [7])


@pytest.mark.parametrize(
    "piece", ["https://urldefense.com/v3/__", "&#9", "%25", "__;", f"{BASE}/s/{TOKEN} ", "https://"]
)
def test_the_longest_text_is_searched_in_linear_time(piece: str) -> None:
    """With quadratic time this would take half an hour."""
    text = (piece * (MOST_TEXT // len(piece)))[: MOST_TEXT - 100] + f" {BASE}/s/{TOKEN} "
    assert list(hub_links_in(text, BASE).links) == [TOKEN]


def test_the_number_of_links_is_limited() -> None:
    text = " ".join(f"{BASE}/resources/{n} https%3A%2F%2Fhub.example.org/s/{n:020}" for n in range(1, 1_000))
    places = hub_links_in(text, BASE)
    assert len(places.resources) + len(places.links) == MOST_LINKS


@pytest.mark.parametrize("name", ["Subject", "Message-ID", "Date", "Auto-Submitted", "Authentication-Results"])
def test_long_headers_are_truncated(name: str) -> None:
    """Decoding the whole header would take hours."""
    mail = read_mail(f"From: a@b.example\r\n{name}: ".encode() + b"=?a?q?x" * 400_000 + b"\r\n\r\nhi")
    assert (mail.senders, mail.text, mail.parse_problem) == (("a@b.example",), "hi", "")
    content = b"Content-Type: text/plain" + b";" * 4_000_000
    assert read_mail(b"From: a@b.example\r\n" + content + b"\r\n\r\nhi").text == "hi"


def test_thousands_of_recipients_are_read_and_hundreds_of_thousands_are_not() -> None:
    many = ", ".join(f"person{n}@b.example" for n in range(5_000))
    assert len(read_mail(f"To: {many}\r\n\r\nhi".encode()).recipients) == 5_000
    assert read_mail(f"To: {', '.join([many] * 10)}\r\n\r\nhi".encode()).recipients == ()


def test_nested_parts_are_read_up_to_a_limit_of_parts_times_lines() -> None:
    def nested(deep: int, lines: int) -> bytes:
        heads = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(deep))
        return b"From: a@b.example\r\n" + b"".join(heads) + b"\r\nx\r\n" + b"--x\r\n" * lines

    assert read_mail(nested(3, 1_000)).parse_problem == ""
    assert read_mail(nested(190, 400_000)).parse_problem == "It has too many parts for its many lines."


def test_the_numbers_of_forwarded_messages_and_of_files_in_a_winmail_dat_are_limited() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhi"
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d\r\n" % (n, n, inner, n)
        for n in range(40)
    )
    assert len(read_mail(b"From: a@b.example\r\n" + heads).attachments) == MOST_BOUNDARIES
    attachment = b"\x02" + (0x6800F).to_bytes(4, "little") + b"\x01\0\0\0" + b"x" + b"\0\0"
    raw = b"Content-Type: application/ms-tnef\r\n\r\n" + b"\x78\x9f\x3e\x22\x01\x00" + attachment * 10_000
    assert len(read_mail(raw).attachments) == MOST_PARTS


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated (vacation)\n",
        "List-Id: Shops <shops.lists.example>\n",
        "Precedence: bulk\n",
        "X-Autoreply: yes\n",
        "Return-Path: <>\n",
        "X-Loop: log@hub.example\n",
        "Received: by mx.example\n" * 51,
    ],
)
def test_automatic_looping_and_list_emails_are_not_from_a_person(header: str) -> None:
    assert classify(read_mail(mails.plain(more=header)), RITA, DOMAIN) is Outcome.AUTOMATIC


def test_emails_that_only_look_automatic_are_logged() -> None:
    for header in ("Auto-Submitted: no\n", "Precedence: normal\n", "Received: by mx.example\n" * 9):
        assert classify(read_mail(mails.plain(more=header)), RITA, DOMAIN) is Outcome.LOGGED


@pytest.mark.parametrize(
    ("sender", "outcome"),
    [
        ("RITA@Prairie.example", Outcome.LOGGED),
        ("News of the works <news@prairie.example>", Outcome.LOGGED),
        ("info@prairieworks.example", Outcome.LOGGED),
        ("ana@elsewhere.example", Outcome.LOGGED),
        ("ida@foundry.example", Outcome.FORGED),
        ("someone@gmail.com", Outcome.FORGED),
        ("", Outcome.FORGED),
        ("rita@prairie.example.evil.example", Outcome.FORGED),
    ],
)
def test_a_mail_must_come_from_the_person_or_their_organization(sender: str, outcome: Outcome) -> None:
    assert classify(read_mail(mails.plain(sender=sender)), RITA, DOMAIN) is outcome


def test_an_email_that_fails_dmarc_at_the_site_is_forged() -> None:
    results = "Authentication-Results: mx.hub.example; spf=fail smtp.mailfrom=evil; dmarc=fail header.from=prairie\n"
    assert classify(read_mail(mails.plain(more=results)), RITA, DOMAIN) is Outcome.FORGED
    below = "Authentication-Results: mx.hub.example; dmarc=pass\n" + results
    assert classify(read_mail(mails.plain(more=below)), RITA, DOMAIN) is Outcome.LOGGED, (
        "the topmost header is the site's own"
    )


@pytest.mark.parametrize(
    ("to", "outcome", "people"),
    [
        ("ana@elsewhere.example, boss@prairie.example", Outcome.OWN_ONLY, None),
        ("ana@elsewhere.example, ida@foundry.example", Outcome.LOGGED, 1),
        (f"rita@prairie.example, {ADDRESS}", Outcome.LOGGED, None),  # everyone else in BCC
        (f"undisclosed-recipients:;, {ADDRESS.upper()}", Outcome.LOGGED, None),
        ("gus@gmail.com", Outcome.OWN_ONLY, None),
        ("someone@gmail.com", Outcome.LOGGED, 1),
    ],
)
def test_an_email_within_the_organization_is_not_sharing_for_a_member(
    to: str, outcome: Outcome, people: int | None
) -> None:
    mail = read_mail(mails.plain(to=to))
    assert classify(mail, RITA, DOMAIN) is outcome
    assert audience_of(mail, RITA, DOMAIN).people == people


@pytest.mark.parametrize("provider", ["gmail.com", "gmx.net", "yahoo.com", "zoho.com"])
def test_other_people_with_a_mailbox_at_the_same_provider_are_outside(provider: str) -> None:
    rita = replace(RITA, email=f"rita@{provider}", website=f"https://www.{provider}/prairie", colleagues=frozenset())
    own = read_mail(mails.plain(sender=f"Rita <rita@{provider}>", to=f"someone@{provider}"))
    assert classify(own, rita, DOMAIN) is Outcome.LOGGED
    assert audience_of(own, rita, DOMAIN) == Audience(1, {provider: 1})
    foreign = read_mail(mails.plain(sender=f"someone@{provider}", to="ida@foundry.example"))
    assert classify(foreign, rita, DOMAIN) is Outcome.FORGED


def test_an_email_within_the_organization_is_sharing_for_a_bff() -> None:
    mail = read_mail(mails.plain(to="ana@elsewhere.example, boss@prairie.example"))
    bff = replace(RITA, counts_colleagues=True)
    assert classify(mail, bff, DOMAIN) is Outcome.LOGGED
    assert audience_of(mail, bff, DOMAIN).people == 2


def test_the_label_of_an_audience_names_domains_and_no_address() -> None:
    many = Audience(40, {f"d{n}.example": 4 for n in range(10)})
    assert many.label.startswith("40 recipients at 10 domains: d0.example 4, d1.example 4")
    assert many.label.endswith(", …")
    assert Audience(1, {"a.org": 1}).label == "1 recipient at 1 domain: a.org 1"
    assert "@" not in audience_of(read_mail(mails.plain()), RITA, DOMAIN).label


@pytest.mark.parametrize(
    ("sent", "received", "day"),
    [
        (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 7, 8, 14, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), datetime(2026, 7, 1, 4, 1, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), datetime(2026, 7, 1, 4, 1, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 7, 8, 14, tzinfo=UTC), date(2026, 7, 8)),
        (datetime(2027, 6, 1, 12, tzinfo=UTC), datetime(2026, 7, 8, 14, tzinfo=UTC), date(2026, 7, 8)),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), datetime(2027, 1, 1, 6, 0, tzinfo=UTC), date(2026, 12, 31)),
        (None, datetime(2026, 7, 8, 3, tzinfo=UTC), date(2026, 7, 7)),
    ],
)
def test_the_day_is_the_date_of_the_email_unless_it_is_long_ago_or_in_the_future(
    sent: datetime | None, received: datetime, day: date
) -> None:
    mail = replace(read_mail(mails.plain()), sent_at=sent)
    assert day_of(mail, received, NEW_YORK) == day


def test_emails_are_the_same_if_message_id_person_and_body_are_the_same() -> None:
    mail = read_mail(mails.plain())
    relayed = read_mail(b"Received: by another.example\r\n" + mails.plain().replace(b"\r\n", b"\n") + b"\n\n")
    assert idempotency_key(7, mail) == idempotency_key(7, relayed), "its route doesn't matter"
    others = [mails.plain("Hello you"), mails.plain(message_id="<2@prairie.example>")]
    assert (
        len(
            {
                idempotency_key(7, mail),
                idempotency_key(8, mail),
                *(idempotency_key(7, read_mail(raw)) for raw in others),
            }
        )
        == 4
    )


def test_an_email_with_too_many_parts_is_not_parsed() -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    raw = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 300 + b"--b--\r\n"
    mail = read_mail(raw)
    assert (mail.parse_problem, mail.attachments, mail.text) == ("It has more than 200 parts.", (), "")
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(190))
    assert read_mail(b"From: a@b.example\r\n" + deep).senders == ("a@b.example",)


@pytest.mark.parametrize("sign", ["(", ":", "a:", "<", '"', "[", "\\", "@"])
@pytest.mark.parametrize("name", ["From", "To", "Date", "Subject", "Content-Type", "Message-ID"])
def test_headers_that_repeat_one_character_are_ignored(name: str, sign: str) -> None:
    mail = read_mail(f"{name}: {sign * 3_000}\r\nCc: ida@foundry.example\r\n\r\nhi".encode())
    assert "ida@foundry.example" in mail.recipients


@settings(max_examples=150)
@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_breaking(raw: bytes) -> None:
    mail = read_mail(raw)
    assert classify(mail, RITA, DOMAIN) in Outcome
    assert len(idempotency_key(1, mail)) == 64


HEADERS = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
    ]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["multipart/mixed; boundary=b", "message/rfc822", "text/html; charset=nonsense", "base64", "quoted-printable",
         "=?utf-8?b?////?=", "=?nonsense?q?x?=", "multipart/alternative", "attachment; filename*=x'y", "a@b.example, <"]
    ),
)  # fmt: skip


@settings(max_examples=200)
@given(
    st.lists(st.tuples(HEADERS, VALUES), max_size=10),
    st.lists(st.tuples(HEADERS, VALUES), max_size=4),
    st.binary(max_size=80),
)
def test_any_headers_are_read_without_breaking(
    head: list[tuple[str, str]], inner: list[tuple[str, str]], body: bytes
) -> None:
    def lines(headers: list[tuple[str, str]]) -> bytes:
        return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("utf-8", "replace")

    mail = read_mail(lines(head) + b"\r\n--b\r\n" + lines(inner) + b"\r\n" + body + b"\r\n--b--\r\n")
    audience = audience_of(mail, RITA, DOMAIN)
    assert audience.people is None or audience.people == sum(audience.domains.values())
    assert day_of(mail, datetime(2026, 7, 8, tzinfo=UTC), NEW_YORK) <= date(2026, 7, 8)


@given(st.text(alphabet="abcdefghjkmnpqrstuvwxyz23456789", min_size=10, max_size=40))
def test_a_token_is_found_in_an_address_in_capitals(token: str) -> None:
    assert token_in(log_address(token, DOMAIN).upper(), DOMAIN) == token
    assert token_in(log_address(token, "other.example"), DOMAIN) == ""
    assert token_in(log_address(token, DOMAIN), "") == ""


def test_an_email_counts_at_most_two_weeks_back() -> None:
    received = datetime(2026, 7, 8, 14, tzinfo=UTC)
    mail = replace(read_mail(mails.plain()), sent_at=received - timedelta(days=14))
    assert day_of(mail, received, NEW_YORK) == date(2026, 6, 24)
