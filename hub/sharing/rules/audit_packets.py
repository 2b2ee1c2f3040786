"""Contents of audit packets, and the chain that links each to the previous quarter's. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.core.archive import zip_of
from hub.core.fingerprints import digest_of, sha256_of
from hub.core.quarters import Quarter
from hub.core.tables import cell_of
from hub.sharing.rules.confirmations import canonical_json
from hub.sharing.rules.standing import Due, Standing

FORMAT, VERSION = "amcc-sharing-packet", 2
MANIFEST, SEAL = "manifest.json", "manifest.json.sha256"
EVENTS, CONFIRMATIONS, REPORT, README = "events.csv", "confirmations.csv", "report.pdf", "README.txt"
CONTENTS = (EVENTS, CONFIRMATIONS, REPORT, README)
CHAIN = "chain/"


@dataclass(frozen=True)
class PacketFacts:
    """The contents of a manifest, apart from its digests."""

    organization: int
    slug: str
    name: str
    quarter: Quarter
    first_quarter: Quarter  # in which the organization joined; the chain begins there
    due: Due
    standing: Standing
    entries: int
    confirmations: int
    hub_name: str
    time_zone: str
    made_at: str  # in UTC, as `moment` writes it
    made_by: str


def manifest_of(
    facts: PacketFacts, contents: Mapping[str, bytes], previous: str | None, replaces: str | None = None
) -> str:
    """Return the manifest: facts, the digest of each file, and the digest of the previous quarter's manifest.

    ``replaces`` is the digest of the manifest of the packet that this one replaces.
    """
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "organization": {"number": facts.organization, "slug": facts.slug, "name": facts.name},
        "quarter": str(facts.quarter),
        "first_quarter": str(facts.first_quarter),
        "due": facts.due is Due.YES,
        "no_records": facts.due is Due.NO_RECORDS,
        "standing": facts.standing.value,
        "entries": facts.entries,
        "confirmations": facts.confirmations,
        "hub": facts.hub_name,
        "time_zone": facts.time_zone,
        "made_at": facts.made_at,
        "made_by": facts.made_by,
        "files": {name: {"sha256": sha256_of(contents[name]), "size": len(contents[name])} for name in CONTENTS},
        "previous": {"quarter": str(facts.quarter.previous), "sha256": previous} if previous else None,
        "replaces": replaces,
    }
    return json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def has_standing(manifest: str, standing: Standing) -> bool:
    """Return True if a manifest states this standing. It can change without the log, with a period of membership."""
    return bool(json.loads(manifest)["standing"] == standing.value)


def begins_with(manifest: str, first_quarter: Quarter) -> bool:
    """Return True if a manifest's chain begins with this quarter. It changes with the day the organization joined."""
    return bool(json.loads(manifest)["first_quarter"] == str(first_quarter))


def packet_of(manifest: str, contents: Mapping[str, bytes], chain: Mapping[str, str]) -> bytes:
    """Return the packet as a ZIP file; ``chain`` has the manifests of earlier quarters, by quarter, newest first."""
    files = {MANIFEST: manifest.encode(), SEAL: f"{digest_of(manifest)}  {MANIFEST}\n".encode()}
    files |= {name: contents[name] for name in CONTENTS}
    files |= {f"{CHAIN}{quarter}.json": text.encode() for quarter, text in chain.items()}
    return zip_of(files)


def digest_of_tables(events: bytes, confirmations: bytes) -> str:
    """Return a digest of both tables, to tell if a quarter has changed since an earlier packet."""
    return digest_of(f"{sha256_of(events)} {sha256_of(confirmations)}")


def row_digest(cells: Iterable[object]) -> str:
    """Return the last cell of a row of events.csv: the SHA-256 of the other cells, as a JSON list."""
    return digest_of(canonical_json([str(cell_of(cell)) for cell in cells]))
