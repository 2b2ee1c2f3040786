"""Supply chain: mapping, castings, alternate sources, the matrix of capabilities."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Kind

MAPPING_TIERS = """
Ingrid Vasquez-Holm and June Akintola, Supply Atlas Labs

> Everything in this talk is open source. Copy it, rename it, don't tell us.

# What a map is for
- Not a poster. A map answers one question on one bad day: who else can make this, and how soon?
- Tier one knows tier two by name; hardly anyone knows tier three
- In four communities 38 percent of tier three shops served customers who compete with each other

# Three public sources before you call anyone
- Air permits: who melts, plates, paints
- Customs manifests: who imports what, in which month
- Job advertisements: a shop that looks for a "Wire EDM operator" has a wire EDM machine

> June's favorite is job ads. They are free, they are current, and no one exaggerates in them.

# From 9,400 names to 612 shops
@ bar | Establishments left after each step | Public lists=9400 | Matched=3120 | Still making=1480 | Called=612

# The ten-minute phone call
1. What do you make most of? In which material, in which size?
2. Which process do you send out, and to whom?
3. If your largest customer doubled tomorrow, what would break first?
4. Whom do you call when your supplier fails?

> Question four finds the shops that no list has.

# Describe capability, not industry codes
| Field | Example |
| Process | Investment casting, lost wax |
| Envelope | 600 x 400 x 300 mm, 45 kg |
| Materials | Duplex steel, nickel alloys |
| Lots | 20 to 400 |
| Approvals | Two nuclear, one marine |
| Spare hours | 30 a week on second shift |

# Who may see what
- Names, processes and sizes: open
- Customers and spare capacity: only the community's own staff
- Anything on a marked drawing: never in the map

# What it cost in four communities
- A half-time analyst for seven months ($36,000), callers at $22 an hour ($9,700), hosting $40 a month
- Half of the entries are stale after 19 months if no one calls again
- Calling again takes four minutes and costs $3 a shop

# The day it was used
- A forge hammer cracked on a Thursday; 11 part numbers had no second source on file
- The map gave seven candidates in two states; three quoted by Monday; two of the parts shipped in 33 days
- Without the map the buyer's estimate had been 26 weeks

# Begin this month
- Install the map on a laptop: one command, sample data included
- Choose one product family, not the whole region
- Next workshop for callers: {d+28}, online, 90 minutes
"""

CASTING_LEAD_TIMES = """
# Where the weeks go
A pump housing that was quoted in nine weeks six years ago is quoted in thirty-one today. We followed forty-four
castings and eighteen forgings through nineteen member plants, from order to receipt, with a stamp at every door.
Pouring takes a morning. The rest is waiting.

| Stage | Castings, weeks | Forgings, weeks |
| Quote and order entry | 3.1 | 2.4 |
| Pattern or die | 9.8 | 11.2 |
| Queue before melt or press | 6.3 | 4.9 |
| Making | 0.4 | 0.2 |
| Cleaning and heat treatment | 4.2 | 3.0 |
| Inspection and paper | 5.7 | 4.4 |
| Machining outside | 1.9 | 3.8 |

> Inspection and paper take fourteen times as long as pouring the metal.

---

# Patterns: the lost trade
Eleven pattern shops worked in our six counties in 1998; there are three now, and the youngest pattern maker among their
owners is sixty-one. Half of the old wooden patterns that plants still own have no drawing. When one is dropped, the
part is gone.

What we did: a van with a structured-light scanner visits plants for a day at $640. In eighteen months it scanned
1,270 patterns. Four plants have already milled a replacement from the scan. The scanner cost $58,000, the operator is
a retired pattern maker and the files belong to the plant, with a copy in the college's vault.

# The queue before melt
Foundries sort by pounds, because furnaces are paid by pounds. A lot of six housings waits until a heat has room. Two
plants now sell a fixed small-lot heat every second Wednesday: 1,800 pounds, shared by any customers with the same
alloy, booked like seats in an airplane. Median queue for these customers fell from 6.3 weeks to 1.6.

---

# Inspection and paper
The metal is good, but no one may ship it. Radiography for our region is done in two laboratories. A film is read by a
level III inspector, of whom there were five when we began and who are seven today. The collaborative paid the
examination fees ($1,950 each) and the plants gave 400 hours.

Paper waits for people too: in seventeen of forty-four cases the certificate was right and the purchase order was
wrong. Our template of quality clauses has shortened disputes from 23 days to 8.

# A case: part A-1312/B
Pump housing A-1312/B is a duplex steel casting of 71 pounds, four a month, for a vessel class of which no more will
be built. Its only source closed. The drawing carried a revision that the pattern did not. Scanning, a first article
and a shared heat brought the part back in 22 weeks; the qualification file is in the hub as a separate document.

---

