"""Supply chain: mapping, castings, alternate sources, a capability matrix."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

MAPPING_TIERS = """
Ingrid Vasquez-Holm and June Akintola, Supply Atlas Labs

> Everything in this talk is open source. Copy it, rename it, and don't bother telling us.

# What a map is for
- It isn't a poster. A map answers one question on one bad day: who else can make this, and how soon?
- Tier one knows tier two by name; hardly anyone knows tier three
- In four communities, 38 percent of tier three shops supplied customers who compete with each other

# Three public sources before you call anyone
- Air permits: who melts, plates, paints
- Customs manifests: who imports what, and when
- Job ads: a shop looking for a "Wire EDM operator" has a wire EDM

> June's favorite is job ads. They're free, they're current, and no one exaggerates in them.

# From 9,400 names to 612 shops
@ bar | Establishments remaining after each step | Public lists=9400 | Matched=3120 | Still making=1480 | Called=612

# The ten-minute phone call
1. What do you make the most of? In what material and what size?
2. Which processes do you send out, and who to?
3. If your biggest customer doubled its orders tomorrow, what would break first?
4. Who do you call when your supplier fails?

> Question 4 finds the shops that aren't on any list.

# Describe capability, not industry codes
| Field | Example |
| Process | Investment casting, lost wax |
| Envelope | 24 x 16 x 12 in., 100 lb |
| Materials | Duplex steel, nickel alloys |
| Lots | 20 to 400 |
| Approvals | Two nuclear, one marine |
| Spare capacity | 30 hours a week on second shift |

# Who can see what
- Names, processes, and sizes: open
- Customers and spare capacity: the community's own staff only
- Anything on a marked drawing: never in the map

# What it cost in four communities
- A half-time analyst for seven months ($36,000), callers at $22 an hour ($9,700), hosting $40 a month
- If no one calls back, half the entries are stale after 19 months
- A callback takes four minutes and costs $3 a shop

# The day we needed it
- A forge hammer cracked on a Thursday; 11 part numbers had no second source on file
- The map turned up seven candidates in two states; three quoted by Monday; two of the parts shipped in 33 days
- Without the map, the buyer had estimated 26 weeks

# Start this month
- Install the map on a laptop: one command, sample data included
- Pick one product family, not the whole region
- Next workshop for callers: {d+28}, online, 90 minutes
"""

CASTING_LEAD_TIMES = """
# Where the weeks go
A pump housing that quoted at nine weeks six years ago quotes at thirty-one weeks today. We tracked forty-four castings
and eighteen forgings through nineteen member plants, from order to receipt, with a time stamp at every door. Pouring
takes a morning. The rest is waiting.

| Stage | Castings, weeks | Forgings, weeks |
| Quote and order entry | 3.1 | 2.4 |
| Pattern or die | 9.8 | 11.2 |
| Queue before melt or press | 6.3 | 4.9 |
| Making | 0.4 | 0.2 |
| Cleaning and heat treatment | 4.2 | 3.0 |
| Inspection and paperwork | 5.7 | 4.4 |
| Outside machining | 1.9 | 3.8 |

> Inspection and paperwork take fourteen times as long as pouring the metal.

---

# Patterns: a dying trade
Our six counties had eleven pattern shops in 1998. Now there are three, and the youngest of their owners is sixty-one.
Half of the old wooden patterns that plants still own have no drawing. Drop one, and the part is gone.

So we send out a van with a structured-light scanner, at $640 per plant per day. In eighteen months it has scanned 1,270
patterns. Four plants have already milled a replacement from a scan. The scanner cost $58,000, the operator is a retired
pattern maker, and the files belong to the plant, with a copy in the college's vault.

# The queue before melt
Foundries schedule by the pound because furnaces earn by the pound. A lot of six housings waits until a heat has room.
Two plants now sell a fixed small-lot heat every other Wednesday: 1,800 pounds, shared by any customers with the same
alloy, booked like seats on an airplane. Median queue for those customers dropped from 6.3 weeks to 1.6.

---

# Inspection and paperwork
The metal is good, but no one can ship it. Two labs do all the radiography in our region. The film has to be read by a
level III inspector. There were five when we started; today there are seven. The collaborative paid the examination fees
($1,950 each) and the plants gave them 400 hours.

Paperwork waits on people, too: in seventeen of forty-four cases, the certificate was right and the purchase order was
wrong. Our quality clause template has cut disputes from 23 days to 8.

# A case: part A-1312/B
Pump housing A-1312/B is a 71-pound duplex steel casting, four a month, for a vessel class that's out of production.
Its only source closed. The drawing had a revision the pattern didn't. A scan, a first article, and a shared heat
brought the part back in 22 weeks; the qualification file is in the hub as a separate document.

---

# What buyers can do tomorrow
1. Order the pattern check with the quote, and pay for it
2. Ask which Wednesday, not how many weeks
3. Accept digital radiography where the standard allows it: it saves nine days on average
4. Send the certificate format with the order

# What communities can do
A forge hammer is private property; a level III inspector is infrastructure. Count inspectors, pattern makers, and
furnace linings the way you count bridges. Repeating our regional count, with our method, costs about $12,000.

# What we would do differently
Start with the paperwork. We fell in love with the scanner, and it makes a good story for visitors, but the clause
template cost $4,000 and saved more weeks than everything else combined.
"""

ALTERNATE_SOURCE = """
# Scope
This file describes how we qualified a second source for pump housing A-1312/B (casting, duplex steel, 71 lb). Plant
names and controlled dimensions are left out. Use it as a model for your own qualification.

# Why a second source
The only foundry closed on ninety days' notice. Stock would last seven months. A lifetime buy (58 housings) would have
cost $412,000 and filled a floor.

