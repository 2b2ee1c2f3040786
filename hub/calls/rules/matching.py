"""Matching meeting participants with people: by email address, name, or an earlier decision. Pure.

Only certain matches are made automatically. For the others, likely people are suggested and the coordinator decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from hub.calls.rules.attendance_reports import Participant, normalize_name, participant_key


class How(StrEnum):
    """The method by which a participant was matched."""

    ADDRESS = "address"
    DOMAIN = "domain"
    NAME = "name"
    REMEMBERED = "remembered"
    DECIDED = "decided"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {
            "address": "Email address",
            "domain": "Email domain",
            "name": "Name",
            "remembered": "Remembered match",
            "decided": "Manual match",
        }[self.value]


@dataclass(frozen=True)
class KnownPerson:
    """A person in the alliance, with the data that matching needs."""

    id: int
    name: str
    email: str
    organization_id: int


@dataclass(frozen=True)
class Target:
    """The match of a participant: a person, an organization only, or no one in the alliance (both are None)."""

    person_id: int | None = None
    organization_id: int | None = None


@dataclass(frozen=True)
class Match:
    """A match, and how it was found."""

    target: Target
    how: How


# Email providers whose addresses don't identify an organization.
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
# What people and devices add to a name: pronouns, titles, roles.
_ADDITIONS = re.compile(
    r"\b(she|he|they)\s*/\s*(her|him|them)s?(\s*/\s*(hers|his|theirs))?\b|\((guest|external|unverified|host|co-host|me)\)"
    r"|\b(guest|gast|invite)\s*$|^(dr|mr|mrs|ms|prof)\.?\s",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"\s*[|/@•–—]\s*|\s+-\s+|\s*[\[\](){}]\s*|\s*:\s+|,\s+")
LIKELY = 0.6  # of 1: similarity a name needs to be suggested
MOST_SUGGESTED = 3
SHORTEST_NAME = 4  # characters that an organization's name needs to be matched


@dataclass
class Directory:
    """The people and organizations of the alliance, indexed for lookups."""

    by_email: dict[str, KnownPerson] = field(default_factory=dict)
    by_domain: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, list[KnownPerson]] = field(default_factory=lambda: defaultdict(list))
    organizations: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def directory(people: Iterable[KnownPerson], organizations: Iterable[tuple[int, str, str]]) -> Directory:
    """Return the directory of ``people`` and ``organizations`` (ID, name, website)."""
    result = Directory()
    for person in people:
        result.by_email[person.email.lower()] = person
        result.by_name[normalize_name(person.name)].append(person)
        _add_domain(result, person.email.rpartition("@")[2], person.organization_id)
    for number, name, website in organizations:
        result.organizations[normalize_name(name)].add(number)
        host = re.sub(r"^(https?://)?(www\.)?", "", website.lower()).partition("/")[0]
        _add_domain(result, host, number)
    return result


def _add_domain(result: Directory, domain: str, organization_id: int) -> None:
    domain = domain.lower().removeprefix("www.")
    if "." in domain and domain not in PROVIDERS:
        result.by_domain[domain].add(organization_id)


def match(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> Match | None:
    """Return a certain match: an earlier decision, a known address, a unique name, or an organization's domain.

    None means that a person has to decide.
    """
    remembered = aliases.get(participant.key) or aliases.get(participant_key(participant.name, ""))
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


def name_candidates(name: str) -> list[str]:
    """Return the names that a displayed name may contain.

    For example ``Rosa's iPhone (Rosa Peña)``, ``Peña, Rosa``, or ``Rosa Peña - Lakeshore``.
    """
    bare = re.sub(r"\(\s*\)", "", _ADDITIONS.sub("", name)).strip(" ,-")
    parts = [part for part in _BREAKS.split(bare) if part.strip()]
    reordered = [f"{first} {last}" for last, first in [bare.split(", ", 1)]] if bare.count(", ") == 1 else []
    return list(dict.fromkeys(normalize_name(part) for part in (bare, *reordered, *parts) if part))


def _by_name(name: str, known: Directory) -> Target | None:
    parts = name_candidates(name)
    people = {person for part in parts for person in known.by_name.get(part, ())}
    organizations = {
        number for part in parts if len(part) >= SHORTEST_NAME for number in known.organizations.get(part, ())
    }
    if len(people) > 1 and organizations:
        people = {person for person in people if person.organization_id in organizations}
    if len(people) == 1:
        person = next(iter(people))
        return Target(person.id, person.organization_id)
    organization_ids = {person.organization_id for person in people} or organizations
    return Target(None, next(iter(organization_ids))) if len(organization_ids) == 1 else None


def likely(participant: Participant, people: Sequence[KnownPerson]) -> list[KnownPerson]:
    """Return up to three people whose names or addresses are most like the participant's, the likeliest first."""
    parts = name_candidates(participant.name)
    mailbox = participant.email.partition("@")[0]

    def similarity(person: KnownPerson) -> float:
        name = normalize_name(person.name)
        words = set(name.split())
        best = max((SequenceMatcher(None, part, name).ratio() for part in parts), default=0.0)
        shared = max((len(words & set(part.split())) / len(words) for part in parts), default=0.0) if words else 0.0
        same_mailbox = float(bool(mailbox) and mailbox == person.email.partition("@")[0])
        return max(best, 0.5 + shared / 2 if shared else 0.0, same_mailbox)

    ranked = sorted(((similarity(person), person) for person in people), key=lambda item: (-item[0], item[1].name))
    return [person for score, person in ranked if score >= LIKELY][:MOST_SUGGESTED]


# Default names of devices and programs.
_GENERIC = re.compile(
    r"(\w+'s\s+)?(iphone|ipad|android|galaxy( \w+)?|samsung( \w+)?|pixel( \w+)?|macbook( \w+)?|laptop|desktop|pc|phone|"
    r"tablet|zoom( user)?|user( \d+)?|guest( \d+)?|conference room( \w+)?|meeting room( \w+)?|unknown( user)?|"
    r"call[- ]in user( \d+)?|\+?[\d\s()*x.-]{4,})",
    re.IGNORECASE,
)


def is_generic(name: str) -> bool:
    """Return True if many different people may use this name: ``iPhone``, ``Guest 2``, a phone number."""
    normalized = normalize_name(name)
    return bool(_GENERIC.fullmatch(normalized)) and not normalized.partition("'s ")[2]
