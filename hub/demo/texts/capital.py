"""Capital access: loan funds, lenders, tax credits, notices of funding, packets."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

PRESS_LINE = """
# A press line no bank would finance alone
A stamping company with 88 employees had a letter from a customer and no money for the press it called for. The
project cost $4.2 million. The bank, which had known the owner for twenty years, offered $1.9 million. This is how
the rest came together, in what order, and what each layer really cost.

| Layer | Amount | Rate | Security |
| Bank term loan | $1,900,000 | 7.4% | First lien on the press |
| Certified development company, 504 | $1,250,000 | 6.1% fixed | Second lien |
| Regional loan fund | $450,000 | 4.0% | Third lien |
| State collateral support | $180,000 | 1% fee | Cash deposit at the bank |
| Owner | $420,000 | - | - |

> The last $180,000 made the first $1.9 million possible.

---

# Who we called, in order
The owner spent five months looking for a grant that didn't exist. Then we drew the stack on a whiteboard and made the
calls in this order: the bank for its real limit, the state for collateral support, the development company for the
long-term money, and the loan fund last. Everyone's first question was "Who else is in?", so we sent all of them the
same two-page summary.

# Collateral support in plain words
A bank lends against what it could sell. A specialized press with dies sells for maybe 45 cents on the dollar. Under a
collateral support program funded by the State Small Business Credit Initiative (SSBCI), the state puts cash in an
account at the bank to cover part of that gap. The company pays a fee of one percent a year. The cash comes back as the
loan is paid down. It isn't a giveaway, which is why it was approved in seventeen days.

---

# What it cost to close
| Item | Cost |
| Legal, four lenders | $47,500 |
| Appraisals, two | $9,800 |
| 504 fees, financed | $33,600 |
| Our packager, 120 hours | Free to the company |

# Cash, month by month
The press arrived ten weeks late; the interest was right on time. The company had treated working capital as an
afterthought, and in month eight it came within $26,000 of missing payroll. Build four months of operating costs into
the stack. We now put that sentence in every file.

# Three years later
Sales from the line: $5.1 million a year, against $4.4 million planned. Jobs: 23 new, against 18 promised. The regional
fund was repaid first, out of the customer's advance. The collateral deposit went back to the state in month 31.

---

# A checklist for the next one
1. Get the bank's number in writing before you call anyone else
2. Use one two-page summary for all lenders
3. Let the smallest lender draft the intercreditor agreement: it has the most to lose and the cheapest lawyers
4. Put four months of operating costs in the stack
5. Put a late-delivery penalty in the press order: half a percent a week

# What we would do differently
We wouldn't have waited for a grant. We would have asked the customer for a tooling deposit on day one: it had already
offered one to a competitor. And we would have put the energy project, a $70,000 compressor, in the same stack instead
of paying a second set of fees a year later.
"""

LOAN_FUND = """
Jolene Hatcher and Amit Deshpande, Ridgeline Advanced Materials Partnership

> We're not bankers, and slide seven shows it.

# Why we started our own fund
- Nearest loan officer with lending authority: 74 miles
- We surveyed 61 manufacturers in {y-3}: 22 had been turned down, 17 hadn't tried
- Typical need: $80,000 to $400,000, for equipment

# Where the money came from
@ bar | Capital, in thousands of dollars | Federal award=2500 | Bank investment=900 | Foundation=600 | County=250

# Terms
- Up to 40 percent of a project, $400,000 maximum, at 4 to 6 percent, interest-only for the first six months
- A bank has to be in the deal, even if it's only for ten percent
- Decision in 21 days by a committee of five, including three people who run plants

# Three years by the numbers
| Measure | Year 1 | Year 2 | Year 3 |
| Applications | 19 | 34 | 41 |
| Loans closed | 7 | 16 | 18 |
| Lent | $1,140,000 | $2,310,000 | $2,480,000 |
| More than 60 days late | 0 | 2 | 3 |
| Written off | $0 | $0 | $138,000 |

> $138,000 is 2.3 percent of what we lent. Our investors say we're being too careful.

# Who got the loans
- Median borrower: 26 employees, $4.1 million in sales
- 31 percent owned by women or minorities, compared with 9 percent when the bank decided alone
- Eleven loans under $60,000: no bank wants them, and they've paid back best

# The write-off
- A powder metal startup with a good furnace and one customer
- We saw the customer's orders slip in month four and didn't call until month nine
- Now every borrower gets a phone call every month, not a form every quarter

# What we got wrong
- Environmental review of a lathe took 60 days because we sent in the wrong form
- We went six months without a loan officer, and applications sat
- Our software cost $19,000 a year; a spreadsheet would have handled the first forty loans

# Recycling the money
- Repayments in year three: $611,000, lent out again on the same terms
- The semiannual report to the agency takes two days
- After seven years the federal share may be released from the award's conditions

