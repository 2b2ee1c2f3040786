"""Supply chain: electric vehicles, minerals, plate for shipyards, and a call on tiers."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

EXHAUST_TO_ENCLOSURES = """
Marcus Tolliver, Delta Crossing Supplier Network

> Eleven exhaust suppliers, two years. Four made it into electric vehicles, five into something else, two sold.

# What an exhaust supplier is good at
- Thin stainless steel, tubes, deep drawing, robotic welding, leak tests
- Short changeovers: 14 minutes at the median
- None of this is about exhaust

# The skills that carry over
| Exhaust | Enclosure or cooling |
| Muffler shell | Battery tray side wall |
| Flex joint | Coolant bellows |
| Leak test at 300 mbar | Leak test at 5 mbar |
| Catalyst canning | Busbar housing |

# How we chose whom to help
- An index of five numbers: share of exhaust in sales, debt, age of presses, age of the owner, spare land
- Twenty-six suppliers measured, eleven invited
- The age of the owner predicted the outcome better than the debt

# Two days with someone else's product
- We bought two wrecked electric vehicles at auction for $9,200 and took them apart on the college's floor
- Each supplier labeled every part: can make, could make, never
- 140 parts "can make"; no one had guessed more than thirty

> This was the cheapest thing that we did, and the one that everyone still talks about.

# What it cost to qualify
@ bar | Thousand dollars for each supplier, average of four | Tooling=610 | Leak test=185 | Quality system=95 | Prototypes=140

# The long no
- 23 requests for quotation, 19 lost; the median answer came after 11 weeks
- Price was named twice; "no experience with battery parts" eleven times
- We asked for one small part instead of a program: a bracket. That opened three doors

# Five that left vehicles altogether
- Grain dryers, commercial kitchens, water heaters, stainless railings, medical carts
- Margins are better in four of the five, volumes lower in all
- Is this success? The jobs say yes: 412 of 437 kept

# Advice
- Begin when exhaust is 60 percent of sales, and not at 90
- Sell the changeover time
- Keep one person who does nothing else for a year; we paid half of that wage
"""

CRITICAL_MINERALS = """
# The missing middle
There is ore in our basin, and there are users of antimony, tungsten and gallium on both coasts. What lies between, the
plants that turn concentrate into oxide, powder and metal, is mostly abroad. This paper is about three midstream plants
that could be built here: what each needs in power, water, people and patience.

| Metal | Used for | Planned tons a year | Jobs |
| Antimony trisulfide and metal | Primers, flame retardants, glass | 1,900 | 64 |
| Ammonium paratungstate | Cutting tools, penetrators | 800 | 88 |
| Gallium, 4N | Semiconductors, radar | 12 | 21 |

> A plant is a chemistry set with a landlord. The landlord is the easy part.

---

# What each plant needs
| Need | Antimony | Tungsten | Gallium |
| Power, MW | 6.5 | 4.0 | 1.1 |
| Water, acre-feet a year | 210 | 390 | 18 |
| Land, acres | 35 | 28 | 4 |
| Permits on the critical path | Air | Water | None |
| Months to first ton | 41 | 38 | 20 |
| Capital, million dollars | 148 | 121 | 26 |

Water decides. In a closed basin every acre-foot that a plant takes is one that a ranch doesn't. The tungsten plant
became thinkable only when the county agreed to sell treated wastewater: 310 of the 390 acre-feet, at $410 each.

# Residues
For each ton of antimony there are about nine tons of slag and four hundred pounds of arsenic-bearing dust. The dust is
the question that will be asked at the first public meeting, and the answer must be there: vitrified, in a lined cell,
with the cost of watching it for a hundred years ($3.8 million, paid in at the start).

---

# People
A plant needs shift chemists, instrument technicians and operators who read a trend. The mines that closed left
instrument technicians; the college had closed its chemistry lab in 2011. We reopened it for $640,000 with two
industry chairs. Its first nineteen students finish on {d+190}.

# Offtake before loans
No lender will look at a metal whose price is made by one foreign seller. What helped was a price floor in a ten-year
offtake contract for a third of the output. We learned to ask for a floor and not for a high price; two buyers agreed
within a quarter.

# Feedstock that is already here
Tailings of three old mills hold an estimated 5,200 tons of tungsten oxide. Drilling them cost $390,000, which is less
than the environmental study of a new pit, and the town would rather see the tailings gone.

