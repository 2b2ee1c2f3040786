"""Workforce: apprenticeship, teachers in shops, good jobs."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

SHARED_APPRENTICESHIP = """
Abigail Thibodeau, Millstream Precision Manufacturing Collaborative

> I'll show you the money, including the year we lost some.

# The problem in one valley
- 63 machine shops, 51 of them with fewer than fifty people
- An eighteen-person shop can train one apprentice every other year, and a college can't run a class for one
- Median age of a toolmaker in our survey: 57

# One sponsor, many shops
- The collaborative sponsors the registered apprenticeship program (RAP); the shops are participating employers
- One set of standards for four trades: machinist, toolmaker, inspector, maintenance
- Shops sign four pages instead of forty

> Forty isn't a figure of speech. We counted the pages in the packet one owner gave up on.

# How many have come through
@ line | Apprentices active at year end | Year 1=9 | Year 2=22 | Year 3=41 | Year 4=58 | Year 5=77

# Related instruction on two evenings
- 144 hours a year, Tuesdays and Thursdays, half of it online ever since the big snow winter
- Instructors are journey-level workers paid $46 an hour; we train them on two Saturdays before they teach a class
- First-year completion rose from 61 to 83 percent when we moved the start time from 5:00 to 6:15 p.m.

> Until year 3, no one had asked the apprentices when their shift ends. It ends at 5:30.

# What a shop pays
| Item | Per year | Who pays |
| Wage while learning | $39,500 to $52,000 | Shop |
| Instruction, books, tools | $2,900 | State fund 70%, shop 30% |
| Mentor's time, 4 hours a week | $7,600 | Shop |
| Sponsor's fee | $450 | Shop |

# Rotations between shops
- In the third year, twelve weeks at a neighboring shop: grinding at one, five-axis at another, metrology at the college
- Poaching was the first objection; in five years, two of 77 changed employers within a year of a rotation
- The home shop keeps the apprentice on its payroll and bills the host shop at cost

# The year we lost money
- In year 3 the state reimbursed us 11 months late, and we were $83,000 short
- Now we draw on a line of credit against signed training agreements and pay 5.5 percent for it
- Lesson: never let tuition invoices wait on reimbursement

# Who is in the program
- The newest class is 24 percent women, up from 6 percent in the first; what changed was a pre-apprenticeship in two
  high schools and a locker room
- Eleven apprentices learned English along with their trade; we translated math for machinists once, for $3,800
- One in three mentors is retired and paid by the hour

# If you start tomorrow
1. Find eight owners who will each name an actual person, not a wish
2. Borrow our standards; they're approved, and we share them
3. Hire the coordinator before the apprentices
4. Put the mentor's pay in writing
"""

TEACHER_EXTERNSHIPS = """
Beatriz Nogueira, Shop Floor Skills Foundation

> This talk is as much about guidance counselors as it is about teachers.

# Who fills the welding seats?
- We asked 1,140 students in 16 schools who first told them about the welding program
- A teacher or counselor: 46 percent. Family: 31. A poster, a fair, or a video: 9
- And 4 of 10 counselors had never been inside a plant

# Six weeks in July
- A teacher works 30 hours a week in a plant, with a mentor and a real task
- Stipend of $6,000: half from the foundation, half from the plant
- In the last week, the teacher writes two lessons and the plant checks the facts

# What teachers did
| Subject | Plant | Task |
| Geometry | Sheet metal shop | Nested blanks, cut scrap 4 percent |
| Chemistry | Galvanizer | Made a bath log operators now use |
| English | Valve maker | Rewrote 31 work instructions |
| Counselor | Four plants | Interviewed 60 people under thirty |

> At that plant, the English teacher's work instructions paid for the whole summer.

# Enrollment two years later
@ bar | Students entering CTE manufacturing courses | Before=188 | One year=231 | Two years=306

# Costs for a group of twelve teachers
- Stipends $72,000, coordinator $14,000, insurance $2,300, bus for the plant day $900
- About $7,430 per teacher, or $96 per student taught the following year

# What went wrong
- Two plants had teachers do filing; now we visit in week one and move people
- Background checks took five weeks in one district: start in April
- Eighth-grade teachers matter more than twelfth-grade teachers; we learned that late

