"""Trade and international investment: exports, missions, foreign-trade zones, foreign direct investment."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

QUEBEC_MISSION = """
Sanjay Mehrotra, Millstream Precision Manufacturing Collaborative

> Merci à tous. Nine shops went north in a rented van; here is what came back.

# Why Québec
- Three hours by road, no ocean, and an aluminum industry that buys machined parts
- Nine shops with 11 to 85 people; five had never exported
- Target: thirty conversations, not contracts

# Before the trip
- A Francophone student called forty buyers and found 34 willing to meet
- One-page profile in French for each shop: $120 a page, corrected by an engineer
- Quotes in Canadian dollars and metric, with duty and broker included

> "Delivered to your door" was worth more than ten percent off.

# Three days
| Day | Place | What |
| 1 | Sherbrooke | Eleven meetings, two plant tours |
| 2 | Trois-Rivières | Smelter suppliers' day |
| 3 | Québec City | Aerospace tooling, eight meetings |

# What it cost
@ bar | Dollars for each shop | Van and hotel=890 | Profiles and samples=640 | Interpreter=410 | Staff time=2100

# What came of it
- 30 conversations became 14 requests and 6 first orders, together $412,000 in eighteen months
- Two shops found a supplier instead: anodizing at two thirds of their price
- One found a partner for a joint bid

# Paper at the border
- Certificate of origin under the regional agreement: one page, but someone must be able to prove it
- Shop A wrote the wrong tariff code: $3,700 of duty, refunded after seven months
- Use a broker for the first five shipments, then decide

# Language
- Buyers speak English; drawings, safety sheets and invoices are in French
- Peña Translation is not a company: it is our inspector's sister, and she was better than software
- Learn ten sentences. People laugh, and then they open the second drawer of parts

# Next mission
- {m+5}; three seats for shops of other communities
- Send the profile and two sample parts by {d+80}
"""

EXPORT_STARTER = """
# Ten documents, in the order in which you meet them
A first export order arrives by email on a Friday. This guide is for the person who has to answer it on Monday. It names
ten documents, says who writes each, and what goes wrong. It is not legal advice; a freight forwarder and a customs
broker are worth their fee for the first shipments.

| No. | Document | Who writes it |
| 1 | Quotation with a trade term | You |
| 2 | Screening of the buyer | You |
| 3 | Classification of the product | You, with help |
| 4 | Pro forma invoice | You |
| 5 | Payment instrument | Bank |

---

| No. | Document | Who writes it |
| 6 | Commercial invoice | You |
| 7 | Packing list | Shipping |
| 8 | Certificate of origin | You or a chamber |
| 9 | Export filing | Forwarder |
| 10 | Bill of lading or air waybill | Carrier |

# 1. A quotation with a trade term
"FOB" in a domestic quotation and in an international one are not the same. For a first order use FCA, your dock or the
forwarder's; you hand the goods over, the buyer's forwarder takes the risk from there. Avoid EXW: you stay responsible
for the filing and can't see it. Avoid DDP until you have a broker over there.

# 2. Screening
Type the buyer's name, the bank's and the consignee's into the consolidated screening list. It takes four minutes. Print
the result with the date. Three times in our coalition's history a name appeared; twice it was another company with the
same name; the third time it was not.

---

# 3. Classification
Two numbers: the tariff code, which decides duty, and the export control number, which decides whether a license is
needed. Most woven and nonwoven goods need none. Carbon fiber of high modulus does, and so may the machine that winds it.
Ask before you quote: a license takes about six weeks.

# 4 and 5. Getting paid
| Method | Risk for you | Cost on a $60,000 order |
| Cash in advance | None | $40 |
| Letter of credit | Paper errors | $750 to $1,400 |
| Documentary collection | Buyer refuses | $180 |
| Open account with credit insurance | 5 % of the loss | $330 |

