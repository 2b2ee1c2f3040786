"""Workforce: on-the-job training, sponsors, child care, second chances, separating service members."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

OJT_TOOLKIT = """
# What an on-the-job training contract is
Under the Workforce Innovation and Opportunity Act (WIOA), a local workforce development board can reimburse an employer
for part of a new hire's wage while the person learns: usually half, and up to three quarters for small employers.
On-the-job training (OJT) is the least-used money in our three states: in {y-1}, about a fifth of it went back unspent.

# Why suppliers don't use it
- The paperwork shows up after the person has started, and then it's too late
- In a 60-person plant, it's no one's job
- People still tell the story of one bad audit ten years ago

# The five-day path
| Day | Who | Does what |
| 1 | Plant | Calls the board's business services line with the job and the wage |
| 2 | Board | Checks the plant: taxes, layoffs in the last 120 days, safety |
| 3 | Candidate | Gets certified eligible, at the plant if necessary |
| 4 | Plant and board | Write the one-page training outline |
| 5 | Plant and board | Sign; the person can start tomorrow |

# Training outline: robot cell operator
- Weeks 1 to 3: safety, lockout, loading and unloading; reads the job card out loud
- Weeks 4 to 8: teaches points under supervision; changes grippers
- Weeks 9 to 14: recovers from a crash, writes the shift note, trains the next person
- Wage $19.25, reimbursed at 50 percent for 560 hours: $5,390

# What to keep for the auditor
1. The contract, signed before the first hour
2. Time sheets signed by both the trainee and the supervisor
3. The outline, with a date next to each skill as it's demonstrated
4. Proof that you paid the wage in the contract

# Mistakes that cost us money
A plant in our network lost $14,300 because payroll had the trainee listed under a staffing firm for the first two
weeks. Another was refused because it had laid off four people on a different line 90 days earlier. Ask about the 120
days first.

# Script for the first phone call
"We're hiring a ____ at $____ on ____. We've had no layoffs in 120 days. Can someone come out this week to check whether
the candidates are eligible, and bring the contract?" If they offer to mail you a form, ask for the supervisor.
"""

SPONSOR_BUDGET = """
# Five-year budget
For a group sponsor with four trades. Year 3 shows the hole that late reimbursement leaves.

| Line | Year 1 | Year 2 | Year 3 | Year 4 | Year 5 |
| Apprentices | 9 | 22 | 41 | 58 | 77 |
| Instruction | $26,100 | $63,800 | $118,900 | $168,200 | $223,300 |
| Coordinator | $58,000 | $59,700 | $61,500 | $94,000 | $97,000 |
| Interest on the line of credit | $0 | $0 | $3,100 | $4,600 | $4,900 |
| Sponsor fees received | $4,050 | $9,900 | $18,450 | $26,100 | $34,650 |
| State fund received | $18,270 | $44,660 | $0 | $199,600 | $156,310 |
| Foundation grants | $70,000 | $70,000 | $35,000 | $20,000 | $0 |

# Wage schedule
Percent of the journey-level wage of $33.80 an hour, with a step every 1,000 hours.

| Step | Hours | Machinist | Toolmaker | Inspector | Maintenance |
| 1 | 0 | 55% | 52% | 58% | 57% |
| 2 | 1000 | 60% | 56% | 63% | 62% |
| 3 | 2000 | 65% | 61% | 68% | 67% |
| 4 | 3000 | 70% | 66% | 74% | 72% |
| 5 | 4000 | 76% | 71% | 80% | 78% |
| 6 | 5000 | 82% | 76% | 86% | 84% |
| 7 | 6000 | 88% | 82% | 92% | 90% |
| 8 | 7000 | 94% | 88% | 97% | 96% |
| Journey | 8000 | 100% | 94% | 100% | 100% |

# Work process hours
| Process | Machinist | Inspector |
| Bench and layout | 600 | 400 |
| Manual turning and milling | 1400 | 200 |
| CNC machines | 3600 | 600 |
| Grinding | 900 | 100 |
| Surface plate and hand metrology | 500 | 2400 |
| Coordinate measuring machine | 200 | 2900 |
| Documentation and gauge control | 300 | 900 |
| Rotation to another shop | 500 | 500 |
"""

CHILD_CARE = """# Child care for second shift: three pilots

Second shift at our plants runs from 3:00 to 11:30 p.m. Licensed child care in the four counties closes at 6:00. In a
survey of 412 packaging machinery workers, 71 had turned down a better-paying shift in the past year because they
couldn't find care. So we tried three things.

## Pilot 1: a center that stays open

A church-run center agreed to stay open until midnight for twenty children if the plants guaranteed twelve. Cost to the
three plants: **$5,150 a month** combined. Enrollment never got past nine. Parents told us, politely, that they didn't
want to wake a toddler at 11:45 in January. It closed after seven months.

## Pilot 2: home providers with a stipend

Eleven licensed home providers got $400 a month per evening child, plus a substitute for sick days. Kids go to sleep
where they are; parents pick them up at midnight or at 6:00 a.m. At the end of the first year it served twenty-six
children, hadn't lost a provider, and cost **$11,900 a month** including the substitute, half of it from a state pilot.

## Pilot 3: shift the shift

One plant moved second shift to 1:00 to 9:00 p.m. for a line of 34 people. That's all. Overtime on first shift went
down, because the shifts overlap by two hours; the electric bill went up $900 a month because of the peak rate.
Applications for that line tripled.

## What we learned

