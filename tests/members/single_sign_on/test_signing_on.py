"""Signing in with a provider of single sign-on that does what it should, and with one that doesn't."""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from hub.core.audit import Entry
from hub.core.db import Database
from hub.members.actions import people as people_actions
from hub.members.models import Person, SignOnAccount
from hub.members.providers import discovery
from tests.members.conftest import Alliance
from tests.members.single_sign_on.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Provider,
    changed,
    come_back,
    go,
    is_signed_in,
    refusal,
    sign_on,
    use,
)
from tests.world import PASSWORD, FrozenClock, SignIn

ROSA = "rosa@lakeshore.example"


@pytest.mark.both_databases
def test_a_person_signs_in_with_a_provider_and_lands_on_the_page_that_they_wanted(
    visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    page = visitor.get("/sign-in?next=/people").text
    assert 'href="/sign-on/main?next=/people"' in page
    answer = sign_on(visitor, provider, "/people")
    assert (answer.status_code, answer.location) == (302, "/people")
    page = visitor.get("/account").text
    assert "Rosa Peña" in page
    assert f"{ROSA} at {provider.issuer}, linked on" in page
    assert 'name="current"' in page
    with database.reading() as db:
        account = db.scalars(select(SignOnAccount)).one()
        actions = db.scalars(select(Entry.action).order_by(Entry.id)).all()
    assert (account.person_id, account.issuer, account.subject) == (alliance.rosa, provider.issuer, "0001")
    assert actions[-2:] == ["linked single sign-on to", "signed in"]


@pytest.mark.both_databases
def test_someone_who_was_invited_needs_no_password(
    visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance, sign_in: SignIn
) -> None:
    with database.writing() as db:
        db.get_one(Person, alliance.rosa).password_hash = None
    assert sign_on(visitor, provider).location == "/"
    assert is_signed_in(visitor)
    page = visitor.get("/account").text
    assert "You have no password here" in page
    assert 'name="current"' not in page
    page = sign_in("coordinator@demo.example").get(f"/people/{alliance.rosa}").text
    assert "Invited" not in page


def test_no_one_makes_an_account_for_themselves(visitor: FlaskClient, provider: Provider, database: Database) -> None:
    provider.email = "stranger@lakeshore.example"
    page = refusal(visitor, sign_on(visitor, provider))
    assert "has no account for stranger@lakeshore.example" in page
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SignOnAccount)) == 0
    assert "prompt=select_account" in go(visitor), "they can choose another account now"


def test_a_changed_address_at_the_provider_moves_no_account(visitor: FlaskClient, provider: Provider) -> None:
    sign_on(visitor, provider)
    visitor.post("/sign-out")
    provider.email, provider.claims = "tom@lakeshore.example", {"email_verified": True}
    sign_on(visitor, provider)
    page = visitor.get("/account").text
    assert "Rosa Peña" in page
    assert f"{ROSA} at {provider.issuer}, linked on" in page
    assert 'name="current"' in page


@pytest.mark.both_databases
def test_an_address_that_was_given_to_someone_else_does_not_open_the_account_until_the_link_is_removed(
    app: Flask, visitor: FlaskClient, provider: Provider, alliance: Alliance, sign_in: SignIn
) -> None:
    sign_on(visitor, provider)
    successor = app.test_client()
    provider.subject = "0002"
    assert "is linked with another account at Contoso" in refusal(successor, sign_on(successor, provider))
    coordinator = sign_in("coordinator@demo.example")
    assert provider.issuer in coordinator.get(f"/people/{alliance.rosa}").text
    assert coordinator.post(f"/people/{alliance.rosa}/sign-on/unlink").status_code == 302
    assert provider.issuer not in coordinator.get(f"/people/{alliance.rosa}").text
    sign_on(successor, provider)
    assert is_signed_in(successor)


def test_a_contributor_removes_no_links(
    app: Flask, visitor: FlaskClient, provider: Provider, alliance: Alliance
) -> None:
    sign_on(visitor, provider)
    keisha = app.test_client()
    provider.email, provider.subject = "keisha@lakeshore.example", "0003"
    sign_on(keisha, provider)
    assert is_signed_in(keisha)
    assert keisha.post(f"/people/{alliance.rosa}/sign-on/unlink").status_code in {403, 404}


