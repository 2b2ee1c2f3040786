"""Address headers in the forms that mail programs write, read the same on every Python."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from hub.core.addresses import PUBLIC_PROVIDERS, Mailbox, addresses_in, is_address, mailboxes_in, own_domain

IDA, BO = "ida@foundry.example", "bo@tools.example"


@pytest.mark.parametrize(
    "value",
    [
        f"{IDA}, {BO}",
        f"{IDA}; {BO};",
        f"{IDA};{BO}, ;",
        f"\"Lund, Ida\" <{IDA}>; 'Bo' <{BO}>",
        f'"Lund; Ida" <{IDA}>, "Bo; of <Tools>, Inc." <{BO}>',
        f'"Ida \\"the boss; of, all\\" Lund" <{IDA}>; Bo <{BO}>',
        f'"{BO}" <{IDA}>; {BO} (second; shift, (nights)) ;',
        f"Lund, Ida <{IDA}>; Bo, Tools <{BO}>",
        f"=?utf-8?Q?L=C3=BCnd=2C_Ida?= <{IDA}>;\r\n\t<{BO}>",
        f"Team: {IDA}, Bo <{BO}>;",
        f'"Shops; all": {IDA};, undisclosed-recipients:;, {BO}',
        f"(by \\) hand) {IDA}; Team: Bo <{BO}>; {IDA} <>",
    ],
)
def test_recipients_are_separated_by_commas_and_semicolons(value: str) -> None:
    assert addresses_in([value]) == [IDA, BO]
    assert addresses_in([value, "", IDA]) == [IDA, BO, IDA]


# What programs write, and the addresses in it. The comment says which program, or what is unusual.
WRITTEN = [
    # Outlook for Windows, in forwarded headers and drafts
    ("Lund, Ida <ida@foundry.example>; Marsh, Bo <bo@tools.example>", [IDA, BO]),
    ("'Ida Lund' <ida@foundry.example>; 'bo@tools.example' <bo@tools.example>", [IDA, BO]),
    ("'ida@foundry.example'; 'bo@tools.example';", [IDA, BO]),
    ("\"'Ida Lund'\" <ida@foundry.example>, \"'bo@tools.example'\" <bo@tools.example>", [IDA, BO]),
    ("'Lund, Ida' <ida@foundry.example>; 'Bo O'Dell' <bo@tools.example>", [IDA, BO]),
    ("Ida Lund [mailto:ida@foundry.example]; Bo [MAILTO:bo@tools.example]", [IDA, BO]),
    ("ida@foundry.example<mailto:ida@foundry.example>; Bo <mailto:bo@tools.example?subject=Re:%20Kit>", [IDA, BO]),
    ('"Ida Lund (Foundry; Ohio)" <SMTP:ida@foundry.example>, [smtp:bo@tools.example]', [IDA, BO]),
    ('"Lund; Ida" <ida@foundry.example> ; "Shops; all" <bo@tools.example>', [IDA, BO]),
    # Exchange: recipients without an email address are no addresses
    ("/O=WORKS/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=ILUND; bo@tools.example", [BO]),
    ('"Lund, Ida" </o=Works/ou=First/cn=Recipients/cn=ilund>, Bo <bo@tools.example>', [BO]),
    ("IMCEAEX-_O=WORKS_OU=FIRST_CN=RECIPIENTS_CN=ILUND@works.example, bo@tools.example", [BO]),
    ('"Lund Ida" <X400:C=US;A= ;P=WORKS;O=OHIO;S=LUND;G=IDA;>; bo@tools.example', [BO]),
    ("X400:C=US;A= ;P=WORKS;S=LUND;G=IDA; bo@tools.example", [BO]),
    # Gmail, Apple Mail, Thunderbird
    ('"Lund, Ida" <ida@foundry.example>,\r\n\tBo <bo@tools.example>', [IDA, BO]),
    ("Ida Lund <ida@foundry.example>,\n Bo\n <bo@tools.example>", [IDA, BO]),
    ("=?UTF-8?Q?Ida_=22the_boss=22_L=C3=BCnd=2C_Jr=2E?= <ida@foundry.example>, bo@tools.example", [IDA, BO]),
    ("=?utf-8?B?THVuZCwgSWRh?=\r\n =?utf-8?B?IG9mIEZvdW5kcnk=?= <ida@foundry.example>; <bo@tools.example>", [IDA, BO]),
    ("=?iso-8859-1?Q?Lund,_Ida?= <ida@foundry.example>, Bo <bo@tools.example>", [IDA, BO]),
    ("Ida Lünd <ida@foundry.example>, “Bo, of Tools” <bo@tools.example>", [IDA, BO]),
    ('"Ida \\"the boss\\" Lund" <ida@foundry.example>, ""Marsh, Bo"" <bo@tools.example>', [IDA, BO]),
    # lists, groups and scripts
    ("undisclosed-recipients:;", []),
    ("Undisclosed recipients: ;", []),
    ("undisclosed-recipients: ;, bo@tools.example", [BO]),
    ("Team: ida@foundry.example, Bo <bo@tools.example>;", [IDA, BO]),
    ("Team: ida@foundry.example; Shops: bo@tools.example;", [IDA, BO]),
    ('"ida@foundry.example via Shops" <bo@tools.example>', [BO]),
    ("Ida Lund via Shops <bo@tools.example>", [BO]),
    ("ida@foundry.example bo@tools.example", [IDA, BO]),
    ("ida@foundry.example,bo@tools.example,", [IDA, BO]),
    (",,; ida@foundry.example;;bo@tools.example;,", [IDA, BO]),
    ("<ida@foundry.example>;<bo@tools.example>", [IDA, BO]),
    ('"" <ida@foundry.example>, <bo@tools.example> ""', [IDA, BO]),
    # old programs
    ("ida@foundry.example (Ida Lund), bo@tools.example (Bo (of (all) Tools))", [IDA, BO]),
    ("<@relay.example,@hub.example:ida@foundry.example>, bo@tools.example", [IDA, BO]),
    ("Ida <ida@foundry.\r\n example>, Bo <bo@\r\n\ttools.example>", [IDA, BO]),
    ("< ida@foundry.example >, Bo<bo@tools.example.>", [IDA, BO]),
    ('"ida"@foundry.example, "bo@tools.example"', [IDA, BO]),
    ("o'dell@tools.example, d'@x.example", ["o'dell@tools.example", "d'@x.example"]),
    ("Ida <ida@[192.0.2.1]>, jörg@lünd.example", ["ida@[192.0.2.1]", "jörg@lünd.example"]),
]


@pytest.mark.parametrize(("value", "expected"), WRITTEN)
def test_headers_are_read_as_programs_write_them(value: str, expected: list[str]) -> None:
    assert addresses_in([value]) == expected


def test_headers_are_read_without_the_library_whose_releases_differ() -> None:
    values = [value for value, _expected in WRITTEN]
    program = (
        "import runpy, sys; sys.modules['email'] = None\n"
        f"found = runpy.run_path({str(ROOT / 'hub/core/addresses.py')!r})['addresses_in']\n"
        f"print([found([value]) for value in {values!r}] == {[expected for _value, expected in WRITTEN]!r})"
    )
    result = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "True"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f'"Lund, Ida" <{IDA}>', Mailbox("Lund, Ida", IDA)),
        (f"'Ida Lund' <{IDA}>", Mailbox("Ida Lund", IDA)),
        (f'"Ida \\"the boss\\" Lund" <{IDA}> (Ohio)', Mailbox('Ida "the boss" Lund', IDA)),
        (f"Bo O'Dell <{BO}>", Mailbox("Bo O'Dell", BO)),
        (f"  Ida\r\n\tLund   <{IDA}>", Mailbox("Ida Lund", IDA)),
        (IDA, Mailbox("", IDA)),
        ("Ida <not an address>", Mailbox("", "", "Ida <not an address>")),
        (f'"Ida <{IDA}>', Mailbox("", "", f'"Ida <{IDA}>')),
    ],
)
def test_names_lose_their_quotes_and_what_is_unclear_is_kept(value: str, expected: Mailbox) -> None:
    assert list(mailboxes_in(value)) == [expected]


@pytest.mark.parametrize(
    "value", ['"' * 200_000, "(" * 200_000, "<" * 200_000, "[mailto:" * 50_000, '\\"' * 100_000, "a@b.c " * 50_000]
)
def test_a_header_of_any_kind_is_read_in_linear_time(value: str) -> None:
    began = time.thread_time()  # of this thread alone, so that a busy machine doesn't count
    addresses_in([value])
    assert time.thread_time() - began < 5


@pytest.mark.parametrize(
    ("domain", "own"),
    [
        ("Foundry.example", "foundry.example"),
        ("www.foundry.example", "foundry.example"),
        ("", ""),
        ("localhost", ""),
        ("gmail.com", ""),
        ("GMail.com", ""),
        ("www.yahoo.com", ""),
        ("gmx.net", ""),
    ],
)
def test_a_public_provider_is_no_organizations_own_domain(domain: str, own: str) -> None:
    assert own_domain(domain) == own


def test_providers_are_written_as_domains() -> None:
    assert all(is_address(f"a@{domain}") and domain == domain.lower() for domain in PUBLIC_PROVIDERS)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Ida Lund",
        "undisclosed-recipients:;",
        f"Ida <{IDA}> <{BO}>",
        f"Ida <{IDA}",
        f"Ida {IDA}",
        f"<{IDA}, <{BO}",
        f'"Lund, Ida <{IDA}>',
        f"(not closed; {IDA}",
        '"Ida <ida"@foundry.example',
        "ida@bo@foundry.example",
        "(ida\\",
    ],
)
def test_a_header_without_a_clear_address_gives_none(value: str) -> None:
    assert addresses_in([value]) == []


@given(st.text('a@.,;:<>()"\\ \r\n', max_size=40))
def test_no_header_raises_an_error(value: str) -> None:
    assert all(address.count("@") == 1 for address in addresses_in([value]))
    assert addresses_in([f"{IDA}; {value}"])[:1] == [IDA]
