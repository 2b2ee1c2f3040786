"""The authorization code flow of OpenID Connect, with PKCE: to the provider, and back with a checked ID token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry
from requests.auth import AuthBase

from hub.core import clock
from hub.core.sign_on_settings import SignOnProvider
from hub.members.providers import discovery, http
from hub.members.providers.discovery import Metadata
from hub.members.providers.http import Bearer, ProviderError
from hub.members.rules.single_sign_on import LONGEST_SUBJECT, Identity, SignOnRefused, identity_of

SCOPES = "openid email"
LEEWAY = 120  # seconds by which the clocks of hub and provider may differ
ASSERTION_SECONDS = 240  # how long a signed request is valid; Login.gov accepts up to five minutes
# Asymmetric signatures only: with "none" or HS256, anyone who knows the public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun: the provider's address, and the secrets that the browser keeps until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


def begin(provider: SignOnProvider, back: str, *, choose_account: bool = False) -> Begun:
    """Return where to send the browser so that the provider signs the person in and sends them to ``back``.

    ``choose_account``: ask which account to use, after one that the hub didn't accept. Raises ProviderError.
    """
    metadata = discovery.metadata_of(provider)
    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
    extra = {"acr_values": " ".join(provider.acr_values)} if provider.acr_values else {}
    if choose_account:
        asks = not metadata.prompts or "select_account" in metadata.prompts
        extra["prompt"] = "select_account" if asks else "login"
    with _client(provider, metadata, back) as client:
        address, _state = client.create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce, **extra
        )
    return Begun(address, state, nonce, verifier)


def finish(provider: SignOnProvider, back: str, answer: Mapping[str, str], nonce: str, verifier: str) -> Identity:
    """Return whom the provider signed in, by the ``answer`` that the browser brought ``back``.

    Raises SignOnRefused when the provider refused, ProviderError when it can't be asked or its token isn't right.
    """
    metadata = discovery.metadata_of(provider)
    issuer = answer.get("iss", "")
    if (issuer or metadata.names_itself) and issuer != provider.issuer:
        raise ProviderError(provider, "answer of another issuer")
    if "error" in answer or not answer.get("code"):
        raise _refused(provider, answer.get("error", ""))
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    with _client(provider, metadata, back) as client:
        auth: AuthBase = client.client_auth(client.token_endpoint_auth_method)
        tokens = http.ask(provider, metadata.token_endpoint, form=form, auth=auth, also=(400, 401))
    if "error" in tokens:
        raise ProviderError(provider, f"token endpoint: {_word(tokens['error'])}")
    claims = checked_claims(provider, tokens, nonce)
    info = {} if claims.get("email") else _user_info(provider, metadata, tokens, str(claims["sub"]))
    return identity_of(claims, info)


def end_address(provider: SignOnProvider, back: str) -> str:
    """Return where a browser signs out at the provider too, or an empty text (RP-Initiated Logout 1.0).

    The hub keeps no ID token, so it names itself by ``client_id``; Login.gov accepts nothing else. The provider may
    then ask the person to confirm.
    """
    try:
        metadata = discovery.metadata_of(provider)
    except ProviderError:
        return ""
    if not metadata.end_session_endpoint:
        return ""
    mark = "&" if urlsplit(metadata.end_session_endpoint).query else "?"
    query = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": back})
    return f"{metadata.end_session_endpoint}{mark}{query}"


def checked_claims(provider: SignOnProvider, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """Return the claims of the ID token after every check of OpenID Connect Core 1.0, section 3.1.3.7.

    Raises ProviderError for a token that another one signed, or that is for another hub, browser or time.
    """
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str):
        raise ProviderError(provider, "no ID token")
    try:
        token = _decoded(provider, id_token)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {"iss": {"essential": True, "value": provider.issuer}, "aud": {"essential": True}},
            {"nonce": nonce, "client_id": provider.client_id, "access_token": access_token},
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except JoseError as error:
        raise ProviderError(provider, f"ID token: {error.error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ProviderError(provider, "ID token: malformed") from error
    _check_for_hub(provider, claims, nonce)
    return dict(claims)


def _check_for_hub(provider: SignOnProvider, claims: Mapping[str, Any], nonce: str) -> None:
    """Check what the library leaves to its caller: for this hub alone, this browser, and at the level asked for."""
    if claims["aud"] not in (provider.client_id, [provider.client_id]):
        raise ProviderError(provider, "ID token: for others too")
    if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise ProviderError(provider, "ID token: nonce")
    subject = claims["sub"]
    if not subject or len(subject) > LONGEST_SUBJECT or not str(subject).isprintable():
        raise ProviderError(provider, "ID token: subject")
    if provider.acr_values and claims.get("acr") not in provider.acr_values:
        raise ProviderError(provider, "ID token: level of assurance")


def _decoded(provider: SignOnProvider, id_token: str) -> jwt.Token:
    """Return the token if the provider signed it; fetches the keys again if it names one that isn't known."""
    keys: KeySet = discovery.keys_of(provider)
    try:
        return jwt.decode(id_token, keys, registry=_REGISTRY)
    except InvalidKeyIdError:
        return jwt.decode(id_token, discovery.keys_of(provider, again=True), registry=_REGISTRY)


def _user_info(
    provider: SignOnProvider, metadata: Metadata, tokens: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """Return the claims of the userinfo endpoint, which must be about the same person (section 5.3.2)."""
    access_token = tokens.get("access_token")
    if not metadata.userinfo_endpoint or not isinstance(access_token, str):
        return {}
    info = http.ask(provider, metadata.userinfo_endpoint, auth=Bearer(access_token))
    if info.get("sub") != subject:
        raise ProviderError(provider, "userinfo: about another person")
    return info


def _client(provider: SignOnProvider, metadata: Metadata, back: str) -> OAuth2Session:
    """Return Authlib's client, which authenticates itself in the way that the settings and the provider call for."""
    method = "none"
    if provider.private_key:
        method = "private_key_jwt"
    elif provider.client_secret:
        # Sent in the form if possible: programs differ in how they quote it in a header.
        method = "client_secret_post" if "client_secret_post" in metadata.auth_methods else "client_secret_basic"
    client = OAuth2Session(
        provider.client_id,
        _private_key(provider, provider.private_key) if provider.private_key else provider.client_secret or None,
        token_endpoint_auth_method=method,
        scope=SCOPES,
        redirect_uri=back,
        code_challenge_method="S256",
    )
    issued = clock.now()
    expires = issued + timedelta(seconds=ASSERTION_SECONDS)
    times = {"iat": int(issued.timestamp()), "exp": int(expires.timestamp())}
    client.register_client_auth_method(PrivateKeyJWT(metadata.token_endpoint, claims=times))
    return client


def _private_key(provider: SignOnProvider, path: Path) -> RSAKey:
    try:
        return RSAKey.import_key(path.read_text())
    except (OSError, ValueError, TypeError, JoseError) as error:
        raise ProviderError(provider, "private key can’t be read") from error


def _refused(provider: SignOnProvider, error: str) -> SignOnRefused:
    """Return the refusal for an error that the provider sent by the browser (RFC 6749, section 4.1.2.1)."""
    if error in {"access_denied", "login_required", "interaction_required"}:
        sentence = f"You weren’t signed in with {provider.name}. Try again, or use your password."
        return SignOnRefused(sentence, error)
    return ProviderError(provider, f"authorization: {_word(error)}")


def _word(error: object) -> str:
    """Return an error code for the log, without anything else that a stranger may have put there."""
    text = str(error)
    return text if text.isascii() and text.replace("_", "").isalnum() and len(text) <= 40 else "unknown error"  # noqa: PLR2004
