"""Matching meeting participants with people: by email address, name, or an earlier decision. Pure.

`ORDER` has the whole order of evidence. Stronger evidence always wins: a participant is never matched with an
organization that stronger evidence speaks against. A name alone only proposes a match, and the coordinator decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from hub.calls.rules.participants import Participant, normalize_name, participant_key
from hub.core.addresses import own_domain


class How(StrEnum):
    """The method by which a participant was matched."""

    DECIDED = "decided"
    ADDRESS = "address"
    REMEMBERED_ADDRESS = "remembered-address"
    DOMAIN = "domain"
    REMEMBERED = "remembered"
    NAME = "name"

    @property
    def label(self) -> str:
        """The label on screens."""
        return {
            "decided": "Manual match",
            "address": "Email address",
            "remembered-address": "Remembered address",
            "domain": "Email domain",
            "remembered": "Remembered name",
            "name": "Name",
        }[self.value]


class Effect(StrEnum):
    """The effect of evidence that speaks for one person or organization, if nothing stronger contradicts it."""

    DECIDES = "decides"
    PROPOSES = "proposes"


# The order of evidence, strongest first; docs/calls.md has the same table.
ORDER: Mapping[How, Effect] = {
    # The coordinator matched this participant on this call.
    How.DECIDED: Effect.DECIDES,
    # The address belongs to a person in the hub.
    How.ADDRESS: Effect.DECIDES,
    # The coordinator matched this address before, and had the match remembered.
    How.REMEMBERED_ADDRESS: Effect.DECIDES,
    # Only one organization uses the address's domain. A domain that several use rules out all others; one that no
    # organization uses rules out everyone. An email provider's says nothing.
    How.DOMAIN: Effect.DECIDES,
    # The coordinator matched this name before, and had the match remembered. Only if no one else is known by it.
    How.REMEMBERED: Effect.DECIDES,
    # The name is that of one person or organization.
    How.NAME: Effect.PROPOSES,
}


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
    """A match, and by which evidence it was decided."""

    target: Target
    how: How


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
    # The organizations of participants that an address told, by their names; None: not in the alliance.
    seen: dict[str, set[int | None]] = field(default_factory=dict)


def directory(
    people: Iterable[KnownPerson],
    organizations: Iterable[tuple[int, str, str]],
    seen: Iterable[tuple[str, int | None]] = (),
) -> Directory:
    """Return the directory of ``people`` and ``organizations`` (ID, name, website).

    ``seen`` are the normalized names of participants whose organization an address told.
    """
    result = Directory()
    for name, organization_id in seen:
        result.seen.setdefault(name, set()).add(organization_id)
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
    if own := own_domain(domain):
        result.by_domain[own].add(organization_id)


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence: the people and organizations that it speaks for. It speaks against all others.

    An empty target speaks for people who aren't in the alliance.
    """

    how: How
    targets: frozenset[Target]

    @property
    def organization_ids(self) -> set[int | None]:
        """The organizations that it speaks for; None: not in the alliance."""
        return {target.organization_id for target in self.targets}


