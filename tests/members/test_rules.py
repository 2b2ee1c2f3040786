"""The rules of members, with plain values."""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Refused
from hub.members.rules.fields import email_of, name_of, website_of
from hub.members.rules.membership import Access
from hub.members.rules.organizations import ROLES_OF_KIND, OrganizationKind, Role, slug_of
from hub.members.rules.permissions import Permission, assignable_roles, may, may_manage
from hub.members.rules.signing_in import same_network


@dataclass(frozen=True)
class Someone:
    role: Role
    organization_id: int = 1
    access: Access = Access.FULL


@dataclass(frozen=True)
class Something:
    organization_id: int
    audience: str = "organization"


OWN, OTHER = Something(1), Something(2)
ROLES = (Role.COORDINATOR, Role.BOARD, Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR)

# Written out, not computed: for each permission and role, whether it covers subjects of the person's own organization,
# and unshared subjects of another one.
EXPECTED = {
    #                                coord. board  repr.  alt.   contr.
    Permission.READ: ("yes yes", "yes no", "yes no", "yes no", "yes no"),
    Permission.ADD: ("yes yes", "yes no", "yes no", "yes no", "yes no"),
    Permission.CHANGE: ("yes yes", "yes no", "yes no", "yes no", "yes no"),
    Permission.FORWARD: ("no no", "no no", "no no", "no no", "no no"),
    Permission.DECLARE: ("yes no", "yes no", "yes no", "yes no", "yes no"),
    Permission.CONFIRM: ("no no", "no no", "yes no", "yes no", "no no"),
    Permission.KEEP_STAKEHOLDERS: ("yes no", "yes no", "yes no", "yes no", "yes no"),
    Permission.SEND_PACKS: ("yes no", "yes no", "yes no", "yes no", "yes no"),
    Permission.SEE_RECORD: ("yes yes", "yes yes", "yes no", "yes no", "yes no"),
    Permission.SEE_BOARD: ("yes yes", "yes yes", "no no", "no no", "no no"),
    Permission.SEE_MEMBERS: ("yes yes", "yes yes", "yes yes", "yes yes", "yes yes"),
    Permission.SEE_PEOPLE: ("yes yes", "yes yes", "yes no", "yes no", "yes no"),
    Permission.MANAGE_PEOPLE: ("yes yes", "no no", "yes no", "yes no", "no no"),
    Permission.ERASE_PEOPLE: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.MANAGE_ORGANIZATIONS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.EDIT_POSTAL_ADDRESS: ("yes yes", "no no", "yes no", "yes no", "no no"),
    Permission.ASSIGN_HOST_ROLES: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.END_SESSIONS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_AUDIT: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.MAKE_PACKET: ("yes yes", "no no", "yes no", "yes no", "no no"),
    Permission.SEE_REACH: ("yes yes", "yes no", "yes no", "yes no", "yes no"),
    Permission.RUN_MAIL: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.EDIT_GLOSSARY: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.EDIT_TOPICS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_CALLS: ("yes yes", "yes yes", "yes yes", "yes yes", "yes yes"),
    Permission.TAKE_PART_IN_CALLS: ("yes yes", "yes no", "yes no", "yes no", "yes no"),
    Permission.SEE_ATTENDANCE: ("yes yes", "yes yes", "yes no", "yes no", "yes no"),
    Permission.RUN_CALLS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_APPLICATIONS: ("yes yes", "yes yes", "no no", "no no", "no no"),
    Permission.VOTE: ("no no", "yes yes", "no no", "no no", "no no"),
    Permission.DECIDE_APPLICATIONS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SET_UP: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_STORAGE: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_STYLEGUIDE: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.RESET_FACTORS: ("yes yes", "no no", "no no", "no no", "no no"),
    Permission.SEE_LINKS: ("yes yes", "no no", "no no", "no no", "no no"),
}


