"""Safe access to Office files, without the limits of the process that reads them."""

from pathlib import Path

import pytest

from hub.library.extract.container import Package, parse_xml
from hub.library.extract.formats import FORMATS
from hub.library.extract.limits import Limits
from hub.library.extract.problems import Unreadable
from tests.library import documents


def test_reading_a_part_repeatedly_unpacks_no_more_than_the_limit(tmp_path: Path) -> None:
    path = documents.slides_deck(tmp_path / "deck.pptx", 1)
    with Package(path, FORMATS["pptx"], Limits()) as package:
        in_all = sum(member.file_size for member in package.members.values())
    with Package(path, FORMATS["pptx"], Limits(unpacked_bytes=in_all)) as package, pytest.raises(Unreadable):
        all(package.read("ppt/presentation.xml") for _ in range(10_000))


@pytest.mark.parametrize("entity", ['"the secret"', 'SYSTEM "file://{path}"'])
def test_an_entity_is_neither_expanded_nor_fetched(entity: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("the secret")
    declared = f"<!DOCTYPE a [<!ENTITY e {entity.format(path=path)}>]>"
    assert "the secret" not in "".join(parse_xml(f"{declared}<a>&e;</a>".encode()).itertext(with_tail=False))
