"""Rules of single sign-on, with plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.sign_on_settings import SignOnProvider
from hub.members.rules.organizations import Role
from hub.members.rules.single_sign_on import (
    FACTOR,
    Identity,
    SignOnRefused,
    check_address,
    factor_of,
    identity_of,
    keeps_password,
    required_provider,
)

CONTOSO = SignOnProvider("main", "Contoso", "https://accounts.example", "the-hub")
OWN = SignOnProvider(
    "own", "Lakeshore", "https://b.example", "1", domains=frozenset({"a.example", "b.example"}),
    required_domains=frozenset({"a.example"}),
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["ana@a.example", "True", "1"]),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=5,
)
CLAIMS = {"iss": "https://accounts.example", "sub": "1"}


def test_address_and_verification_come_from_the_same_source() -> None:
    claims = CLAIMS | {"email": "ana@a.example"}
    identity = identity_of(claims, {"email": "rosa@a.example", "email_verified": True})
    assert (identity.email, identity.is_verified) == ("ana@a.example", None)
    identity = identity_of(CLAIMS | {"email_verified": True}, {"email": "rosa@a.example"})
    assert (identity.email, identity.is_verified) == ("rosa@a.example", None)


# The Kelvin sign and the long s become ASCII letters in lower or upper case, and so another person's address.
@pytest.mark.parametrize(
    "email", ["\u212aeisha@a.example", "ro\u017fa@a.example", "a" * 250 + "@a.example", "a@b@c", ""]
)
def test_an_address_that_could_become_someone_elses_is_not_used(email: str) -> None:
    assert identity_of(CLAIMS | {"email": email}, {}).email == ""


@given(st.dictionaries(st.sampled_from(["email", "email_verified", "xms_edov", "amr"]), JSON))
def test_of_all_that_a_provider_may_claim_only_a_clear_yes_is_verified(claims: dict[str, object]) -> None:
    identity = identity_of(CLAIMS | claims, {})
    if identity.is_verified:
        first = next(claims[name] for name in ("email_verified", "xms_edov") if name in claims)
        assert str(first).lower() in {"true", "1"}


@pytest.mark.parametrize(
    ("provider", "identity", "reason"),
    [
        (CONTOSO, Identity("i", "s", "ana@a.example", is_verified=True), ""),
        (CONTOSO, Identity("i", "s", "ana@a.example"), "email address not verified"),
        (CONTOSO, Identity("i", "s", "ana@a.example", is_verified=False), "email address not verified"),
        (CONTOSO, Identity("i", "s"), "no email address"),
        (OWN, Identity("i", "s", "ana@a.example"), ""),
        (OWN, Identity("i", "s", "ana@a.example", is_verified=False), "email address not verified"),
        (OWN, Identity("i", "s", "ana@c.example", is_verified=True), "domain not accepted"),
        (OWN, Identity("i", "s", "ana@sub.a.example", is_verified=True), "domain not accepted"),
        (OWN, Identity("i", "s", "ana@xa.example", is_verified=True), "domain not accepted"),
    ],
)
def test_which_addresses_link_accounts(provider: SignOnProvider, identity: Identity, reason: str) -> None:
    if not reason:
        check_address(provider, identity)
        return
    with pytest.raises(SignOnRefused) as refused:
        check_address(provider, identity)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("ana@a.example", "own"),
        (" Ana@A.example ", "own"),
        ("ana@b.example", ""),
        ("ana@sub.a.example", ""),
        ("a.example", "own"),
        ("", ""),
    ],
)
def test_a_domain_can_require_single_sign_on(email: str, key: str) -> None:
    provider = required_provider([CONTOSO, OWN], email)
    assert (provider.key if provider else "") == key


def test_only_the_coordinator_keeps_a_password() -> None:
    assert [role for role in Role if keeps_password(role)] == [Role.COORDINATOR]


@pytest.mark.parametrize(
    ("setting", "methods", "counts"),
    [
        ("trusted", None, True),
        ("amr", None, False),
        ("amr", ["pwd"], False),
        ("amr", "mfa", False),
        ("amr", ["pwd", "mfa"], True),
        ("never", ["mfa"], False),
    ],
)
def test_whether_single_sign_on_counts_as_a_second_factor(setting: str, methods: object, counts: bool) -> None:
    provider = SignOnProvider("main", "Contoso", "https://a.example", "1", second_factor=setting)
    assert (factor_of(provider, identity_of(CLAIMS | {"amr": methods}, {})) == FACTOR) == counts
