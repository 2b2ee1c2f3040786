"""Supply chain: electric vehicles, minerals, plate for shipyards, and a call on tiers."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

EXHAUST_TO_ENCLOSURES = """
Marcus Tolliver, Delta Crossing Supplier Network

> Eleven exhaust suppliers, two years. Four made it into electric vehicles, five into something else, and two sold.

# What an exhaust supplier is good at
- Thin stainless steel, tubing, deep drawing, robotic welding, leak tests
- Fast changeovers: 14 minutes, median
- None of that is about exhaust

# The skills that carry over
| Exhaust | Enclosure or cooling |
| Muffler shell | Battery tray side wall |
| Flex joint | Coolant bellows |
| Leak test at 300 mbar | Leak test at 5 mbar |
| Catalyst canning | Busbar housing |

# How we chose who to help
- An index of five numbers: exhaust as a share of sales, debt, age of the presses, age of the owner, spare land
- Twenty-six suppliers scored, eleven invited
- The owner's age predicted the outcome better than the debt did

# Two days with someone else's product
- We bought two wrecked electric vehicles at auction for $9,200 and took them apart on the college's shop floor
- Each supplier labeled every part: can make, could make, never
- 140 parts got a "can make"; no one had guessed more than thirty

> This was the cheapest thing we did, and it's the one everyone still talks about.

# What it cost to qualify
@ bar | Thousands of dollars per supplier, average of four | Tooling=610 | Leak test=185 | Quality system=95 | Prototypes=140

# The long no
- 23 requests for quote, 19 lost; the median answer took 11 weeks
- Twice the reason was price; eleven times it was "no experience with battery parts"
- So we asked for one small part instead of a program: a bracket. That opened three doors

# Five that got out of vehicles altogether
- Grain dryers, commercial kitchens, water heaters, stainless railings, medical carts
- Margins are better at four of the five; volumes are lower at all of them
- Is that success? The jobs say yes: 412 of 437 kept

# Advice
- Start when exhaust is 60 percent of sales, not 90
- Sell your changeover time
- Put one person on it full time for a year; we paid half of that salary
"""

CRITICAL_MINERALS = """
# The missing middle
There's ore in our basin, and there are users of antimony, tungsten, and gallium on both coasts. What's in between, the
plants that turn concentrate into oxide, powder, and metal, is mostly overseas. This paper is about three midstream
plants that could be built here: what each one needs in power, water, people, and patience.

| Metal | Used for | Planned tons per year | Jobs |
| Antimony trisulfide and metal | Primers, flame retardants, glass | 1,900 | 64 |
| Ammonium paratungstate | Cutting tools, penetrators | 800 | 88 |
| Gallium, 4N | Semiconductors, radar | 12 | 21 |

> A plant is a chemistry set with a landlord. The landlord is the easy part.

---

# What each plant needs
| Need | Antimony | Tungsten | Gallium |
| Power, MW | 6.5 | 4.0 | 1.1 |
| Water, acre-feet per year | 210 | 390 | 18 |
| Land, acres | 35 | 28 | 4 |
| Permits on the critical path | Air | Water | None |
| Months to first ton | 41 | 38 | 20 |
| Capital, $ millions | 148 | 121 | 26 |

It all comes down to water. In a closed basin, every acre-foot a plant takes is one a ranch doesn't get. The tungsten
plant only became possible when the county agreed to sell treated wastewater: 310 of the 390 acre-feet, at $410 each.

# Residues
Each ton of antimony leaves about nine tons of slag and four hundred pounds of arsenic-bearing dust. Someone will ask
about the dust at the first public meeting, and you need the answer ready: it's vitrified and goes in a lined cell,
with a hundred years of monitoring ($3.8 million) paid up front.

---

# People
A plant needs shift chemists, instrument technicians, and operators who can read a trend. The closed mines left us
instrument technicians, but the college had shut its chemistry lab in 2011. We reopened it for $640,000 with two
industry-funded professors. Its first nineteen students finish on {d+190}.

# Offtake before loans
No lender will touch a metal whose price is set by one foreign seller. What helped was a price floor in a ten-year
offtake contract for a third of the output. We learned to ask for a floor, not a high price; two buyers agreed within a
quarter.

# Feedstock that's already here
The tailings at three old mills hold an estimated 5,200 tons of tungsten oxide. Drilling them cost $390,000, less than
the environmental study for a new pit, and the town would like to see the tailings gone.

---

# Our community's first hundred days
1. Make a table with a row for every permit and a name for every row
2. Start tribal consultation before anyone draws anything: we were a month late, and it cost us four
3. Write a water budget, and have ranchers help write it
4. Have one person take investors' calls, and no one else

# What we're asking the network
Recyclers: who collects carbide scrap within 400 miles? Machine shops throw away inserts that are three-quarters
tungsten carbide. At $11 a pound, a thirty-person shop has about $6,000 sitting in a drum by the door. A shared pickup
route could feed a fifth of the tungsten plant.

