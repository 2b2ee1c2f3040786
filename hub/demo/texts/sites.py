"""Infrastructure and site development: ready sites, utilities, rail, former mine land."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

MINE_BENCH = """
# A flat place in a steep county
Our nine counties have plenty of land and hardly any of it is level. The largest flat piece is a former surface mine,
the Cutler Bench: 214 acres, eleven miles from the interstate, with a haul road and a substation that once fed a
dragline. This is the account of turning it into an industrial park, with its bills.

| Year | What happened | Cost |
| 1 | Title search, 31 owners of surface or mineral rights | $212,000 |
| 2 | Borings, settlement plates, mine map from the state archive | $385,000 |
| 3 | Dynamic compaction of 46 acres | $3,940,000 |
| 4 | Water, sewer, road | $7,120,000 |
| 5 | First building, 62,000 square feet | $9,800,000 |

> Fill settles. Ours moved eleven inches in four years where it was not compacted, and half an inch where it was.

---

# Title before everything
Thirty-one parties held some right to the Bench. Heirs of one owner lived in six states. Two lawyers and a retired
surveyor needed fourteen months, and a friendly quiet-title suit. If we did it again we would buy an option from every
owner in the first month, for a hundred dollars each, before anyone had read about the project.

# What is below
Spoil was dumped from the high wall without compaction, to a depth of 140 feet. Borings showed voids where timber had
rotted. Compaction means dropping a weight of eighteen tons from seventy feet, nine times, every ten feet. It is loud,
it breaks windows within 500 feet, and it works to a depth of about thirty feet. We kept buildings on that part and
parking on the rest.

---

# Water and acid
Water that seeps from the spoil has a pH of 4.1. It ate a culvert in the first winter. Limestone drains and two ponds
($640,000) brought it to 6.8, and the operator of the ponds is the park's first permanent job. Foundations are poured with
sulfate-resisting cement, which adds four percent.

# Power
The substation's transformer had been sold. The utility would rebuild it for 12 MW if someone guaranteed half of the
load for five years. No tenant would. A state guarantee for three years and the county for two made the difference; it
was called on once, for $88,000.

---

# Jobs so far
@ bar | People working on the Bench | Year 4=3 | Year 5=41 | Year 6=118 | Year 7=166

Two tenants: a maker of silicon carbide kiln furniture and a refurbisher of mine hoists. A third, a battery recycler,
looked for nine months and left over insurance for fire water. We have since built a tank of 300,000 gallons.

# Who paid
A build-back regional award covered 48 percent, the state's abandoned-mine fund 27, the power company 6, county bonds the
rest. Local match was the hardest tenth: we counted donated engineering, and were asked for time sheets four years later.
Keep them.

# Advice to those with a bench of their own
1. Buy options first
2. Find the mine map; ask the widow of the engineer, we are not joking
3. Compact a third and market only that
4. Build the water tank before the brochure
"""

SITE_SCORING = """
Dolores Whitebull and Casey Ruhl, Prairie Implement Makers Network

> We lost three projects in one year and asked each company why. This deck is their answer.

# Why we lost
- Project 1: no soil report; the competitor had one in the folder
- Project 2: water pressure 38 psi at the fence, 60 needed
- Project 3: the farmer raised the price after the newspaper article
- No one mentioned taxes

# A hundred points
| Group | Points | Typical corn field |
| Control of the land | 20 | 2 |
| Power | 20 | 8 |
| Water and sewer | 20 | 6 |
| Ground | 15 | 9 |
| Access | 15 | 11 |
| Neighbors and zoning | 10 | 7 |

> A corn field scores 43. A company wants 80 before it flies in.

# Control means a signature
- Option to buy, 24 months, price fixed: 20 points
- Letter of interest: 2 points
- Our options cost between $40 and $95 an acre each year, and farmers keep planting

# Power: ask three numbers
1. Megawatts on the day of the request
2. Megawatts after 18 months, and who pays for them
3. Outages longer than a minute in the past five years

# From 43 to 81 points
@ bar | Points for the Section 22 site | Start=43 | Options=61 | Soil and wetland reports=68 | Water loop=81

# What it cost
- Options on 160 acres: $11,200 a year
- Soil borings, wetland delineation, cultural survey: $74,000
- Water loop with a second feed: $1,050,000, two thirds from a public works grant
- Total for each point: about $30,000

# Ten years of a site
- A certified site sold after 31 months; two others wait since six and four years
- While it waits, it is a field: rent pays a third of the options
- Mow the ditch. Visitors notice

# Neighbors first
- We sit in kitchens before the first boring; 14 of 15 neighbors said yes to a berm and a truck route
- The fifteenth spoke at every meeting, and was right about drainage

# What to do Monday
- Score three sites with our sheet; it takes a morning each
- Drop two
- Call the utility about the third
"""

WILL_SERVE = """
# What a will-serve letter should say
A utility's letter that it "will serve" a site is worth what it says in numbers. We collected thirty-three letters from
six states: nineteen had no number in them. Send this checklist with the request, and ask for each line.

