"""Research and innovation: sensors, robots, printed molds, readiness levels, test labs."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

OLD_MACHINES = """
Erik Sørensen, Prairie Implement Makers Network

> The oldest machine in this talk is a 1953 press. Now it sends text messages.

# Ask a question before you buy a sensor
- What would you do differently if you knew?
- If the answer is "nothing", keep your $900
- Twenty-two shops, 140 machines, three questions: Is it running? Is it about to break? What is it making?

# The $900 kit
| Part | Cost |
| Current clamp | $65 |
| Vibration sensor | $140 |
| Small computer in a steel box | $210 |
| Stack light tap | $45 |
| Cellular modem | $180 |
| Electrician, two hours | $260 |

> It doesn't touch the machine's controller or the office network. That ended every security discussion.

# What shops believed and what they saw
@ bar | Percent of planned time spent cutting | Owners' guess=68 | Foremen's guess=55 | Measured=31

# It's always the same surprise
- Waiting for material, waiting for a first-piece inspection, waiting for a crane
- Breakdowns were 6 percent of lost time
- One shop skipped buying a second laser ($820,000) after seeing the first one was cutting only 34 percent of the time

# Predicting a failure
- Works on bearings, pumps, and spindles; we caught nine of eleven
- Doesn't work on electronics: no warning in any of fourteen
- False alarms: one a month per machine at first, one a quarter after tuning

# Who looks at the data
- A screen by the time clock, red and green, no names
- The union asked that no operator could be identified from it; we agreed in writing, on one page
- Fifteen minutes at 6:45 a.m. on yesterday's three longest stops

# Industrial internet of things (IIoT), without a platform
- The data stays in a file on the small computer; a spreadsheet reads it
- Nine of 22 shops later bought a platform; by then they knew what to ask for
- Six turned the kit off after a year: problem solved

# Cost and return
- $900 a machine, $11 a month; median shop: six machines
- Median gain after nine months: 7 percent more cutting time, about $64,000 a year
- Three shops gained nothing

# Build your own
- The parts list, wiring, and program are open source
- A high school class built forty kits: $150 each went to their trip fund
- Start with the machine everyone's waiting on
"""

PRINTED_MOLDS = """
# Sand, printed
Additive manufacturing (AM) came to our foundries as sand, not metal. A printer lays down a hundredth of an inch of
sand, then binder, and a day later you have a mold with no pattern. The collaborative and the college have run a shared
printer for four years. These are its accounts.

| Year | Molds and cores | Customers | Income | Cost |
| 1 | 140 | 6 | $88,000 | $341,000 |
| 2 | 610 | 14 | $297,000 | $389,000 |
| 3 | 1,450 | 23 | $512,000 | $462,000 |
| 4 | 1,720 | 27 | $588,000 | $497,000 |

---

# When printing pays
A pattern with two core boxes costs $9,000 to $40,000 and takes two to four months. A printed mold costs $350 to $2,600
and takes eight days, including cleaning and freight. So the break-even is 6 to 25 castings, depending on the cores.

@ bar | Cost of 10 castings, dollars, housing with five cores | Pattern=31400 | Printed=19800 | Hybrid=16100

Hybrid means printed cores in a conventional mold. It's now two-thirds of our work. Foundries figured it out on their
own; the vendor never mentioned it.

# What to watch
- Binder gas: printed cores vent differently, and our first 30 castings had blows. Vent channels are free, so print them
- Loose sand in blind passages: if a brush can't reach it, split the core
- Shelf life: six weeks in a humid summer
- Dimensional scatter: plus or minus 0.012 inch, better than wood, worse than a machined die

---

# Business model
The college owns the printer, the collaborative sells the hours, and they split the pay of two operators. Small
foundries buy by the box ($1,150 for a full 70-by-40-by-30-inch job box) and can share one; 40 percent of boxes are
shared.

No foundry in our region could have filled the machine alone: the largest takes 22 percent. Outside customers pay 30
percent more and wait behind members, and so far no one has complained.

# What we've learned
Seventeen students have worked on it; nine now work in foundries. Our mistakes grew into a 24-page design guide, and
each page has the date of the casting that taught us.

# What we would do differently
We'd buy the sand reclaimer in year 1: $130,000, with a fourteen-month payback. We wouldn't promise metal printing just
because a visitor asked. And we'd put the printer in a foundry, not on campus: every mold crosses town in an air-ride
truck that we have to rent.
"""

COBOTS = """
Minh Tran, Bayou Marine Fabrication Alliance

> Six small yards, nine collaborative robots, one of them under a tarp. I'll explain the tarp.

