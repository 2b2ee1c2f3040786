"""The alliance itself: orientation, the annual report, how to write call notes, a recording."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

ORIENTATION = """
Marguerite Oyelaran, AMCC Secretariat

> Welcome. We have thirty minutes: ten on what you commit to, and the rest on what you get out of it.

# Who we are
- The American Manufacturing Community Collaborative: regional initiatives that strengthen American manufacturing
- Founded in 2018 by communities of the Investing in Manufacturing Communities Partnership (IMCP)
- No dues. As open and transparent as possible

# Two categories
| | Member | BFF |
| Who | A regional collaboration with a plan | A public or private entity that matters to manufacturing |
| How to join | Four documents | A decision by the Advisory Board |
| Commits to | Calls, presentation, sharing | The same three |

> BFF does stand for best friend forever. It started as a joke and became a category.

# Four documents a new member submits
1. A written agreement among the partners in the collaboration
2. A SWOT analysis: strengths, weaknesses, opportunities, threats
3. A regional economic development plan with a major manufacturing component
4. A statement of interest in diversity, equity, and inclusion, and in environmental sustainability

# Commitment 1: calls
- Mondays, 30 minutes; your representative or alternate attends at least half
- Anyone from your organization counts, and your organization counts once
- Canceled calls and holidays don't count

# Commitment 2: a presentation
- Once a year, ten to fifteen minutes
- Members: progress and best practices. BFFs: the open-source value of your work
- Tell us what it cost and what you'd do differently; skip the ribbon cutting

# Commitment 3: sharing
- At least once a quarter, share something useful with your own stakeholders
- Forward it from the hub, or tell the hub when, who with, and how you shared it
- A download alone isn't sharing

# Confirming a quarter
- Representative or alternate: one page, two minutes, within thirty days
- Nothing to share? Say so and give the reason. No one will scold you
- Made a mistake? Confirm again; the latest one counts, and the hub keeps both

# The Big 6
- Workforce and Training; Research and Innovation; Infrastructure and Site Development
- Supply Chain Support; Trade and International Investment; Operational Improvement and Capital Access
- Tag everything you upload with one or two of them

# Your first month
- Week 1: sign in, name your alternate
- Week 2: sit in on a call
- Week 3: upload one thing you wish someone had given you
- Week 4: forward one thing to your board
"""

ANNUAL_REPORT = """
# A year in the network
This report is for everyone: members, BFFs, plants that wonder what their community does on Mondays, and anyone thinking
about starting a community. It says what we counted, how we counted it, and where the numbers are weak.

| Measure | {y-2} | {y-1} |
| Calls held | 45 | 47 |
| Median organizations per call | 36 | 41 |
| Presentations | 29 | 33 |
| Resources shared | 158 | 212 |
| Quarters confirmed, of those due | 71% | 79% |

> The best-attended call of the year was about a $65 clamp.

---

# Most shared
By forwards and reported shares, not downloads:

1. A plain guide to CMMC: 212 forwards to some 4,100 shops
2. The compressed air program: 131
3. The good jobs scorecard: 117
4. A checklist for utility letters: 88
5. How a casting was requalified: 74

We can't know how often something was read. When a member says it reached sixty people, we take its word for it and
label it that way.

# Topics
@ bar | Resources by Big 6 topic | Operations and capital=58 | Supply chain=49 | Workforce=41 | Research=27 | Infrastructure=22 | Trade=15

We're thin on trade. Three communities have promised to present on exports.

---

# Federal designations
For reference: IMCP designated 24 communities, 12 in 2014 and 12 in 2015. The Defense Manufacturing Community Support
Program (DMCSP) designated 23 in fiscal years 2020 to 2023. The Build Back Better Regional Challenge (BBBRC) chose 60
finalists from 529 applicants and made 21 awards. In October 2023, 31 Tech Hubs were designated. Our members come from
all four programs, and from none.

# Honest quarters
Eleven times, a member confirmed that it had shared nothing that quarter. Reasons: vacancy (5), storm (2),
reorganization (2), "we forgot" (2). We publish the totals because the reasons tell us more than the percentages.

---

# Money
The secretariat cost $318,000: two and a half people, the hub, and travel. No dues were collected. Funding came from
host contributions (61 percent), foundations (30), and fees for the in-person meeting (9).

# What we'd do differently
We sent 104 reminders, and the ones with a single link to the open quarter worked three times as well as the ones with
an explanation. We should have figured that out sooner. We'll write less.

# Next year
- A glossary in the hub that members can correct
- Call notes within two days, every time
- Two regional visits, held in plants
- A packet an auditor can check without asking us
"""

WRITING_NOTES = """
People find call notes by the words in them. Five headings are enough: always the same ones, in this order.

## Presented

Who presented, from what organization, and about what, in three sentences. Spell out each acronym once: "apprenticeship
program (RAP)". Someone will search for the one you left out.

## Questions

Note which community asked each one. If a question wasn't answered, say so in the notes.

## Links

Where to find the slides and the recording. If a link needs a password, name the person who has it.

## Asks

Numbered, each with a date. "Please help" isn't an ask; "Send your price per seat by the 12th" is.

## Follow-ups

A name and a task. Cross them out when they're done, but leave them readable.

**Length:** one page. **When:** within two days, before memory improves the story. **Numbers:** as stated, and who
stated them. **Names:** colleagues, yes; companies, only if they agreed.
"""

MEETING_RECORDING = """
Recording of the last in-person meeting, 1 hour 52 minutes. Chapters: welcome (0:00), three communities on site control
(0:11), the lender panel that wasn't a panel (0:38), a walk through the paint hall (1:02), antimony explained with a
cake (1:25), what we owe each other (1:41). Captions in English and Spanish.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="orientation",
        title="Orientation for new members and BFFs",
        kind=Kind.PRESENTATION,
        summary="What the alliance is, the three commitments, how to confirm a quarter, and your first month.",
        topics=("operations", "orientation", "commitments"),
        organization="amcc",
        age_days=760,
        audience=Audience.PUBLIC,
        file_name="amcc-orientation.pptx",
        content=ORIENTATION,
    ),
    DemoResource(
        key="annual-report",
        title="A year in the network: annual report",
        kind=Kind.RESOURCE,
        summary="Calls, presentations, sharing: what we counted, how, and where the numbers are weak.",
        topics=("operations", "annual-report"),
        organization="amcc",
        age_days=301,
        audience=Audience.PUBLIC,
        file_name="amcc-annual-report.pdf",
        content=ANNUAL_REPORT,
    ),
    DemoResource(
        key="writing-call-notes",
        title="How to write call notes that people find",
        kind=Kind.RESOURCE,
        summary="Five headings, one page, within two days.",
        topics=("operations", "template"),
        organization="amcc",
        age_days=322,
        content=WRITING_NOTES,
    ),
    DemoResource(
        key="meeting-recording",
        title="Recording: the meeting in the paint hall",
        kind=Kind.RESOURCE,
        summary="Nearly two hours, with chapters: site control, lenders, antimony explained with a cake.",
        topics=("infrastructure", "operations", "recording"),
        organization="prairie",
        age_days=210,
        url="https://prairie-implement.example/recordings/paint-hall",
        content=MEETING_RECORDING,
    ),
)
