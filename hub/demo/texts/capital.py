"""Capital access: loan funds, lenders, tax credits, notices of funding, packets."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

PRESS_LINE = """
# A press line that no bank would finance alone
A stamping company with 88 people had a letter from a customer and no money for the press that the letter asked for. The
project cost $4.2 million. The bank, which had known the owner for twenty years, offered 1.9. This is how the rest came
together, in which order, and what each layer really cost.

| Layer | Amount | Rate | Security |
| Bank term loan | $1,900,000 | 7.4 % | First lien on the press |
| Certified development company, 504 | $1,250,000 | 6.1 % fixed | Second lien |
| Regional loan fund | $450,000 | 4.0 % | Third lien |
| State collateral support | $180,000 | 1 % fee | Cash deposit at the bank |
| Owner | $420,000 | - | - |

> The last $180,000 made the first $1,900,000 possible.

---

# The order of calls
The owner had asked for a grant, and there was none; five months went by. Then we drew the stack on a whiteboard and
called in this order: the bank for its real limit, the state for collateral support, the development company for the
long money, and the loan fund at the end. Everyone's first question was "who else is in?", so the same two-page summary
went to all of them.

# Collateral support in plain words
A bank lends against what it could sell. A special press with dies sells for perhaps 45 cents on the dollar. Under a
collateral support program, paid from the State Small Business Credit Initiative (SSBCI), the state puts cash into an
account at the bank to cover part of that gap. The company pays a fee of one percent a year. The cash comes back as the
loan is paid down. No one gives anything away, which is why it was approved in seventeen days.

---

# What it cost to close
| Item | Cost |
| Legal, four lenders | $47,500 |
| Appraisals, two | $9,800 |
| 504 fees, financed | $33,600 |
| Our packager, 120 hours | Free to the company |

# Cash, month by month
The press arrived ten weeks late; interest did not. The company had asked for working capital only as an afterthought,
and was within $26,000 of missing a payroll in month eight. Ask for four months of operating cost inside the stack. We
put this sentence into every file now.

# After three years
Sales of the line: $5.1 million a year against 4.4 planned. Jobs: 23 new against 18 promised. The regional fund was
repaid first, with the customer's advance. The collateral deposit went back to the state in month 31.

---

# A checklist for the next one
1. The bank's number in writing before calling anyone else
2. One summary, two pages, for all lenders
3. Intercreditor agreement drafted by the smallest lender: it has the most to lose and the lowest rates for counsel
4. Four months of operating cost in the stack
5. A delivery clause in the press order: one half percent a week

# What we would do differently
We would not have waited for a grant. We would have asked the customer for a tooling deposit on the first day: it had
offered one to a competitor. And we would have put the energy project, a $70,000 compressor, into the same stack, and
not paid a second set of fees a year later.
"""

LOAN_FUND = """
Jolene Hatcher and Amit Deshpande, Ridgeline Advanced Materials Partnership

> We are not bankers, and that shows on slide seven.

# Why a fund of our own
- Nearest loan officer with lending authority: 74 miles
- 61 manufacturers asked in {y-3}; 22 had been refused, 17 had not tried
- Typical need: $80,000 to $400,000 for equipment

# Where the money came from
@ bar | Capital in thousand dollars | Federal award=2500 | Bank investment=900 | Foundation=600 | County=250

# Terms
- Up to 40 percent of a project; $400,000 at most; 4 to 6 percent; interest only for the first six months
- A bank must be in, be it only with ten percent
- Decision within 21 days, by five people of whom three run plants

# Three years in numbers
| Measure | Year 1 | Year 2 | Year 3 |
| Applications | 19 | 34 | 41 |
| Loans closed | 7 | 16 | 18 |
| Lent | $1,140,000 | $2,310,000 | $2,480,000 |
| Late more than 60 days | 0 | 2 | 3 |
| Written off | $0 | $0 | $138,000 |

> 138,000 is 2.3 percent of what we lent. The investors call that too careful.

# Who got the loans
- Median borrower: 26 people, $4.1 million of sales
- 31 percent owned by women or minorities; 9 percent when the bank chose alone
- Eleven loans under $60,000, which no bank wants, and which repaid best

