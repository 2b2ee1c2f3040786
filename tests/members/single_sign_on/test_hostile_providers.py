"""A hostile provider signs no one in, and neither do answers that a browser didn't ask for."""

import hmac
import json
import re
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from hub.core.db import Database
from hub.members.models import SignOnAccount
from hub.members.providers import http
from tests.members.single_sign_on.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Provider,
    changed,
    come_back,
    go,
    is_signed_in,
    refusal,
)
from tests.world import FrozenClock

ROSA = "rosa@lakeshore.example"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _raw_token(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Write a token that the library refuses to write: without a signature, or with HMAC."""
    text = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{text}.{_part(hmac.digest(secret, text.encode(), 'sha256')) if secret else ''}"


def _unsigned(_provider: Provider, claims: dict[str, Any]) -> str:
    return _raw_token({"alg": "none"}, claims, b"")


def _signed_with_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    """Sign with HMAC, whose secret is the public key that everyone knows."""
    return _raw_token({"alg": "HS256", "kid": "first"}, claims, provider.key.as_pem(private=False))


def _signed_with_client_secret(_provider: Provider, claims: dict[str, Any]) -> str:
    return _raw_token({"alg": "HS256", "kid": "first"}, claims, CLIENT_SECRET.encode())


def _signed_by_another(provider: Provider, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, other)


def _with_own_key(_provider: Provider, claims: dict[str, Any]) -> str:
    """Sign with a key that the token brings along."""
    own = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, claims, own)


def _tampered(provider: Provider, claims: dict[str, Any]) -> str:
    head, _payload, signature = jwt.encode({"alg": "RS256", "kid": "first"}, claims, provider.key).split(".")
    payload = jwt.encode({"alg": "RS256"}, claims | {"sub": "0009"}, provider.key).split(".")[1]
    return f"{head}.{payload}.{signature}"


def _none(_provider: Provider, _claims: dict[str, Any]) -> Any:
    return None


@pytest.mark.parametrize(
    "hostile",
    [
        {"sign": _unsigned},
        {"sign": _signed_with_public_key},
        {"sign": _signed_with_client_secret},
        {"sign": _signed_by_another},
        {"sign": _with_own_key},
        {"sign": _tampered},
        {"sign": _none},
        {"sign": lambda _provider, _claims: "a.b.c"},
        {"change_claims": changed(iss="https://accounts.example")},
        {"change_claims": changed(iss=...)},
        {"change_claims": changed(aud="another-client")},
        {"change_claims": changed(aud=[CLIENT_ID, "another-client"])},
        {"change_claims": changed(aud=[CLIENT_ID, "another-client"], azp=CLIENT_ID)},
        {"change_claims": changed(aud=...)},
        {"change_claims": changed(aud=[])},
        {"change_claims": changed(azp="another-client")},
        {"change_claims": changed(exp=1_000_000_000)},
        {"change_claims": changed(exp="tomorrow")},
        {"change_claims": changed(exp=...)},
        {"change_claims": changed(iat=4_000_000_000, exp=4_000_000_300)},
        {"change_claims": changed(nbf=4_000_000_000)},
        {"change_claims": changed(nonce="another browser’s")},
        {"change_claims": changed(nonce=...)},
        {"change_claims": changed(nonce=None)},
        {"change_claims": changed(sub="")},
        {"change_claims": changed(sub=...)},
        {"change_claims": changed(sub=7)},
        {"change_claims": changed(sub="x" * 256)},
        {"change_claims": changed(at_hash="wrong")},
        {"change_metadata": changed(issuer="https://accounts.example")},
        {"change_metadata": changed(authorization_response_iss_parameter_supported=True)},
        {"change_metadata": changed(token_endpoint="http://provider.example/token")},
        {"change_metadata": changed(jwks_uri="file:///etc/passwd")},
        {"status": {"/token": 500}},
        {"status": {"/token": 302}},
        {"bodies": {"/token": b"<html>"}},
        {"bodies": {"/token": b"[]"}},
        {"bodies": {"/token": b"[" * 100_000}},
        {"bodies": {"/token": b'{"id_token": "' + b"x" * http.LARGEST_ANSWER + b'"}'}},
        {"bodies": {"/token": b'{"error": "invalid_client"}'}, "status": {"/token": 401}},
        {"bodies": {"/keys": b'{"keys": []}'}},
        {"bodies": {"/keys": b'{"keys": [7, {"kty": "new"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]}'}},
    ],
    # Without the addresses of functions, which differ in each process of a test run.
    ids=lambda hostile: re.sub(r" at 0x\w+", "", " ".join(map(str, hostile.items())))[:60],
)
def test_a_hostile_provider_signs_no_one_in(
    visitor: FlaskClient, provider: Provider, database: Database, hostile: dict[str, Any]
) -> None:
    for name, value in hostile.items():
        setattr(provider, name, value)
    address = go(visitor)
    answer = come_back(visitor, provider.authorize(address)) if address != "/sign-in" else visitor.get("/sign-on/main")
    assert "Contoso isn’t responding correctly." in refusal(visitor, answer)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SignOnAccount)) == 0


@pytest.mark.parametrize("state", ["", "guessed", None])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    app: Flask, visitor: FlaskClient, provider: Provider, state: str | None
) -> None:
    answer = provider.authorize(go(app.test_client()))
    if state is not None:
        answer["state"] = state
        provider.authorize(go(visitor))
    assert "took too long, or was already used" in refusal(visitor, come_back(visitor, answer))
    assert "/token" not in provider.asked


def test_an_answer_works_once_and_for_15_minutes(
    visitor: FlaskClient, provider: Provider, frozen_clock: FrozenClock
) -> None:
    answer = provider.authorize(go(visitor))
    frozen_clock.advance(minutes=16)
    refusal(visitor, come_back(visitor, answer))
    answer = provider.authorize(go(visitor))
    frozen_clock.advance(minutes=14)
    come_back(visitor, answer)
    assert is_signed_in(visitor)
    visitor.post("/sign-out")
    refusal(visitor, come_back(visitor, answer))


def test_a_code_of_another_sign_in_is_refused(app: Flask, visitor: FlaskClient, provider: Provider) -> None:
    stolen = provider.authorize(go(app.test_client()))
    own = provider.authorize(go(visitor))
    assert "isn’t responding" in refusal(visitor, come_back(visitor, own | {"code": stolen["code"]}))


def test_an_answer_that_names_another_issuer_is_refused(visitor: FlaskClient, provider: Provider) -> None:
    answer = provider.authorize(go(visitor)) | {"iss": "https://accounts.example"}
    refusal(visitor, come_back(visitor, answer))
    assert "/token" not in provider.asked
    come_back(visitor, provider.authorize(go(visitor)) | {"iss": provider.issuer})
    assert is_signed_in(visitor)
