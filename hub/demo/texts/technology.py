"""Research and innovation: sensors, robots, printed molds, readiness levels, test laboratories."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

OLD_MACHINES = """
Erik Sørensen, Prairie Implement Makers Network

> The oldest machine in this talk is a press of 1953. It now sends a text message.

# A question before a sensor
- What would you do differently if you knew?
- If the answer is "nothing", keep the $900
- Twenty-two shops, 140 machines, three questions: Is it running? Is it about to break? What does it make?

# The $900 kit
| Part | Cost |
| Current clamp | $65 |
| Vibration sensor | $140 |
| Small computer in a steel box | $210 |
| Stack light tap | $45 |
| Cellular modem | $180 |
| Electrician, two hours | $260 |

> No connection to the machine's controller and none to the office network: that ended every security discussion.

# What shops believed and what they saw
@ bar | Percent of planned time spent cutting | Owners' guess=68 | Foremen's guess=55 | Measured=31

# The surprise is always the same
- Waiting for material, waiting for a first-piece inspection, waiting for a crane
- Breakdowns were 6 percent of lost time
- One shop bought no second laser ($820,000) after seeing that the first one cut 34 percent of the time

# Predicting a failure
- Works for bearings, pumps, spindles; we caught nine of eleven
- Doesn't work for electronics: no warning in any of fourteen
- False alarms: one a month for each machine at the start, one a quarter after tuning

# Who looks at the data
- A screen at the time clock, red and green, no names
- The union asked that no operator can be derived from it: agreed in writing, one page
- Fifteen minutes at 6:45 with yesterday's three longest stops

# Industrial internet of things (IIoT), without a platform
- Data stay in a file on the small computer; a spreadsheet reads it
- Nine of 22 shops later bought a platform; they knew then what to ask
- Six switched the kit off after a year: problem solved

# Cost and return
- $900 a machine, $11 a month; median shop: six machines
- Median gain after nine months: 7 percent more cutting time, about $64,000 a year
- Three shops gained nothing

# Build your own
- Parts list, wiring and program are open
- A high school built forty kits as a class: $150 each for the trip fund
- Begin with the machine that everyone waits for
"""

PRINTED_MOLDS = """
# Sand, printed
Additive manufacturing (AM) came to our foundries as sand and not as metal. A printer lays down a hundredth of an inch of
sand, a binder follows, and after a day there is a mold without a pattern. The collaborative and the college have run a
shared printer for four years. These are its accounts.

| Year | Molds and cores | Customers | Income | Cost |
| 1 | 140 | 6 | $88,000 | $341,000 |
| 2 | 610 | 14 | $297,000 | $389,000 |
| 3 | 1,450 | 23 | $512,000 | $462,000 |
| 4 | 1,720 | 27 | $588,000 | $497,000 |

---

# When printing pays
A pattern with two core boxes costs between $9,000 and $40,000 and takes two to four months. A printed mold costs $350 to
$2,600 and takes eight days with cleaning and freight. So the crossing lies at 6 to 25 castings, depending on cores.

@ bar | Cost of 10 castings in dollars, housing with five cores | Pattern=31400 | Printed=19800 | Hybrid=16100

Hybrid means: printed cores in a conventional mold. It has become two thirds of our work. Foundrymen came to it by
themselves; the machine's vendor had never mentioned it.

# What to watch
- Binder gas: printed cores vent differently, and the first 30 castings had blows. Vent channels are free: print them
- Loose sand in blind passages. If a brush can not reach it, split the core
- Shelf life of six weeks in a humid summer
- Dimensional scatter of plus or minus 0.012 inch, better than wood, worse than a machined die

---

# Business model
The college owns the printer, the collaborative sells the hours, two operators are paid by both. Small foundries buy by
the box ($1,150 for a full job box of 70 by 40 by 30 inches), and share a box if they wish; 40 percent of boxes are shared.

A foundry of our own region could not have filled such a machine: the largest takes 22 percent. Outside customers pay 30
percent more and wait behind members, which no one has yet complained about.

