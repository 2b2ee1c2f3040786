"""Safe access to Office and OpenDocument files, which are untrusted ZIPs with XML."""

import io
import posixpath
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.problems import DAMAGED, EMPTY, OTHER_KIND, PASSWORD, TOO_LARGE, Unreadable

# The type of lxml's elements is private, and lxml has no type hints.

Element = Any

ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_MEMBER = 0x1


@dataclass(frozen=True)
class Relation:
    """A reference to another part: the last word of the relation's type, and the part's name.

    `external`: it refers to something outside the file.
    """

    kind: str
    target: str
    external: bool = False


class Package:
    """A ZIP of named parts; never unpacks more than the limits allow, regardless of the sizes it claims."""

    def __init__(self, path: Path, file_format: Format, limits: Limits) -> None:
        """Open it; raises Unreadable when it isn't a ZIP, is encrypted, or would unpack to too much."""
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
        """Return the open package."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.archive.close()

    def __contains__(self, name: str) -> bool:
        """Return True if it has that part; the case of names doesn't matter."""
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

    def stream(self, name: str) -> "Metered":
        """Return a part as a file, for parts that are read piece by piece; raises KeyError when it is missing.

        The caller closes it. Reading it raises BadZipFile, zlib.error or EOFError when it is damaged, and Unreadable
        when it unpacks to too much.
        """
        try:
            return Metered(self.archive.open(self.members[name.lower()]), self)
        except (BadZipFile, NotImplementedError) as error:
            raise Unreadable(DAMAGED) from error

    def xml(self, name: str) -> Element:
        """Return the root of an XML part; entities aren't expanded, and nothing outside the file is read."""
        return parse_xml(self.read(name))

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the references of an Office part by their identifier, without references to outside the file."""
        references = self.references(part)
        return {identifier: relation for identifier, relation in references.items() if not relation.external}

    def references(self, part: str) -> dict[str, Relation]:
        """Return all references of an Office part by their identifier; raises Unreadable when they are damaged."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", name + ".rels")
        if listing not in self:
            return {}
        return {
            entry.get("Id", ""): Relation(
                entry.get("Type", "").rpartition("/")[2],
                resolved(folder, entry),
                external=entry.get("TargetMode") == "External",
            )
            for entry in self.xml(listing).iter("{*}Relationship")
        }

    def related(self, part: str, kind: str) -> Iterator[str]:
        """Yield the names of the existing parts of that kind that a part refers to."""
        for relation in self.relations(part).values():
            if relation.kind == kind and relation.target in self:
                yield relation.target


class Metered(io.RawIOBase):
    """A part of a package that is read piece by piece, within the package's allowance."""

    def __init__(self, member: IO[bytes], package: Package) -> None:
        """Read from `member`."""
        self.member = member
        self.package = package

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises Unreadable when there were too many."""
        content = self.member.read(size if size >= 0 else self.package.allowance + 1)
        self.package.allowance -= len(content)
        if self.package.allowance < 0:
            raise Unreadable(TOO_LARGE)
        return content

    def close(self) -> None:
        """Close the part."""
        self.member.close()
        super().close()


def resolved(folder: str, relationship: Element) -> str:
    """Return the full name of the part that a relationship points to."""
    return posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", ""))).lstrip("/")


def parse_xml(content: bytes) -> Element:
    """Return the root element of untrusted XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(DAMAGED) from error


def refuse_other_containers(path: Path, file_format: Format) -> None:
    """Raise Unreadable, with the reason, when the file doesn't begin like a ZIP."""
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
    """Raise Unreadable when a ZIP is encrypted, or declares more content than the limits allow."""
    if any(member.flag_bits & ENCRYPTED_MEMBER for member in members):
        raise Unreadable(PASSWORD)
    too_many = len(members) > limits.packed_entries
    if too_many or sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise Unreadable(TOO_LARGE)


def open_office(path: Path, file_format: Format, limits: Limits) -> Package:
    """Return an Office Open XML package; raises Unreadable when the file is something else."""
    package = Package(path, file_format, limits)
    if "[Content_Types].xml" not in package:
        package.archive.close()
        raise Unreadable(OTHER_KIND, a_label=file_format.a_label)
    return package


def main_part(package: Package, root: str, file_format: Format) -> tuple[str, Element]:
    """Return the name and root element of an Office file's main part; raises Unreadable if the root isn't ``root``."""
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
    """Return an attribute's value by its name without namespace; "" when it is missing."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def properties_in(element: Element, name: str) -> Element | None:
    """Return the first child if it has that name: the properties of an element come before its content."""
    return element[0] if len(element) and local_name(element[0]) == name else None


def walk(element: Element, skip: frozenset[str] = frozenset()) -> Iterator[Element]:
    """Yield the element and its descendants in document order, without the elements in ``skip`` and their content."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        if local_name(current) not in skip:
            yield current
            waiting.extend(reversed(current))
