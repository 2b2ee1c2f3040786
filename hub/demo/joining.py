"""Two invented applications: a community the board is voting on, and an ally that was asked for changes."""

from datetime import date, timedelta
from io import BytesIO

from sqlalchemy.orm import Session

from config import Config
from hub.core import clock
from hub.demo.makers import pdf
from hub.demo.makers.look import Cover
from hub.joining.actions import applying as applying_actions
from hub.joining.actions import reviewing as reviewing_actions
from hub.joining.actions.applying import Draft, Interest
from hub.joining.models import Application
from hub.joining.rules import Ballot, Criterion
from hub.library.files import originals
from hub.members.models import Person
from hub.members.rules.organizations import OrganizationKind

COMMUNITY = Interest(
    kind=OrganizationKind.MEMBER,
    name="Copper Basin Casting & Controls Partnership",
    region="Copper Basin, Utah",
    website="https://copper-basin.example",
    interest="Eleven foundries, two colleges, and the county want to learn how others keep young people in the trade.",
    contact_name="Odette Marchbanks",
    contact_email="odette.marchbanks@copper-basin.example",
)
ANSWERS = {
    Criterion.AGREEMENT: "The foundries, both colleges, the workforce board, and the county signed it in March.",
    Criterion.SWOT: "Our strength is metalworking know-how; our weakness, that a third of our patternmakers retire soon.",
    Criterion.PLAN: "Chapter 3 is manufacturing: a shared pattern shop, a controls lab, and an apprenticeship.",
    Criterion.INCLUSION: "The tribal college is helping us build the apprenticeship; the pattern shop reuses foundry sand.",
}
ALLY = Interest(
    kind=OrganizationKind.BFF,
    name="Open Fixture Library",
    region="Nationwide",
    website="https://open-fixture.example",
    interest="We publish workholding drawings that any shop can build from.",
    contact_name="Bertrand Okonjo",
    contact_email="bertrand@open-fixture.example",
)
AGREEMENT = """
# Who we are

Eleven foundries, Basin Community College, the Tribal College of the Basin, the workforce board, and the county work
together as the Copper Basin Casting & Controls Partnership.

# What we agree to

- One shared pattern shop, run by the college, open to every foundry at cost.
- Two apprentices a year from each foundry with more than twenty employees.
- We share numbers on jobs, scrap, and energy each quarter, without company names.
- Any partner can leave with three months' notice; what we built together stays open to all.

# Who speaks for us

The partnership's director or, in her absence, the dean of trades. Both attend the Monday calls.
"""
SWOT = """
# Strengths

- Four generations of metalworking know-how within forty miles
- Two colleges that share a machine shop

# Weaknesses

- A third of the patternmakers retire within five years
- No foundry measures energy use by furnace

# Opportunities

- Pump and valve makers want castings from closer to home
- Foundry sand can be reused in road beds: the county has tried it on two miles of road

# Threats

- One rail line in and out
- Housing costs more than an apprentice earns
"""
PLAN = """
# Where we are today

The basin has 61,000 jobs; 17,400 are in manufacturing, most of them in castings, controls, and the shops that serve
them.

---
# Manufacturing in this plan

Manufacturing gets its own chapter because a third of payroll depends on it. Three things come first:

1. The shared pattern shop opens in its first year.
2. A controls lab lets a foundry try sensors on one furnace before it buys.
3. The apprenticeship grows from nine to thirty people a year.

| Goal | Now | In three years |
|---|---|---|
| Apprentices per year | 9 | 30 |
| Scrap, share of metal poured | 8.1% | 5% |
| Foundries measuring energy by furnace | 0 | 7 |
"""
# For each criterion: file name, title, text, and the page that shows the evidence.
DOCUMENTS = {
    Criterion.AGREEMENT: ("Agreement of the partnership.pdf", "Agreement of the partnership", AGREEMENT, 1),
    Criterion.SWOT: ("SWOT analysis.pdf", "Strengths, weaknesses, opportunities, threats", SWOT, 1),
    Criterion.PLAN: ("Regional plan.pdf", "Regional economic development plan", PLAN, 2),
}


def store(config: Config, today: date) -> dict[Criterion, originals.StoredFile]:
    """Create the evidence files and store them on disk, before the transaction takes any lock."""
    return {
        criterion: originals.store(config, BytesIO(pdf.make(Cover(title, COMMUNITY.name, "", today), text)))
        for criterion, (_name, title, text, _page) in DOCUMENTS.items()
    }


def load(db: Session, stored: dict[Criterion, originals.StoredFile], people: dict[str, Person]) -> None:
    """Add the applications through the same actions that applicants and the board use."""
    community, _token = applying_actions.express_interest(db, COMMUNITY, "192.0.2.1")
    applying_actions.save(
        db,
        community,
        Draft(
            COMMUNITY, ANSWERS, "Odette Marchbanks", COMMUNITY.contact_email, "Ray Tso", "ray.tso@copper-basin.example"
        ),
    )
    for criterion, file in stored.items():
        name, _title, _text, page = DOCUMENTS[criterion]
        applying_actions.attach(db, community, criterion, file, name, page)
    applying_actions.submit(db, community)
    reviewing_actions.vote(
        db,
        people["ruth.abernethy@ridgeline-materials.example"],
        community,
        Ballot.APPROVE,
        "A plan with real substance.",
    )
    ally, _token = applying_actions.express_interest(db, ALLY, "192.0.2.2")
    value = {Criterion.OPEN_VALUE: "Four hundred fixture drawings, free to use and modify."}
    applying_actions.save(db, ally, Draft(ALLY, value, "Bertrand Okonjo", ALLY.contact_email))
    applying_actions.submit(db, ally)
    reviewing_actions.ask_for_changes(
        db, people["board@demo.example"], ally, "Please tell us what license the drawings are under."
    )
    for application, days in ((community, 12), (ally, 20)):
        _date_back(application, days)


def _date_back(application: Application, days: int) -> None:
    """Set an application's times to a number of days ago."""
    moment = clock.now() - timedelta(days=days)
    application.created_at = application.changed_at = application.submitted_at = moment