# What we wanted
- Weld brackets, pipe supports, ladder rungs: short welds, lots of 5 to 60
- Seven yards had 41 openings for welders; no one was going to lose a job
- A robot a welder can program by guiding its arm

# What it cost
| Item | Each |
| Arm and controller | $46,000 |
| Power source and torch | $27,500 |
| Table, clamps, fence with light curtain | $13,000 |
| Training, four days, three people | $5,400 |

# The first hundred days
@ line | Arc-on hours per week, median of nine | Week 2=3 | Week 4=7 | Week 8=14 | Week 12=19 | Week 16=22

# Who programs
- Not the engineer: the welder with the steadiest hand and the least patience for brackets
- Women are 4 of 13 programmers, and 2 of 96 welders
- A raise of $1.75 an hour once their first program runs

# Fit-up is everything
- A welder sees an eighth-inch gap and weaves; the arm doesn't
- The saw and the brake had to get better before the robot was worth anything: $30,000 no one had budgeted
- Tack fixtures out of printed plastic: $12

# The one under the tarp
- Bought for aluminum, in a shed open to the bay: porosity, rust, salt
- The arm went back twice; now it's waiting for an enclosed building
- Ask where the air comes from before you ask what it can lift

# Quality and class approval
- Procedure qualification took seven weeks; the surveyor wanted to see the operator, who was home asleep: night shift
- The X-ray reject rate fell from 4.1 to 1.6 percent
- Keep the manual procedure valid for the day the arm is down

# Results after a year
- Payback: 15 months at four yards, 31 months at two, never for the one under the tarp
- No layoffs; 13 new hires for pipe and position welding
- We lend out one cell on a trailer: $900 a week
"""

READINESS_WORKSHOP = """
# Two ladders
A technology readiness level (TRL) tells you whether something works. A manufacturing readiness level (MRL) tells you
whether you can make it, over and over, at a price. Inventors talk about the first; plants suffer from the second. This
workshop puts both on one wall in half a day.

# Who should come
- The person who invented it
- The person who would make it
- A buyer who might want it
- Someone from a test lab
- A lender, who stays quiet until the end

# Agenda
| Time | Activity | Output |
| 8:30 | Put it on the table; everyone handles it | Three sentences |
| 9:00 | TRL by evidence: photo, report, date | A number with proof |
| 10:00 | MRL by nine threads: design, materials, cost, process, quality, people, facilities, plan, industrial base | Nine numbers |
| 11:15 | The lowest number | One named gap |
| 11:45 | Who closes it, by when, and for how much | A card |

# The lowest-number rule
A product's MRL is the MRL of its weakest thread. One ceramic seal was at 7 on eight threads and at 3 on materials: the
powder came from a single drum a retired chemist had left behind. The team stopped designing and went looking for
powder.

# Lines for the facilitator
1. "Show me." (Not "Tell me.")
2. "How many have you made in a row without rework?"
3. "What would it cost if no one in this room were allowed to help?"
4. "Who else can do it?"

# Results of nineteen workshops
On average, TRL was two levels higher than MRL. In seven cases the gap was a test that cost under $5,000. Three projects
ended that day, to everyone's relief but one. Eight applied for SBIR or STTR money with the card attached; five were
funded, compared with about one in six elsewhere.

# Materials
Posters of the nine threads, the cards, and the three-page script. Print in one color; no one will mind.
"""

TEST_LAB = """
# The idea
No one's lab is busy every day, and everyone needs a lab some days. Five plants, a college, and a county put their
furnaces, presses, and microscopes on one list and one calendar. The list has 96 instruments. Nothing was moved.

| Instrument | Owner | Price per hour | Hours in {y-1} |
| Thermal shock rig | Plant | $140 | 610 |
| Electron microscope | College | $95 | 880 |
| Hot isostatic press | Plant | $420 | 290 |
| X-ray diffraction | College | $60 | 540 |
| Kiln, 3,270°F | County | $75 | 1,130 |

---

# The agreement
Eleven pages, three of them on trade secrets. The owner's operator runs the instrument. Samples carry a number, not a
name. The results belong to the customer who paid for them. If an instrument breaks while running a guest's sample, the
guest pays the first $5,000 and the owner's insurance pays the rest.

> The operator is the lab. The instrument is furniture.

# Prices
In year 1 we tried free hours, and people booked and didn't show. Then we charged the owner's actual cost plus ten
percent, and a third less for firms with fewer than fifty people. No-shows fell from 31 to 4 percent.

# One calendar
A web calendar at $18 a month. Every instrument has two half days a week reserved for guests. If no one has booked by
noon on Thursday, the owner gets them back.

---