---

# The first hundred days of our community
1. A table with one row for every permit, one name for every row
2. Tribal consultation before any drawing: we were late by a month and it cost us four
3. A water budget that ranchers helped to write
4. One person who answers the phone to investors, and no one else

# What we ask of the network
Recyclers: who collects carbide scrap within 400 miles? Machine shops throw away inserts that are three quarters
tungsten carbide. At $11 a pound a shop of thirty has about $6,000 in a drum by the door. A common pickup would feed a
fifth of the tungsten plant.

# Sources of error
Prices are of {m-1} and move by half within a year. Jobs are full-time positions at the plant. The capital figures come
from two engineering firms and differ by a quarter; we show the higher.
"""

PLATE_POOL = """
Celestine Robichaux, Bayou Marine Fabrication Alliance

> Thank you for having us between two storms.

# Seven yards, one mill minimum
- A mill sells plate from 50 tons a size and grade; our yards buy 4 to 20
- So each yard bought from service centers at a premium of 18 to 27 percent
- Together we need 3,900 tons a year in nine sizes

# The pool
- A nonprofit buys quarterly, yards commit to tons six weeks before
- Plate lies in one yard's covered berth, cut to order on its table
- No one must buy through the pool; whoever commits must take

# What it saves
@ bar | Dollars a ton, 3/8 inch grade DH36 | Service center=1385 | Pool, year 1=1190 | Pool, year 2=1142

> The second year is lower since the mill trusts the commitment now.

# Money in the middle
| Source | Amount | Terms |
| Community lender | $1,200,000 | Prime plus 1, revolving |
| Port authority | $400,000 | First loss, repaid last |
| Yards' deposits | 10 % of commitment | Returned on pickup |

# Antitrust, in one slide
- Counsel before the first meeting: $8,500, well spent
- Yards tell the pool their tons, never each other
- No talk of bids, customers or margins in the room; minutes are kept

# Remnants are a material too
- 11 percent of plate ended as remnants behind seven fences
- A shared list with photographs sells or swaps 60 tons a month
- A high school builds its smokers and bleachers from the rest

# Hurricanes
- Covered berth is rated to 130 mph; stock is insured by the pool at $0.41 a ton each month
- After the last storm two yards lived from the pool for five weeks

# What we'd do differently
- Begin with three sizes and not nine
- Put the exit rule in the first agreement: a yard that left took six months to settle
- Hire the buyer from a mill, which we did in year two
"""

TIERS_CALL = """
Ingrid Vasquez-Holm (Supply Atlas Labs) showed the supplier map; Shelby Nakamura (Delta Crossing) told how it is used by
people who don't like maps. 47 organizations on the line.

## Presented

The map finds a second source by *capability*: process, envelope, material, lot size. It now holds 2,300 shops of four
communities. Shelby's team never opens it on a screen in front of a buyer; they print the five nearest shops on a card
with a phone number, and call from the buyer's desk.

## What people asked

- *How do you keep spare capacity secret?* It stays with the community's staff, in a separate file.
- *Does it know who holds which CMMC level?* Only if the shop says so, and with the date on which it said so.
- *Is there a version for food machinery?* The fields are the same; the list of processes is a text file.

## Links

- Code and sample data: <https://supply-atlas.example/map>
- Phone script in English and Spanish: <https://supply-atlas.example/script>

## Asks

1. Three communities to test the import of customs manifests. Lakeshore and Bayou said yes on the call.
2. A lawyer's view on publishing air permit numbers beside shop names.

## Follow-ups

- Theo sends the cost table by {d+5}.
- Ridgeline offers its list of ceramic processors, 40 entries, checked in the spring.
- Next presentation in this series: alternate sources for castings.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="exhaust-to-enclosures",
        title="From exhausts to enclosures: suppliers move into electric vehicles",
        kind=Kind.PRESENTATION,
        summary="Eleven exhaust suppliers after two years: what carried over, what it cost, who left vehicles.",
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
        summary="Power, water, people and offtake for antimony, tungsten and gallium plants in a closed basin.",
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
        summary="The open supplier map, and how it is used by people who don't like maps.",
        topics=("supply-chain", "mapping"),
        organization="amcc",
        age_days=60,
        call=True,
        content=TIERS_CALL,
    ),
)
