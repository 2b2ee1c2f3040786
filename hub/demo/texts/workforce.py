"""Workforce: apprenticeship, on-the-job training, good jobs, teachers, child care, hiring."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

SHARED_APPRENTICESHIP = """
Abigail Thibodeau, Millstream Precision Manufacturing Collaborative

> I will show the money, including the year in which we lost some.

# The problem in one valley
- 63 machine shops, 51 of them with fewer than fifty people
- A shop of eighteen can train one apprentice every other year; a college can not open a class for that
- Median age of a toolmaker in our survey: 57

# One sponsor, many shops
- The collaborative is the sponsor of the registered apprenticeship program (RAP); shops are participating employers
- One set of standards for four trades: machinist, toolmaker, inspector, maintenance
- Shops sign four pages instead of forty

> Forty is not a figure of speech. We counted the pages of the packet one owner had given up on.

# How many have come through
@ line | Apprentices active at year end | Year 1=9 | Year 2=22 | Year 3=41 | Year 4=58 | Year 5=77

# Related instruction on two evenings
- 144 hours a year, Tuesdays and Thursdays, half of it online since the snow winter
- Instructors are journey workers paid $46 an hour; we train them for two Saturdays before they meet a class
- Completion of the first year rose from 61 to 83 percent when we moved the start from 5:00 to 6:15 p.m.

> Nobody asked apprentices when their shift ends until year three. It ends at 5:30.

# What a shop pays
| Item | A year | Who pays |
| Wage while learning | $39,500 to $52,000 | Shop |
| Instruction, books, tools | $2,900 | State fund 70 %, shop 30 % |
| Mentor's time, 4 hours a week | $7,600 | Shop |
| Sponsor's fee | $450 | Shop |

# Rotations between shops
- Twelve weeks in a neighbor's shop in the third year: grinding here, five-axis there, metrology at the college
- Fear of poaching was the first objection; in five years two of 77 changed employer within a year of a rotation
- The lending shop keeps the apprentice on its payroll and bills the host at cost

# The year that we lost money
- In year three the state paid 11 months late; we were $83,000 short
- We now draw a line of credit against signed training agreements and pay 5.5 percent for it
- Lesson: never let tuition invoices wait for a reimbursement

# Who is in the program
- 24 percent women in the newest class, from 6 percent in the first; the change came with the pre-apprenticeship in
  two high schools and a changing room
- Eleven apprentices learned English beside their trade; math for machinists was translated once, for $3,800
- Every third mentor is retired and paid by the hour

# If you start tomorrow
1. Find eight owners who will each name a person, not a wish
2. Borrow our standards; they are approved and we share them
3. Hire the coordinator before the apprentices
4. Put the mentor's pay in writing
"""

TEACHER_EXTERNSHIPS = """
Beatriz Nogueira, Shop Floor Skills Foundation

> This talk is about guidance counselors as much as about teachers.

# Who fills a welding seat?
- We asked 1,140 students in 16 schools who first told them about the welding program
- A teacher or counselor: 46 percent. Family: 31. A poster, a fair or a video: 9
- And 4 of 10 counselors had never been inside a plant

# Six weeks in July
- A teacher works 30 hours a week in a plant, with a mentor and a real task
- Stipend of $6,000: half from the foundation, half from the plant
- In the last week the teacher writes two lessons; the plant checks them for truth

# What teachers did
| Subject | Plant | Task |
| Geometry | Sheet metal shop | Nested blanks, cut scrap by 4 percent |
| Chemistry | Galvanizer | Bath log that operators now use |
| English | Valve maker | Rewrote 31 work instructions |
| Counselor | Four plants | Interviewed 60 people under thirty |

> The English teacher's work instructions paid for the whole summer at that plant.

# Enrollment two years later
@ bar | Students entering CTE manufacturing courses | Before=188 | One year=231 | Two years=306

# Costs for a group of twelve teachers
- Stipends $72,000, coordinator $14,000, insurance $2,300, bus for the plant day $900
- About $7,430 for each teacher, or $96 for each student taught in the following year

# Where it went wrong
- Two plants gave teachers filing; we now visit in week one and move people
- Background checks took five weeks in one district: begin in April
- Teachers of grade eight matter more than those of grade twelve; we learned this late

# Safety and insurance
- Externs are temporary employees of the foundation, so that workers' compensation is clear
- No hands in machines; observation behind the yellow line unless trained on that machine
- Steel toes come out of the coordinator's budget: $120 each

# How a community can begin
- One district, four plants, four teachers, one coordinator for ten weeks
- Our lesson library has 88 units, free to copy and change
- The foundation matches the stipends of the first four teachers; write to us before {d+70}
"""

SCORECARD = """
# Why a scorecard, and why one page
Everybody is for good jobs until somebody asks what one is. Our coalition spent most of a year on a definition, and the
breakthrough was to stop defining and start counting. The scorecard has twelve lines. An owner can fill it in with a
payroll report in forty minutes; we know, because we timed twenty-six of them.

It is not a certificate. Nobody gets a sticker. A plant sees its own numbers beside the median of plants of its size,
and decides what to work on. After three rounds, nineteen of twenty-six plants had changed something that they can
name.

