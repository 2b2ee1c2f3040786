"""Who a participant of a meeting is: by address, by name, or by what was decided before. Pure.

Only what is sure is decided here; whoever is left goes to a person, with the likeliest names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from hub.calls.rules.attendance_reports import Participant, key_of, name_key


class How(StrEnum):
    """What a participant was recognized by."""

    ADDRESS = "address"
    DOMAIN = "domain"
    NAME = "name"
    REMEMBERED = "remembered"
    DECIDED = "decided"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return {
            "address": "by email address",
            "domain": "by the organization's email domain",
            "name": "by name",
            "remembered": "as decided before",
            "decided": "decided here",
        }[self.value]


@dataclass(frozen=True)
class Somebody:
    """A person of the alliance, as matching needs them."""

    id: int
    name: str
    email: str
    organization_id: int


@dataclass(frozen=True)
class Target:
    """Who a participant is: a person, or an organization alone, or (neither) no one of the alliance."""

    person_id: int | None = None
    organization_id: int | None = None


@dataclass(frozen=True)
class Match:
    """A decision and what it rests on."""

    target: Target
    how: How


# Mail providers whose addresses tell nothing of an organization.
PROVIDERS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "gmx.net",
        "mail.com",
        "comcast.net",
        "verizon.net",
        "att.net",
    ]
)
# What people and devices put beside a name: pronouns, titles, a device.
_BESIDE = re.compile(
    r"\b(she|he|they)\s*/\s*(her|him|them)s?(\s*/\s*(hers|his|theirs))?\b|\((guest|external|unverified|host|co-host|me)\)"
    r"|\b(guest|gast|invite)\s*$|^(dr|mr|mrs|ms|prof)\.?\s",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"\s*[|/@•–—]\s*|\s+-\s+|\s*[\[\](){}]\s*|\s*:\s+|,\s+")
LIKELY = 0.6  # of 1: how alike a name must be to be proposed
MOST_PROPOSED = 3
SHORTEST_NAME = 4  # characters of an organization's short name that can stand for it


@dataclass
class Directory:
    """Everybody of the alliance, ready to be looked up."""

    by_email: dict[str, Somebody] = field(default_factory=dict)
    by_domain: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, list[Somebody]] = field(default_factory=lambda: defaultdict(list))
    organizations: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def directory(people: Iterable[Somebody], organizations: Iterable[tuple[int, str, str]]) -> Directory:
    """Return the directory of ``people`` and of ``organizations``: number, name, website."""
    found = Directory()
    for person in people:
        found.by_email[person.email.lower()] = person
        found.by_name[name_key(person.name)].append(person)
        _add_domain(found, person.email.rpartition("@")[2], person.organization_id)
    for number, name, website in organizations:
        found.organizations[name_key(name)].add(number)
        host = re.sub(r"^(https?://)?(www\.)?", "", website.lower()).partition("/")[0]
        _add_domain(found, host, number)
    return found


def _add_domain(found: Directory, domain: str, organization_id: int) -> None:
    domain = domain.lower().removeprefix("www.")
    if "." in domain and domain not in PROVIDERS:
        found.by_domain[domain].add(organization_id)


def match(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> Match | None:
    """Return who it is, when that is sure: decided before, a known address, one person of that name, an organization's domain.

    None sends the participant to a person.
    """
    remembered = aliases.get(participant.key) or aliases.get(key_of(participant.name, ""))
    if remembered is not None:
        return Match(remembered, How.REMEMBERED)
    if person := known.by_email.get(participant.email):
        return Match(Target(person.id, person.organization_id), How.ADDRESS)
    if named := _by_name(participant.name, known):
        return Match(named, How.NAME)
    domain = participant.email.rpartition("@")[2]
    if len(known.by_domain.get(domain, ())) == 1:
        return Match(Target(None, next(iter(known.by_domain[domain]))), How.DOMAIN)
    return None


def parts_of(name: str) -> list[str]:
    """Return the names that a shown name may hold: ``Rosa's iPhone (Rosa Peña)``, ``Peña, Rosa``, ``Rosa Peña - Lakeshore``."""
    bare = re.sub(r"\(\s*\)", "", _BESIDE.sub("", name)).strip(" ,-")
    parts = [part for part in _BREAKS.split(bare) if part.strip()]
    turned = [f"{first} {last}" for last, first in [bare.split(", ", 1)]] if bare.count(", ") == 1 else []
    return list(dict.fromkeys(name_key(part) for part in (bare, *turned, *parts) if part))


def _by_name(name: str, known: Directory) -> Target | None:
    parts = parts_of(name)
    people = {person for part in parts for person in known.by_name.get(part, ())}
    organizations = {
        number for part in parts if len(part) >= SHORTEST_NAME for number in known.organizations.get(part, ())
    }
    if len(people) > 1 and organizations:
        people = {person for person in people if person.organization_id in organizations}
    if len(people) == 1:
        person = next(iter(people))
        return Target(person.id, person.organization_id)
    theirs = {person.organization_id for person in people} or organizations
    return Target(None, next(iter(theirs))) if len(theirs) == 1 else None


def likely(participant: Participant, people: Sequence[Somebody]) -> list[Somebody]:
    """Return the people whose names or addresses are most like the participant's, the likeliest first; three at most."""
    parts = parts_of(participant.name)
    box = participant.email.partition("@")[0]

    def alike(person: Somebody) -> float:
        name = name_key(person.name)
        words = set(name.split())
        best = max((SequenceMatcher(None, part, name).ratio() for part in parts), default=0.0)
        shared = max((len(words & set(part.split())) / len(words) for part in parts), default=0.0) if words else 0.0
        same_box = float(bool(box) and box == person.email.partition("@")[0])
        return max(best, 0.5 + shared / 2 if shared else 0.0, same_box)

    ranked = sorted(((alike(person), person) for person in people), key=lambda one: (-one[0], one[1].name))
    return [person for likeness, person in ranked if likeness >= LIKELY][:MOST_PROPOSED]


# Names that devices and programs show until someone types their own.
_GENERIC = re.compile(
    r"(\w+'s\s+)?(iphone|ipad|android|galaxy( \w+)?|samsung( \w+)?|pixel( \w+)?|macbook( \w+)?|laptop|desktop|pc|phone|"
    r"tablet|zoom( user)?|user( \d+)?|guest( \d+)?|conference room( \w+)?|meeting room( \w+)?|unknown( user)?|"
    r"call[- ]in user( \d+)?|\+?[\d\s()*x.-]{4,})",
    re.IGNORECASE,
)


def is_generic(name: str) -> bool:
    """Return whether many different people may show this name: ``iPhone``, ``Guest 2``, a phone number."""
    shown = name_key(name)
    return bool(_GENERIC.fullmatch(shown)) and not shown.partition("'s ")[2]
