"""Infrastructure and site development: ready sites, utilities, rail, former mine land."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

MINE_BENCH = """
# A flat spot in a steep county
Our nine counties have plenty of land, and hardly any of it is level. The biggest flat piece is a former surface mine,
the Cutler Bench: 214 acres, eleven miles from the interstate, with a haul road and a substation that once powered a
dragline. This is how we turned it into an industrial park, bills included.

| Year | What happened | Cost |
| 1 | Title search, 31 owners of surface or mineral rights | $212,000 |
| 2 | Borings, settlement plates, mine map from the state archives | $385,000 |
| 3 | Dynamic compaction, 46 acres | $3,940,000 |
| 4 | Water, sewer, and road | $7,120,000 |
| 5 | First building, 62,000 square feet | $9,800,000 |

> Fill settles. In four years, ours moved eleven inches where it wasn't compacted and half an inch where it was.

---

# Title comes first
Thirty-one parties held some right to the Bench. One owner's heirs lived in six states. It took two lawyers, a retired
surveyor, fourteen months, and a friendly quiet-title suit. If we did it again, we'd buy an option from every owner in
the first month, for $100 each, before anyone had read about the project.

# What's underneath
Spoil had been dumped off the high wall, uncompacted, to a depth of 140 feet. Borings showed voids where timber had
rotted. Compaction means an eighteen-ton weight dropped from seventy feet, nine times, every ten feet. It's loud, it
breaks windows within 500 feet, and it works to a depth of about thirty feet. We put buildings on that part and parking
on the rest.

---

# Water and acid
Water seeping out of the spoil has a pH of 4.1. It ate through a culvert the first winter. Limestone drains and two
ponds ($640,000) brought it up to 6.8, and operating the ponds became the park's first permanent job. Foundations are
poured with sulfate-resistant cement, which adds four percent.

# Power
The substation's transformer had been sold. The utility would rebuild to 12 MW if someone guaranteed half the load for
five years. No tenant would. The state guaranteed three years and the county two, and that made the difference; the
guarantee was called once, for $88,000.

---

# Jobs so far
@ bar | People working on the Bench | Year 4=3 | Year 5=41 | Year 6=118 | Year 7=166

We have two tenants: one makes silicon carbide kiln furniture, and the other refurbishes mine hoists. A third, a battery
recycler, looked for nine months and walked away because its insurer wanted more fire water. We've since built a
300,000-gallon tank.

# Who paid
A build-back regional award covered 48 percent, the state's abandoned-mine fund 27, the power company 6, and county
bonds the rest. Local match was the hardest tenth: we counted donated engineering, and four years later we were asked
for the time sheets. Keep them.

# If you have a bench of your own
1. Buy options first
2. Find the mine map; ask the engineer's widow, and we're not joking
3. Compact a third of it and market only that
4. Build the water tank before the brochure
"""

SITE_SCORING = """
Dolores Whitebull and Casey Ruhl, Prairie Implement Makers Network

> We lost three projects in one year and asked each company why. This deck is what they told us.

# Why we lost
- Project 1: no soil report; the competition had one in the folder
- Project 2: 38 psi water pressure at the property line; they needed 60
- Project 3: the farmer raised the price after a newspaper story
- No one mentioned taxes

# A hundred points
| Group | Points | Typical corn field |
| Control of the land | 20 | 2 |
| Power | 20 | 8 |
| Water and sewer | 20 | 6 |
| Soils | 15 | 9 |
| Access | 15 | 11 |
| Neighbors and zoning | 10 | 7 |

> A corn field scores 43. A company wants 80 before it flies in.

# Control means a signature
- Option to buy, 24 months, fixed price: 20 points
- Letter of interest: 2 points
- Our options cost $40 to $95 an acre per year, and farmers keep planting

# Power: ask for three numbers
1. Megawatts available today
2. Megawatts in 18 months, and who pays for them
3. Outages longer than a minute in the past five years

# From 43 to 81 points
@ bar | Points, Section 22 site | Start=43 | Options=61 | Soil and wetland reports=68 | Water loop=81