# Caveats
Prices are as of {m-1} and can swing by half within a year. Jobs are full-time positions at the plant. The capital
figures come from two engineering firms that differ by a quarter; we show the higher one.
"""

PLATE_POOL = """
Celestine Robichaux, Bayou Marine Fabrication Alliance

> Thank you for having us between two storms.

# Seven yards, one mill minimum
- A mill's minimum is 50 tons per size and grade; our yards buy 4 to 20
- So every yard bought from service centers, at an 18 to 27 percent premium
- Together we need 3,900 tons a year in nine sizes

# The pool
- A nonprofit buys quarterly; yards commit to tonnage six weeks ahead
- Plate is stored in one yard's covered berth and cut to order on its table
- No one has to buy through the pool, but if you commit, you take it

# What it saves
@ bar | Dollars per ton, 3/8-inch grade DH36 | Service center=1385 | Pool, year 1=1190 | Pool, year 2=1142

> The price dropped again in year 2 because the mill trusts our commitment now.

# Who finances it
| Source | Amount | Terms |
| Community lender | $1,200,000 | Prime plus 1, revolving |
| Port authority | $400,000 | First loss, repaid last |
| Yards' deposits | 10% of commitment | Returned at pickup |

# Antitrust, in one slide
- We hired counsel before the first meeting: $8,500, money well spent
- Yards tell the pool their tonnage, never each other
- No talk of bids, customers, or margins in the room; we keep minutes

# Remnants are inventory too
- 11 percent of plate ended up as remnants behind seven fences
- A shared list with photos sells or swaps 60 tons a month
- A high school shop class builds smokers and bleachers out of the rest

# Hurricanes
- The covered berth is rated for 130 mph winds; the pool insures the stock at $0.41 per ton per month
- After the last storm, two yards lived off the pool for five weeks

# What we'd do differently
- Start with three sizes, not nine
- Put the exit rule in the first agreement: settling up with a yard that left took six months
- Hire a buyer who came from a mill, as we did in year 2
"""

TIERS_CALL = """
Ingrid Vasquez-Holm (Supply Atlas Labs) showed the supplier map; Shelby Nakamura (Delta Crossing) explained how it gets
used by people who don't like maps. 47 organizations on the call.

## Presented

The map finds a second source by *capability*: process, envelope, material, lot size. It now has 2,300 shops from four
communities. Shelby's team never opens it on a screen in front of a buyer. They print the five nearest shops on a card,
with phone numbers, and call from the buyer's desk.

## What people asked

- *How do you keep spare capacity confidential?* It stays with the community's staff, in a separate file.
- *Does it know who has which CMMC level?* Only if the shop says so, and it shows the date.
- *Is there a version for food machinery?* The fields are the same; the list of processes is a text file.

## Links

- Code and sample data: <https://supply-atlas.example/map>
- Phone script in English and Spanish: <https://supply-atlas.example/script>

## Asks

1. Three volunteers to test the import of customs manifests. Lakeshore and Bayou said yes on the call.
2. A lawyer's opinion on publishing air permit numbers next to shop names.

## Follow-ups

- Theo will send the cost table by {d+5}.
- Ridgeline is sharing its list of 40 ceramic processors, checked in the spring.
- Next in this series: alternate sources for castings.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="exhaust-to-enclosures",
        title="From exhausts to enclosures: suppliers move into electric vehicles",
        kind=Kind.PRESENTATION,
        summary="Eleven exhaust suppliers after two years: what carried over, what it cost, who got out.",
        topics=("supply-chain", "research", "electric-vehicles", "automotive"),
        organization="delta-crossing",
        age_days=388,
        call=True,
        file_name="delta-exhausts-to-enclosures.pptx",
        content=EXHAUST_TO_ENCLOSURES,
    ),
    DemoResource(
        key="critical-minerals",
        title="Critical minerals: what a midstream plant needs",
        kind=Kind.RESOURCE,
        summary="Power, water, people, and offtake for antimony, tungsten, and gallium plants in a closed basin.",
        topics=("supply-chain", "infrastructure", "critical-minerals"),
        organization="basin-range",
        age_days=74,
        file_name="critical-minerals-midstream.pdf",
        content=CRITICAL_MINERALS,
    ),
    DemoResource(
        key="plate-pool",
        title="Seven yards, one order: pooling steel plate",
        kind=Kind.PRESENTATION,
        summary="A nonprofit buys plate for seven small shipyards at mill prices, with counsel in the room.",
        topics=("supply-chain", "operations", "shipbuilding"),
        organization="bayou",
        age_days=475,
        call=True,
        file_name="bayou-plate-pool.pptx",
        content=PLATE_POOL,
    ),
    DemoResource(
        key="call-notes-tiers",
        title="Call notes: mapping tiers two and three",
        kind=Kind.CALL_NOTES,
        summary="The open supplier map, and how people who don't like maps use it.",
        topics=("supply-chain", "mapping"),
        organization="amcc",
        age_days=60,
        call=True,
        content=TIERS_CALL,
    ),
)
