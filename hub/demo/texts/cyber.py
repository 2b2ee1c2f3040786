"""Cybersecurity: what CMMC asks of small shops, what it costs and who helps to pay."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

SPRING_CALL_DECK = """
Priya Ramanathan and Joe Kowalczyk, with numbers from the first two cohorts

> We have twelve minutes. If you remember one slide, make it slide 6: what is paid and what is not.
> Questions in the chat; Joe answers while I talk.

# Why we stopped giving seminars
- In {y-1} we held nine awareness seminars: 212 seats filled, 4 shops started a gap assessment
- Owners told us the same thing afterwards: "I believe you. Who is going to do it, and with what money?"
- So we moved the seminar budget ($61,000) into a cohort with a coach, a calendar and a check

> The nine seminars were well rated. That is the trap: people liked them and then did nothing.

# The cohort on one page
| Week | What happens | Who is in the room |
| 1 | Where does CUI enter the building? | Owner, buyer, whoever prints drawings |
| 2-4 | Gap assessment against all 110 requirements | IT provider and coach |
| 5 | Enclave or whole company: decide | Owner |
| 6-16 | Remediation, one family of controls a week | IT provider |
| 17-18 | Evidence binder, score posted | Owner signs |

> Week 1 is the one people want to skip. Nobody should. Two shops found CUI on a plotter's hard disk.

# Where fourteen shops started
- Median starting score in cohort two was -41 on a scale that runs from -203 to 110
- Nobody began above 38
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

# A bridge loan so that nobody drops out
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
3. Commercial work with a defense customer's logo on it: neither, until somebody says so in writing

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

PLAIN_WORDS = """
# Who should read this
This is for the owner of a shop of about thirty people that makes parts which end up, somewhere down the line, in
defense equipment. You do not have a security officer. You have a nephew who set up the wireless network, an IT
provider who answers on most days, and a customer who sent a questionnaire that is due on Friday.

The Cybersecurity Maturity Model Certification (CMMC) is how the Department of Defense checks that suppliers guard
the information they are given. It does not ask you to buy a product. It asks you to know where certain information
is, to let only the right people at it, and to be able to show that.

# The three levels
| Level | For whom | What is checked | By whom |
| 1 | Anyone with federal contract information | 15 requirements | You, every year |
| 2 | Anyone with controlled unclassified information | 110 requirements | You or an assessor, every three years |
| 3 | Few; the most sensitive programs | 110 and some more | The government |

---

> If nobody has ever sent you a drawing marked CUI, start with Level 1. It takes a weekend and a notebook.

# Level 1 in one weekend
Walk the building on Saturday with a notebook. Write down every device that shows a drawing: the office computers,
the tablet on the mill, the plotter, the phone of the salesperson. For each, ask three questions. Who can sign in?
Would I notice if it were stolen? Does it get updates?

On Sunday fix what is free. Take away shared passwords. Turn on updates and the built-in virus protection. Put a
lock on the closet with the network gear. Throw away nothing with memory in it: drill the disk, and write the date
in the notebook. That notebook is your first piece of evidence.

# What usually fails
- The machine controller that runs an operating system from 2009. Do not connect it to the office network; carry
  programs over on a drive that is used for nothing else
- The visitor log. A sheet of paper at the door is enough, if people use it
- The former employee whose account still works. Tie it to the same list as the return of keys
- The cloud folder that a customer shared years ago with a link that anyone can open

---

# Level 2: enclave or whole company
An enclave is a small locked room inside your network: a few computers, a few people, and all controlled drawings
live there. It is cheaper when fewer than a third of your people touch such drawings. Above that the exceptions eat
the savings, and it is easier to bring the whole company up to the same standard.

Shops that we advised spent between $900 and $1,700 for each person inside the boundary in the first year. An
eleven-seat enclave in a company of thirty-four cost about half of what the whole company would have cost, and took
eighteen weeks instead of about thirty.

# The score
You start with 110 points and lose one, three or five for every requirement that you do not meet; the floor is -203.
With 88 points or more you may close what is left within 180 days under a plan of action. Five-point items can not
wait. Multi-factor sign-in and encryption that is validated are the two that most shops lose first.

---

# The first ninety days
1. Days 1 to 10: find where controlled information comes in, and draw it on one page
2. Days 11 to 30: score yourself honestly, with the workbook of the Small Shop Cyber Guild
3. Days 31 to 45: decide on the boundary, and get two quotes from managed service providers who have been through
   an assessment themselves
4. Days 46 to 90: multi-factor sign-in, backups that are tested, a list of who may see what, training for everyone
   inside the boundary

# Questions to ask an IT provider
- Which of the 110 requirements will you meet for us, in writing, and which stay ours?
- May we see your own score and its date?
- What happens at two in the morning when something is wrong?
- If we leave you, in what form do we get our logs?

> A provider who says "we make you compliant" has not read the rule. Nobody can do the owner's part.

# Where to get help without paying
APEX Accelerators, which many still know as PTAC, help with registrations and clauses. Manufacturing Extension
Partnership centers, 51 of them, know assessors and grants in your state. The guild answers short questions by
e-mail within two working days; about four hundred shops have asked so far.
"""