def evidence(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> list[Evidence]:
    """Return the evidence about a participant, strongest first, without the coordinator's decision on this call."""
    pieces = [*_evidence_of_address(participant.email, known, aliases)]
    if not participant.has_namesake:  # the name could mean either of them
        if remembered := aliases.get(participant_key(participant.name, "")):
            pieces.append(Evidence(How.REMEMBERED, frozenset([remembered])))
        if named := _named(participant.name, known):
            pieces.append(Evidence(How.NAME, named))
    return pieces


def _evidence_of_address(email: str, known: Directory, aliases: Mapping[str, Target]) -> Iterable[Evidence]:
    if person := known.by_email.get(email):
        yield Evidence(How.ADDRESS, frozenset([Target(person.id, person.organization_id)]))
    if email and (remembered := aliases.get(participant_key("", email))):
        yield Evidence(How.REMEMBERED_ADDRESS, frozenset([remembered]))
    if domain := own_domain(email.rpartition("@")[2]):
        owners = _owners(domain, known)
        yield Evidence(How.DOMAIN, frozenset(Target(None, owner) for owner in owners) or frozenset([Target()]))


def _owners(domain: str, known: Directory) -> set[int]:
    """Return the organizations with this domain, or with one that it is a subdomain of."""
    while domain:
        if owners := known.by_domain.get(domain):
            return owners
        domain = domain.partition(".")[2]
    return set()


def match(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> Match | None:
    """Return the match that the evidence decides; None means that a person has to decide."""
    pieces = evidence(participant, known, aliases)
    for position, piece in enumerate(pieces):
        if ORDER[piece.how] is not Effect.DECIDES or len(piece.targets) != 1 or _is_foreign_domain(piece):
            continue
        target = next(iter(piece.targets))
        # What a name decides, no other name may contradict either.
        rivals = pieces if piece.how is How.REMEMBERED else pieces[:position]
        if not any(_contradicts(rival, target) for rival in rivals):
            return Match(_with_person(target, pieces), piece.how)
    return None


def _contradicts(piece: Evidence, target: Target) -> bool:
    """Return True if the evidence speaks against a target. A name does as soon as it may mean anyone else."""
    if piece.how is How.NAME:
        return piece.organization_ids != {target.organization_id}
    return target.organization_id not in piece.organization_ids


def _is_foreign_domain(piece: Evidence) -> bool:
    """Return True for the domain of someone outside: people of the alliance use other addresses too."""
    return piece.how is How.DOMAIN and piece.organization_ids == {None}


def _with_person(target: Target, pieces: Iterable[Evidence]) -> Target:
    """Return the target with the person of its organization that the name means, if there is exactly one."""
    named = [other for piece in pieces if piece.how is How.NAME for other in piece.targets]
    same = [other for other in named if other.organization_id == target.organization_id and other.person_id]
    return same[0] if target.organization_id and not target.person_id and len(same) == 1 else target


def propose(participant: Participant, known: Directory, aliases: Mapping[str, Target]) -> Target | None:
    """Return the match that the name proposes, or None; nothing stronger contradicts it."""
    pieces = evidence(participant, known, aliases)
    if not pieces or pieces[-1].how is not How.NAME:
        return None
    *stronger, named = pieces
    targets = [target for target in named.targets if not any(_contradicts(piece, target) for piece in stronger)]
    return targets[0] if len(targets) == 1 and targets[0] != Target() else None


def may_be_remembered(participant: Participant, target: Target, known: Directory) -> bool:
    """Return True if the match may be used for later reports: nothing known about the address or name contradicts it."""
    if participant.email:
        person = known.by_email.get(participant.email)
        return person is None or person.organization_id == target.organization_id
    named = {other.organization_id for other in _named(participant.name, known)}
    return not is_ambiguous(participant, known) and named <= {target.organization_id}


def is_ambiguous(participant: Participant, known: Directory) -> bool:
    """Return True for a participant without an address whose name can mean several people."""
    if participant.email:
        return False
    named = {other.organization_id for other in _named(participant.name, known)}
    return participant.has_namesake or is_generic(participant.name) or len(named) > 1


def name_candidates(name: str) -> list[str]:
    """Return the names that a displayed name may contain.

    For example ``Rosa's iPhone (Rosa Peña)``, ``Peña, Rosa``, or ``Rosa Peña - Lakeshore``.
    """
    bare = re.sub(r"\(\s*\)", "", _ADDITIONS.sub("", name)).strip(" ,-")
    parts = [part for part in _BREAKS.split(bare) if part.strip()]
    reordered = [f"{first} {last}" for last, first in [bare.split(", ", 1)]] if bare.count(", ") == 1 else []
    return list(dict.fromkeys(normalize_name(part) for part in (bare, *reordered, *parts) if part))


def _named(name: str, known: Directory) -> frozenset[Target]:
    """Return everyone that a displayed name may mean: people, organizations, and whom participants with it were."""
    parts = name_candidates(name)
    people = {person for part in parts for person in known.by_name.get(part, ())}
    organizations = {
        number for part in parts if len(part) >= SHORTEST_NAME for number in known.organizations.get(part, ())
    }
    if inside := {person for person in people if person.organization_id in organizations}:
        people, organizations = inside, set()
    if len(people) == 1:
        targets = {Target(person.id, person.organization_id) for person in people}
    else:
        targets = {Target(None, person.organization_id) for person in people}
    targets |= {Target(None, number) for number in organizations}
    covered = {target.organization_id for target in targets}
    return frozenset(targets | {Target(None, seen) for seen in known.seen.get(normalize_name(name), set()) - covered})


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
