"""Verification of an audit packet from the file alone: no database, no settings, no network. Pure."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from hub.core.archive import DamagedError, files_in, zip_of
from hub.core.dates import file_size, number, plural
from hub.core.fingerprints import digest_of, sha256_of
from hub.core.quarters import Quarter
from hub.core.tables import cell_of
from hub.sharing.rules.audit_packets import (
    CHAIN,
    CONFIRMATIONS,
    CONTENTS,
    EVENTS,
    FORMAT,
    MANIFEST,
    SEAL,
    VERSION,
    row_digest,
)
from hub.sharing.rules.confirmations import canonical_json
from hub.sharing.rules.standing import Act, Due, Standing, strongest_standing

LARGEST = 500_000_000  # bytes; larger files aren't checked

# The columns of confirmations.csv that repeat a value of the canonical form.
_REPEATED = ("quarter", "role", "with_whom", "people", "note", "reason", "supersedes")


@dataclass(frozen=True)
class Verdict:
    """The result of checking a packet; without problems it is intact."""

    problems: tuple[str, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)  # empty if it can't be read
    digest: str = ""  # of the manifest
    chain: tuple[str, ...] = ()  # the quarters of the linked manifests, newest first


def check_packet(packet: bytes) -> Verdict:
    """Check that the packet is byte for byte what the hub packed, and that its manifest matches its tables."""
    if len(packet) > LARGEST:
        return Verdict((f"The file is larger than {file_size(LARGEST)}, so it is not an audit packet.",))
    try:
        files = files_in(packet)
    except DamagedError as error:
        return Verdict((str(error),))
    if MANIFEST not in files:
        return Verdict((f"The file has no {MANIFEST}, so it is not an audit packet.", *_unsafe_name_problems(files)))
    try:
        manifest = _manifest_in(files[MANIFEST])
    except ValueError as error:
        return Verdict((f"{MANIFEST} can't be read: {error}", *_unsafe_name_problems(files)))
    problems = [*_seal_problems(files), *_file_problems(files, manifest)]
    chain, broken = _chain(files, manifest)
    problems += [*broken, *_extra_problems(files, chain), *_row_problems(files, manifest)]
    if not problems and zip_of(files) != packet:
        problems.append("The ZIP file was changed outside its contents, so it is not the file that the hub created.")
    elif not problems and list(files) != _order(chain):
        problems.append("The files are not in the order in which the hub packs them.")
    return Verdict(tuple(problems), manifest, sha256_of(files[MANIFEST]), tuple(chain))


def _order(chain: Sequence[str]) -> list[str]:
    return [MANIFEST, SEAL, *CONTENTS, *(f"{CHAIN}{quarter}.json" for quarter in chain)]


# The keys of a manifest, with their types, by version.
_FIRST_SHAPE: dict[str, type | tuple[type, ...]] = {
    "format": str, "version": int, "organization": dict, "quarter": str, "first_quarter": str, "due": bool,
    "standing": str, "entries": int, "confirmations": int, "hub": str, "time_zone": str, "made_at": str,
    "made_by": str, "files": dict, "previous": (dict, type(None)), "replaces": (str, type(None)),
}  # fmt: skip
_SHAPES: Mapping[int, Mapping[str, type | tuple[type, ...]]] = {
    1: _FIRST_SHAPE,
    VERSION: _FIRST_SHAPE | {"no_records": bool},
}


def _manifest_in(raw: bytes) -> dict[str, Any]:
    """Return the parsed manifest; raises ValueError with a sentence."""
    try:
        manifest = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = "it is not JSON in UTF-8."
        raise ValueError(message) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        message = "it is not the manifest of an audit packet."
        raise ValueError(message)
    shape = _SHAPES.get(version) if isinstance(version := manifest.get("version"), int) else None
    if shape is None:
        message = f"it has version {version!r}, but this command reads versions 1 to {VERSION}. Use a newer hub."
        raise ValueError(message)
    if wrong := [name for name, kind in shape.items() if not isinstance(manifest.get(name), kind)]:
        message = f"{wrong[0]!r} is missing or has the wrong type."
        raise ValueError(message)
    if manifest.keys() != shape.keys():
        message = f"it has unknown keys: {', '.join(sorted(map(str, manifest.keys() - shape.keys())))}."
        raise ValueError(message)
    try:
        quarters = [Quarter.parse(manifest[name]) for name in ("quarter", "first_quarter")]
        _standing_of_name(manifest["standing"])
    except ValueError as error:
        raise ValueError(str(error)) from error
    if [str(quarter) for quarter in quarters] != [manifest["quarter"], manifest["first_quarter"]]:
        message = "its quarters are not written like 2026Q3."
        raise ValueError(message)
    return manifest


def _seal_problems(files: Mapping[str, bytes]) -> Iterator[str]:
    manifest = files[MANIFEST]
    sealed = files.get(SEAL)
    if sealed is None:
        yield f"{SEAL} is missing."
    elif sealed != f"{sha256_of(manifest)}  {MANIFEST}\n".encode():
        yield f"{MANIFEST} was changed: its SHA-256 is not the one in {SEAL}."


def _file_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    if set(manifest["files"]) != set(CONTENTS):
        yield f"{MANIFEST} should list {', '.join(CONTENTS)}, but lists other files."
    for name in CONTENTS:
        listed = manifest["files"].get(name)
        content = files.get(name)
        if content is None:
            yield f"{name} is missing."
        elif not isinstance(listed, dict) or listed != {"sha256": sha256_of(content), "size": len(content)}:
            yield f"{name} was changed: its SHA-256 is not the one in {MANIFEST}."


def _extra_problems(files: Mapping[str, bytes], chain: Sequence[str]) -> Iterator[str]:
    expected = set(_order(chain))
    unsafe = set(_unsafe_name_problems(files))
    yield from sorted(unsafe)
    for name in files:
        if name not in expected and not any(repr(name) in problem for problem in unsafe):
            yield f"{name!r} doesn't belong in this packet."


def _unsafe_name_problems(files: Iterable[str]) -> Iterator[str]:
    for name in files:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or "\\" in name or ":" in name:
            yield f"The file name {name!r} would be unpacked outside the chosen folder. Don't unpack this file."


def _chain(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the earlier quarters whose manifests are in the packet, newest first, and where the chain is broken."""
    quarters: list[str] = []
    current = manifest
    while (link := _link(current)) is not None:
        quarter, digest = link
        if problem := _link_problem(files, current, quarter, digest):
            return [*quarters, quarter], [f"The chain is broken: {problem}"]
        quarters.append(quarter)
        try:
            current = _manifest_in(files[f"{CHAIN}{quarter}.json"])
        except ValueError as error:
            return quarters, [f"The chain is broken: the manifest of {quarter} can't be read: {error}"]
        if _identity(current) != _identity(manifest) or current["quarter"] != quarter:
            return quarters, [f"The chain is broken: {quarter} has the manifest of another organization or quarter."]
    if current["quarter"] != current["first_quarter"]:
        return quarters, [
            f"The chain is broken: it begins with {current['quarter']} instead of {current['first_quarter']}."
        ]
    return quarters, []


