"""Cybersecurity: CMMC in plain words, a policy, a workbook, and a call on enclaves."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

PLAIN_WORDS = """
# Who should read this
This is for the owner of a shop of about thirty people whose parts end up, somewhere down the line, in defense
equipment. You don't have a security officer. You have a nephew who set up the Wi-Fi, an IT provider who picks up most
days, and a customer who sent a questionnaire that's due Friday.

The Cybersecurity Maturity Model Certification (CMMC) is how the Department of Defense checks that suppliers
protect the information they're given. It doesn't require you to buy a product. It requires you to know where certain
information is, let only the right people get to it, and be able to prove it.

# The three levels
| Level | Who it applies to | What gets checked | Who checks |
| 1 | Anyone with federal contract information | 15 requirements | You, every year |
| 2 | Anyone with controlled unclassified information | 110 requirements | You or an assessor, every three years |
| 3 | Very few; the most sensitive programs | The 110 plus some more | The government |

---

> If no one has ever sent you a drawing marked CUI, start with Level 1. It takes a weekend and a notebook.

# Level 1 in one weekend
On Saturday, walk the building with a notebook. Write down every device that can show a drawing: the office computers,
the tablet on the mill, the plotter, your salesperson's phone. For each one, ask three questions. Who can sign in?
Would I notice if it got stolen? Does it get updates?

On Sunday, fix what's free. Get rid of shared passwords. Turn on updates and the built-in virus protection. Put a lock
on the closet with the network gear. Don't throw out anything with memory in it: drill the drive, and write the date in
the notebook. That notebook is your first piece of evidence.

# What usually trips shops up
- The machine controller running a 2009 operating system. Keep it off the office network; carry programs over on a
  drive that's used for nothing else
- The visitor log. A sign-in sheet at the door is enough, if people use it
- The former employee whose account still works. Put it on the same exit checklist as turning in keys
- The cloud folder a customer shared years ago with a link anyone can open

---

# Level 2: enclave or whole company
An enclave is a small locked room inside your network: a few computers, a few people, and every controlled drawing
lives there. It's cheaper when fewer than a third of your people touch those drawings. Above that, the exceptions eat up
the savings, and it's easier to bring the whole company up to the same standard.

Shops we've advised spent $900 to $1,700 in the first year for each person inside the boundary. An eleven-seat enclave
in a 34-person company cost about half of what the whole company would have cost, and took eighteen weeks instead of
about thirty.

# The score
You start with 110 points and lose one, three, or five for each requirement you don't meet; the floor is -203. With 88
points or more, you get 180 days to close out the rest under a plan of action. Five-point items can't wait. Multi-factor
sign-in and validated encryption are the two that most shops miss first.

---

# The first ninety days
1. Days 1 to 10: find out where controlled information comes in, and map it on one page
2. Days 11 to 30: score yourself honestly, using the Small Shop Cyber Guild's workbook
3. Days 31 to 45: decide on the boundary, and get two quotes from managed service providers who have been through
   an assessment themselves
4. Days 46 to 90: multi-factor sign-in, tested backups, a list of who can see what, and training for everyone inside
   the boundary

# Questions to ask an IT provider
- Which of the 110 requirements will you meet for us, in writing, and which are still on us?
- Can we see your own score, and its date?
- What happens at 2 a.m. when something goes wrong?
- If we leave, what format do we get our logs in?

> A provider who says "We'll make you compliant" hasn't read the rule. No one else can do the owner's part.

# Where to get free help
APEX Accelerators, which many people still call PTAC, help with registrations and clauses. The 51 Manufacturing
Extension Partnership centers know the assessors and grants in your state. The guild answers short questions by email
within two business days; about four hundred shops have asked so far.
"""

CUI_POLICY = """
# How to use this template
Fill in the square brackets, cross out anything you don't do, and sign it. A short policy that people follow beats a
binder you bought. Eleven shops have passed an assessment with a version of these five pages.

# 1. What we protect
[Company] receives controlled unclassified information (CUI) from [customers]. It arrives as drawings, models, work
instructions, and test reports, and it stays controlled when we copy it, photograph a part next to it, or write one of
its dimensions on a traveler. When in doubt, we treat it as CUI and ask [name].

# 2. Where it can be
- In the project folder on [server], which only people on the access list can sign in to
- On the two inspection computers, which lock after ten minutes
- On paper in the red folders, which go back in the cabinet at the end of the shift
- Nowhere else: no personal email, no phones, no thumb drives except the three numbered ones