# Steps and weeks
| Step | Weeks | Cost | Who |
| Recover pattern, scan, compare with revision F | 3 | $4,300 | Scanner van, buyer |
| Correct core box | 4 | $11,800 | Pattern shop |
| Pour two first articles in a shared heat | 2 | $6,900 | New foundry |
| Radiography, level III reading | 5 | $3,150 | Laboratory |
| Tensile and impact tests at -50°F | 2 | $1,400 | College |
| Machine and pressure test | 4 | $5,200 | Machine shop |
| File approval | 2 | $0 | Customer's engineer |

# Where it nearly failed
The first article leaked at 190 psi. The old foundry had padded a rib by an eighth of an inch and never told anyone, so
it wasn't on the drawing. A retired molder remembered. We added the padding as revision G.

# Acceptance
1. Two first articles pass at 225 psi for ten minutes
2. Ferrite between 40 and 55 percent at three spots
3. No repair weld larger than a postage stamp without a report
4. Certificates in the customer's format

# Result
Twenty-two weeks and $32,750. The price per housing went from $5,900 to $6,480. Two plants are now approved, and they
pour alternate orders so neither one forgets how.

# Related part numbers
A-1312/A (superseded), A-1312/B (this file), A-1340 (cover, not a casting), B-0077 (gasket). Don't confuse A-1312 with
the valve body A-1321.
"""

CAPABILITY_MATRIX = """
# Suppliers
Shop names are invented; spare hours are what the shops told us in the last round of calls.

| Shop | State | Employees | Main process | Material | Largest part, in. | Spare hours per week |
| Cutler Bend Stamping | A | 140 | Progressive stamping | Steel to 0.16 in. | 35 | 24 |
| Orchard Road Tool | A | 22 | Die making | Tool steel | 55 | 10 |
| Levee Street Plating | B | 48 | Zinc nickel plating | Steel | 43 | 30 |
| Two Rivers Extrusion | B | 95 | Aluminum extrusion | 6000 series | 276 | 16 |
| Gravel Pit Castings | C | 61 | High pressure die casting | A380 | 20 | 40 |
| Sweetgum Plastics | C | 74 | Injection molding | PA66 GF30 | 26 | 55 |
| Ferry Landing Wire | A | 33 | Wire harness | Copper | 157 | 38 |
| Old Depot Machining | B | 19 | Five-axis milling | Aluminum, titanium | 31 | 12 |
| Sawmill Hill Weldments | C | 57 | Robotic welding | Steel | 118 | 20 |
| Blue Heron Seals | A | 28 | Rubber molding | EPDM, silicone | 12 | 44 |
| Pecan Grove Coatings | B | 41 | E-coat and powder | Any | 94 | 18 |
| Tin Bridge Springs | C | 16 | Spring winding | Music wire | 8 | 26 |

# Processes
| Process | Shops in the region | Shops with only one customer | Nearest outside shop, miles |
| Progressive stamping | 14 | 5 | 120 |
| High pressure die casting | 4 | 2 | 210 |
| Zinc nickel plating | 1 | 0 | 340 |
| Busbar forming | 0 | 0 | 410 |
| Wire harness | 6 | 3 | 95 |
| Laser welding of battery trays | 2 | 2 | 260 |
| Thermal interface dispensing | 0 | 0 | 520 |
| Rubber molding | 5 | 1 | 150 |

# Gaps
| Gap | Why it matters | Candidate | Investment |
| Busbar forming | Every battery pack has forty of them | Cutler Bend Stamping | $1,350,000 |
| Second zinc nickel line | One fire stops 31 programs | Pecan Grove Coatings | $2,900,000 |
| Thermal interface dispensing | Now shipped 520 miles | Blue Heron Seals | $480,000 |
| Leak test to 5 mbar | In every request for quote | Old Depot Machining | $210,000 |
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="mapping-tiers",
        title="Mapping tiers two and three with open data",
        kind=Kind.PRESENTATION,
        summary="Permits, manifests, and job ads lead to 612 shops; a ten-minute call finds out what they can make.",
        topics=("supply-chain", "research", "mapping", "open-source"),
        organization="supply-atlas",
        age_days=62,
        call=True,
        file_name="supply-atlas-mapping-tiers.pptx",
        content=MAPPING_TIERS,
    ),
    DemoResource(
        key="casting-lead-times",
        title="Castings and forgings: where the lead time goes",
        kind=Kind.RESOURCE,
        summary="Sixty-two parts followed from order to receipt: pouring takes a morning, the rest is waiting.",
        topics=("supply-chain", "foundry", "castings"),
        organization="lakeshore",
        age_days=118,
        file_name="castings-and-forgings-lead-time.pdf",
        content=CASTING_LEAD_TIMES,
    ),
    DemoResource(
        key="alternate-source",
        title="Alternate source qualification: pump housing A-1312/B",
        kind=Kind.RESOURCE,
        summary="The steps, weeks, and costs of bringing back a casting after its only foundry closed.",
        topics=("supply-chain", "castings", "qualification"),
        organization="lakeshore",
        age_days=96,
        file_name="alternate-source-A-1312-B.docx",
        content=ALTERNATE_SOURCE,
    ),
    DemoResource(
        key="capability-matrix",
        title="Regional supplier capability matrix",
        kind=Kind.RESOURCE,
        summary="Twelve sample shops, the processes the region has and lacks, and what it costs to close a gap.",
        topics=("supply-chain", "mapping", "electric-vehicles"),
        organization="delta-crossing",
        age_days=204,
        file_name="supplier-capability-matrix.xlsx",
        content=CAPABILITY_MATRIX,
    ),
)
