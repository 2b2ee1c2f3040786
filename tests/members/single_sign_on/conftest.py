"""A hub with a provider of single sign-on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config import Config
from hub.members.providers import discovery
from tests.members.single_sign_on.provider import CLIENT_ID, CLIENT_SECRET, Provider, a_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    discovery._kept.clear()  # a provider of an earlier test may have had the same port
    with a_provider() as provider:
        yield provider


@pytest.fixture
def config(config: Config, provider: Provider) -> Config:
    """The settings of this test's hub, with a provider."""
    return replace(
        config,
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID=CLIENT_ID,
        OIDC_CLIENT_SECRET=CLIENT_SECRET,
        OIDC_NAME="Contoso",
    )