# What it cost
- Options on 160 acres: $11,200 a year
- Soil borings, wetland delineation, cultural survey: $74,000
- Water loop with a second feed: $1,050,000, two-thirds from a public works grant
- Total per point: about $30,000

# Sites take years
- One certified site sold after 31 months; two others have been waiting six and four years
- While it waits, it's a field: rent covers a third of the option cost
- Mow the ditch. Visitors notice

# Neighbors first
- We sit down at kitchen tables before the first boring; 14 of 15 neighbors said yes to a berm and a truck route
- The fifteenth spoke up at every meeting, and was right about the drainage

# What to do Monday
- Score three sites on our sheet; each takes a morning
- Drop two
- Call the utility about the third
"""

WILL_SERVE = """
# What a will-serve letter should say
A utility's "will-serve" letter is only as good as the numbers in it. We collected thirty-three letters from six states:
nineteen didn't have a single number. Send this checklist with your request, and ask for an answer on every line.

# Electricity
- Megawatts available today, at what voltage, from which substation
- What it takes to get more: which upgrades, how long after the deposit, and who pays
- Second feed: yes or no, from the same substation or a different one
- Rate schedule, with the demand charge spelled out

# Natural gas
- Thousand cubic feet per hour (MCFH) at the property line, firm, not interruptible
- Pressure; days of curtailment in the last three winters

# Water
- Gallons per day, average and peak; static and residual pressure; fire flow for four hours
- Hardness and chloride: two food plants turned us down over chloride

# Sewer
- Gallons per day the treatment plant can take beyond what's already committed
- Limits for zinc, oil, and biochemical oxygen demand, and the surcharge

# Fiber
- Two carriers on two routes; ask which side of the road

# How to read the answers
| They write | They mean |
| Sufficient capacity exists | No one has checked |
| Subject to study | Six to fourteen months, $25,000 to $80,000 |
| At the customer's expense | Ask for a cap |
| 8 MW by {m+14} with a deposit | A real answer |

# Cover note
"Please answer with numbers, even if the number is small. We can plan around a small number; we can't plan around a big
word."
"""

RAIL_SPUR = """
# When does a spur pay?
Every one of our parks has a line on the map called "potential rail". A half-mile spur with one switch costs $1.9
million to $3.4 million. Is that worth it for a park with two or three users shipping a few hundred cars a year?

| Item | Low | High |
| Main line turnout and signals | $640,000 | $1,250,000 |
| Half a mile of track | $720,000 | $1,100,000 |
| Grade crossing with gates | $290,000 | $520,000 |
| Engineering and permits | $210,000 | $380,000 |
| Derail, bumping post, lights | $60,000 | $150,000 |

---

# Cars a year
We looked at the books of five parks. With a grant for half the cost and a switching fee of $410 a car, break-even is
around 430 cars a year. Without a grant, it's about 900. Two steel users will get you there; with plastics it takes
four.

@ bar | Loaded cars in year 5 | Park A=1120 | Park B=640 | Park C=390 | Park D=85 | Park E=12

Park E has the best-looking spur of them all. It was built for a user who went somewhere else, and now it grows grass.

# What railroads want
They want density and no surprises. A short line will often stop for twenty cars a week; a Class I won't stop for less
than a block of cars. Talk to the short line's marketing person before an engineer draws anything. Ours redrew the
turnout and saved us $300,000.

---

# The cheaper option: a transload
A paved track-side lot with a conveyor and a forklift, eleven miles away, serves nine plants that have no spur of their
own. It cost $1.2 million, handles 1,700 cars a year, and is run by a farmers' cooperative whose forklifts sit idle from
December to March. Drayage adds $185 a load. For plants shipping under 200 cars a year, it's the better choice.

# Rules of thumb
1. Under 200 cars: transload
2. 200 to 450: a spur, with a grant and a second user's commitment in writing
3. Over 450: a spur
4. Never for a single user without a take-or-pay agreement

