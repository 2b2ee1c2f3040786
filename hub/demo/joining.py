"""Two invented applications to join: a community that the board votes on, and an ally who was asked for changes."""

from datetime import date, timedelta
from io import BytesIO

from sqlalchemy.orm import Session

from config import Config
from hub.core import clock
from hub.demo.makers import pdf
from hub.demo.makers.look import Cover
from hub.library import files
from hub.members.models import Person
from hub.members.rules import OrganizationKind
from hub.overview.actions import joining
from hub.overview.actions.joining import Draft, Interest
from hub.overview.models import Application
from hub.overview.rules.joining import Ballot, Criterion

COMMUNITY = Interest(
    kind=OrganizationKind.MEMBER,
    name="Copper Basin Casting & Controls Partnership",
    region="Copper Basin, Utah",
    website="https://copper-basin.example",
    interest="Eleven foundries, two colleges and the county want to learn how others keep young people in the trade.",
    contact_name="Odette Marchbanks",
    contact_email="odette.marchbanks@copper-basin.example",
)
SAID = {
    Criterion.AGREEMENT: "Foundries, both colleges, the workforce board and the county signed it in March.",
    Criterion.SWOT: "Our strength is metal know-how; the weakness is that a third of our patternmakers retire soon.",
    Criterion.PLAN: "Chapter 3 is manufacturing: a shared pattern shop, a controls lab and an apprenticeship.",
    Criterion.INCLUSION: "The apprenticeship is built with the tribal college; the pattern shop reuses foundry sand.",
}
ALLY = Interest(
    kind=OrganizationKind.BFF,
    name="Open Fixture Library",
    region="Nationwide",
    website="https://open-fixture.example",
    interest="We publish drawings of workholding that any shop may build.",
    contact_name="Bertrand Okonjo",
    contact_email="bertrand@open-fixture.example",
)
DOCUMENTS = {
    Criterion.AGREEMENT: ("Agreement of the partnership.pdf", "Agreement", "We, the undersigned, work together."),
    Criterion.SWOT: ("SWOT analysis.pdf", "SWOT", "Strengths, weaknesses, opportunities and threats of the basin."),
    Criterion.PLAN: (
        "Regional plan.pdf",
        "Regional economic development plan",
        "Manufacturing is a third of our jobs.",
    ),
}


def store(config: Config, today: date) -> dict[Criterion, files.StoredFile]:
    """Make the evidence and put it on disk, before any row is locked."""
    return {
        criterion: files.store(config, BytesIO(pdf.make(Cover(title, COMMUNITY.name, "", today), text)))
        for criterion, (_name, title, text) in DOCUMENTS.items()
    }


def load(db: Session, stored: dict[Criterion, files.StoredFile], people: dict[str, Person]) -> None:
    """The applications, through the same actions that applicants and the board use."""
    community, _token = joining.express_interest(db, COMMUNITY, "192.0.2.1")
    joining.save(
        community,
        Draft(COMMUNITY, SAID, "Odette Marchbanks", COMMUNITY.contact_email, "Ray Tso", "ray.tso@copper-basin.example"),
    )
    for criterion, file in stored.items():
        joining.attach(db, community, criterion, file, DOCUMENTS[criterion][0], 1)
    joining.submit(db, community)
    joining.vote(
        db, people["ruth.abernethy@ridgeline-materials.example"], community, Ballot.APPROVE, "A plan with substance."
    )
    ally, _token = joining.express_interest(db, ALLY, "192.0.2.2")
    value = {Criterion.OPEN_VALUE: "Four hundred fixture drawings, free to use and to change."}
    joining.save(ally, Draft(ALLY, value, "Bertrand Okonjo", ALLY.contact_email))
    joining.submit(db, ally)
    joining.ask_for_changes(
        db, people["board@demo.example"], ally, "Please say under which licence the drawings may be used."
    )
    for application, days in ((community, 12), (ally, 20)):
        _date_back(application, days)


def _date_back(application: Application, days: int) -> None:
    """As if it had come some days ago."""
    moment = clock.now() - timedelta(days=days)
    application.created_at = application.changed_at = application.submitted_at = moment
