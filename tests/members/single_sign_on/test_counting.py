"""Attempts of single sign-on are counted for monitoring."""

from flask.testing import FlaskClient

from tests.members.conftest import Alliance
from tests.members.single_sign_on.provider import Provider, sign_on
from tests.members.test_attempts_counted import counting


def test_attempts_of_single_sign_on_count_by_result(
    visitor: FlaskClient, provider: Provider, alliance: Alliance
) -> None:
    with counting("single-sign-on refused"):
        assert visitor.get("/sign-on/main/return?state=x").status_code == 302
    provider.email = "stranger@lakeshore.example"
    with counting("single-sign-on refused"):
        sign_on(visitor, provider)
    provider.email = "rosa@lakeshore.example"
    with counting("single-sign-on accepted"):
        assert sign_on(visitor, provider).location == "/"