# What buyers can do tomorrow
1. Order the pattern check with the quote, and pay for it
2. Ask which Wednesday, and not how many weeks
3. Accept digital radiography where the standard allows it: it saved nine days on average
4. Send the certificate format with the order

# What communities can do
A forge hammer is private; a level III inspector is infrastructure. We suggest counting inspectors, pattern makers and
furnace linings the way one counts bridges. Our regional count, with the method, costs about $12,000 to repeat.

# What we would do differently
Begin with the paper. We were in love with the scanner, and it is a good story for visitors; but the template of clauses
cost $4,000 and saved more weeks than everything else together.
"""

ALTERNATE_SOURCE = """
# Scope
This file describes how a second source was qualified for pump housing A-1312/B (casting, duplex steel, 71 lb). Names of
the plants are left out; dimensions that are controlled are not shown. Use it as a pattern for your own qualification.

# Why a second source
The only foundry closed with ninety days' notice. Stock covered seven months. Buying the rest of the life's need at
once (58 housings) would have cost $412,000 and filled a floor.

# Steps and weeks
| Step | Weeks | Cost | Who |
| Recover pattern, scan, compare with revision F | 3 | $4,300 | Scanner van, buyer |
| Correct core box | 4 | $11,800 | Pattern shop |
| Pour two first articles in a shared heat | 2 | $6,900 | New foundry |
| Radiography, level III reading | 5 | $3,150 | Laboratory |
| Tensile and impact tests at -46 °C | 2 | $1,400 | College |
| Machine and pressure test | 4 | $5,200 | Machine shop |
| Approval of the file | 2 | $0 | Customer's engineer |

# Where it nearly failed
The first article leaked at 190 psi. The old foundry had padded a rib by an eighth of an inch and never told anyone;
the drawing had not followed. A retired molder remembered it. We added the padding as revision G.

# Acceptance
1. Two first articles pass at 225 psi for ten minutes
2. Ferrite between 40 and 55 percent in three places
3. No repair weld larger than a postage stamp without a report
4. Certificates in the customer's format

# Result
Twenty-two weeks and $32,750. The price for each housing rose from $5,900 to $6,480. Two plants are now approved; each
pours every second order so that neither forgets.

# Related part numbers
A-1312/A (superseded), A-1312/B (this file), A-1340 (cover, not a casting), B-0077 (gasket). Do not confuse A-1312 with
the valve body A-1321.
"""

CAPABILITY_MATRIX = """
# Suppliers
Invented names; the spare hours were declared by the shops in the last calling round.

| Shop | State | People | Main process | Material | Largest part mm | Spare hours a week |
| Cutler Bend Stamping | A | 140 | Progressive stamping | Steel to 4 mm | 900 | 24 |
| Orchard Road Tool | A | 22 | Die making | Tool steel | 1400 | 10 |
| Levee Street Plating | B | 48 | Zinc nickel plating | Steel | 1100 | 30 |
| Two Rivers Extrusion | B | 95 | Aluminum extrusion | 6000 series | 7000 | 16 |
| Gravel Pit Castings | C | 61 | High pressure die casting | A380 | 500 | 40 |
| Sweetgum Plastics | C | 74 | Injection molding | PA66 GF30 | 650 | 55 |
| Ferry Landing Wire | A | 33 | Wire harness | Copper | 4000 | 38 |
| Old Depot Machining | B | 19 | Five-axis milling | Aluminum, titanium | 800 | 12 |
| Sawmill Hill Weldments | C | 57 | Robotic welding | Steel | 3000 | 20 |
| Blue Heron Seals | A | 28 | Rubber molding | EPDM, silicone | 300 | 44 |
| Pecan Grove Coatings | B | 41 | E-coat and powder | Any | 2400 | 18 |
| Tin Bridge Springs | C | 16 | Spring winding | Music wire | 200 | 26 |

# Processes
| Process | Shops in the region | Shops that serve one customer only | Nearest shop outside, miles |
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
| Busbar forming | Every battery pack has forty | Cutler Bend Stamping | $1,350,000 |
| Second zinc nickel line | One fire stops 31 programs | Pecan Grove Coatings | $2,900,000 |
| Thermal interface dispensing | Shipped 520 miles now | Blue Heron Seals | $480,000 |
| Leak test to 5 millibar | Asked for in every request | Old Depot Machining | $210,000 |
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="mapping-tiers",
        title="Mapping tiers two and three with open data",
        kind=Kind.PRESENTATION,
        summary="Permits, manifests and job ads lead to 612 shops; a ten-minute call tells what they can make.",
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
        summary="Steps, weeks and costs of bringing a casting back after its only foundry closed.",
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
        summary="Twelve sample shops, the processes that the region has and lacks, and what closing a gap costs.",
        topics=("supply-chain", "mapping", "electric-vehicles"),
        organization="delta-crossing",
        age_days=204,
        file_name="supplier-capability-matrix.xlsx",
        content=CAPABILITY_MATRIX,
    ),
)
