"""The mutations stay up to date: the code that they change and the tests that they name exist."""

from collections import Counter

import pytest

from tests.mutants.table import ROOT, Mutation, all_mutations, node_id


@pytest.mark.parametrize("mutation", all_mutations(), ids=lambda mutation: mutation.name)
def test_each_mutation_can_be_planted_and_names_tests_that_exist(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.planted(text) != text
    assert mutation.tests
    assert all(node_id(test) for test in mutation.tests)


def test_mutations_have_unique_names_and_cover_every_room() -> None:
    mutations = all_mutations()
    assert [name for name, count in Counter(mutation.name for mutation in mutations).items() if count > 1] == []
    rooms = {mutation.file.split("/")[1].removesuffix(".py") for mutation in mutations}
    parts = {path.stem for path in (ROOT / "hub").iterdir() if not path.name.startswith("_")}
    assert parts - rooms == {"demo", "migrations"}