# Accounts of learning
Seventeen students have worked on it; nine are employed in foundries. A design guide of 24 pages grew out of mistakes;
each page has the date of the casting that taught it.

# What we would do differently
Buy the sand reclaimer in the first year: $130,000, pays back in fourteen months. Not promise metal printing because a
visitor asks. Put the printer into a foundry's hall and not on campus; every mold crosses town in a truck with air
suspension that we had to rent.
"""

COBOTS = """
Minh Tran, Bayou Marine Fabrication Alliance

> Six small yards, nine collaborative robots, one of them under a tarp. I will explain the tarp.

# What we wanted
- Weld brackets, pipe supports, ladder rungs: short welds, lots of 5 to 60
- 41 open jobs for welders in seven yards; no one was to lose one
- A robot that a welder programs by leading its arm

# How much
| Item | Each |
| Arm and controller | $46,000 |
| Power source and torch | $27,500 |
| Table, clamps, fence with light curtain | $13,000 |
| Training, four days, three people | $5,400 |

# The first hundred days
@ line | Arc-on hours a week, median of nine | Week 2=3 | Week 4=7 | Week 8=14 | Week 12=19 | Week 16=22

# Who programs
- Not the engineer: the welder with the steadiest hand and the least patience for brackets
- Women's share among programmers is 4 of 13; among welders 2 of 96
- Wage step of $1.75 an hour from the first program that ran

# Fit-up is everything
- A person sees a gap of an eighth and weaves; the arm doesn't
- The saw and the brake had to become better before the robot was worth anything: $30,000 that no one had planned
- Tack fixtures from printed plastic: $12

# The one under the tarp
- Bought for aluminum, in a hall open to the bay: porosity, rust, salt
- Arm sent back twice; now it waits for a closed hall
- Ask where the air comes from before you ask what it can lift

# Quality and class approval
- Procedure qualification took seven weeks; the surveyor wanted to see the operator, who was asleep at home: night shift
- Reject rate by X-ray fell from 4.1 to 1.6 percent
- Keep the manual procedure valid for the day on which the arm stands still

# Results after a year
- Payback of 15 months in four yards, 31 months in two, never for the tarp
- No layoffs; 13 more hires for pipe and position welding
- We lend one cell by trailer: $900 a week
"""

READINESS_WORKSHOP = """
# Two ladders
A technology readiness level (TRL) says whether a thing works. A manufacturing readiness level (MRL) says whether it can
be made, again and again, at a price. Inventors talk about the first, plants suffer from the second. This workshop puts
both on one wall in half a day.

# Who should come
- The person who invented it
- The person who would make it
- A buyer who might want it
- Someone from a test laboratory
- A lender, silent until the end

# Agenda
| Time | What | Output |
| 8:30 | The thing on the table; everyone touches it | Three sentences |
| 9:00 | TRL by evidence: photo, report, date | A number with a proof |
| 10:00 | MRL by nine threads: design, materials, cost, process, quality, people, facilities, plan, industrial base | Nine numbers |
| 11:15 | The lowest number | One named gap |
| 11:45 | Who closes it, by when, for how much | A card |

# The rule of the lowest number
The MRL of a product is that of its weakest thread. A ceramic seal stood at 7 in eight threads and at 3 in materials: the
powder came from one drum that a retired chemist had left behind. The team stopped designing and looked for powder.

# Facilitator's sentences
1. "Show me." (Not: "tell me.")
2. "How many have you made in a row without touching them?"
3. "What would it cost if no one in this room were allowed to help?"
4. "Who else can do it?"

# Results of nineteen workshops
TRL was on average two levels higher than MRL. In seven cases the gap was a test that cost under $5,000. Three projects
ended on the day, to the relief of everyone but one. Eight applied for SBIR or STTR money with the card as an annex; five
were funded, against about one of six elsewhere.

