"""Word families: forms of which at least one is in the demo world, so that whichever is typed should find it.

The benchmark of relevance counts the families in which a form finds nothing, or less than another form.
"""

from collections.abc import Callable, Iterator, Sequence

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("anodize", "anodizing", "anodizer"),
    ("assess", "assessment", "assessor"),
    ("broker", "brokerage", "brokering"),
    ("calibrate", "calibration", "calibrating"),
    ("certify", "certified", "certificate", "certification"),
    ("educate", "education", "educator"),
    ("electrify", "electrifying", "electrification"),
    ("export", "exporting", "exporter"),
    ("fabricate", "fabrication", "fabricator"),
    ("finance", "financing", "financier"),
    ("forge", "forging", "forger"),
    ("galvanize", "galvanizing", "galvanizer"),
    ("inspect", "inspection", "inspector"),
    ("insure", "insurance", "insurer"),
    ("lend", "lending", "lender"),
    ("machine", "machining", "machinist"),
    ("manage", "management", "manager"),
    ("mentor", "mentoring", "mentorship"),
    ("mold", "molding", "molder"),
    ("plate", "plating", "plater"),
    ("recruit", "recruiting", "recruiter", "recruitment"),
    ("reimburse", "reimbursing", "reimbursement"),
    ("retain", "retaining", "retention"),
    ("sponsor", "sponsoring", "sponsorship"),
    ("supervise", "supervision", "supervisor"),
    ("toolmaker", "toolmaking"),
    ("translate", "translation", "translator"),
    ("weld", "welding", "welder"),
)


def lacking(families: Sequence[Sequence[str]], total: Callable[[str], int]) -> Iterator[tuple[str, ...]]:
    """Yield the forms of each family that find nothing, where another one finds something; ``total`` searches."""
    for family in families:
        totals = {form: total(form) for form in family}
        if any(totals.values()) and not all(totals.values()):
            yield tuple(form for form, count in totals.items() if not count)


def uneven(families: Sequence[Sequence[str]], total: Callable[[str], int]) -> Iterator[tuple[str, ...]]:
    """Yield the forms of each family that find fewer resources than another form of it."""
    for family in families:
        totals = {form: total(form) for form in family}
        if fewer := tuple(form for form, count in totals.items() if count < max(totals.values())):
            yield fewer