def test_every_permission_has_a_written_expectation() -> None:
    assert set(EXPECTED) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_permissions_are_as_expected(permission: Permission, role: Role) -> None:
    own, other = EXPECTED[permission][ROLES.index(role)].split()
    assert may(Someone(role), permission, OWN) == (own == "yes")
    assert may(Someone(role), permission, OTHER) == (other == "yes")
    assert may(Someone(role), permission) == (own == "yes"), "without a subject, the person's own organization counts"


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("audience", ["public", "network", "organization"])
def test_a_visitor_can_only_read_public_resources(permission: Permission, audience: str) -> None:
    allowed = permission is Permission.READ and audience == "public"
    assert may(None, permission, Something(1, audience)) == allowed
    assert not may(None, permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("audience", ["public", "network"])
def test_everyone_reads_and_forwards_what_the_network_shares(role: Role, audience: str) -> None:
    assert may(Someone(role), Permission.READ, Something(2, audience))
    assert may(Someone(role), Permission.FORWARD, Something(2, audience))
    assert may(Someone(role), Permission.CHANGE, Something(2, audience)) == (role is Role.COORDINATOR)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_after_leaving_people_read_and_confirm_their_own_record_and_else_what_visitors_read(
    permission: Permission, role: Role
) -> None:
    left, gone = Someone(role, access=Access.OWN_RECORD), Someone(role, access=Access.NONE)
    keeps = permission in {Permission.SEE_RECORD, Permission.CONFIRM} and may(Someone(role), permission, OWN)
    assert may(left, permission, OWN) == may(left, permission) == keeps
    assert not may(gone, permission, OWN)
    for person in (left, gone):
        assert not may(person, permission, OTHER)
        assert may(person, permission, Something(1, "public")) == (
            permission is Permission.READ or (keeps and person is left)
        )
        assert not may(person, permission, Something(2, "network"))


@pytest.mark.parametrize("actor", Role)
@pytest.mark.parametrize("about", Role)
def test_only_the_coordinator_manages_coordinators_and_board_members(actor: Role, about: Role) -> None:
    is_manageable = about in {Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR}
    allowed = actor is Role.COORDINATOR or (actor in {Role.REPRESENTATIVE, Role.ALTERNATE} and is_manageable)
    assert may_manage(Someone(actor), Someone(about)) == allowed
    assert may_manage(Someone(actor), Someone(about, 2)) == (actor is Role.COORDINATOR)
    assert not may_manage(None, Someone(about))


def test_a_representative_assigns_their_organizations_roles_and_the_coordinator_all() -> None:
    own = (Role.REPRESENTATIVE, Role.ALTERNATE, Role.CONTRIBUTOR)
    assert assignable_roles(Someone(Role.REPRESENTATIVE), OrganizationKind.MEMBER) == own
    assert assignable_roles(Someone(Role.COORDINATOR), OrganizationKind.MEMBER) == (*own, Role.BOARD)
    assert assignable_roles(Someone(Role.COORDINATOR), OrganizationKind.HOST) == (Role.COORDINATOR, Role.BOARD)
    assert set(ROLES_OF_KIND) == set(OrganizationKind)


@given(st.text())
def test_a_slug_of_any_name_is_valid_in_addresses(name: str) -> None:
    slug = slug_of(name)
    assert 0 < len(slug) <= 60
    assert slug == slug_of(slug)
    assert all(c.isascii() and (c.isalnum() or c == "-") for c in slug)


@given(st.text())
def test_a_name_stays_as_typed_except_for_surrounding_spaces_and_control_characters(text: str) -> None:
    try:
        name = name_of(text)
    except Refused:
        return
    assert name
    assert len(name) <= 200
    assert name == name_of(name)
    assert "\n" not in name
    assert "\x00" not in name


def test_a_name_keeps_quotes_angle_brackets_and_other_scripts() -> None:
    for name in ("Ana O'Brien", '<b>"Bold"</b> & Co', "石川 製作所", "Ünïcødé", "'; DROP TABLE person; --", "👩🏽‍🏭"):
        assert name_of(f"  {name}  ") == name


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 201])
def test_an_empty_or_overlong_name_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        name_of(text)


def test_an_email_address_is_kept_in_lower_case() -> None:
    assert email_of(" Rosa.Pena@Demo.EXAMPLE ") == "rosa.pena@demo.example"


@pytest.mark.parametrize(
    "text",
    ["", "rosa", "rosa@", "@demo.example", "a@b", "a b@demo.example", "a@demo.example\nBcc: x@y.example", "x" * 300],
)
def test_an_invalid_email_address_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        email_of(text)


@given(st.text())
def test_no_text_breaks_the_checks_of_addresses(text: str) -> None:
    for rule in (email_of, website_of):
        with suppress(Refused):
            assert rule(text) == rule(rule(text))


@pytest.mark.parametrize(
    "text", ["https://amcc.example", "http://amcc.example/a?b=c#d", "https://xn--bcher-kva.example"]
)
def test_an_http_website_is_accepted(text: str) -> None:
    assert website_of(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "www.amcc.example",
        "ftp://amcc.example",
        "https://",
        "data:text/html,x",
        "https://a b.c",
        "http://[",
        "https://" + "x" * 500,
        "//amcc.example",
        "https:\\\\amcc.example",
    ],
)
def test_any_other_website_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        website_of(text)


def test_a_website_is_optional() -> None:
    assert website_of("  ") == ""


def test_attempts_are_counted_per_address_or_ipv6_network() -> None:
    assert same_network("192.0.2.7") == "192.0.2.7"
    assert same_network("2001:db8:1:2:3::4") == same_network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert same_network("::ffff:192.0.2.7") == "192.0.2.7"
    assert same_network("") == ""
    assert len(same_network("x" * 300)) <= 64