# The write-off
- A powder metal start-up with a good furnace and one customer
- We saw the customer's order slip in month four, and called in month nine
- Now: a phone call every month to every borrower, not a form every quarter

# What we did badly
- Environmental review took 60 days for a lathe, because we sent the wrong form
- Six months without a loan officer; applications sat
- Our software cost $19,000 a year; a spreadsheet did the same for the first forty loans

# Recycling the money
- Repayments of year three: $611,000, which is lent again at the same terms
- Semiannual report to the agency takes two days
- After seven years the federal share may be released from the award's conditions

# If your community wants one
- Three million is the smallest size that pays for one and a half people
- Borrow our credit policy: fourteen pages
- Sit with a lender who says no, and learn why
"""

NOFO_DIGEST = """
# Regional Industrial Readiness Grants: the digest
The Office of Regional Industrial Readiness opened this notice of funding opportunity (NOFO) on {d-4}. It asks for
regional projects that remove one named obstacle to manufacturing. What follows is a reading aid; the notice itself
counts.

# Dates
| What | When |
| Questions and answers, online | {d+17} |
| Letter of intent, optional but read | {d+31} |
| Application closes, 11:59 p.m. Eastern | {d+74} |
| Awards | {d+200} |
| Earliest start | {d+230} |

# Money
- $85 million in all; between 20 and 30 awards
- Planning: $100,000 to $500,000, twelve months, match 20 percent
- Implementation: $1 million to $6 million, thirty-six months, match 35 percent
- Match may be in kind; time of private staff counts at the actual wage with time sheets

# Who may apply
Nonprofits, local governments, colleges, tribes, and consortia of these. A company can be a partner and a contractor, not
an applicant. A comprehensive economic development strategy (CEDS) of the region must name the obstacle, or be amended
to name it before the award.

# What is scored
| Criterion | Points | Read it as |
| Obstacle and evidence | 30 | One obstacle, with numbers from plants |
| Plan | 25 | Who does what by when |
| Partners | 20 | Signed, with amounts |
| Good jobs | 15 | Wages and training that can be counted |
| After the grant | 10 | Who pays in year four |

# Seven mistakes of the last round
1. Two obstacles in one application
2. Letters of support without a number in them
3. Match from another federal source
4. Environmental narrative left for the last day: 42 of 160 applications
5. A budget that doesn't add up to its own total
6. Registration in the federal system that had lapsed
7. Jobs counted twice, by the partner and by the applicant

# A calendar that works
Ten weeks before closing: obstacle and lead. Eight: partners' numbers. Six: draft budget. Four: a stranger reads it. Two:
upload a draft, since the portal is slow on the last day. One: sleep.

# Contact
Terrence Oduya answers questions until {d+60}; answers are published for everyone, so ask as you would in public.
"""

LENDER_DAY = """# Lender day: a format that ends with term sheets

We have run eleven lender days with communities. The first three were panels; lenders spoke, owners listened, no one
borrowed. The format below has ended with **38 term sheets** from eight days.

## The room

Twelve tables. At each sits *an owner with a project*, not a lender. Lenders move, every eighteen minutes, when someone
rings a shift bell. No slides.

## Before

| Weeks | Task |
|---|---|
| 8 | Pick twelve owners with a quote for a machine in hand |
| 6 | A packager spends half a day with each: two-page summary, three years of statements |
| 3 | Lenders get the summaries and mark those that they do not want to see |
| 1 | Rehearse the one question that owners fear: "what happens if the customer leaves?" |

## On the day

- Four banks, two community development financial institutions (CDFI), the 504 lender, the state's credit program, a
  leasing company. Not more than ten.
- A lender may say no at the table, with a reason; the reason is written on a card.
- Lunch is at the tables of owners, and it is good. This is not a detail.

## After

A packager calls every owner within two days and every lender within five. Term sheets came after 19 days at the median.

## What it costs

$6,400 with lunch, of which $4,800 is the packager. Sponsors are not allowed to speak.

## What we changed

