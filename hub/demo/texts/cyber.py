"""Cybersecurity: what CMMC costs small shops, who helps to pay, and what primes ask."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

SPRING_CALL_DECK = """
Priya Ramanathan and Joe Kowalczyk, with numbers from the first two cohorts

> We have twelve minutes. If you remember one slide, make it slide 6: what is paid and what is not.
> Questions in the chat; Joe answers while I talk.

# Why we stopped giving seminars
- In {y-1} we held nine awareness seminars: 212 seats filled, 4 shops started a gap assessment
- Owners told us the same thing afterward: "I believe you. Who is going to do it, and with what money?"
- So we moved the seminar budget ($61,000) into a cohort with a coach, a calendar and a check

> The nine seminars were well rated. That is the trap: people liked them and then did nothing.

# The cohort on one page
| Week | What happens | Who is in the room |
| 1 | Where does CUI enter the building? | Owner, buyer, whoever prints drawings |
| 2-4 | Gap assessment against all 110 requirements | IT provider and coach |
| 5 | Enclave or whole company: decide | Owner |
| 6-16 | Remediation, one family of controls a week | IT provider |
| 17-18 | Evidence binder, score posted | Owner signs |

> Week 1 is the one people want to skip. No one should. Two shops found CUI on a plotter's hard disk.

# Where fourteen shops started
- Median starting score in cohort two was -41 on a scale that runs from -203 to 110
- No one began above 38
- The shop with the worst score (-112) had the best machines in the room

@ bar | Starting score, points above the floor of -203 | Cohort 1=141 | Cohort 2=162 | After 18 weeks=291

> The chart counts from the floor so that it can be drawn as bars: 291 means a score of 88.

# What it really cost a 34-person shop
| Item | Year 1 | Every year after |
| Managed service, 11 seats in the enclave | $18,400 | $16,900 |
| New firewall and switches | $7,250 | $0 |
| Coach, 60 hours | $9,000 | $1,500 |
| Owner and staff time at their wage | $14,700 | $5,200 |
| Total | $49,350 | $23,600 |

> The line everyone forgets is their own people's time. We made shops keep a log.

# The CMMC readiness grant: what it pays
- Pays 60 percent of outside cost, up to $25,000 a shop, after the invoice is paid
- Eligible: gap assessment, policies, multi-factor sign-in, logging, training, one year of managed service
- Not eligible: machine controllers, laptops for the front office, the assessor's own fee
- 22 shops applied, 19 were paid, median check $17,300, median wait 41 days

> On the spring call this was the slide that people photographed: ask for the grant before you sign with anyone.
> Reimbursement was the hard part: a shop needs $40,000 in the bank before it sees the first dollar.
> That is why the next slide is about the bridge loan.

# A bridge loan so that no one drops out
- Our CDFI partner lends the grant's share at 4 percent for nine months against the award letter
- Eleven loans, $198,000 out, all repaid; average balance open for 118 days
- One page of paper: award letter, quote, last two tax returns

# Three things we would do differently
- Ask for the prime's flow-down letter before admitting a shop: three had no CUI at all and needed only Level 1
- Sign the IT providers first; four of them learned the rules at our shops' expense
- Post scores on the same day; two owners sat on a finished assessment for months

# Who else can pay
- APEX Accelerators (formerly PTAC) advise at no charge, including on registration and clauses
- The state training fund pays half of the staff course when ten people sign up
- MEP centers in most states subsidize the gap assessment
- Ask primes: one paid for the managed service of its six sole-source suppliers

# Asks of the network
- Copy the cohort calendar; the template is in the hub under the Small Shop Cyber Guild
- Tell us your starting scores, without names, so that we can publish a national median
- Next cohort starts {d+63}; guests from other communities are welcome in week 1
"""

FLOW_DOWNS = """
Lucía Armijo, with two buyers who asked not to be named

> The point of this talk is to read the purchase order before reading the regulation.

# Fifty-three purchase orders, read line by line
- We asked nine tier three shops for every defense order of one year, with prices blacked out
- 53 orders from 17 customers; 31 carried a DFARS clause, 12 carried CUI markings on a drawing
- In 8 cases the clause was there and no controlled information ever arrived

# The clauses in plain words
| Clause | What it asks of you |
| 252.204-7012 | Protect the information, report an incident within 72 hours |
| 252.204-7019 | Have a current score on file before the award |
| 252.204-7020 | Let the government check, and make sure your suppliers have a score too |
| 252.204-7021 | Hold the CMMC level that the contract names, and keep it |

> 7020 is the one that reaches down: a shop that subcontracts plating has to ask its plater.

# What buyers told us
- They do not read your policy binder; they look for a score, a date and a name to call
- A shop that answers the supplier questionnaire within two days moves up the list
- They would rather hear "we have a plan until {m+6}" than silence

# Sort your orders into three piles
1. Federal contract information only: Level 1, fifteen requirements, self-assessed every year
2. Drawings marked as CUI: Level 2, one hundred and ten requirements
3. Commercial work with a defense customer's logo on it: neither, until someone says so in writing

# The special processor problem
- Heat treaters and platers see the part and the router, rarely the drawing
- Four shops now send a stripped router: dimensions that matter, no title block, no program name
- Legal review of the stripped router cost $1,100 once, shared by all four

> The heat treater in our valley serves 60 machine shops. If it leaves defense work, all sixty feel it.

# A letter that works
- Subject: "Clause 7021 on order ____: request for clarification"
- Ask three questions: which level, by which date, for which line items
- 14 letters sent, 11 answers; in 5 the level was lowered and in 1 the clause was removed

# What it changed in our shops
@ bar | Shops by level that they really need | None yet=2 | Level 1=4 | Level 2=3

# Take this home
- Read your orders first; spend money second
- Put the questionnaire's answers in one shared document and date it
- The letter is in the notes of this slide

> Dear buyer: order number, line, clause. We want to meet it and to spend where it counts. Please tell us the
> assessment level for this line, the date by which you need it, and whether drawings will be marked.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="spring-call-deck",
        title="Spring call deck: paying for CMMC readiness",
        kind=Kind.PRESENTATION,
        summary="What eighteen weeks of CMMC preparation cost, what the readiness grant paid, and how a bridge"
        " loan kept small shops in.",
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
        summary="Fifty-three purchase orders read line by line, and a letter that gets a clause clarified.",
        topics=("supply-chain", "cmmc", "dfars", "defense"),
        organization="red-mesa",
        age_days=347,
        call=True,
        file_name="red-mesa-dfars-flow-downs.pptx",
        content=FLOW_DOWNS,
    ),
)
