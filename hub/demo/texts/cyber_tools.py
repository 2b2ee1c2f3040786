"""Cybersecurity: CMMC in plain words, a policy, a workbook, and a call on enclaves."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

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

> If no one has ever sent you a drawing marked CUI, start with Level 1. It takes a weekend and a notebook.

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

> A provider who says "we make you compliant" has not read the rule. No one can do the owner's part.

# Where to get help without paying
APEX Accelerators, which many still know as PTAC, help with registrations and clauses. Manufacturing Extension
Partnership centers, 51 of them, know assessors and grants in your state. The guild answers short questions by
email within two working days; about four hundred shops have asked so far.
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
- Nowhere else: no personal email, no phones, no memory sticks except the numbered three

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
to the customer the same day, and to the government within 72 hours. No one is punished for reporting.

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
enclave; above it, don't.* Owen showed the counter-example, a 19-person grinding house where everyone rotates through
inspection and the enclave was abandoned after five months and $31,000.

## Questions from the call

- **Millstream** asked whether a cloud desktop counts as an enclave. It may, if printing and copying out are blocked
  and the provider signs for its share of the requirements.
- **Delta Crossing** asked about tablets on the floor. Two of the eleven shops bolted them down and put them inside
  the boundary; the other nine went back to paper in red folders.
- **Red Mesa** asked who pays if a supplier's incident stops the prime. No one on the call had seen insurance settle
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
