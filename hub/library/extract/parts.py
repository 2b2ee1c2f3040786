"""The parts that an Office file is made of, and what a reader notes about them: read, left out, or unreadable."""

from functools import cached_property

from hub.library.extract.container import Element, Package, Relation
from hub.library.extract.pages import Inner, LeftOut, Part, Unread
from hub.library.extract.problems import Unreadable

LINKED = LeftOut("Linked files are not searched.")
COMMENTS = LeftOut("Comments are not searched.")
DELETED = LeftOut("Deleted text in tracked changes is not searched.")
CONTROLS = LeftOut("Form controls (ActiveX) are not searched.")
CHART_DATA = LeftOut("Data sheets behind charts are not searched.")


class Notes:
    """What was noted while reading a part of a document: files inside it, and what wasn't read.

    `where` says where a person sees the part: " on slide 3", or "" when the part is the whole document.
    """

    def __init__(self, where: str = "", noted: list[Part] | None = None) -> None:
        """`noted` is the list to note in, by default a new one."""
        self.where = where
        self.noted: list[Part] = [] if noted is None else noted
        # Words to be found that aren't shown, such as a value without its format.
        self.also: list[str] = []

    def unread(self, what: str) -> None:
        """Note that something couldn't be read: "chart" gives "The chart on slide 3 couldn’t be read."."""
        sentence = Unread(f"The {what}{self.where} couldn’t be read.")
        if sentence not in self.noted:
            self.noted.append(sentence)

    def leave_out(self, what: LeftOut) -> None:
        """Note once that a kind of part is left out on purpose."""
        if what not in self.noted:
            self.noted.append(what)

    def has(self, part: str) -> bool:
        """Return True if the part is noted as a file inside already."""
        return any(isinstance(entry, Inner) and entry.part == part for entry in self.noted)

    def inner(self, name: str, content: bytes, part: str) -> None:
        """Note a file inside the document; a second one with the same name gets a number."""
        stem, dot, extension = name.rpartition(".")
        taken = {entry.name for entry in self.noted if isinstance(entry, Inner)}
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{stem} ({number}){dot}{extension}"
        self.noted.append(Inner(free, content, part))


class Place(Notes):
    """One part of an Office or OpenDocument file with its references, and what was noted while reading it."""

    def __init__(self, package: Package, name: str, where: str = "", noted: list[Part] | None = None) -> None:
        """`name` is that of the part."""
        super().__init__(where, noted)
        self.package = package
        self.name = name

    @cached_property
    def references(self) -> dict[str, Relation]:
        """The references of the part by their identifier; none when they are damaged, which is noted."""
        try:
            return self.package.references(self.name)
        except Unreadable:
            self.unread("list of other parts")
            return {}

    def target(self, reference: str, what: str) -> str:
        """Return the name of the part that is referred to; "" when it is missing or elsewhere, which is noted."""
        relation = self.references.get(reference)
        if relation is not None and relation.external:
            self.leave_out(LINKED)
        elif relation is None or relation.target not in self.package:
            self.unread(what)
        else:
            return relation.target
        return ""

    def xml(self, name: str, what: str) -> Element | None:
        """Return the root of a part; None when it is missing or damaged, which is noted."""
        try:
            return self.package.xml(name)
        except (Unreadable, KeyError):
            self.unread(what)
            return None

    def content(self, name: str, what: str) -> bytes:
        """Return the bytes of a part; b"" when it is missing, damaged or empty, which is noted."""
        try:
            content = self.package.read(name)
        except (Unreadable, KeyError):
            content = b""
        if not content:
            self.unread(what)
        return content

    def related(self, kind: str) -> list[str]:
        """Return the names of the parts of that kind inside the file, including missing ones, each once."""
        targets = (entry.target for entry in self.references.values() if entry.kind == kind and not entry.external)
        return list(dict.fromkeys(targets))

    def beside(self, name: str) -> "Place":
        """Return the place of another part that is seen at the same place."""
        return Place(self.package, name, self.where, self.noted)