Equipment vendors were in the room at first and sold to the lenders' customers. Now they come for coffee at three.
"""

NMTC = """
# The short answer
New Markets Tax Credits bring about twenty cents on the dollar into a factory project, as money that is practically never
paid back. They cost a year and a stack of legal opinions. Under eight million dollars of project the fees used to eat
the benefit. This paper shows three projects of five to seven million for which it was nevertheless worth it, and one for
which it was not.

| Project | Size | Net benefit | Fees | Months |
| Bakery equipment maker | $6,900,000 | $1,090,000 | $410,000 | 11 |
| Tannery conversion | $5,200,000 | $640,000 | $395,000 | 14 |
| Foundry sand plant | $6,100,000 | $880,000 | $372,000 | 9 |
| Boat trailer plant | $5,400,000 | -$60,000 | $455,000 | 17 |

---

# How the credit works
An investor gets a credit of 39 percent of the amount over seven years. A community development entity, which has won an
allocation, makes the loan. The money goes through a fund, and the company pays interest only for seven years. At the
end a part of the loan is usually forgiven by an agreed price of a thousand dollars. The plant must be in a qualifying
census tract and stay there.

> Look up the census tract first. It takes one minute and ends half of all conversations.

# Pooling made small projects possible
Two of the three good projects shared one closing: same lawyers, same documents, same investor, two borrowers. Fees fell
from an estimated 9 to 6 percent each. A regional organization had to bring the pair together and keep them in step; the
tannery waited six weeks for the bakery's zoning.

---

# What goes wrong
- The allocation is committed to others. Talk to three entities, two of which will be full until the next round
- The bank's mortgage and the fund's documents contradict each other
- The owner wants to sell within seven years
- Audit cost afterward: about $18,000 a year, which the summary sheet never shows

# The boat trailer plant
It began in the wrong order, with a signed construction contract. Money spent before closing counts only in part. Interest
rates rose while the lawyers rewrote the contract, and the investor's price fell from 82 to 76 cents.

# Rules of thumb
1. Under four million: don't
2. Four to eight: only in a pair, only in a hurry-free year
3. More than eight: ask, early
4. Never for working capital

# Words
CDE: community development entity. QALICB: the borrower, pronounced "quality-see-bee". Leverage lender: whoever puts in
the other 70 cents.
"""

BOARD_MEMO = """
# For our board only
This memo is for the board of the Lakeshore Forge & Foundry Collaborative and not for the network. It proposes how to pay
for the next three years, since the defense community award ends on {d+400}.

# Where we stand
| Source | This year | Next year | After that |
| Defense community award | $610,000 | $390,000 | $0 |
| Plants' contributions | $164,000 | $170,000 | $170,000 |
| Scanner van fees | $71,000 | $85,000 | $90,000 |
| Foundation | $120,000 | $60,000 | $0 |
| Cost at today's size | $930,000 | $955,000 | $980,000 |

# Option A: fewer people
From seven to four. The shared heats and the van stay; second-chance hiring goes to the workforce board. Keisha has not
been told, and shall hear it from us before anyone.

# Option B: plants pay
Contributions by pounds poured: a cent and a half a pound would bring $540,000. Five plants would pay more than half. Two
of them told Rosa that they would leave at one cent.

# Option C: a service company
A subsidiary sells radiography reading and scanning to plants outside the six counties. Tom's plan shows a surplus of
$115,000 in the third year, after a loss of $140,000. The line of credit would have to be doubled.

# What we propose
C, with A prepared in a drawer. A decision on {d+26}. Until then please do not talk with the staff about A.

# Risk
Our reserve covers 3.2 months. If the award's second payment is as late as last year's, we need the line of credit in
any case.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="press-line",
        title="A capital stack for a 4.2 million dollar press line",
        kind=Kind.RESOURCE,
        summary="Five layers of money, the order of the calls, and why the last $180,000 mattered most.",
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
        summary="Forty-one loans, one write-off and what a community has to learn to lend.",
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
        summary="Dates, money, scoring and the seven mistakes of the last round.",
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
        summary="Owners sit, lenders move, a shift bell rings every eighteen minutes.",
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
        summary="Three projects under eight million dollars for which it was, and one for which it wasn't.",
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
