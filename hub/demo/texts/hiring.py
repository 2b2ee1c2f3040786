"""Workforce: on-the-job training, sponsors, child care, second chances, people who leave the service."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

OJT_TOOLKIT = """
# What an on-the-job training contract is
Under the Workforce Innovation and Opportunity Act (WIOA) a local workforce development board can reimburse an employer
for part of a new hire's wage while the person learns: usually half, up to three quarters for small employers.
On-the-job training (OJT) is the least used money in our three states: in {y-1} about a fifth of it went back unspent.

# Why suppliers don't use it
- The paperwork arrives after the person has started, and then it is too late
- No one in a 60-person plant owns it
- One bad audit ten years ago is still told at lunch

# The five-day path
| Day | Who | Does what |
| 1 | Plant | Calls the board's business line with the job and the wage |
| 2 | Board | Checks the plant: taxes, layoffs in the last 120 days, safety |
| 3 | Candidate | Is found eligible, at the plant if need be |
| 4 | Both | Write the training outline, one page |
| 5 | Both | Sign; the person may start tomorrow |

# Training outline: robot cell operator
- Weeks 1 to 3: safety, lockout, loading and unloading; reads the job card aloud
- Weeks 4 to 8: teaches points under supervision; changes grippers
- Weeks 9 to 14: recovers from a crash, writes the shift note, trains the next person
- Wage $19.25, reimbursed at 50 percent for 560 hours: $5,390

# What to keep for the auditor
1. The contract, signed before the first hour
2. Time sheets that both the trainee and the supervisor signed
3. The outline with dates checked as skills are shown
4. Proof of pay at the wage in the contract

# Mistakes that cost us money
A plant in our network lost $14,300 because payroll listed the trainee under a staffing firm for the first two weeks.
Another was refused because it had laid off four people on another line 90 days before. Ask about the 120 days first.

# Script for the first phone call
"We will hire a ____ at $____ on ____. We have no layoffs in 120 days. Can someone come this week to see whether the
candidates are eligible, and bring the contract?" If the answer is a form by mail, ask for the supervisor.
"""

SPONSOR_BUDGET = """
# Five-year budget
For a group sponsor with four trades; the third year shows the gap that late reimbursement makes.

| Line | Year 1 | Year 2 | Year 3 | Year 4 | Year 5 |
| Apprentices | 9 | 22 | 41 | 58 | 77 |
| Instruction | $26,100 | $63,800 | $118,900 | $168,200 | $223,300 |
| Coordinator | $58,000 | $59,700 | $61,500 | $94,000 | $97,000 |
| Interest on the line of credit | $0 | $0 | $3,100 | $4,600 | $4,900 |
| Sponsor's fees received | $4,050 | $9,900 | $18,450 | $26,100 | $34,650 |
| State fund received | $18,270 | $44,660 | $0 | $199,600 | $156,310 |
| Foundation grants | $70,000 | $70,000 | $35,000 | $20,000 | $0 |

# Wage schedule
Percent of the journey wage of $33.80 an hour; a step every 1,000 hours.

| Step | Hours | Machinist | Toolmaker | Inspector | Maintenance |
| 1 | 0 | 55 % | 52 % | 58 % | 57 % |
| 2 | 1000 | 60 % | 56 % | 63 % | 62 % |
| 3 | 2000 | 65 % | 61 % | 68 % | 67 % |
| 4 | 3000 | 70 % | 66 % | 74 % | 72 % |
| 5 | 4000 | 76 % | 71 % | 80 % | 78 % |
| 6 | 5000 | 82 % | 76 % | 86 % | 84 % |
| 7 | 6000 | 88 % | 82 % | 92 % | 90 % |
| 8 | 7000 | 94 % | 88 % | 97 % | 96 % |
| Journey | 8000 | 100 % | 94 % | 100 % | 100 % |

# Work process hours
| Process | Machinist | Inspector |
| Bench and layout | 600 | 400 |
| Manual turning and milling | 1400 | 200 |
| Numerically controlled machines | 3600 | 600 |
| Grinding | 900 | 100 |
| Surface plate and hand metrology | 500 | 2400 |
| Coordinate measuring machine | 200 | 2900 |
| Documentation and gauge control | 300 | 900 |
| Rotation to another shop | 500 | 500 |
"""

CHILD_CARE = """# Child care for second shift: three pilots

Second shift at our plants runs from 3:00 to 11:30 p.m. Licensed care in the four counties closes at 6:00. In a survey
of 412 packaging machinery workers, 71 had turned down a better-paid shift in the past year for want of care. So we
tried three things.

## Pilot 1: a center that stays open

A church-run center agreed to stay open until midnight for twenty children if the plants guaranteed twelve. Cost to
the three plants: **$5,150 a month** together. Enrollment never passed nine. Parents told us, politely, that they did
not want to wake a toddler at 11:45 in January. Closed after seven months.