# Materials
The nine threads on posters, cards, and the three-page script. Print in one color; no one minds.
"""

TEST_LAB = """
# The idea
No one's laboratory is busy every day, and everyone needs one on some days. Five plants, a college and a county put
their furnaces, presses and microscopes onto one list and one calendar. The list has 96 instruments. Nothing was moved.

| Instrument | Owner | Price an hour | Hours in {y-1} |
| Thermal shock rig | Plant | $140 | 610 |
| Electron microscope | College | $95 | 880 |
| Hot isostatic press | Plant | $420 | 290 |
| X-ray diffraction | College | $60 | 540 |
| Kiln, 1,800 °C | County | $75 | 1,130 |

---

# The agreement
Eleven pages, of which three are on secrets. The owner's operator runs the instrument. Samples carry a number and no
name. Results belong to whoever pays. If an instrument breaks while running a guest's sample the first $5,000 are the
guest's, the rest the owner's insurance.

> The operator is the laboratory. The instrument is furniture.

# Prices
We tried free hours in the first year, and people booked and didn't come. Then we took the owner's real cost plus ten
percent, and a third less for firms under fifty. No-shows fell from 31 to 4 percent.

# One calendar
A web calendar at $18 a month. Every instrument has two half days a week that belong to guests, and if no one has booked
by Thursday noon the owner has them back.

---

# What the laboratory earned
@ bar | Thousand dollars a year | Year 1=38 | Year 2=121 | Year 3=207 | Year 4=264

A coordinator at 0.6 of a position costs $58,000; the rest goes to owners. In the fourth year it carried itself for the
first time. The award that started it had been $900,000 over three years, two thirds of it for upgrades of instruments
that stood idle for lack of a pump, a detector or a license.

# Who comes
Forty-four guest companies: nineteen from our counties, seventeen from the neighboring state, eight from far away who had
been told elsewhere to wait for eleven weeks.

# What we would do differently
Write the page on secrets first, with a lawyer who has worked in a plant. Don't buy a new instrument before all old ones
work. And take pictures: funders visited a website with a list and thought that nothing was there.
"""

MONITORING_CALL = """# Call notes: machine monitoring without a platform

Erik Sørensen and a foreman (who asked to be called "the foreman") presented the $900 kit; 52 organizations, the most of
the year.

## What was said

Twenty-two shops put a clamp, a vibration sensor and a small computer on 140 machines. Owners guessed that machines cut
for 68 percent of planned time; the clamp said **31**. The foreman added that he had known this for twenty years and that
no one had asked him.

## Discussion

- Cascade: current clamps show *energy*, too. The idle draw of one press was 11 kW, day and night.
- Harborline: does it count as connected to a network with CUI? Not if it has its own modem and carries no drawing.
- Millstream: apprentices as installers. Two hundred hours count as related work under the maintenance trade.

## Links

- Parts list and wiring: <https://prairie-implement.example/kit>
- Union agreement, one page: same address, second file

## Asks

1. Who has tried this on furnaces? (Lakeshore: yes, thermocouples die after four months.)
2. Volunteers for a comparison between communities, ten machines each, by {d+40}

## Follow-ups

- [x] Prairie sends ten kits to Delta Crossing at cost
- [ ] Shop Floor Skills Foundation turns the wiring into a class of six lessons
- [ ] The secretariat collects the measured percentages, without names
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="old-machines-sensors",
        title="Sensors on old machines: $900 a press",
        kind=Kind.PRESENTATION,
        summary="Twenty-two shops measure 140 machines; owners guessed 68 percent, the clamp said 31.",
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
        summary="Agenda, sentences and results of nineteen workshops on technology and manufacturing readiness.",
        topics=("research", "sbir", "workshop"),
        organization="ridgeline",
        age_days=845,
        file_name="trl-mrl-workshop.docx",
        content=READINESS_WORKSHOP,
    ),
    DemoResource(
        key="shared-test-lab",
        title="A test laboratory that no one built",
        kind=Kind.RESOURCE,
        summary="Ninety-six instruments of five plants, a college and a county on one list and one calendar.",
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
