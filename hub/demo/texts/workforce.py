"""Workforce: apprenticeship, teachers in shops, good jobs."""

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

> No one asked apprentices when their shift ends until year three. It ends at 5:30.

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
Everyone is for good jobs until someone asks what one is. Our coalition spent most of a year on a definition, and the
breakthrough was to stop defining and start counting. The scorecard has twelve lines. An owner can fill it in with a
payroll report in forty minutes; we know, because we timed twenty-six of them.

It is not a certificate. No one gets a sticker. A plant sees its own numbers beside the median of plants of its size,
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
1. Recruit owners through owners. We did not send a single mass email
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
region, but keep twelve: with more, the forty minutes become two hours and no one comes back.
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
)
