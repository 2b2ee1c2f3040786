"""What the tests of the library share."""

import os
from collections.abc import Iterator

import pytest

from hub.library.extract.legacy import libreoffice
from hub.library.extract.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One helper for all files: starting one takes longer than reading a short file."""
    with Reader() as reader:
        yield reader


@pytest.fixture(scope="session")
def office() -> str:
    """Return the command of LibreOffice; without it, tests fail in CI and are skipped elsewhere."""
    found = libreoffice()
    if found is None:
        how = "LibreOffice isn't installed. As root: apt-get install -y libreoffice-impress libreoffice-writer"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)
    return found