def _link_problem(files: Mapping[str, bytes], current: Mapping[str, Any], quarter: str, digest: str) -> str:
    """Return a sentence if the manifest that ``current`` names as previous is missing or differs, else an empty string."""
    name = f"{CHAIN}{quarter}.json"
    if quarter != str(Quarter.parse(current["quarter"]).previous):
        return f"the manifest of {current['quarter']} names {quarter!r} as the previous quarter."
    if name not in files:
        return f"the manifest of {quarter} ({name}) is missing."
    if sha256_of(files[name]) != digest:
        return f"the manifest of {quarter} is not the one that the manifest of {current['quarter']} names."
    return ""


def _identity(manifest: Mapping[str, Any]) -> tuple[Any, Any]:
    return manifest["organization"].get("number"), manifest["first_quarter"]


def _link(manifest: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the previous quarter and its manifest's digest, as named in a manifest."""
    previous = manifest["previous"]
    return (str(previous.get("quarter")), str(previous.get("sha256"))) if previous is not None else None


def _row_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each edited row, and for each difference between the tables and the manifest."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name in (EVENTS, CONFIRMATIONS):
        if name in files:
            try:
                tables[name] = _rows_of(files[name])
            except ValueError as error:
                yield f"{name} can't be read: {error}"
    if len(tables) < 2:  # noqa: PLR2004 - both are needed
        return
    yield from _event_problems(tables[EVENTS], manifest)
    yield from _confirmation_problems(tables[CONFIRMATIONS], manifest)
    for name, rows, count in (
        (EVENTS, tables[EVENTS], manifest["entries"]),
        (CONFIRMATIONS, tables[CONFIRMATIONS], manifest["confirmations"]),
    ):
        if len(rows) != count:
            rows_found = plural(len(rows), "row")
            yield f"{name} has {rows_found}, but {MANIFEST} says {number(count)}: rows were added or removed."
    standing = _standing(tables[EVENTS], tables[CONFIRMATIONS], manifest)
    if standing != manifest["standing"]:
        yield f"The rows show the standing {standing!r}, but {MANIFEST} says {manifest['standing']!r}."


def _rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file, by column name; raises ValueError with a sentence."""
    try:
        lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        message = "it is not text in UTF-8."
        raise ValueError(message) from error
    except csv.Error as error:
        message = f"it is not CSV ({error})."
        raise ValueError(message) from error
    head, *rows = lines or [[]]
    if any(len(row) != len(head) for row in rows) or len(set(head)) != len(head):
        message = "its rows don't have the same columns as its header."
        raise ValueError(message)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _event_problems(rows: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]) -> Iterator[str]:
    superseded = {row.get("supersedes", "") for row in rows} - {""}
    numbers = Counter(row.get("entry", "") for row in rows)
    for place, row in enumerate(rows, 1):
        where = f"Row {place} of {EVENTS} (entry {row.get('entry', '?')})"
        if row.get("digest") != row_digest([cell for name, cell in row.items() if name != "digest"]):
            yield f"{where} was edited: the fingerprint in its last column doesn't match."
        if numbers[row.get("entry", "")] > 1:
            yield f"{where} is in the file more than once."
        if row.get("quarter") != manifest["quarter"] or not _is_in_quarter(
            row.get("happened_on", ""), row.get("quarter", "")
        ):
            yield f"{where} doesn't belong in {manifest['quarter']}: its date is {row.get('happened_on', '?')}."
        if row.get("entry") in superseded and row.get("counts") == "yes":
            yield f"{where} is marked as counting, but another entry corrects it."


def _is_in_quarter(day: str, quarter: str) -> bool:
    try:
        return Quarter.of(date.fromisoformat(day)) == Quarter.parse(quarter)
    except ValueError:
        return False


def _confirmation_problems(rows: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]) -> Iterator[str]:
    for place, row in enumerate(rows, 1):
        where = f"Row {place} of {CONFIRMATIONS} (confirmation {row.get('confirmation', '?')})"
        line = row.get("canonical", "")
        if row.get("digest") != digest_of(line):
            yield f"{where} was edited: its fingerprint doesn't match its contents."
            continue
        try:
            statement = json.loads(line)
        except (ValueError, RecursionError):
            statement = None
        if not isinstance(statement, dict) or canonical_json(statement) != line:
            yield f"{where} can't be read."
            continue
        differing = [name for name in _REPEATED if row.get(name) != str(cell_of(statement.get(name)))]
        differing += (
            ["confirmed_at"] if not _same_second(row.get("confirmed_at"), statement.get("confirmed_at")) else []
        )
        differing += ["shared"] if row.get("shared") != ("yes" if statement.get("shared") else "no") else []
        if differing:
            yield f"{where} was edited: {', '.join(differing)} doesn't match its canonical form."
        is_of_packet = statement.get("organization") == _identity(manifest)[0]
        if statement.get("quarter") != manifest["quarter"] or not is_of_packet:
            yield f"{where} belongs to another quarter or organization."


def _same_second(local: object, utc: object) -> bool:
    """Return True if a moment in the hub's time zone is the same second as a moment in UTC."""
    try:
        moments = [datetime.fromisoformat(str(text)).replace(microsecond=0) for text in (local, utc)]
        return moments[0] - moments[1] == timedelta(0)
    except (ValueError, TypeError, OverflowError):
        return False


# Names of standings in manifests of version 1, which knew no others than these and the first one's successors.
_FIRST_NAMES = {Standing.SHARED: "forwarded"}


def _standing_of_name(name: str) -> Standing:
    """Return the standing that a manifest names; raises ValueError."""
    return next((standing for standing, first in _FIRST_NAMES.items() if name == first), None) or Standing(name)


def _standing(
    events: Sequence[Mapping[str, str]], confirmations: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]
) -> str:
    """Return the standing computed from the rows, by the rule of the hub that created the manifest.

    In version 1, a confirmation that there was nothing to share didn't change the standing.
    """
    acts = {Act(row["act"]) for row in events if row.get("counts") == "yes" and row.get("act") in set(Act)}
    last = [row.get("shared") for row in confirmations if row.get("stands") == "yes"]
    said_shared = {"yes": True, "no": False}.get(last[0] or "") if len(last) == 1 else None
    due = Due.YES if manifest["due"] else Due.NO_RECORDS if manifest.get("no_records") else Due.NO
    if manifest["version"] == 1:
        standing = strongest_standing(acts, due=due, said_shared=said_shared or None)
        return _FIRST_NAMES.get(standing, standing.value)
    return strongest_standing(acts, due=due, said_shared=said_shared).value
