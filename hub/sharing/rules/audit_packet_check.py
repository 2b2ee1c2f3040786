"""Checking an audit packet with nothing but the packet: no rows, no settings, no network. Pure."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from hub.core.archive import DamagedError, files_in, zip_of
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
from hub.sharing.rules.confirmations import in_order
from hub.sharing.rules.standing import Act, Standing, strongest

LARGEST = 500_000_000  # bytes of a packet that is checked

# What a row of confirmations.csv repeats of its canonical form, by column.
_REPEATED = ("quarter", "role", "with_whom", "people", "note", "reason", "supersedes")


@dataclass(frozen=True)
class Verdict:
    """What checking a packet found; without problems it is whole."""

    problems: tuple[str, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)  # as far as it could be read
    digest: str = ""  # of the manifest
    chain: tuple[str, ...] = ()  # the quarters whose manifests follow each other, the newest first


def check_packet(packet: bytes) -> Verdict:
    """Return whether the packet is what the hub packed, byte for byte, and says of itself what its rows say."""
    if len(packet) > LARGEST:
        return Verdict((f"The file has more than {LARGEST // 1_000_000} MB: it is no audit packet.",))
    try:
        files = files_in(packet)
    except DamagedError as error:
        return Verdict((str(error),))
    if MANIFEST not in files:
        return Verdict((f"There is no {MANIFEST} in it: this is no audit packet.", *_strange_names(files)))
    try:
        manifest = _manifest_in(files[MANIFEST])
    except ValueError as error:
        return Verdict((f"{MANIFEST} can't be read: {error}", *_strange_names(files)))
    problems = [*_seal_problems(files), *_file_problems(files, manifest)]
    chain, broken = _chain(files, manifest)
    problems += [*broken, *_extra_problems(files, chain), *_row_problems(files, manifest)]
    if not problems and zip_of(files) != packet:
        problems.append("Bytes of the ZIP file around its contents were changed: it isn't the file that the hub made.")
    elif not problems and list(files) != _order(chain):
        problems.append("The files don't stand in the order in which the hub packs them.")
    return Verdict(tuple(problems), manifest, sha256_of(files[MANIFEST]), tuple(chain))


def _order(chain: Sequence[str]) -> list[str]:
    return [MANIFEST, SEAL, *CONTENTS, *(f"{CHAIN}{quarter}.json" for quarter in chain)]


# What a manifest must have, and of which type.
_SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "format": str, "version": int, "organization": dict, "quarter": str, "first_quarter": str, "due": bool,
    "standing": str, "entries": int, "confirmations": int, "hub": str, "time_zone": str, "made_at": str,
    "made_by": str, "files": dict, "previous": (dict, type(None)), "replaces": (str, type(None)),
}  # fmt: skip


def _manifest_in(raw: bytes) -> dict[str, Any]:
    """Return the manifest, if it is one; raises ValueError with a sentence."""
    try:
        said = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = "it isn't JSON in UTF-8."
        raise ValueError(message) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        message = "it isn't the manifest of an audit packet."
        raise ValueError(message)
    if said.get("version") != VERSION:
        message = f"its version is {said.get('version')!r}, and this command knows version {VERSION}: use a newer hub."
        raise ValueError(message)
    if wrong := [name for name, kind in _SHAPE.items() if not isinstance(said.get(name), kind)]:
        message = f"{wrong[0]!r} is missing or isn't what it should be."
        raise ValueError(message)
    if said.keys() != _SHAPE.keys():
        message = f"it holds what doesn't belong there: {', '.join(sorted(map(str, said.keys() - _SHAPE.keys())))}."
        raise ValueError(message)
    try:
        quarters = [Quarter.parse(said[name]) for name in ("quarter", "first_quarter")]
        Standing(said["standing"])
    except ValueError as error:
        raise ValueError(str(error)) from error
    if [str(one) for one in quarters] != [said["quarter"], said["first_quarter"]]:
        message = "its quarters aren't written as the hub writes them."
        raise ValueError(message)
    return said


def _seal_problems(files: Mapping[str, bytes]) -> Iterator[str]:
    manifest = files[MANIFEST]
    sealed = files.get(SEAL)
    if sealed is None:
        yield f"{SEAL} is missing."
    elif sealed != f"{sha256_of(manifest)}  {MANIFEST}\n".encode():
        yield f"{MANIFEST} was changed: its SHA-256 isn't the one in {SEAL}."


def _file_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    if set(manifest["files"]) != set(CONTENTS):
        yield f"{MANIFEST} should give digests of {', '.join(CONTENTS)}, and gives others."
    for name in CONTENTS:
        said = manifest["files"].get(name)
        content = files.get(name)
        if content is None:
            yield f"{name} is missing."
        elif not isinstance(said, dict) or said != {"sha256": sha256_of(content), "size": len(content)}:
            yield f"{name} was changed: its SHA-256 isn't the one that {MANIFEST} gives."


def _extra_problems(files: Mapping[str, bytes], chain: Sequence[str]) -> Iterator[str]:
    expected = set(_order(chain))
    strange = set(_strange_names(files))
    yield from sorted(strange)
    for name in files:
        if name not in expected and not any(repr(name) in one for one in strange):
            yield f"{name!r} doesn't belong into this packet."


def _strange_names(files: Iterable[str]) -> Iterator[str]:
    for name in files:
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or "\\" in name or ":" in name:
            yield f"The name {name!r} would lead out of the folder that someone unpacks into: don't unpack this file."


def _chain(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the quarters before whose manifests are there, the newest first; and where the chain breaks, if it does."""
    found: list[str] = []
    now = manifest
    while (link := _link(now)) is not None:
        quarter, digest = link
        if problem := _break_before(files, now, quarter, digest):
            return [*found, quarter], [f"The chain is broken: {problem}"]
        found.append(quarter)
        try:
            now = _manifest_in(files[f"{CHAIN}{quarter}.json"])
        except ValueError as error:
            return found, [f"The chain is broken: the manifest of {quarter} can't be read: {error}"]
        if _identity(now) != _identity(manifest) or now["quarter"] != quarter:
            return found, [f"The chain is broken: {quarter} has the manifest of another organization or quarter."]
    if now["quarter"] != now["first_quarter"]:
        return found, [f"The chain is broken: it begins with {now['quarter']} instead of {now['first_quarter']}."]
    return found, []