# The twelve lines
| Line | Measure | Median |
| 1 | Lowest hourly wage after 90 days | $17.40 |
| 2 | Share of staff above the county's living wage for one adult, one child | 44 % |
| 3 | Weeks of notice for a schedule change | 1 |
| 4 | Employer's share of a single health premium | 78 % |
| 5 | Paid days off in the first year | 9 |
| 6 | Voluntary quits in a year, per 100 | 31 |

---

| Line | Measure | Median |
| 7 | Recordable injuries per 100 | 3.6 |
| 8 | Paid training hours per person | 14 |
| 9 | Supervisors promoted from the floor | 57 % |
| 10 | Wage difference at the same job after three years, women to men | 94 % |
| 11 | Hires with a record, a disability or a gap of a year | 8 % |
| 12 | Suggestions acted on within a month | 2 per 10 people |

# What owners argued about
Line 2 nearly ended the project. A living wage depends on the county and on who depends on the worker, and three owners
said, rightly, that they do not set rents. We kept the line because it is the only one that a worker would ask about
first, and because the plants that moved it did so mostly with steps inside the pay scale and not at the bottom.

Line 3 surprised everyone. A notice of one week is the median; yet moving to two weeks cost nothing in eleven plants
and was, in exit interviews, named more often than pay.

> Two weeks' notice of a schedule change: quits fell by 9 per 100 in the eleven plants that did it.

---

# What three rounds showed
@ bar | Voluntary quits per 100, plants that changed something | Round 1=38 | Round 2=31 | Round 3=24

The seven plants that changed nothing went from 33 to 35. Twenty-six plants are not a study, and hiring was hard
everywhere in those years; still, the direction is the same in every size class.

# The cost of a quit
We asked controllers to add up advertising, overtime, scrap in the first month and the trainer's time. The answer for a
loom technician was $11,200; for a cut-and-sew operator $3,900; for a composite lay-up hand $6,700. A plant with one
hundred people and thirty quits loses about as much as a new machine every year.

# How to run it in your region
1. Recruit owners through owners. We did not send a single mass e-mail
2. Promise, and keep, that numbers leave a plant only as part of a median of five or more
3. Bring a payroll clerk to the first meeting; half of the questions are about reports
4. Publish the medians each spring, without ranking

---

# Ties to public money
Several funders ask for job quality in their notices; the scorecard answers with numbers where others answer with
adjectives. Our proposal for the regional loom technician academy used lines 1, 2, 6 and 8 as its baseline, and the
reviewers' only question about them was how we got the plants to share.

# What we would do differently
We would begin with plants of 40 to 150 people; below that, percentages jump with every hire, and above it, headquarters
says no. We would ask workers earlier: the line about suggestions came from a lunch with eleven loom fixers, and it is
the one that supervisors like best. And we would not print it in color; the first version looked like a report card.

# Copying it
The form, the instructions and the script for the first meeting are free for anyone. Change the lines to suit your
region, but keep twelve: with more, the forty minutes become two hours and nobody comes back.
"""

OJT_TOOLKIT = """
# What an on-the-job training contract is
Under the Workforce Innovation and Opportunity Act (WIOA) a local workforce development board can reimburse an employer
for part of a new hire's wage while the person learns: usually half, up to three quarters for small employers.
On-the-job training (OJT) is the least used money in our three states: in {y-1} about a fifth of it went back unspent.

# Why suppliers don't use it
- The paperwork arrives after the person has started, and then it is too late
- Nobody in a 60-person plant owns it
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
3. The outline with dates ticked as skills are shown
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

- The bond that insures an employer against theft in the first six months is free, and in four years nobody claimed.
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
        key="shared-apprenticeship",
        title="Shared apprenticeships for shops under fifty",
        kind=Kind.PRESENTATION,
        summary="One sponsor, 63 shops, four trades: what a shared registered apprenticeship costs and pays.",
        topics=("workforce", "apprenticeship", "rap"),
        organization="millstream",
        age_days=160,
        call=True,
        file_name="millstream-shared-apprenticeships.pptx",
        content=SHARED_APPRENTICESHIP,
    ),
    DemoResource(
        key="teacher-externships",
        title="Teacher externships: the summer that fills welding seats",
        kind=Kind.PRESENTATION,
        summary="Teachers and counselors who spend July in a plant send students there for years.",
        topics=("workforce", "cte", "schools"),
        organization="shop-floor-skills",
        age_days=250,
        call=True,
        file_name="teacher-externships.pptx",
        content=TEACHER_EXTERNSHIPS,
    ),
    DemoResource(
        key="good-jobs-scorecard",
        title="A good jobs scorecard that owners will fill in",
        kind=Kind.RESOURCE,
        summary="Twelve lines, forty minutes, twenty-six plants: measuring job quality without a sermon.",
        topics=("workforce", "good-jobs", "dei", "retention"),
        organization="piedmont",
        age_days=295,
        audience=Audience.PUBLIC,
        file_name="good-jobs-scorecard.pdf",
        content=SCORECARD,
    ),
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