# Electricity
- Megawatts available today, at which voltage, from which substation
- What is upgraded for more, how long that takes from deposit, and who pays
- Second feed: yes or no, from the same substation or another
- Rate schedule with the demand charge written out

# Natural gas
- Thousand cubic feet an hour at the fence, firm and not interruptible
- Pressure; days of curtailment in the last three winters

# Water
- Gallons a day, average and peak; static and residual pressure, fire flow for four hours
- Hardness and chloride: two food plants turned us down for the second

# Sewer
- Gallons a day that the plant can take beyond what is promised to others
- Limits for zinc, oil and biochemical oxygen demand, and the surcharge

# Fiber
- Two carriers by two routes; ask on which side of the road

# Reading the answer
| They write | They mean |
| Sufficient capacity exists | No one has looked |
| Subject to study | Six to fourteen months, $25,000 to $80,000 |
| At the customer's expense | Ask for a ceiling |
| 8 MW by {m+14} with a deposit | A real answer |

# Cover note
"Please answer with numbers, also if the number is small. A small number today lets us plan; a large word does not."
"""

RAIL_SPUR = """
# The question behind this paper
Every park of ours has a line on the map called "potential rail". A spur of half a mile with one switch costs between
$1.9 and $3.4 million. When does it pay, for a park with two or three users who ship a few hundred cars a year?

| Item | Low | High |
| Main line turnout and signals | $640,000 | $1,250,000 |
| Half a mile of track | $720,000 | $1,100,000 |
| Grade crossing with gates | $290,000 | $520,000 |
| Engineering and permits | $210,000 | $380,000 |
| Derail, bumper, lights | $60,000 | $150,000 |

---

# Cars a year
We took the books of five parks. Break-even, with a grant for half of the cost and a switching fee of $410 a car,
lies near 430 cars a year. Without a grant it is about 900. Steel users reach it with two plants; plastics with four.

@ bar | Loaded cars in the fifth year | Park A=1120 | Park B=640 | Park C=390 | Park D=85 | Park E=12

Park E has the prettiest spur of all. It was built for a user who went elsewhere, and grass grows in it.

# What railroads want
They want density and no surprises. A short line will often stop for twenty cars a week, and a main line carrier will not
for fewer than a block. Talk to the short line's marketing person before an engineer draws anything; ours redrew the
turnout and saved $300,000.

---

# The cheaper cousin: a transload
A paved track side with a conveyor and a forklift, eleven miles away, serves nine plants without a spur of their own.
It cost $1.2 million, handles 1,700 cars a year and is run by a farmers' cooperative that has lift trucks idle from
December to March. Drayage adds $185 a load. For plants with under 200 cars a year it is the better choice.

# Rules of thumb
1. Under 200 cars: transload
2. 200 to 450: spur with a grant and a second user in writing
3. More than 450: spur
4. Never for a single user without a take-or-pay agreement

# What we would do differently
We would have kept the right of way when the old branch was given up in 2009. It went for $61,000. Buying a strip
half as wide took us four years and $890,000.
"""

SITE_INVENTORY = """
# Sites
Confidential: asking prices and owners' remarks are for the partnership's own use.

| Site | Acres | Level acres | Power MW | Water gpd | Asking price | Owner's remark |
| Cutler Bench | 214 | 46 | 12 | 400000 | $28,000 an acre | Compacted part only |
| Tipple Bottom | 38 | 31 | 3 | 90000 | $19,500 an acre | Flood plain to the east |
| Glass Works | 17 | 17 | 8 | 250000 | $1,150,000 | Brownfield, covenant not to sue |
| Airport North | 65 | 58 | 5 | 120000 | $32,000 an acre | Height limit 90 feet |
| Laurel School | 9 | 8 | 1 | 40000 | $310,000 | Gym could be a shop |
| Coke Yard | 51 | 40 | 15 | 500000 | Not yet | Tar under the north end |

# Buildings
| Building | Square feet | Clear height ft | Crane | Docks | State |
| Bench One | 62000 | 32 | 10 ton | 6 | Leased to {y+3} |
| Old Glass Hall | 118000 | 41 | 25 ton | 4 | Roof sound, wiring not |
| Hoist Shop | 27000 | 28 | 40 ton | 2 | Leased |
| Laurel Gym | 9000 | 24 | None | 1 | Empty |

# Prospects
| Code name | Wants | Jobs | Last contact | Next step |
| Project Kestrel | 20 acres, 10 MW | 140 | {d-6} | Visit to Cutler Bench |
| Project Walnut | Crane building, 40 ton | 35 | {d-20} | Hoist Shop sublease |
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
        summary="A hundred points for a site, why a corn field has 43 of them, and what each further one costs.",
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
        summary="What to ask of power, gas, water, sewer and fiber, and how to read the answers.",
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
        summary="Costs of five spurs, break-even in cars a year, and the transload as the cheaper cousin.",
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
        summary="Sites, buildings and prospects of the ridge counties; for the partnership's own use.",
        topics=("infrastructure", "site-development", "inventory"),
        organization="ridgeline",
        age_days=41,
        audience=Audience.ORGANIZATION,
        file_name="ready-sites-inventory.xlsx",
        content=SITE_INVENTORY,
    ),
)
