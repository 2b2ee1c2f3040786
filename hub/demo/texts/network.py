"""About the alliance itself: orientation, the annual report, how to write notes, a recording."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

ORIENTATION = """
Marguerite Oyelaran, AMCC Secretariat

> Welcome. Thirty minutes; the first ten are about what you promise and the rest about what you get.

# Who we are
- The American Manufacturing Community Collaborative: regional initiatives that strengthen American manufacturing
- Founded in 2018 by communities of the Investing in Manufacturing Communities Partnership (IMCP)
- No dues. As open and transparent as possible

# Two categories
| | Member | BFF |
| Who | A regional collaboration with a plan | A public or private entity that matters to manufacturing |
| Enters by | Four documents | Decision of the Advisory Board |
| Promises | Calls, presentation, sharing | The same three |

> BFF means best friend forever. It began as a joke and stayed as a category.

# Four things that a member shows
1. A written agreement of the collaboration
2. A SWOT analysis: strengths, weaknesses, opportunities, threats
3. The regional economic development plan with an important manufacturing component
4. Interest in diversity, equity and inclusion, and in environmental sustainability

# Promise one: calls
- Mondays, 30 minutes; a representative or an alternate at half of the calls or more
- Anyone of your organization counts, and you count once
- Canceled calls and holidays don't count

# Promise two: a presentation
- Once a year, ten to fifteen minutes
- Members: progress and best practices. BFFs: open-source value of their work
- Tell what it cost and what you'd do differently; leave out the ribbon cutting

# Promise three: sharing
- At least each quarter, pass on something useful to your own stakeholders
- Forward from the hub, or tell the hub when, with whom, and by which channel
- A download alone isn't sharing

# Confirming a quarter
- Representative or alternate: one page, two minutes, within thirty days
- Nothing shared? Say so, with the reason. No one is scolded
- A mistake? Confirm again; the last one stands and both stay on record

# The Big 6
- Workforce and Training; Research and Innovation; Infrastructure and Site Development
- Supply Chain Support; Trade and International Investment; Operational Improvement and Capital Access
- Tag what you upload with one or two of them

# Your first month
- Week 1: sign in, name your alternate
- Week 2: listen to a call
- Week 3: upload one thing that you wish someone had given you
- Week 4: forward one thing to your board
"""

ANNUAL_REPORT = """
# A year in the network
This report is for everyone: members, BFFs, plants that wonder what their community does on Mondays, and anyone who thinks
of founding a community. It says what we counted, how, and where the numbers are weak.

| Measure | {y-2} | {y-1} |
| Calls held | 45 | 47 |
| Median organizations on a call | 36 | 41 |
| Presentations | 29 | 33 |
| Resources shared | 158 | 212 |
| Quarters confirmed, of those due | 71 % | 79 % |

> The best-attended call of the year was about a clamp that costs $65.

---

# What was shared most
By forwards and declared shares, and not by downloads:

1. A plain guide to CMMC: 212 forwards to some 4,100 shops
2. The compressed air program: 131
3. The good jobs scorecard: 117
4. A checklist for utility letters: 88
5. How a castings part was requalified: 74

We can not know how often a text was read. When a member says that it reached sixty people, we take its word and show
that it is a word.

# Topics
@ bar | Resources by topic of the Big 6 | Operations and capital=58 | Supply chain=49 | Workforce=41 | Research=27 | Infrastructure=22 | Trade=15

Trade is thin. Three communities have promised to present on exports.

---

# Where designations stand
For orientation: IMCP designated 24 communities, 12 in 2014 and 12 in 2015. The Defense Manufacturing Community Support
Program (DMCSP) designated 23 in fiscal years 2020 to 2023. The Build Back Better Regional Challenge (BBBRC) chose 60
finalists of 529 applicants and made 21 awards. In October 2023 31 Tech Hubs were designated. Members of ours come from all
four and from none.

# Honest quarters
In eleven quarters a member confirmed that it had shared nothing. Reasons: vacancy (5), storm (2), reorganization (2), "we
forgot" (2). We publish the reasons in sum, since they tell us more than the percentages.

---

# Money
The secretariat cost $318,000: two and a half people, the hub, travel. No dues were collected. Hosts' contributions: 61
percent, foundations 30, fees for the in-person meeting 9.

# What we'd do differently
We sent 104 reminders, and those with a single link to the open quarter worked three times as well as those with an
explanation. We should have learned that earlier. We will write fewer words.

# Next year
- A glossary in the hub that members can correct
- Call notes within two days, always
- Two regional visits, in plants
- A packet that an auditor can check without asking us
"""

WRITING_NOTES = """
People find call notes by the words in them. Five headings are enough, always the same, in this order.

## Presented

Who, of which organization, about what, in three sentences. Write the acronym *and* its expansion once: "apprenticeship
program (RAP)". Someone will search for the one that you left out.

## Questions

Each with the name of the community that asked. An unanswered question stays in the notes as unanswered.

## Links

Where the slides are, where the recording is. A link that needs a password gets the name of the person who has it.

## Asks

Numbered, each with a date. "Please help" isn't an ask; "send your price a seat by the twelfth" is.

## Follow-ups

A name and a thing. Strike them out when they are done, but leave them readable.

**Length:** one page. **When:** within two days, before memory improves the story. **Numbers:** as they were said, with
who said them. **Names:** of colleagues yes, of companies only if they agreed.
"""

MEETING_RECORDING = """
Recording of the last in-person meeting, 1 hour 52 minutes. Chapters: welcome (0:00), three communities on site control
(0:11), the lender's panel that wasn't one (0:38), walk through the paint hall (1:02), antimony explained with a cake
(1:25), what we owe each other (1:41). Captions in English and Spanish.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="orientation",
        title="Orientation for new members and BFFs",
        kind=Kind.PRESENTATION,
        summary="What the alliance is, the three promises, confirming a quarter, and a first month.",
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
        summary="Calls, presentations, sharing: what was counted, how, and where the numbers are weak.",
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
        summary="Nearly two hours with chapters: site control, lenders, antimony explained with a cake.",
        topics=("infrastructure", "operations", "recording"),
        organization="prairie",
        age_days=210,
        url="https://prairie-implement.example/recordings/paint-hall",
        content=MEETING_RECORDING,
    ),
)