# If your community wants one
- $3 million is the smallest fund that can support a staff of one and a half
- Borrow our credit policy; it's fourteen pages
- Sit with a lender who says no, and learn why
"""

NOFO_DIGEST = """
# Regional Industrial Readiness Grants at a glance
The Office of Regional Industrial Readiness opened this notice of funding opportunity (NOFO) on {d-4}. It is
looking for regional projects that remove one named obstacle to manufacturing. This digest is a guide to reading it; the
notice itself governs.

# Dates
| Milestone | Date |
| Q&A webinar | {d+17} |
| Letter of intent (optional, but they read it) | {d+31} |
| Applications close, 11:59 p.m. ET | {d+74} |
| Awards | {d+200} |
| Earliest start | {d+230} |

# Money
- $85 million total; 20 to 30 awards
- Planning grants: $100,000 to $500,000, twelve months, 20 percent match
- Implementation grants: $1 million to $6 million, thirty-six months, 35 percent match
- Match can be in kind; private-sector staff time counts at the actual wage, with time sheets

# Who may apply
Nonprofits, local governments, colleges, tribes, and consortia of any of them. A company can be a partner or contractor
but not the applicant. Your region's comprehensive economic development strategy (CEDS) must name the obstacle, or be
amended to name it before the award.

# How it's scored
| Criterion | Points | What it means |
| Obstacle and evidence | 30 | One obstacle, with numbers from real plants |
| Plan | 25 | Who does what, by when |
| Partners | 20 | Signed commitments, with dollar amounts |
| Good jobs | 15 | Wages and training you can count |
| After the grant | 10 | Who pays in year four |

# Seven mistakes from the last round
1. Two obstacles in one application
2. Letters of support without a number in them
3. Match from another federal source
4. Environmental narrative left to the last day: 42 of 160 applications
5. A budget that doesn't add up to its own total
6. A lapsed registration in the federal system
7. Jobs counted twice, once by the partner and once by the applicant

# A timeline that works
Ten weeks out: pick the obstacle and the lead. Eight: get the partners' numbers. Six: draft the budget. Four: have a
stranger read it. Two: upload a draft, because the portal crawls on the last day. One: get some sleep.

# Contact
Terrence Oduya takes questions through {d+60}. Answers are published for everyone, so don't ask anything you wouldn't
ask in public.
"""

LENDER_DAY = """# Lender day: a format that ends with term sheets

We have run eleven lender days with communities. The first three were panels: lenders talked, owners listened, no one
borrowed. The format below has produced **38 term sheets** in eight lender days.

## The room

Twelve tables. At each one sits *an owner with a project*, not a lender. Lenders move every eighteen minutes, when
someone rings a shift bell. No slides.

## Before the event

| Weeks out | Task |
|---|---|
| 8 | Pick twelve owners with a machine quote in hand |
| 6 | A packager spends half a day with each: two-page summary, three years of statements |
| 3 | Lenders get the summaries and mark the ones they don't want to see |
| 1 | Rehearse the question every owner dreads: "What happens if you lose that customer?" |

## On the day

- Four banks, two community development financial institutions (CDFI), the 504 lender, the state's credit program, and a
  leasing company. No more than ten.
- A lender can say no at the table, but has to give a reason, and we write the reason on a card.
- Lunch is served at the owners' tables, and it's good. That matters more than you'd think.

## After

A packager calls every owner within two days and every lender within five. The median term sheet took 19 days.

## What it costs

$6,400 including lunch; $4,800 of that is the packager. Sponsors don't get to speak.

## What we changed

At first we let equipment vendors in the room, and they pitched the lenders' customers. Now they come for coffee at
3:00.
"""

NMTC = """
# The short answer
New Markets Tax Credits bring about twenty cents on the dollar into a factory project, and that money is almost never
paid back. The price is a year of your time and a stack of legal opinions. Below $8 million, fees used to eat up the
benefit. This paper looks at three projects between $5 million and $7 million where it was still worth it, and one
where it wasn't.

| Project | Size | Net benefit | Fees | Months |
| Bakery equipment maker | $6,900,000 | $1,090,000 | $410,000 | 11 |
| Tannery conversion | $5,200,000 | $640,000 | $395,000 | 14 |
| Foundry sand plant | $6,100,000 | $880,000 | $372,000 | 9 |
| Boat trailer plant | $5,400,000 | -$60,000 | $455,000 | 17 |

---

# How the credit works
An investor gets a tax credit worth 39 percent of the investment over seven years. A community development entity that
has won an allocation makes the loan. The money flows through a fund, and the company pays interest only for seven
years. At the end, part of the loan is usually bought out for a token $1,000, which amounts to forgiving it. The plant
has to be in a qualifying census tract and stay there.

> Look up the census tract first. It takes a minute and ends half of all conversations.

