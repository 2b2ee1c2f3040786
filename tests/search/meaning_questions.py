"""Questions that share no word with their answer: each with the page of the demo world that answers it.

Common words don't count. Search by words alone finds the answer only by luck, such as by a word elsewhere in the
resource; search by meaning is judged by how many it finds.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from hub.core.db import Database
from hub.demo.world import RESOURCES
from hub.library.models import Resource
from hub.members.models import Person
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from tests.search.relevance import DEPTH, Answered, WantedHit

FIRST = 5  # hits among which the answer counts as found

MEANING_QUESTIONS: tuple[WantedHit, ...] = (
    # cybersecurity
    WantedHit("hacked: what are the first emergency actions", "cui-policy-template", 5),
    WantedHit("shredding confidential documents", "cui-policy-template", 7),
    WantedHit("scammers billing us", "update-cyber", 2),
    WantedHit("inexpensive cyber improvements", "cmmc-self-assessment", 2),
    WantedHit("temporary financing until reimbursement arrives", "spring-call-deck", 7),
    WantedHit("what do small companies spend on preparing for a defense security audit", "spring-call-deck", 5),
    # workforce
    WantedHit("employee turnover expense", "good-jobs-scorecard", 3),
    WantedHit("recruiting ex-convicts following incarceration", "call-notes-second-chance", 2),
    WantedHit("overnight babysitting by neighbors", "second-shift-child-care", 3),
    WantedHit("veterans seeking civilian careers", "separating-service-members", 2),
    WantedHit("rivals stealing trainees", "shared-apprenticeship", 7),
    WantedHit("faculty visiting factories during vacation", "teacher-externships", 3),
    WantedHit("our young employees join rivals once they are skilled", "shared-apprenticeship", 7),
    WantedHit("lessons for immigrants who barely speak the language", "shared-apprenticeship", 9),
    WantedHit("single mothers decline evening positions without a babysitter", "second-shift-child-care", 1),
    # supply chain
    WantedHit("backup vendor after our maker went bankrupt", "alternate-source", 3),
    WantedHit("joint purchasing discounts", "plate-pool", 2),
    WantedHit("price fixing worries", "plate-pool", 6),
    WantedHit("salvaging worn drill bits", "critical-minerals", 4),
    WantedHit("finding another manufacturer in an emergency", "mapping-tiers", 9),
    WantedHit("our vendor shut down: finding another maker of a component", "alternate-source", 3),
    WantedHit("combustion engines are disappearing: which other markets could we enter", "exhaust-to-enclosures", 8),
    # sites
    WantedHit("redeveloping coal property", "mine-bench", 1),
    WantedHit("farmland as a factory location", "site-scoring", 3),
    WantedHit("vague promises from the power company", "will-serve-checklist", 8),
    WantedHit("does connecting to the railway make sense", "rail-spur", 2),
    # trade
    WantedHit("selling to Canada", "quebec-mission", 2),
    WantedHit("preventing nonpayment by overseas customers", "export-starter", 3),
    WantedHit("postponing tariffs at customs", "call-notes-ftz", 2),
    WantedHit("replying to overseas firms", "fdi-protocol", 2),
    WantedHit("an overseas conglomerate wants land: how fast must I respond", "fdi-protocol", 3),
    WantedHit("newcomers and their immigration paperwork", "soft-landings", 3),
    # capital
    WantedHit("government guarantees when assets fall short", "press-line", 2),
    WantedHit("speed dating for financing", "lender-day", 2),
    WantedHit("what happened when a firm defaulted", "loan-fund", 7),
    WantedHit("common reasons proposals get rejected", "nofo-digest", 7),
    WantedHit("local contribution that Washington requires", "nofo-digest", 4),
    # energy and the environment
    WantedHit("pneumatic hiss wastes electricity", "compressed-air", 1),
    WantedHit("overnight operation to avoid peak electricity prices", "induction-melt", 4),
    WantedHit("conserve liquid when electroplating", "plating-p2", 4),
    WantedHit("forever chemicals in our discharge", "pfas-textiles", 3),
    WantedHit("carbon footprint calculation", "green-team-charter", 7),
    WantedHit("equipment left on over the weekend", "green-team-charter", 6),
    WantedHit("campus specialists auditing factories", "industrial-assessments", 1),
    WantedHit("ignoring the advice of energy consultants", "industrial-assessments", 6),
    # technology
    WantedHit("actual equipment utilization", "old-machines-sensors", 4),
    WantedHit("employees afraid of surveillance", "old-machines-sensors", 7),
    WantedHit("does automation eliminate jobs", "welding-cobots", 9),
    WantedHit("equipment corroded near the sea", "welding-cobots", 7),
    WantedHit("rent scientific equipment from a university", "shared-test-lab", 1),
    WantedHit("is our prototype mature enough for mass production", "readiness-workshop", 2),
    # the alliance itself
    WantedHit("summarizing a meeting so colleagues can look it up", "writing-call-notes", 1),
    WantedHit("what must a participant do every three months", "orientation", 7),
)


class Found(NamedTuple):
    """The shares of questions whose answer is the first hit, or among the first ``FIRST``; and of right pages there."""

    first: float
    first_five: float
    page: float


def found(answers: Iterable[Answered]) -> Found:
    """Return how many of the answers were found; a page counts only where its resource is among the first ``FIRST``."""
    answers = list(answers)
    shown = [answer for answer in answers if 0 < answer.rank <= FIRST]
    return Found(
        sum(answer.rank == 1 for answer in answers) / len(answers),
        len(shown) / len(answers),
        sum(answer.page == answer.wanted.page for answer in shown) / max(1, len(shown)),
    )


def answers_to(database: Database, questions: Iterable[WantedHit]) -> list[Answered]:
    """Ask the hub in ``database``, which has the demo world, as someone who may read everything."""
    titles = {resource.key: resource.title for resource in RESOURCES}
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        ids = {row.title: row.id for row in db.execute(select(Resource.id, Resource.title))}
        answers = []
        for wanted in questions:
            hits = results_queries.search(db, person, Query(wanted.query, per_page=DEPTH)).hits
            ranks = [rank for rank, hit in enumerate(hits, 1) if hit.resource == ids[titles[wanted.resource]]]
            answers.append(Answered(wanted, ranks[0], hits[ranks[0] - 1].page) if ranks else Answered(wanted, 0, None))
        return answers
