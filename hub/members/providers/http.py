"""Requests to a provider, with limits: a slow or hostile one must not hold the hub's threads or memory."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session
from requests.auth import AuthBase

from hub.core.sign_on_settings import SignOnProvider, is_safe_address
from hub.members.rules.single_sign_on import SignOnRefused

TIMEOUT = (3, 5)  # seconds: to connect, and between two parts of an answer
DEADLINE = 8  # seconds for a whole answer
LARGEST_ANSWER = 300_000  # bytes; Microsoft's largest key sets have about 20,000
MOST_AT_ONCE = 4  # requests to providers in one web process, so that half of its threads stay free
WAIT_FOR_SLOT = 2  # seconds

_slots = BoundedSemaphore(MOST_AT_ONCE)


class ProviderError(SignOnRefused):
    """Raised when the provider can't be reached, or answers with something else than expected."""

    def __init__(self, provider: SignOnProvider, reason: str) -> None:
        sentence = f"{provider.name} isn’t responding correctly. Try again in a minute, or use your password."
        super().__init__(sentence, reason)


class Bearer(AuthBase):
    """Sends an access token, or nothing; keeps `requests` from sending a password from ~/.netrc."""

    def __init__(self, token: str = "") -> None:
        self.token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to the request."""
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def ask(
    provider: SignOnProvider,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    auth: AuthBase | None = None,
    also: tuple[int, ...] = (),
) -> dict[str, Any]:
    """Return the JSON object at ``address``, by POST with a ``form``; follows no redirects.

    Accepts the status 200 and those in ``also``. Raises ProviderError for everything else, within DEADLINE.
    """
    if not is_safe_address(urlsplit(address)):
        raise ProviderError(provider, "address without https")
    with _slot(provider), Session() as session:
        try:
            with session.request(
                "GET" if form is None else "POST",
                address,
                data=form,
                auth=auth or Bearer(),
                headers={"Accept": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _body(provider, response)
                if response.status_code not in {200, *also}:
                    raise ProviderError(provider, f"status {response.status_code}")
        except RequestException as error:
            raise ProviderError(provider, type(error).__name__) from error
    return _parsed(provider, body)


def _body(provider: SignOnProvider, response: Response) -> bytes:
    """Return the body; raises ProviderError when it is too large or takes too long."""
    began, body = time.monotonic(), b""
    for part in response.iter_content(16_384):
        body += part
        if len(body) > LARGEST_ANSWER:
            raise ProviderError(provider, "answer too large")
        if time.monotonic() - began > DEADLINE:
            raise ProviderError(provider, "answer too slow")
    return body


def _parsed(provider: SignOnProvider, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError(provider, "answer isn’t JSON") from error
    if not isinstance(answer, dict):
        raise ProviderError(provider, "answer isn’t a JSON object")
    return answer


@contextmanager
def _slot(provider: SignOnProvider) -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_FOR_SLOT):
        raise ProviderError(provider, "too many requests at once")
    try:
        yield
    finally:
        _slots.release()