## Pilot 2: home providers with a stipend

Eleven licensed home providers got $400 a month for each evening child, and a substitute for sick days. Children sleep
where they are; parents collect them at midnight or at six in the morning. Twenty-six children at the end of the first
year, no provider lost, cost **$11,900 a month** with the substitute, half of it from a state pilot.

## Pilot 3: shift the shift

One plant moved the second shift to 1:00 to 9:00 p.m. for a line of 34 people. Nothing else. Overtime on first shift
fell, because machines overlap by two hours; the electricity bill rose by $900 a month because of the peak rate.
Applications for that line tripled.

## What we conclude

1. Ask parents about *bedtime*, not about price.
2. Home providers scale in small steps; a center does not.
3. Before paying for care, look whether the shift itself can move.
4. Put the agreement with providers in writing: ours is a page and a half, and is in the annex of the state report.

Contact: Linnéa Hauge. The county health inspector's checklist for evening care is worth reading before anything is
promised.
"""

SECOND_CHANCE_CALL = """
Keisha Broadnax told how three foundries hire people who come home from prison; 41 organizations attended.

## What was presented

Since the program began, 118 people were hired into shakeout, grinding and core making. After one year 64 percent were
still there; for all other hires in the same jobs it was 49. The hub of it is a *job developer* who visits the county
facility every second Tuesday and the foundry every second Thursday, so that the two know each other before release.

- The bond that insures an employer against theft in the first six months is free, and in four years no one claimed.
- A van from the transit center at 5:10 a.m. matters more than any class. $38,000 a year, shared by three plants.
- Parole meetings were moved to the plant's canteen: no lost shift.

## What went wrong

Two supervisors told the line who had a record. Both were retrained, one was moved. Since then only the personnel
office knows, and the applicant decides what to tell.

## Links

- Job developer's week, hour by hour: <https://lakeshore-forge.example/second-chance>
- Van schedule and cost split: ask Hal Okafor

## Asks and follow-ups

1. Bayou wants to visit before hurricane season; Keisha sends three dates.
2. Piedmont asked for the retention numbers by job. They are in the table below.
3. Shop Floor Skills Foundation will adapt its crane course for facilities without a crane.

| Job | Hired | There after one year |
|---|---|---|
| Shakeout | 44 | 25 |
| Grinding | 51 | 33 |
| Core making | 23 | 18 |
"""

SEPARATING_SERVICE = """
# Why a machine shop should care
About 2,300 people a year leave uniform at the two bases in our region. Half stay within an hour's drive for at least a
year. Aircraft maintainers read drawings, sign for torque and write things down: habits that take our shops two years
to teach. Yet in the first year of our work only nineteen were hired, mostly as drivers.

# Translate the specialty
| In uniform | On the machine line | Missing |
| Aircraft structural maintenance | Sheet metal, composite repair | Print standards |
| Precision measurement equipment | Calibration, inspection | None |
| Munitions systems | Assembly, kitting, lot control | Speed |
| Aerospace ground equipment | Maintenance technician | Ladder logic |
| Nondestructive inspection | NDT level II | Civil certificate, $2,800 |

# Ninety days before the last day
A service member can spend the last months at an employer while still paid by the service, if the commander agrees.
Commanders agree more readily when the request comes with a written training plan and a named mentor. Our template plan
has one page; 63 of 71 requests were approved.

# What the shops promise
- A mentor who has served, where there is one
- A wage in writing before the placement ends, at least $24 an hour for inspection and maintenance
- No machine alone for the first thirty days

# Spouses
The largest surprise. Forty-four spouses came to an evening that was meant for service members; seventeen now work in
quality, purchasing and programming. Several hold licenses from other states. Hold the evening with child care on site.

# Costs and results
Coordinator $74,000, evenings and travel $9,500, certificates $22,400. In the third year 96 hires, of whom 78 were
still employed after twelve months. About $1,100 for each hire: less than half of what the shops used to pay agencies.

# What we'd change
Start at the bases' education offices and not at the gate job fair. Ask for the technical training record early. And
drop the thank-you slogans: candidates said that they want to hear the wage and the shift.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="ojt-toolkit",
        title="On-the-job training contracts in five days: a toolkit",
        kind=Kind.RESOURCE,
        summary="How suppliers get half of a new hire's wage reimbursed, and what an auditor wants to see.",
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
        summary="Five years of a group sponsor's budget, the wage steps of four trades, and work process hours.",
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
        summary="Hiring people who leave the armed services, and their spouses, into machine shops.",
        topics=("workforce", "veterans", "defense"),
        organization="red-mesa",
        age_days=585,
        file_name="flight-line-to-machine-line.docx",
        content=SEPARATING_SERVICE,
    ),
)