# 3. Who can see it
| Role | Can see | Trained |
| Programmer | Models and drawings for assigned jobs | Hire date and each January |
| Machinist | Red folder for the job at the machine | Hire date and each January |
| Quality | All jobs | Hire date and each January |
| Front office | Order and price only | Hire date |

# 4. Sending it on
We send heat treaters, platers, and toolmakers a stripped router unless the process needs the drawing. If it does, we
use the encrypted portal, never an attachment, and enter the date, file, and recipient in the transfer log.

# 5. When something goes wrong
Unplug the network cable, leave the computer on, and call [name, number]. Don't delete anything. We report incidents to
the customer the same day and to the government within 72 hours. No one gets in trouble for reporting.

# 6. Visitors and vendors
Visitors sign in, wear a badge, and are escorted. Red folders along the route are closed before the visitor comes in.
Service technicians work on controllers only with someone from [company] next to them.

# 7. Disposal
Paper goes in the locked bin, which [vendor] empties with a certificate of destruction. Drives are drilled. Scrap parts
with a controlled shape are cut in two before they leave the building.

# Review
Review every January and after every incident. Version and signature: ____________ Date: ____________
"""

SELF_ASSESSMENT = """
# How to score
Start with 110 points. For each requirement that isn't fully met, subtract its value (1, 3, or 5).
The last column shows what a typical 34-person shop lost in its first honest self-assessment.

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
In order of most points for the least money.

| Order | Fix | Points | Typical cost | Evidence to keep |
| 1 | Multi-factor sign-in for remote and administrator access | 5 | $600 | Screenshot of the rule, list of users |
| 2 | Remove shared accounts on the shop floor | 5 | $0 | Account list before and after |
| 3 | Automatic updates on every office computer | 5 | $0 | Report from the update tool |
| 4 | Virus protection that reports to one place | 5 | $1,100 | Dashboard export |
| 5 | Written incident plan, practiced once | 5 | $0 | Sign-in sheet from the drill |
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
Copy a row for each open requirement. The rule gives you no more than 180 days from a conditional result.

| Requirement | What's missing | Owner | Start | Due | Status |
| 3.1.12 | Remote sessions are not monitored | IT provider | {d+3} | {d+60} | ordered |
| 3.3.1 | Only the file server is logged | IT provider | {d+7} | {d+75} | ordered |
| 3.6.3 | Incident plan never practiced | Owner | {d+14} | {d+30} | scheduled |
| 3.11.2 | No scan of the inspection network | Coach | {d+20} | {d+90} | getting quote |
| 3.12.4 | Plan lacks the plater's interface | Owner | {d+10} | {d+45} | drafting |
"""

ENCLAVE_CALL = """
Presented by Owen Delacroix and Fatima Zeller of the Small Shop Cyber Guild. 34 organizations on the call.

## Who presented what

Fatima walked through eleven shops that had to choose between a walled-off **enclave** and bringing the whole company up
to CMMC Level 2. The rule of thumb: *if less than a third of the staff touches CUI, build the enclave; if more, don't.*
Owen had the counterexample: a 19-person grinding house where everyone rotates through inspection, which abandoned its
enclave after five months and $31,000.

## Questions from the call

- **Millstream** asked whether a cloud desktop counts as an enclave. It can, if printing and copying out are blocked
  and the provider signs for its share of the requirements.
- **Delta Crossing** asked about tablets on the floor. Two of the eleven shops bolted them down and put them inside
  the boundary; the other nine went back to paper in red folders.
- **Red Mesa** asked who pays if a supplier's incident shuts down the prime. No one on the call had seen insurance cover
  that; Lucía will bring in a broker.

## Links

- Decision sheet, one page: <https://smallshopcyber.example/enclave-sheet>
- Self-assessment workbook: in the hub, under the guild
- Blank broker's questionnaire: <https://smallshopcyber.example/broker>

## Asks

1. Send anonymous seat counts (people inside the boundary, total people) to the guild by {d+21}.
2. If your community has a managed service contract, share the price per seat.

## Follow-ups

- Owen will write up the abandoned enclave as a two-page story.
- Harborline will check whether its grant can pay for *undoing* an enclave. (Answer, added later: no.)
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="cmmc-plain-words",
        title="CMMC in plain words for a thirty-person shop",
        kind=Kind.RESOURCE,
        summary="The three levels, a weekend's work to reach the first, and the first ninety days toward the second.",
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
        summary="A fill-in-the-blank policy for controlled unclassified information that eleven shops have used.",
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
        summary="Scores by family, the first twenty fixes in order of points per dollar, and a plan of action.",
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