Seven of ten first letters of credit are refused for a misspelled name or a late date. Read yours aloud to a colleague.
The Export-Import Bank's insurance for small exporters is what most of our members use after the third order.

---

# 6 to 10. The day of shipping
The commercial invoice, the packing list and the certificate must say the same words in the same order. Copy, don't
retype. Weigh the pallet. Wood must carry the heat-treatment stamp, or the container waits on the other side; that
stamp costs $1.10 and the wait cost one of us $4,800.

# Who helps for little money
Commercial Service offices find and check buyers for a fee that is small for new exporters. The Small Business
Development Center reads your first contract. State trade offices refund part of a booth: our members got back $61,000
in {y-1} through their state's STEP grant.

# Twelve months in
Of 24 members who began with this guide, 17 shipped at least one order; 9 ship every month. Median first order:
$18,600. Median time from first email to payment: 97 days.
"""

FDI_PROTOCOL = """
# Purpose
A foreign company that asks about a plant asks six regions on the same day. The first complete answer decides who gets
a visit. This protocol for foreign direct investment (FDI) inquiries fits one person and one deputy.

# The clock
| Hour | What | Who |
| 0 | Inquiry arrives, gets a code name | Lead |
| 2 | Reply: "received; here is who answers" | Lead |
| 24 | Two questions back: power and start date | Lead |
| 72 | Site sheet, wage table, training offer | Deputy |
| 120 | Call with a plant of the same language | Lead |

# What to ask first
- How many megawatts, and in which year?
- Which process is dirty, loud or secret?
- Who decides, and when is the next board meeting?

# What not to send
No incentives in the first answer; a number that is out is out. No brochure larger than five megabytes. No site without
an option on it.

# Language and courtesy
Answer in English, add one paragraph in the language of the inquirer, checked by a native speaker. Give dates with the
month written out. Write tons as metric tons.

# Screening
Before the visit: ownership, sanctions lists, and whether the product is one for which foreign ownership has to be
reported. Ask the state's office; the federal review can take 45 days and is voluntary for most.

# After a no
Ask why, within a week, by telephone. Of 37 inquiries in three years we won four; nine of the others told us the reason,
and five of the nine said the same thing: no building of 50,000 square feet that could be had within six months. So
the county built one on speculation. It was leased after eleven weeks, to a maker of coolant pumps from Emilia.

# Records
One line for each inquiry: code name, country, product, power, jobs, source, outcome, reason. Never the company's name.
"""

FTZ_CALL = """# Call notes: foreign-trade zones for small users

Luis Betancourt (Piedmont) explained how a nonwovens maker of 70 people became a user of a foreign-trade zone without
moving. 29 organizations attended; the recording is with the secretariat.

## In short

A zone lets a plant bring in material without paying duty until the product leaves for the domestic market, and never
if it is exported. Under the *alternative site framework* the zone comes to the plant: the existing zone sponsor adds
the building as a usage-driven site, usually within **30 days** of a complete application; permission to *produce* in
the zone takes about **four months** more.

## The numbers of the one plant

- Duty on imported staple fiber: 4.3 percent; on the finished filter medium: none. So duty falls to zero.
- Saved in the first full year: **$188,000**
- Software for inventory: $26,000 and then $9,000 a year; sponsor's fee $7,500 a year; a clerk for half of her time
- Worth it, Luis thinks, from about $60,000 of duty a year

## Questions

1. *Does it help against the newer tariffs?* Partly: some of them apply to goods as they enter the zone.
2. *Who audits?* Customs, with a visit a year; the inventory system is what they look at.
3. *Can two plants share?* Yes, as two sites of one operator. Prairie will try that with three seed drill makers.

## Links and follow-ups

- Break-even sheet: <https://piedmont-threads.example/zone-sheet>
- Erik Sørensen collects plants that pay more than $60,000 of duty, until {d+30}
"""

SOFT_LANDINGS = """
Grant Tsosie, Red Mesa Aerospace & Defense Community

