"""Cybersecurity: what CMMC costs small shops, who helps pay, and what primes ask for."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

SPRING_CALL_DECK = """
Priya Ramanathan and Joe Kowalczyk, with numbers from the first two cohorts

> We have twelve minutes. If you remember one slide, make it slide 6: what gets paid for and what doesn't.
> Put questions in the chat; Joe will answer while I talk.

# Why we stopped running seminars
- In {y-1} we held nine awareness seminars: 212 seats filled, 4 shops started a gap assessment
- Afterward, owners all told us the same thing: "I believe you. Who is going to do it, and with what money?"
- So we moved the seminar budget ($61,000) into a cohort with a coach, a calendar, and a check

> The nine seminars got great ratings. That's the trap: people liked them and then did nothing.

# The cohort on one page
| Week | What happens | Who is in the room |
| 1 | Where does CUI enter the building? | Owner, buyer, anyone who prints drawings |
| 2-4 | Gap assessment against all 110 requirements | IT provider and coach |
| 5 | Decide: enclave or whole company | Owner |
| 6-16 | Remediation, one family of controls a week | IT provider |
| 17-18 | Evidence binder, score posted | Owner signs |

> Week 1 is the one people want to skip. Don't. Two shops found CUI on a plotter's hard drive.

# Where fourteen shops started
- Median starting score in cohort two: -41, on a scale from -203 to 110
- No one started above 38
- The shop with the worst score (-112) had the best machines in the room

@ bar | Starting score, points above the floor of -203 | Cohort 1=141 | Cohort 2=162 | After 18 weeks=291

> The chart counts up from the floor so we could draw it as bars: 291 means a score of 88.

# What it really cost a 34-person shop
| Item | Year 1 | Each year after |
| Managed service, 11 seats in the enclave | $18,400 | $16,900 |
| New firewall and switches | $7,250 | $0 |
| Coach, 60 hours | $9,000 | $1,500 |
| Owner and staff time, at their wages | $14,700 | $5,200 |
| Total | $49,350 | $23,600 |

> The line everyone forgets is their own people's time. We had shops keep a log.

# The CMMC readiness grant: what it pays
- Pays 60 percent of outside costs, up to $25,000 per shop, after you've paid the invoice
- Eligible: gap assessment, policies, multi-factor sign-in, logging, training, one year of managed service
- Not eligible: machine controllers, laptops for the front office, the assessor's own fee
- 22 shops applied, 19 were paid, median check $17,300, median wait 41 days

> On the spring call, this was the slide people took pictures of: apply for the grant before you sign with anyone.
> Reimbursement was the hard part: a shop needs $40,000 in the bank before it sees the first dollar.
> That's why the next slide is about the bridge loan.

# A bridge loan so no one drops out
- Our CDFI partner lends the grant share at 4 percent for nine months against the award letter
- Eleven loans, $198,000 total, all repaid; outstanding 118 days on average
- One page of paperwork, with the award letter, the quote, and the last two tax returns

# Three things we would do differently
- Ask for the prime's flow-down letter before you admit a shop: three had no CUI at all and only needed Level 1
- Vet the IT providers first; four of them learned the rules on our shops' dime
- Post scores the same day; two owners sat on a finished assessment for months

# Who else can pay
- APEX Accelerators (formerly PTAC) advise for free, including on registration and clauses
- The state training fund pays half the cost of the staff course if ten people sign up
- MEP centers in most states subsidize the gap assessment
- Ask your primes: one paid for managed service at its six sole-source suppliers

# Asks of the network
- Copy the cohort calendar; the template is in the hub under Small Shop Cyber Guild
- Send us your starting scores, without names, so we can publish a national median
- Next cohort starts {d+63}; guests from other communities are welcome in week 1
"""

FLOW_DOWNS = """
Lucía Armijo, with two buyers who asked not to be named

> The point of this talk: read the purchase order before you read the regulation.

# Fifty-three purchase orders, read line by line
- We asked nine tier three shops for a year's worth of defense orders, with prices blacked out
- 53 orders from 17 customers: 31 carried a DFARS clause, 12 had CUI markings on a drawing
- In 8 cases the order had the clause but no controlled information ever showed up

# The clauses in plain words
| Clause | What it requires |
| 252.204-7012 | Protect the information, report an incident within 72 hours |
| 252.204-7019 | Have a current score on file before the award |
| 252.204-7020 | Let the government check, and make sure your suppliers have scores too |
| 252.204-7021 | Hold the CMMC level that the contract names, and keep it |

> 7020 is the one that flows down: a shop that subs out plating has to ask its plater.

# What buyers told us
- They don't read your policy binder; they look for a score, a date, and a name to call
- A shop that returns the supplier questionnaire within two days moves up the list
- They'd rather hear "We have a plan to get there by {m+6}" than nothing

# Sort your orders into three piles
1. Federal contract information only: Level 1, fifteen requirements, self-assessed every year
2. Drawings marked CUI: Level 2, 110 requirements
3. Commercial work for a customer that also does defense: neither, until someone says so in writing

# The special processor problem
- Heat treaters and platers see the part and the router, rarely the drawing
- Four shops now send a stripped router: only the dimensions that matter, no title block, no program name
- Legal review of the stripped router cost $1,100, once, split four ways

> The heat treater in our valley serves 60 machine shops. If it gets out of defense work, all 60 will feel it.

# A letter that works
- Subject: "Clause 7021 on order ____: request for clarification"
- Ask three questions: which level, by what date, for which line items
- 14 letters sent, 11 answered; 5 lowered the level and 1 removed the clause

# What it changed in our shops
@ bar | Shops by the level they really need | None yet=2 | Level 1=4 | Level 2=3

# Take this home
- Read your orders first; spend money second
- Keep your questionnaire answers in one shared document, and date it
- The letter is in the notes for this slide

> Dear buyer: order number, line, clause. We want to comply and put our money where it counts. Please tell us the
> assessment level for this line, the date you need it by, and whether the drawings will be marked.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="spring-call-deck",
        title="Spring call deck: paying for CMMC readiness",
        kind=Kind.PRESENTATION,
        summary="What eighteen weeks of CMMC preparation cost, what the readiness grant paid, and how a bridge"
        " loan kept small shops from dropping out.",
        topics=("supply-chain", "operations", "cmmc", "cybersecurity", "grants"),
        organization="harborline",
        age_days=216,
        call=True,
        file_name="harborline-spring-call-cmmc.pptx",
        content=SPRING_CALL_DECK,
    ),
    DemoResource(
        key="dfars-flow-downs",
        title="DFARS flow-downs: what primes actually ask of a tier three",
        kind=Kind.PRESENTATION,
        summary="Fifty-three purchase orders read line by line, plus a letter that gets a clause clarified.",
        topics=("supply-chain", "cmmc", "dfars", "defense"),
        organization="red-mesa",
        age_days=347,
        call=True,
        file_name="red-mesa-dfars-flow-downs.pptx",
        content=FLOW_DOWNS,
    ),
)