# Pooling made small projects possible
Two of the three successful projects shared one closing: same lawyers, same documents, same investor, two borrowers.
Fees dropped from an estimated 9 percent to 6 percent each. A regional organization had to bring the pair together and
keep them in step; the tannery waited six weeks on the bakery's zoning.

---

# What goes wrong
- The allocation is already spoken for. Talk to three entities; two will be tapped out until the next round
- The bank's mortgage and the fund's documents contradict each other
- The owner wants to sell within seven years
- Audits afterward run about $18,000 a year, which never shows up on the summary sheet

# The boat trailer plant
It went in the wrong order, starting with a signed construction contract. Money spent before closing only partly counts.
Interest rates rose while the lawyers rewrote the contract, and the investor's price fell from 82 cents to 76.

# Rules of thumb
1. Under $4 million: don't
2. $4 million to $8 million: only as a pair, and only if you're not in a hurry
3. Over $8 million: ask, and ask early
4. Never for working capital

# Terms
CDE: community development entity. QALICB: the borrower, pronounced "quality-see-bee". Leverage lender: the one who puts
in the other 70 cents.
"""

BOARD_MEMO = """
# For our board only
This memo is for the board of the Lakeshore Forge & Foundry Collaborative, not for the network. It proposes how to pay
for the next three years, because the defense community award ends on {d+400}.

# Where we are today
| Source | This year | Next year | After that |
| Defense community award | $610,000 | $390,000 | $0 |
| Plants' contributions | $164,000 | $170,000 | $170,000 |
| Scanner van fees | $71,000 | $85,000 | $90,000 |
| Foundation | $120,000 | $60,000 | $0 |
| Cost at current staffing | $930,000 | $955,000 | $980,000 |

# Option A: cut staff
Go from seven people to four. The shared heats and the van stay; second-chance hiring moves to the workforce board.
Keisha hasn't been told and should hear it from us first.

# Option B: the plants pay
Base contributions on pounds poured: a cent and a half a pound would bring in $540,000. Five plants would pay more than
half of it. Two of them told Rosa they would leave at one cent.

# Option C: start a service company
A subsidiary would sell radiography reading and scanning to plants outside the six counties. Tom's plan shows a $115,000
surplus in year three, after losing $140,000. We would have to double the line of credit.

# What we propose
Option C, with A ready as a fallback. We'd like a decision on {d+26}. Until then, please don't discuss A with staff.

# Risk
Our reserve covers 3.2 months. If the second award payment is as late as last year's, we'll need the line of credit no
matter what.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="press-line",
        title="A capital stack for a $4.2 million press line",
        kind=Kind.RESOURCE,
        summary="Five layers of money, who to call in what order, and why the last $180,000 mattered most.",
        topics=("operations", "capital", "ssbci"),
        organization="patient-capital",
        age_days=139,
        file_name="capital-stack-press-line.pdf",
        content=PRESS_LINE,
    ),
    DemoResource(
        key="loan-fund",
        title="Our revolving loan fund after three years",
        kind=Kind.PRESENTATION,
        summary="Forty-one loans, one write-off, and what a community has to learn before it can lend.",
        topics=("operations", "capital", "lending"),
        organization="ridgeline",
        age_days=102,
        call=True,
        file_name="ridgeline-loan-fund.pptx",
        content=LOAN_FUND,
    ),
    DemoResource(
        key="nofo-digest",
        title="NOFO digest: Regional Industrial Readiness Grants",
        kind=Kind.BRIEFING,
        summary="Dates, money, scoring, and the seven mistakes from the last round.",
        topics=("operations", "infrastructure", "nofo", "grants"),
        organization="orir",
        age_days=24,
        file_name="NOFO digest regional readiness.docx",
        content=NOFO_DIGEST,
    ),
    DemoResource(
        key="lender-day",
        title="Lender day: a format that ends with term sheets",
        kind=Kind.RESOURCE,
        summary="Owners sit, lenders move, and a shift bell rings every eighteen minutes.",
        topics=("operations", "capital", "lending", "events"),
        organization="patient-capital",
        age_days=420,
        file_name="lender-day.md",
        content=LENDER_DAY,
    ),
    DemoResource(
        key="nmtc-small-plants",
        title="New Markets Tax Credits for small factories: worth it?",
        kind=Kind.RESOURCE,
        summary="Three projects under $8 million where it was, and one where it wasn't.",
        topics=("operations", "capital", "nmtc"),
        organization="patient-capital",
        age_days=790,
        file_name="nmtc-small-factories.pdf",
        content=NMTC,
    ),
    DemoResource(
        key="lakeshore-board-memo",
        title="Board memo: paying for the next three years",
        kind=Kind.BRIEFING,
        summary="Three options for the collaborative's budget after the award ends; for our board only.",
        topics=("operations", "governance"),
        organization="lakeshore",
        age_days=12,
        audience=Audience.ORGANIZATION,
        file_name="board-memo-next-three-years.docx",
        content=BOARD_MEMO,
    ),
)
