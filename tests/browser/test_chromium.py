"""Browser tests are skipped, or fail with a reason, if Chromium isn't installed."""

import pytest

from tests.browser import conftest

HOW = "apt-get install -y --no-install-recommends chromium"


@pytest.fixture
def _none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHROMIUM", "PATH"):
        monkeypatch.setenv(name, "/nowhere")


@pytest.mark.usefixtures("_none")
def test_without_chromium_the_tests_fail_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=HOW):
        conftest.chromium_or_else()


@pytest.mark.usefixtures("_none")
def test_without_chromium_a_machine_at_home_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=HOW):
        conftest.chromium_or_else()