def test_a_deactivated_person_cannot_sign_in(
    visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    sign_on(visitor, provider)
    visitor.post("/sign-out")
    with database.writing() as db:
        people_actions.deactivate(db, None, db.get_one(Person, alliance.rosa))
    assert "was deactivated" in refusal(visitor, sign_on(visitor, provider))


def test_people_of_an_organization_that_left_long_ago_cannot_sign_in(
    visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    with database.writing() as db:
        db.get_one(Person, alliance.rosa).organization.periods[0].left_on = date(2020, 6, 30)
    assert "has left the alliance" in refusal(visitor, sign_on(visitor, provider))


@pytest.mark.parametrize(
    ("claims", "is_accepted"),
    [
        ({"email_verified": True}, True),
        ({"email_verified": "true"}, True),
        ({"xms_edov": True}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": False}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "false"}, False),
        ({"email_verified": None}, False),
        ({"email_verified": False, "xms_edov": True}, False),
        ({}, False),
    ],
)
def test_only_a_verified_address_links_accounts(
    visitor: FlaskClient, provider: Provider, claims: dict[str, Any], is_accepted: bool
) -> None:
    provider.claims = claims
    answer = sign_on(visitor, provider)
    assert is_signed_in(visitor) == is_accepted
    if not is_accepted:
        assert "is verified" in refusal(visitor, answer)


@pytest.mark.parametrize("email", ["", 7, "rosa", "Rosa@lakeshore.example\n", "rosa@lakeshore.exampl\u00e9", None])
def test_an_address_that_is_none_links_no_accounts(visitor: FlaskClient, provider: Provider, email: Any) -> None:
    provider.email = email
    refusal(visitor, sign_on(visitor, provider))


def test_the_domains_of_a_provider_need_no_verification_and_others_are_refused(
    app: Flask, visitor: FlaskClient, provider: Provider
) -> None:
    use(app, DOMAINS="lakeshore.example")
    provider.claims = {}
    sign_on(visitor, provider)
    assert is_signed_in(visitor)
    visitor.post("/sign-out")
    provider.email, provider.subject, provider.claims = "jolene@ridgeline.example", "0004", {"email_verified": True}
    assert "can’t sign in with Contoso" in refusal(visitor, sign_on(visitor, provider))


def test_a_former_organization_no_longer_signs_in_someone_whose_address_changed_at_the_hub(
    app: Flask, visitor: FlaskClient, provider: Provider, database: Database, alliance: Alliance
) -> None:
    use(app, DOMAINS="lakeshore.example")
    sign_on(visitor, provider)
    visitor.post("/sign-out")
    with database.writing() as db:
        db.get_one(Person, alliance.rosa).email = "rosa@ridgeline.example"
    assert "can’t sign in with Contoso" in refusal(visitor, sign_on(visitor, provider))


def test_the_address_may_come_from_the_userinfo_endpoint(visitor: FlaskClient, provider: Provider) -> None:
    provider.info = {"sub": "0001", "email": "ROSA@lakeshore.example", "email_verified": True}
    sign_on(visitor, provider)
    assert is_signed_in(visitor)


def test_userinfo_about_another_person_is_refused(visitor: FlaskClient, provider: Provider) -> None:
    provider.info = {"sub": "0002", "email": ROSA, "email_verified": True}
    assert "isn’t responding correctly" in refusal(visitor, sign_on(visitor, provider))


def test_someone_who_cancels_at_the_provider_reads_that_they_were_not_signed_in(
    visitor: FlaskClient, provider: Provider
) -> None:
    state = provider.authorize(go(visitor))["state"]
    page = refusal(visitor, come_back(visitor, {"error": "access_denied", "state": state, "error_description": "<b>"}))
    assert "You weren’t signed in with Contoso." in page
    state = provider.authorize(go(visitor))["state"]
    assert "isn’t responding" in refusal(visitor, come_back(visitor, {"error": "<script>", "state": state}))


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/" + "x" * 400])
def test_signing_in_leads_to_no_other_site(visitor: FlaskClient, provider: Provider, wanted: str) -> None:
    assert sign_on(visitor, provider, wanted).location == "/"


def test_a_provider_that_is_down_stops_neither_the_page_nor_passwords(
    app: Flask, visitor: FlaskClient, frozen_clock: FrozenClock, provider: Provider
) -> None:
    provider.status["/.well-known/openid-configuration"] = 503
    assert "Contoso isn’t responding" in refusal(visitor, visitor.get("/sign-on/main"))
    refusal(visitor, visitor.get("/sign-on/main"))
    assert len(provider.asked) == 1, "the hub doesn't ask again at once"
    assert visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 302
    provider.status.clear()
    frozen_clock.advance(seconds=30)
    browser = app.test_client()
    sign_on(browser, provider)
    assert is_signed_in(browser)


def test_nothing_listens_at_the_address_of_the_provider(app: Flask, visitor: FlaskClient) -> None:
    use(app, ISSUER="http://127.0.0.1:9")
    assert "Contoso isn’t responding" in refusal(visitor, visitor.get("/sign-on/main"))


def test_discovery_and_keys_are_kept_for_an_hour_and_fetched_again_for_an_unknown_key(
    app: Flask, provider: Provider, alliance: Alliance, frozen_clock: FrozenClock
) -> None:
    def signs_in() -> bool:
        browser = app.test_client()
        sign_on(browser, provider)
        return is_signed_in(browser)

    assert provider.asked == [], "nothing is fetched when the hub starts"
    assert signs_in()
    assert signs_in()
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/keys") == 1
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert not signs_in(), "keys are fetched again at most twice a minute"
    frozen_clock.advance(minutes=1)
    assert signs_in()
    assert provider.asked.count("/keys") == 2
    frozen_clock.advance(minutes=61)
    assert signs_in()
    assert provider.asked.count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize(
    ("methods", "in_form"), [(["client_secret_post", "client_secret_basic"], True), (["client_secret_basic"], False)]
)
def test_the_client_secret_is_sent_as_the_provider_wants_it(
    visitor: FlaskClient, provider: Provider, methods: list[str], in_form: bool
) -> None:
    provider.change_metadata = changed(token_endpoint_auth_methods_supported=methods)
    sign_on(visitor, provider)
    assert is_signed_in(visitor)
    assert provider.forms[0].get("client_secret") == (CLIENT_SECRET if in_form else None)
    assert provider.authorizations[0].startswith("" if in_form else "Basic ")


def test_the_hub_can_sign_its_requests_and_asks_for_a_level_of_assurance(
    app: Flask, visitor: FlaskClient, provider: Provider, tmp_path: Path
) -> None:
    key = RSAKey.generate_key(2048)
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    use(app, CLIENT_SECRET="", PRIVATE_KEY=str(tmp_path / "key.pem"), ACR_VALUES="urn:acr:two urn:acr:three")
    address = go(visitor)
    assert parse_qs(urlsplit(address).query)["acr_values"] == ["urn:acr:two urn:acr:three"]
    provider.claims |= {"acr": "urn:acr:one"}
    refusal(visitor, come_back(visitor, provider.authorize(address)))
    provider.claims |= {"acr": "urn:acr:two"}
    sign_on(visitor, provider)
    assert is_signed_in(visitor)
    assertion = jwt.decode(provider.forms[-1]["client_assertion"], key).claims
    assert (assertion["iss"], assertion["sub"], assertion["aud"]) == (CLIENT_ID, CLIENT_ID, f"{provider.issuer}/token")
    assert assertion["exp"] - assertion["iat"] <= 300
    other = jwt.decode(provider.forms[-2]["client_assertion"], key).claims
    assert assertion["jti"] != other["jti"]


@pytest.mark.parametrize("content", [b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_private_key_that_cannot_be_read_gives_a_sentence(
    app: Flask, visitor: FlaskClient, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key.pem").write_bytes(content)
    use(app, CLIENT_SECRET="", PRIVATE_KEY=str(tmp_path / "key.pem"))
    assert "Contoso isn’t responding" in refusal(visitor, visitor.get("/sign-on/main"))


def test_signing_out_offers_to_sign_out_at_the_provider(visitor: FlaskClient, provider: Provider) -> None:
    sign_on(visitor, provider)
    answer = visitor.post("/sign-out")
    assert answer.location == "/signed-out?from=main"
    page = visitor.get(answer.location).text
    assert "You’re still signed in with Contoso in this browser." in page
    assert f'href="{provider.issuer}/end_session?client_id={CLIENT_ID}&amp;post_logout_redirect_uri=' in page
    assert not is_signed_in(visitor)
    assert "Contoso" not in visitor.get("/signed-out").text
    discovery._kept.clear()  # as in another process of the hub
    assert f'href="{provider.issuer}/end_session?' in visitor.get(answer.location).text
    discovery._kept.clear()
    provider.status["/.well-known/openid-configuration"] = 503
    assert "sign out on its own website too" in visitor.get(answer.location).text
    assert visitor.get("/signed-out?from=unknown").status_code == 200


def test_after_a_password_signing_out_leads_home(sign_in: SignIn, alliance: Alliance) -> None:
    assert sign_in(ROSA).post("/sign-out").location == "/"