1. Ask parents about *bedtime*, not price.
2. Home providers can grow a little at a time; a center can't.
3. Before you pay for care, see whether the shift itself can move.
4. Put the agreement with providers in writing: ours is a page and a half, in the appendix to the state report.

Contact: Linnéa Hauge. Read the county health inspector's checklist for evening care before you promise
anything.
"""

SECOND_CHANCE_CALL = """
Keisha Broadnax explained how three foundries hire people coming home from prison. 41 organizations attended.

## What was presented

Since the program started, 118 people have been hired into shakeout, grinding, and core making. After one year, 64
percent were still there, compared with 49 percent of other hires in the same jobs. The key is a *job developer* who
visits the county facility every other Tuesday and the foundry every other Thursday, so the two sides know each other
before release.

- The bond that insures an employer against theft for the first six months is free. In four years, no one has filed a
  claim.
- A van from the transit center at 5:10 a.m. matters more than any class. It costs three plants $38,000 a year.
- Parole meetings moved to the plant's break room, so no one loses a shift.

## What went wrong

Two supervisors told the line who had a record. Both were retrained and one was reassigned. Now only HR knows, and it's
up to the applicant what to share.

## Links

- A job developer's week, hour by hour: <https://lakeshore-forge.example/second-chance>
- Van schedule and cost split: ask Hal Okafor

## Asks and follow-ups

1. Bayou wants to visit before hurricane season; Keisha will send three dates.
2. Piedmont asked for the retention numbers by job. They are in the table below.
3. Shop Floor Skills Foundation will adapt its crane course for facilities that don't have a crane.

| Job | Hired | Still there after one year |
|---|---|---|
| Shakeout | 44 | 25 |
| Grinding | 51 | 33 |
| Core making | 23 | 18 |
"""

SEPARATING_SERVICE = """
# Why a machine shop should care
About 2,300 people a year leave the service at the two bases in our region. Half stay within an hour's drive for at
least a year. Aircraft maintainers read drawings, sign off on torque, and write things down: habits that take our shops
two years to teach. Yet in the first year of our program only nineteen were hired, mostly as drivers.

# Translate the specialty
| In uniform | On the machine line | What's missing |
| Aircraft structural maintenance | Sheet metal, composite repair | Print standards |
| Precision measurement equipment | Calibration, inspection | None |
| Munitions systems | Assembly, kitting, lot control | Speed |
| Aerospace ground equipment | Maintenance technician | Ladder logic |
| Nondestructive inspection | NDT level II | Civilian certification, $2,800 |

# Ninety days before the last day
Service members can spend their last months working at an employer while still drawing service pay, if the commander
approves. Commanders are more likely to say yes if the request comes with a written training plan and a named mentor.
Our template plan is one page; 63 of 71 requests were approved.

# What the shops promise
- A mentor who served, if there is one
- A wage in writing before the placement ends, at least $24 an hour for inspection and maintenance
- No running a machine alone for the first thirty days

# Spouses
Spouses were the biggest surprise. Forty-four came to an evening meant for service members; seventeen now work in
quality, purchasing, and programming. Several hold licenses from other states. Have child care on site for the evening.

# Costs and results
Coordinator $74,000, evenings and travel $9,500, certifications $22,400. In year three we made 96 hires, and 78 were
still employed after twelve months. That's about $1,100 per hire, less than half of what the shops used to pay
agencies.

# What we'd change
Start with the education offices on base, not the job fair at the gate. Ask for the technical training record early. And
drop the thank-you slogans: candidates told us they want to hear the wage and the shift.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="ojt-toolkit",
        title="On-the-job training contracts in five days: a toolkit",
        kind=Kind.RESOURCE,
        summary="How suppliers get half of a new hire's wage reimbursed, and what the auditor wants to see.",
        topics=("workforce", "wioa", "ojt", "toolkit"),
        organization="delta-crossing",
        age_days=520,
        file_name="ojt-in-five-days.docx",
        content=OJT_TOOLKIT,
    ),
    DemoResource(
        key="sponsor-budget",
        title="Apprenticeship sponsor budget and wage schedule",
        kind=Kind.RESOURCE,
        summary="Five years of a group sponsor's budget, wage steps for four trades, and work process hours.",
        topics=("workforce", "apprenticeship", "workbook"),
        organization="millstream",
        age_days=158,
        file_name="apprenticeship-sponsor-budget.xlsx",
        content=SPONSOR_BUDGET,
    ),
    DemoResource(
        key="second-shift-child-care",
        title="Child care for second shift: three pilots",
        kind=Kind.RESOURCE,
        summary="A center, home providers, and moving the shift: which of the three worked.",
        topics=("workforce", "child-care", "good-jobs"),
        organization="northwoods",
        age_days=705,
        file_name="second-shift-child-care.md",
        content=CHILD_CARE,
    ),
    DemoResource(
        key="call-notes-second-chance",
        title="Call notes: second-chance hiring in foundries",
        kind=Kind.CALL_NOTES,
        summary="Three foundries, 118 hires, a van at 5:10 a.m., and better retention than anyone expected.",
        topics=("workforce", "hiring", "foundry"),
        organization="amcc",
        age_days=440,
        call=True,
        content=SECOND_CHANCE_CALL,
    ),
    DemoResource(
        key="separating-service-members",
        title="From the flight line to the machine line",
        kind=Kind.RESOURCE,
        summary="How machine shops can hire separating service members and their spouses.",
        topics=("workforce", "veterans", "defense"),
        organization="red-mesa",
        age_days=585,
        file_name="flight-line-to-machine-line.docx",
        content=SEPARATING_SERVICE,
    ),
)