# What the lab earned
@ bar | Thousands of dollars per year | Year 1=38 | Year 2=121 | Year 3=207 | Year 4=264

A 0.6 FTE coordinator costs $58,000; the rest goes to the owners. In year 4 it broke even for the first time. The award
that got it started was $900,000 over three years, two-thirds of it to fix instruments that sat idle for want of a
pump, a detector, or a license.

# Who uses it
Forty-four guest companies: nineteen from our counties, seventeen from the state next door, and eight from far away that
had been quoted an eleven-week wait elsewhere.

# What we would do differently
Write the trade secrets section first, with a lawyer who has worked in a plant. Don't buy a new instrument until all
the old ones work. And take pictures: funders looked at a website with nothing but a list and thought there was nothing
there.
"""

MONITORING_CALL = """# Call notes: machine monitoring without a platform

Erik Sørensen and a foreman (who asked to be called "the foreman") presented the $900 kit. 52 organizations attended,
the most all year.

## What was said

Twenty-two shops put a clamp, a vibration sensor and a small computer on 140 machines. Owners guessed their machines
were cutting 68 percent of planned time; the clamp said **31**. The foreman added that he'd known that for twenty years
and no one had asked.

## Discussion

- Cascade: current clamps show *energy*, too. The idle draw of one press was 11 kW, day and night.
- Harborline: does this count as connected to a network with CUI? Not if it has its own modem and carries no drawings.
- Millstream: have apprentices install them. Two hundred hours count as related work under the maintenance trade.

## Links

- Parts list and wiring: <https://prairie-implement.example/kit>
- Union agreement, one page: same address, second file

## Asks

1. Who has tried this on furnaces? (Lakeshore: we have, and the thermocouples die after four months.)
2. Volunteers for a comparison across communities, ten machines each, by {d+40}

## Follow-ups

- [x] Prairie to send ten kits to Delta Crossing at cost
- [ ] Shop Floor Skills Foundation to turn the wiring into a six-lesson class
- [ ] Secretariat to collect the measured percentages, without names
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="old-machines-sensors",
        title="Sensors on old machines: $900 a press",
        kind=Kind.PRESENTATION,
        summary="Twenty-two shops measured 140 machines. Owners guessed 68 percent; the clamp said 31.",
        topics=("research", "operations", "iiot", "industry-4.0"),
        organization="prairie",
        age_days=48,
        call=True,
        file_name="prairie-sensors-old-machines.pptx",
        content=OLD_MACHINES,
    ),
    DemoResource(
        key="printed-molds",
        title="Printed sand molds: four years of a shared printer",
        kind=Kind.RESOURCE,
        summary="When additive manufacturing pays in a foundry, and what the shared machine earned.",
        topics=("research", "additive-manufacturing", "foundry"),
        organization="lakeshore",
        age_days=283,
        file_name="printed-sand-molds.pdf",
        content=PRINTED_MOLDS,
    ),
    DemoResource(
        key="welding-cobots",
        title="Cobots in small yards: nine arms, one tarp",
        kind=Kind.PRESENTATION,
        summary="What collaborative welding robots did in six small shipyards, including the one that failed.",
        topics=("research", "workforce", "robotics", "welding"),
        organization="bayou",
        age_days=110,
        call=True,
        file_name="bayou-welding-cobots.pptx",
        content=COBOTS,
    ),
    DemoResource(
        key="readiness-workshop",
        title="TRL and MRL on one wall: a half-day workshop",
        kind=Kind.RESOURCE,
        summary="Agenda, script, and results of nineteen workshops on technology and manufacturing readiness.",
        topics=("research", "sbir", "workshop"),
        organization="ridgeline",
        age_days=845,
        file_name="trl-mrl-workshop.docx",
        content=READINESS_WORKSHOP,
    ),
    DemoResource(
        key="shared-test-lab",
        title="The test lab no one had to build",
        kind=Kind.RESOURCE,
        summary="Ninety-six instruments from five plants, a college, and a county, on one list and one calendar.",
        topics=("research", "infrastructure", "testing"),
        organization="ridgeline",
        age_days=495,
        file_name="shared-test-laboratory.pdf",
        content=TEST_LAB,
    ),
    DemoResource(
        key="call-notes-monitoring",
        title="Call notes: machine monitoring without a platform",
        kind=Kind.CALL_NOTES,
        summary="The $900 kit, the foreman's comment, and who will compare measurements.",
        topics=("research", "iiot", "industry-4.0"),
        organization="prairie",
        age_days=45,
        call=True,
        file_name="call-notes-machine-monitoring.md",
        content=MONITORING_CALL,
    ),
)
