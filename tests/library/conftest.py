"""Fixtures for the tests of the library."""

import os
from collections.abc import Iterator

import pytest

from hub.library.extract.legacy import libreoffice
from hub.library.extract.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """Return one reader for all tests: starting its helper takes longer than reading a short file."""
    with Reader() as reader:
        yield reader


@pytest.fixture(scope="session")
def office() -> str:
    """Return the path of LibreOffice; without it, tests fail in CI and are skipped elsewhere."""
    command = libreoffice()
    if command is None:
        advice = "LibreOffice isn't installed. As root: apt-get install -y libreoffice-impress libreoffice-writer"
        if os.environ.get("CI"):
            pytest.fail(advice)
        pytest.skip(advice)
    return command
