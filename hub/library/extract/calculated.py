"""Results of formulas that were never calculated, from a copy of the workbook that LibreOffice has calculated.

Programs that write workbooks often leave the results out; Excel adds them when the file is saved there.
"""

import os
from pathlib import Path

from hub.library.extract import bubblewrap, landlock, seccomp
from hub.library.extract.cells import DAMAGE, Cell, book_of, cells_of, elements_of, forget
from hub.library.extract.container import attribute, main_part, open_office
from hub.library.extract.formats import Format
from hub.library.extract.legacy import PROFILE, convert, converted_file, libreoffice, named_link
from hub.library.extract.limits import Limits

MOST_RESULTS = 300_000
# Otherwise LibreOffice takes the results in the file, even if the file says that they aren't right.
CALCULATING = PROFILE.replace(
    "</oor:items>",
    """<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>""",
)


class Results:
    """The results in a calculated copy of a workbook; without a copy there are none."""

    def __init__(self, copy: Path | None, file_format: Format, limits: Limits) -> None:
        """The copy is opened when the first result is needed."""
        self.copy = copy
        self.file_format = file_format
        self.limits = limits
        self.name = ""
        self.by_place: dict[str, str] = {}

    def of(self, sheet: str, place: str) -> tuple[str, bool]:
        """Return what a cell shows in the copy, and True if the copy has a result for it."""
        if self.copy is None:
            return "", False
        if sheet != self.name:
            self.name, self.by_place = sheet, {}
            try:
                self.load(self.copy, sheet)
            except DAMAGE:
                self.by_place.clear()
        return self.by_place.get(place, ""), place in self.by_place

    def load(self, copy: Path, name: str) -> None:
        """Read the cells of a sheet of the copy."""
        with open_office(copy, self.file_format, self.limits) as package:
            main, root = main_part(package, "workbook", self.file_format)
            relations, book = package.relations(main), book_of(package, main, root)
            for entry in root.iterfind("{*}sheets/{*}sheet"):
                relation = relations.get(attribute(entry, "id"))
                if attribute(entry, "name") != name or relation is None:
                    continue
                with package.stream(relation.target) as source:
                    for _, row in elements_of(source, ("{*}row",)):
                        cells = cells_of(row, book)
                        self.by_place.update((cell.place, cell.shown) for cell in cells if is_result(cell))
                        forget(row)
                        if len(self.by_place) > MOST_RESULTS:
                            return


def is_result(cell: Cell) -> bool:
    """Return True unless the cell shows that LibreOffice couldn't calculate it, such as for a function it lacks."""
    return cell.uncalculated is None and not cell.shown.startswith(("#NAME?", "Err:"))


def calculated_copy(path: Path, file_format: Format, folder: Path) -> Path | None:
    """Return a copy of the workbook with all results, made by LibreOffice; None if it can't be made.

    Runs before this process is confined. LibreOffice opens the file only behind walls.
    """
    office = libreoffice()
    if office is None or not has_walls():
        return None
    convert(office, named_link(path, file_format, folder), "xlsx", folder, settings=CALCULATING)
    return converted_file(folder, "xlsx")


def has_walls() -> bool:
    """Return True if LibreOffice would be confined on this machine."""
    in_kernel = landlock.version() > 0 and seccomp.is_available() and os.geteuid() != 0
    return bubblewrap.is_available() or in_kernel