def _break_before(files: Mapping[str, bytes], now: Mapping[str, Any], quarter: str, digest: str) -> str:
    """Return what is wrong with the manifest that ``now`` names as the one before; empty when nothing is."""
    name = f"{CHAIN}{quarter}.json"
    if quarter != str(Quarter.parse(now["quarter"]).previous):
        return f"the manifest of {now['quarter']} names {quarter!r} as the quarter before."
    if name not in files:
        return f"the manifest of {quarter} ({name}) is missing."
    if sha256_of(files[name]) != digest:
        return f"the manifest of {quarter} isn't the one that the manifest of {now['quarter']} names."
    return ""


def _identity(manifest: Mapping[str, Any]) -> tuple[Any, Any]:
    return manifest["organization"].get("number"), manifest["first_quarter"]


def _link(manifest: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the quarter and the digest that a manifest names as the one before."""
    previous = manifest["previous"]
    return (str(previous.get("quarter")), str(previous.get("sha256"))) if previous is not None else None


def _row_problems(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield whether the rows say what the manifest says of them, row by row."""
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
    for name, rows, said in (
        (EVENTS, tables[EVENTS], manifest["entries"]),
        (CONFIRMATIONS, tables[CONFIRMATIONS], manifest["confirmations"]),
    ):
        if len(rows) != said:
            yield f"{name} has {len(rows):,} rows, and {MANIFEST} says {said:,}: rows were added or taken out."
    standing = _standing(tables[EVENTS], tables[CONFIRMATIONS], due=manifest["due"])
    if standing != manifest["standing"]:
        yield f"The rows add up to {standing!r}, and {MANIFEST} says {manifest['standing']!r}."


def _rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names in its head; raises ValueError with a sentence."""
    try:
        found = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        message = "it isn't text in UTF-8."
        raise ValueError(message) from error
    except csv.Error as error:
        message = f"it isn't CSV ({error})."
        raise ValueError(message) from error
    head, *rows = found or [[]]
    if any(len(row) != len(head) for row in rows) or len(set(head)) != len(head):
        message = "its rows and its head don't have the same columns."
        raise ValueError(message)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _event_problems(rows: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]) -> Iterator[str]:
    superseded = {row.get("supersedes", "") for row in rows} - {""}
    numbers = Counter(row.get("entry", "") for row in rows)
    for place, row in enumerate(rows, 1):
        where = f"Row {place} of {EVENTS} (entry {row.get('entry', '?')})"
        if row.get("digest") != row_digest([cell for name, cell in row.items() if name != "digest"]):
            yield f"{where} was edited: it doesn't have the digest at its end."
        if numbers[row.get("entry", "")] > 1:
            yield f"{where} stands in the file more than once."
        if row.get("quarter") != manifest["quarter"] or not _lies_in(
            row.get("happened_on", ""), row.get("quarter", "")
        ):
            yield f"{where} doesn't belong into {manifest['quarter']}: its day is {row.get('happened_on', '?')}."
        if row.get("entry") in superseded and row.get("counts") == "yes":
            yield f"{where} is said to count although another entry supersedes it."


def _lies_in(day: str, quarter: str) -> bool:
    try:
        return Quarter.of(date.fromisoformat(day)) == Quarter.parse(quarter)
    except ValueError:
        return False


def _confirmation_problems(rows: Sequence[Mapping[str, str]], manifest: Mapping[str, Any]) -> Iterator[str]:
    for place, row in enumerate(rows, 1):
        where = f"Row {place} of {CONFIRMATIONS} (confirmation {row.get('confirmation', '?')})"
        line = row.get("canonical", "")
        if row.get("digest") != digest_of(line):
            yield f"{where} was edited: its digest isn't that of what it says."
            continue
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict) or in_order(said) != line:
            yield f"{where} can't be read."
            continue
        differing = [name for name in _REPEATED if row.get(name) != str(cell_of(said.get(name)))]
        differing += ["confirmed_at"] if not _same_second(row.get("confirmed_at"), said.get("confirmed_at")) else []
        differing += ["shared"] if row.get("shared") != ("yes" if said.get("shared") else "no") else []
        if differing:
            yield f"{where} was edited: {', '.join(differing)} isn't what the digest stands for."
        if said.get("quarter") != manifest["quarter"] or said.get("organization") != _identity(manifest)[0]:
            yield f"{where} is of another quarter or organization."


def _same_second(shown: object, said: object) -> bool:
    """Return whether a moment in the hub's time zone, to the second, is the one that was said in UTC."""
    try:
        moments = [datetime.fromisoformat(str(one)).replace(microsecond=0) for one in (shown, said)]
        return moments[0] - moments[1] == timedelta(0)
    except (ValueError, TypeError, OverflowError):
        return False


def _standing(events: Sequence[Mapping[str, str]], said: Sequence[Mapping[str, str]], *, due: bool) -> str:
    """Return the standing that the rows add up to, by the rule of the hub."""
    acts = {Act(row["act"]) for row in events if row.get("counts") == "yes" and row.get("act") in set(Act)}
    last = [row.get("shared") for row in said if row.get("stands") == "yes"]
    return strongest(acts, due=due, confirmed=last == ["yes"]).value