# What we would do differently
We should have kept the right-of-way when the old branch line was abandoned in 2009. It sold for $61,000. Buying back a
strip half as wide took us four years and $890,000.
"""

SITE_INVENTORY = """
# Sites
Confidential: asking prices and owners' remarks are for internal use by the partnership only.

| Site | Acres | Level acres | Power, MW | Water, gpd | Asking price | Owner's remarks |
| Cutler Bench | 214 | 46 | 12 | 400000 | $28,000 an acre | Compacted part only |
| Tipple Bottom | 38 | 31 | 3 | 90000 | $19,500 an acre | Flood plain to the east |
| Glass Works | 17 | 17 | 8 | 250000 | $1,150,000 | Brownfield; has covenant not to sue |
| Airport North | 65 | 58 | 5 | 120000 | $32,000 an acre | 90-foot height limit |
| Laurel School | 9 | 8 | 1 | 40000 | $310,000 | Gym could become a shop |
| Coke Yard | 51 | 40 | 15 | 500000 | None yet | Tar under the north end |

# Buildings
| Building | Square feet | Clear height, ft | Crane | Docks | Condition |
| Bench One | 62000 | 32 | 10 ton | 6 | Leased through {y+3} |
| Old Glass Hall | 118000 | 41 | 25 ton | 4 | Roof sound, wiring bad |
| Hoist Shop | 27000 | 28 | 40 ton | 2 | Leased |
| Laurel Gym | 9000 | 24 | None | 1 | Vacant |

# Prospects
| Code name | Wants | Jobs | Last contact | Next step |
| Project Kestrel | 20 acres, 10 MW | 140 | {d-6} | Visit to Cutler Bench |
| Project Walnut | Building with 40-ton crane | 35 | {d-20} | Hoist Shop sublease |
| Project Ferrule | 5 acres, rail | 60 | {d-41} | Ask about transload |
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="mine-bench",
        title="From surface mine to industrial park: the Cutler Bench",
        kind=Kind.RESOURCE,
        summary="Seven years, 31 owners, eighteen tons dropped from seventy feet: building on mine spoil.",
        topics=("infrastructure", "brownfield", "site-development"),
        organization="ridgeline",
        age_days=232,
        file_name="cutler-bench.pdf",
        content=MINE_BENCH,
    ),
    DemoResource(
        key="site-scoring",
        title="Site readiness scoring: from corn field to certified",
        kind=Kind.PRESENTATION,
        summary="A hundred-point score for sites, why a corn field gets 43, and what each additional point costs.",
        topics=("infrastructure", "site-development", "rural"),
        organization="prairie",
        age_days=186,
        call=True,
        file_name="prairie-site-readiness.pptx",
        content=SITE_SCORING,
    ),
    DemoResource(
        key="will-serve-checklist",
        title="Utility will-serve letters: a checklist",
        kind=Kind.RESOURCE,
        summary="What to ask about power, gas, water, sewer, and fiber, and how to read the answers.",
        topics=("infrastructure", "site-development", "utilities", "checklist"),
        organization="delta-crossing",
        age_days=335,
        file_name="will-serve-letter-checklist.docx",
        content=WILL_SERVE,
    ),
    DemoResource(
        key="rail-spur",
        title="Rail spurs for small parks: when do they pay?",
        kind=Kind.RESOURCE,
        summary="What five spurs cost, the break-even in cars per year, and the cheaper option: a transload.",
        topics=("infrastructure", "rail", "logistics"),
        organization="prairie",
        age_days=735,
        file_name="rail-spurs-for-small-parks.pdf",
        content=RAIL_SPUR,
    ),
    DemoResource(
        key="site-inventory",
        title="Ready sites inventory with owners' remarks",
        kind=Kind.RESOURCE,
        summary="Sites, buildings, and prospects in the ridge counties; internal to the partnership.",
        topics=("infrastructure", "site-development", "inventory"),
        organization="ridgeline",
        age_days=41,
        audience=Audience.ORGANIZATION,
        file_name="ready-sites-inventory.xlsx",
        content=SITE_INVENTORY,
    ),
)
