"""A query expanded with all that means the same: amounts in other forms, names of the glossary, and word families. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from hub.search.rules import families as families_rules
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import other_writings as other_writings_rules
from hub.search.rules.glossary import Expansion, Glossary
from hub.search.rules.question import Node


def expanded(nodes: Sequence[Node], glossary: Glossary) -> Expansion:
    """Return the nodes of a query with all other forms, and the names that the glossary added.

    Amounts come first, since "1.8 million" is one of them and not two words; families come last, since a name of the
    glossary has none.
    """
    expansion = glossary_rules.expand(other_writings_rules.with_amounts(nodes), glossary)
    in_other_forms = families_rules.with_forms(other_writings_rules.with_designations(expansion.nodes))
    return replace(expansion, nodes=in_other_forms)


def as_typed(nodes: Sequence[Node], glossary: Glossary) -> tuple[Node, ...]:
    """Return the nodes of a query without other forms; acronyms are told apart from ordinary words."""
    return glossary_rules.expand(nodes, glossary, add_names=False).nodes