CUI_POLICY = """
# How to use this template
Replace what stands in square brackets, strike what you do not do, and sign it. A short policy that people follow is
worth more than a bought binder. Eleven shops have passed an assessment with a version of these five pages.

# 1. What we protect
[Company] receives controlled unclassified information (CUI) from [customers]. It comes as drawings, models, work
instructions and test reports, and stays controlled when we copy it, photograph a part next to it, or write a
dimension from it on a traveler. When in doubt we treat it as CUI and ask [name].

# 2. Where it may be
- In the project folder on [server], to which only the people on the access list can sign in
- On the two inspection computers, which lock after ten minutes
- On paper in the red folders, which return to the cabinet at the end of the shift
- Nowhere else: no personal e-mail, no phones, no memory sticks except the numbered three

# 3. Who may see it
| Role | May see | Trained on |
| Programmer | Models and drawings of assigned jobs | Hire date and each January |
| Machinist | Red folder of the job at the machine | Hire date and each January |
| Quality | All jobs | Hire date and each January |
| Front office | Order and price only | Hire date |

# 4. Sending it on
To a heat treater, plater or toolmaker we send a stripped router, unless the process needs the drawing. Then we use
the encrypted portal, never an attachment, and record the date, the file and the receiver in the transfer log.

# 5. When something goes wrong
Unplug the network cable, leave the computer on, call [name, number]. Do not delete anything. We report an incident
to the customer the same day, and to the government within 72 hours. Nobody is punished for reporting.

# 6. Visitors and vendors
Visitors sign in, wear a badge and are walked. Red folders are closed along the route before the visitor enters.
Service technicians work on controllers only with someone from [company] next to them.

# 7. Throwing away
Paper goes into the locked bin, emptied by [vendor] with a certificate. Disks are drilled. Scrap parts whose shape
is controlled are cut in two before they leave.

# Review
Read each January, and after every incident. Version and signature: ____________ Date: ____________
"""

SELF_ASSESSMENT = """
# How to score
Begin with 110 points. For each requirement that is not fully met, take off its value (1, 3 or 5).
The number in the last column is what a typical 34-person shop lost in its first honest self-assessment.

| Family | Requirements | Points at stake | Typical first loss |
| Access control | 22 | 58 | 24 |
| Awareness and training | 3 | 11 | 6 |
| Audit and accountability | 9 | 23 | 17 |
| Configuration management | 9 | 37 | 22 |
| Identification and authentication | 11 | 27 | 14 |
| Incident response | 3 | 11 | 9 |
| Maintenance | 6 | 14 | 5 |
| Media protection | 9 | 19 | 8 |
| Personnel security | 2 | 6 | 1 |
| Physical protection | 6 | 16 | 3 |
| Risk assessment | 3 | 9 | 8 |
| Security assessment | 4 | 16 | 14 |
| System and communications | 16 | 42 | 15 |
| System and information integrity | 7 | 24 | 5 |

# First twenty fixes
In the order that gives most points for the least money.

| Order | Fix | Points | Typical cost | Evidence to keep |
| 1 | Multi-factor sign-in for remote and administrator access | 5 | $600 | Screenshot of the rule, list of users |
| 2 | Remove shared accounts on the shop floor | 5 | $0 | Account list before and after |
| 3 | Automatic updates on every office computer | 5 | $0 | Report of the update tool |
| 4 | Virus protection that reports to one place | 5 | $1,100 | Dashboard export |
| 5 | Written incident plan, practiced once | 5 | $0 | Sign-in sheet of the drill |
| 6 | Locked network closet | 1 | $180 | Photo and key list |
| 7 | Encrypted laptops | 3 | $0 | Status report |
| 8 | Central logs, kept for a year | 5 | $3,900 | Retention setting |
| 9 | Baseline settings for each kind of computer | 5 | $1,400 | Baseline document |
| 10 | List of approved software | 3 | $0 | The list, with dates |
| 11 | Screen lock after ten minutes | 1 | $0 | Policy setting |
| 12 | Vulnerability scan each quarter | 5 | $2,200 | Two reports in a row |
| 13 | Drill old disks, keep the log | 1 | $40 | Disposal log |
| 14 | Visitor sheet at the door | 1 | $0 | Last three months |
| 15 | Separate guest wireless network | 3 | $350 | Diagram |
| 16 | System security plan, all parts | 5 | $4,500 | The plan |
| 17 | Training for everyone inside the boundary | 5 | $900 | Certificates |
| 18 | Backup tested by restoring a job | 1 | $0 | Restore note |
| 19 | Boundary diagram on one page | 3 | $0 | The diagram |
| 20 | Plan of action with owners and dates | 3 | $0 | The plan |

# Plan of action
Copy a line for each open requirement; 180 days from a conditional result is the longest that the rule allows.

| Requirement | What is missing | Owner | Start | Done by | State |
| 3.1.12 | Remote sessions are not monitored | IT provider | {d+3} | {d+60} | ordered |
| 3.3.1 | Logs of the file server only | IT provider | {d+7} | {d+75} | ordered |
| 3.6.3 | Incident plan never practiced | Owner | {d+14} | {d+30} | date set |
| 3.11.2 | No scan of the inspection network | Coach | {d+20} | {d+90} | quote wanted |
| 3.12.4 | Plan lacks the plater's interface | Owner | {d+10} | {d+45} | drafting |
"""

