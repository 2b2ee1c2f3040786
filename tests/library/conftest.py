"""What the tests of the library share."""

from collections.abc import Iterator

import pytest

from hub.library.extract.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """One helper for all files: starting one takes longer than reading a short file."""
    with Reader() as reader:
        yield reader
