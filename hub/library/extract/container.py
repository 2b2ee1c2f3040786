"""Office and OpenDocument files are ZIPs full of XML: opening them without trusting them."""

import posixpath
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.problems import DAMAGED, EMPTY, OTHER_KIND, PASSWORD, TOO_LARGE, Unreadable

# lxml names the type of its elements only privately and brings no type hints.

Element = Any

ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_MEMBER = 0x1


@dataclass(frozen=True)
class Relation:
    """What a part refers to: the last word of the relation's type, and the part's name."""

    kind: str
    target: str


class Package:
    """A ZIP of named parts; never unpacks more than the limits allow, whatever sizes it claims."""

    def __init__(self, path: Path, file_format: Format, limits: Limits) -> None:
        """Opens it, or raises Unreadable when it is no ZIP, is encrypted, or would unpack to too much."""
        refuse_other_containers(path, file_format)
        try:
            self.archive = ZipFile(path)
        except (BadZipFile, ValueError) as error:
            raise Unreadable(DAMAGED) from error
        members = self.archive.infolist()
        refuse_bombs(members, limits)
        self.members = {member.filename.lstrip("/").lower(): member for member in members}
        self.allowance = limits.unpacked_bytes

    def __enter__(self) -> Self:
        """The package, open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file."""
        self.archive.close()

    def __contains__(self, name: str) -> bool:
        """Whether it has that part; names differ in more than case."""
        return name.lower() in self.members

    def read(self, name: str) -> bytes:
        """Return the bytes of a part; raises KeyError when it is missing, Unreadable when it unpacks to too much."""
        try:
            with self.archive.open(self.members[name.lower()]) as member:
                content = member.read(self.allowance + 1)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise Unreadable(DAMAGED) from error
        if len(content) > self.allowance:
            raise Unreadable(TOO_LARGE)
        self.allowance -= len(content)
        return content

    def xml(self, name: str) -> Element:
        """Return the root of an XML part; entities stay unexpanded, nothing outside the file is looked at."""
        return parse_xml(self.read(name))

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what an Office part refers to, by the identifier it uses; references out of the file are left out."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", name + ".rels")
        if listing not in self:
            return {}
        return {
            entry.get("Id", ""): Relation(entry.get("Type", "").rpartition("/")[2], resolved(folder, entry))
            for entry in self.xml(listing).iter("{*}Relationship")
            if entry.get("TargetMode") != "External"
        }

    def related(self, part: str, kind: str) -> Iterator[str]:
        """Yield the names of the parts of that kind that a part refers to and that are there."""
        for relation in self.relations(part).values():
            if relation.kind == kind and relation.target in self:
                yield relation.target


def resolved(folder: str, relationship: Element) -> str:
    """Return the full name of the part that a relationship points to."""
    return posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", ""))).lstrip("/")


def parse_xml(content: bytes) -> Element:
    """Return the root element of XML from strangers."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(DAMAGED) from error


def refuse_other_containers(path: Path, file_format: Format) -> None:
    """Raises Unreadable when the file does not begin as a ZIP does, and says what is the matter instead."""
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(ZIP_START):
            return
        if not start:
            raise Unreadable(EMPTY)
        if start == OLE_START and ENCRYPTED_OFFICE in file.read():
            raise Unreadable(PASSWORD)
    raise Unreadable(OTHER_KIND, a_label=file_format.a_label)


def refuse_bombs(members: list[ZipInfo], limits: Limits) -> None:
    """Raises Unreadable when a ZIP is encrypted, or says itself that it unpacks to too much."""
    if any(member.flag_bits & ENCRYPTED_MEMBER for member in members):
        raise Unreadable(PASSWORD)
    too_many = len(members) > limits.packed_entries
    if too_many or sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise Unreadable(TOO_LARGE)


def open_office(path: Path, file_format: Format, limits: Limits) -> Package:
    """Return an Office Open XML package, or Unreadable when the file is something else."""
    package = Package(path, file_format, limits)
    if "[Content_Types].xml" not in package:
        package.archive.close()
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    return package


def main_part(package: Package, root: str, file_format: Format) -> tuple[str, Element]:
    """Return the name and root element of an Office file's main part, which must be of the named kind."""
    for name in package.related("", "officeDocument"):
        element = package.xml(name)
        if local_name(element) != root:
            raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
        return name, element
    raise Unreadable(DAMAGED)


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, which differs between the dialects of one format."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """Return an attribute's value by its name without namespace; "" when it is not there."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def walk(element: Element, skip: frozenset[str] = frozenset()) -> Iterator[Element]:
    """Yield the element and all below it in the order of the text, without the named ones and what is in them."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        if local_name(current) not in skip:
            yield current
            waiting.extend(reversed(current))