> A soft landing is a desk, a phone number and a person who knows which form comes first.

# Who lands
- Suppliers from abroad who follow a customer, mostly with five to thirty people here in the first two years
- Since year one: 13 companies from seven countries, nine still here, 286 jobs
- None asked for an incentive in the first meeting

# What they ask for
@ bar | Questions in the first month, 13 companies | Visas=13 | Bank account=12 | Housing and schools=11 | Health insurance=9 | Zoning=3

# The landing desk
- 1,800 square feet beside the college's machine lab, six desks, two lockable bays
- Nine months at $350 a desk; the bay costs $1,100
- The person at the desk had been a plant manager and had lived abroad

# The bank account problem
- Without a tax number no account, without an account no payroll, without payroll no lease
- A local credit union opens an account after one video call, because we wrote down with it what it needs
- It took two meetings and a pizza

# Controlled information and foreign owners
- A foreign-owned supplier can work on commercial aircraft from day one
- For defense work: registration, a technology control plan, U.S. persons at the machine
- Two companies set up a separate subsidiary with a proxy board; legal cost $140,000 to $220,000

# Costs and who pays
| Item | A year | Source |
| Lease and power | $31,000 | County |
| Landing manager | $88,000 | Half college, half members |
| Law and tax clinic | $12,000 | Three firms, pro bono above that |
| Rent received | -$24,600 | Tenants |

# What failed
- A welcome center in the capital, 90 miles away: closed
- A brochure in five languages: no one read it
- Help only for the company: two left since the family was unhappy

# For other communities
- One desk is enough; the telephone number must reach a person
- Write the first ninety days as a checklist; ours has 41 lines and is free
- Tell us when a company outgrows your region: better here than abroad, and the other way round
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="quebec-mission",
        title="Nine shops in a van: a trade mission to Québec",
        kind=Kind.PRESENTATION,
        summary="Thirty conversations, six first orders, and a lesson about tariff codes.",
        topics=("trade", "export", "precision-machining"),
        organization="millstream",
        age_days=28,
        call=True,
        file_name="millstream-mission-quebec.pptx",
        content=QUEBEC_MISSION,
    ),
    DemoResource(
        key="export-starter",
        title="Export starter: the first ten documents",
        kind=Kind.RESOURCE,
        summary="For the person who has to answer a first foreign order on Monday.",
        topics=("trade", "export", "guide"),
        organization="piedmont",
        age_days=455,
        audience=Audience.PUBLIC,
        file_name="export-starter.pdf",
        content=EXPORT_STARTER,
    ),
    DemoResource(
        key="fdi-protocol",
        title="Answering a foreign investor within 120 hours",
        kind=Kind.RESOURCE,
        summary="A protocol for FDI inquiries: the clock, the questions, and what not to send.",
        topics=("trade", "fdi", "site-development"),
        organization="delta-crossing",
        age_days=148,
        file_name="fdi-inquiry-protocol.docx",
        content=FDI_PROTOCOL,
    ),
    DemoResource(
        key="call-notes-ftz",
        title="Call notes: foreign-trade zones for small users",
        kind=Kind.CALL_NOTES,
        summary="How a nonwovens maker of 70 people saved $188,000 of duty without moving.",
        topics=("trade", "tariffs", "logistics"),
        organization="piedmont",
        age_days=83,
        call=True,
        file_name="call-notes-foreign-trade-zones.md",
        content=FTZ_CALL,
    ),
    DemoResource(
        key="soft-landings",
        title="Soft landings for suppliers from abroad",
        kind=Kind.PRESENTATION,
        summary="Six desks, a bank account and a person who knows which form comes first.",
        topics=("trade", "infrastructure", "fdi", "aerospace"),
        organization="red-mesa",
        age_days=555,
        call=True,
        file_name="red-mesa-soft-landings.pptx",
        content=SOFT_LANDINGS,
    ),
)
