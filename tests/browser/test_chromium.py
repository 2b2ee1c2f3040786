"""Browser tests are skipped, or fail with a reason, if Chromium isn't installed."""

import pytest

from tests.browser import conftest

COMMAND = "apt-get install -y --no-install-recommends chromium"


@pytest.fixture
def _no_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHROMIUM", "PATH"):
        monkeypatch.setenv(name, "/nowhere")


@pytest.mark.usefixtures("_no_chromium")
def test_browser_tests_fail_in_ci_without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=COMMAND):
        conftest.require_chromium()


@pytest.mark.usefixtures("_no_chromium")
def test_browser_tests_are_skipped_elsewhere_and_say_how_to_install_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=COMMAND):
        conftest.require_chromium()
