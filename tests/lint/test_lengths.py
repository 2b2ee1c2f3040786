"""The check of file lengths finds long files."""

from pathlib import Path

import pytest

from config import ROOT
from tests.lint import lengths


@pytest.mark.parametrize("folder", ["static", "templates"])
def test_no_file_of_the_hub_is_too_long(folder: str) -> None:
    assert lengths.problems(ROOT, folder) == []


def test_a_file_that_is_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "right.css").write_text("\n" * 400)
    (tmp_path / "static" / "long.js").write_text("\n" * 401)
    assert lengths.problems(tmp_path, "static") == ["static/long.js:401: 401 lines; the limit is 400"]