# Safety and insurance
- Externs are temporary employees of the foundation, so there's no question about workers' compensation
- No hands in machines; observe from behind the yellow line unless trained on that machine
- Steel-toe boots come out of the coordinator's budget: $120 each

# How to get started
- One district, four plants, four teachers, one coordinator for ten weeks
- Our lesson library has 88 units, free to copy and modify
- The foundation matches the stipends of your first four teachers; email us by {d+70}
"""

SCORECARD = """
# Why a scorecard, and why one page
Everyone is for good jobs until someone asks what one is. Our coalition spent most of a year on a definition, and the
breakthrough was to stop defining and start counting. The scorecard has twelve lines. With a payroll report, an owner
can fill it out in forty minutes. We know, because we timed twenty-six of them.

It's not a certification. No one gets a sticker. A plant sees its own numbers next to the median for plants its size and
decides what to work on. After three rounds, nineteen of twenty-six plants had changed something they could point to.

# The twelve lines
| Line | Measure | Median |
| 1 | Lowest hourly wage after 90 days | $17.40 |
| 2 | Staff above the county's living wage for one adult, one child | 44% |
| 3 | Weeks of notice for a schedule change | 1 |
| 4 | Employer's share of a single health premium | 78% |
| 5 | Paid days off in the first year | 9 |
| 6 | Voluntary quits per year, per 100 | 31 |

---

| Line | Measure | Median |
| 7 | Recordable injuries per 100 | 3.6 |
| 8 | Paid training hours per person | 14 |
| 9 | Supervisors promoted from the floor | 57% |
| 10 | Women's pay as a share of men's, same job, after three years | 94% |
| 11 | Hires with a record, a disability, or a one-year gap | 8% |
| 12 | Suggestions acted on within a month | 2 per 10 people |

# What owners argued about
Line 2 nearly killed the project. A living wage depends on the county and the size of the family, and three owners
said, rightly, that they don't set the rents. We kept the line because it's the first thing a worker would ask about,
and because the plants that moved the number did it mostly with steps inside the pay scale, not at the bottom.

Line 3 surprised everyone. The median notice is one week. Moving to two weeks cost eleven plants nothing, and in exit
interviews people brought up scheduling more often than pay.

> Two weeks' notice of a schedule change: quits fell by 9 per 100 at the eleven plants that did it.

---

# What three rounds showed
@ bar | Voluntary quits per 100, plants that changed something | Round 1=38 | Round 2=31 | Round 3=24

The seven plants that changed nothing went from 33 to 35. Twenty-six plants aren't a study, and hiring was hard
everywhere in those years. Still, the direction is the same in every size class.

# The cost of a quit
We asked controllers to add up advertising, overtime, first-month scrap, and the trainer's time. The cost of a quit
came to $11,200 for a loom technician, $3,900 for a cut-and-sew operator, and $6,700 for a composite lay-up worker. A
100-person plant with thirty quits loses about the price of a new machine every year.

# How to run it in your region
1. Have owners recruit owners. We didn't send a single mass email
2. Promise that numbers leave a plant only as part of a median of five or more, and keep that promise
3. Bring a payroll clerk to the first meeting; half the questions are about reports
4. Publish the medians every spring, with no rankings

---

# How it helps with grants
Several funders ask about job quality in their notices. The scorecard answers with numbers where others answer with
adjectives. Our proposal for the regional loom technician academy used lines 1, 2, 6, and 8 as its baseline, and the
reviewers' only question was how we got the plants to share them.

# What we would do differently
We'd start with plants of 40 to 150 people. Below that, percentages jump with every hire; above it, headquarters says
no. We'd ask workers sooner: the line about suggestions came out of a lunch with eleven loom fixers, and it's the one
supervisors like best. And we wouldn't print it in color; the first version looked like a report card.

# Copy it
The form, the instructions, and the script for the first meeting are free to anyone. Change the lines to fit your
region, but stick to twelve. Add more, and forty minutes turns into two hours and no one comes back.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="shared-apprenticeship",
        title="Shared apprenticeships for shops under fifty",
        kind=Kind.PRESENTATION,
        summary="One sponsor, 63 shops, four trades: what a shared registered apprenticeship costs and pays back.",
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
        summary="Teachers and counselors who spend July in a plant send students that way for years.",
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