ENCLAVE_CALL = """
Presented by Owen Delacroix and Fatima Zeller of the Small Shop Cyber Guild; 34 organizations on the line.

## Who presented what

Fatima walked through eleven shops that had to decide between a walled-off **enclave** and bringing the whole company
up to CMMC Level 2. The rule of thumb that came out of it: *below one third of the staff touching CUI, build the
enclave; above it, don't.* Owen showed the counter-example, a 19-person grinding house where everybody rotates through
inspection and the enclave was abandoned after five months and $31,000.

## Questions from the call

- **Millstream** asked whether a cloud desktop counts as an enclave. It may, if printing and copying out are blocked
  and the provider signs for its share of the requirements.
- **Delta Crossing** asked about tablets on the floor. Two of the eleven shops bolted them down and put them inside
  the boundary; the other nine went back to paper in red folders.
- **Red Mesa** asked who pays if a supplier's incident stops the prime. Nobody on the call had seen insurance settle
  that; Lucía will bring a broker.

## Links

- Decision sheet, one page: <https://smallshopcyber.example/enclave-sheet>
- Workbook for self-assessment: in this hub, under the guild
- Broker's questionnaire, blank: <https://smallshopcyber.example/broker>

## Asks

1. Send anonymous seat counts (people inside the boundary, people in all) to the guild by {d+21}.
2. Communities with a managed service contract: share the price for each seat.

## Follow-ups

- Owen writes up the abandoned enclave as a two-page story.
- Harborline checks whether its grant may pay for *undoing* an enclave. (Answer, added later: no.)
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
    DemoResource(
        key="cmmc-plain-words",
        title="CMMC in plain words for a thirty-person shop",
        kind=Kind.RESOURCE,
        summary="The three levels, one weekend's work for the first of them, and the first ninety days toward"
        " the second.",
        topics=("supply-chain", "operations", "cmmc", "cybersecurity"),
        organization="cyber-guild",
        age_days=402,
        audience=Audience.PUBLIC,
        file_name="cmmc-plain-words.pdf",
        content=PLAIN_WORDS,
    ),
    DemoResource(
        key="cui-policy-template",
        title="CUI handling policy: a five-page template",
        kind=Kind.RESOURCE,
        summary="A fill-in policy for controlled unclassified information that eleven shops have used.",
        topics=("supply-chain", "cmmc", "cui", "template"),
        organization="cyber-guild",
        age_days=310,
        file_name="CUI handling policy template.docx",
        content=CUI_POLICY,
    ),
    DemoResource(
        key="cmmc-self-assessment",
        title="CMMC Level 2 self-assessment workbook",
        kind=Kind.RESOURCE,
        summary="Scores by family, the first twenty fixes in order of points for the dollar, and a plan of action.",
        topics=("supply-chain", "cmmc", "workbook"),
        organization="cyber-guild",
        age_days=268,
        file_name="cmmc-level-2-self-assessment.xlsx",
        content=SELF_ASSESSMENT,
    ),
    DemoResource(
        key="call-notes-enclave",
        title="Call notes: enclave or whole company?",
        kind=Kind.CALL_NOTES,
        summary="When a walled-off enclave pays for CMMC Level 2, and one that was abandoned.",
        topics=("supply-chain", "cmmc", "cybersecurity"),
        organization="amcc",
        age_days=131,
        call=True,
        content=ENCLAVE_CALL,
    ),
)
