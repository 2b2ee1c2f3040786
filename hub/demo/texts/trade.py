"""Trade and international investment: exports, missions, foreign-trade zones, foreign direct investment."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

QUEBEC_MISSION = """
Sanjay Mehrotra, Millstream Precision Manufacturing Collaborative

> Merci à tous. Nine shops went north in a rented van. Here's what came back.

# Why Québec
- A three-hour drive, no ocean, and an aluminum industry that buys machined parts
- Nine shops with 11 to 85 employees; five had never exported
- Our goal was thirty conversations, not contracts

# Before the trip
- A French-speaking student called forty buyers and found 34 willing to meet
- A one-page profile of each shop in French: $120 a page, checked by an engineer
- Quotes in Canadian dollars and metric, including duty and broker fees

> "Delivered to your door" was worth more than ten percent off.

# Three days
| Day | City | Schedule |
| 1 | Sherbrooke | Eleven meetings, two plant tours |
| 2 | Trois-Rivières | Smelter suppliers' day |
| 3 | Québec City | Aerospace tooling, eight meetings |

# What it cost
@ bar | Dollars per shop | Van and hotel=890 | Profiles and samples=640 | Interpreter=410 | Staff time=2100

# What came of it
- 30 conversations turned into 14 requests for quote and 6 first orders, worth $412,000 over eighteen months
- Two shops found a supplier instead: anodizing at two-thirds of what they'd been paying
- One found a partner for a joint bid

# Paperwork at the border
- Certificate of origin under the regional trade agreement: one page, but you have to be able to back it up
- Shop A put down the wrong tariff code: $3,700 in duty, refunded seven months later
- Use a broker for your first five shipments, then decide

# Language
- Buyers speak English; drawings, safety sheets, and invoices are in French
- Peña Translation isn't a company: it's our inspector's sister, and she beat the software
- Learn ten sentences. People laugh, and then they open the second drawer of parts

# Next mission
- {m+5}; three seats for shops from other communities
- Send your profile and two sample parts by {d+80}
"""

EXPORT_STARTER = """
# Ten documents, in the order you'll need them
Your first export order shows up by email on a Friday. This guide is for the person who has to answer it on Monday. It
lists ten documents, who writes each one, and what goes wrong. It isn't legal advice; for your first shipments, a
freight forwarder and a customs broker are worth the fee.

| No. | Document | Who writes it |
| 1 | Quote with a trade term | You |
| 2 | Buyer screening | You |
| 3 | Product classification | You, with help |
| 4 | Pro forma invoice | You |
| 5 | Payment instrument | Bank |

---

| No. | Document | Who writes it |
| 6 | Commercial invoice | You |
| 7 | Packing list | Shipping |
| 8 | Certificate of origin | You or a chamber |
| 9 | Export filing | Forwarder |
| 10 | Bill of lading or air waybill | Carrier |

# 1. A quote with a trade term
"FOB" doesn't mean the same thing in a domestic quote and an international one. For a first order, use FCA at your dock
or the forwarder's: you deliver the goods there, and the buyer's forwarder takes on the risk. Avoid EXW: you're still
responsible for the filing but can't see it. Avoid DDP until you have a broker over there.

# 2. Screening
Check the names of the buyer, the bank, and the consignee against the consolidated screening list. It takes four
minutes. Print the result with the date. Three times in our coalition's history, a name came up. Twice it was a
different company with the same name. The third time it wasn't.

---

# 3. Classification
You need two numbers: the tariff code, which determines duty, and the export control number, which determines whether
you need a license. Most woven and nonwoven goods don't. High-modulus carbon fiber does, and the machine that winds it
might. Ask before you quote: a license takes about six weeks.

# 4 and 5. Getting paid
| Method | Your risk | Cost on a $60,000 order |
| Cash in advance | None | $40 |
| Letter of credit | Paperwork errors | $750 to $1,400 |
| Documentary collection | Buyer refuses | $180 |
| Open account with credit insurance | 5% of any loss | $330 |

Seven in ten first letters of credit are refused over a misspelled name or a missed date. Read yours out loud to a
colleague. After their third order, most of our members use the Export-Import Bank's insurance for small exporters.

---

# 6 to 10. Shipping day
The commercial invoice, packing list, and certificate have to say the same words in the same order. Copy and paste;
don't retype. Weigh the pallet. Wood has to have the heat-treatment stamp, or the container sits on the other side. The
stamp costs $1.10, and the wait cost one of us $4,800.

# Low-cost help
Commercial Service offices find and check out buyers for a fee that's small for new exporters. The Small Business
Development Center will read your first contract. State trade offices reimburse part of a trade show booth: our members
got back $61,000 in {y-1} through their state's STEP grant.

# Twelve months in
Of the 24 members who started with this guide, 17 have shipped at least one order, and 9 ship every month. Median first
order: $18,600. Median time from first email to payment: 97 days.
"""

FDI_PROTOCOL = """
# Purpose
A foreign company that asks you about a plant site is asking six regions the same day. The first complete answer gets
the visit. This protocol for foreign direct investment (FDI) inquiries takes one person and a backup.

# The clock
| Hour | Step | Who |
| 0 | Inquiry arrives, gets a code name | Lead |
| 2 | Reply: "Got it. Here's who will get back to you" | Lead |
| 24 | Two questions back: power and start date | Lead |
| 72 | Site sheet, wage table, training offer | Backup |
| 120 | Call with a local plant that speaks their language | Lead |

# What to ask first
- How many megawatts, and what year?
- Which processes are dirty, loud, or secret?
- Who makes the decision, and when's the next board meeting?

# What not to send
No incentives in the first answer; once a number is out, it's out. No brochure over 5 MB. No site you don't have an
option on.

# Language and courtesy
Answer in English, and add one paragraph in the company's language, checked by a native speaker. Spell out the month in
dates. Give weights in metric tons.

# Screening
Before the visit, check ownership, sanctions lists, and whether foreign ownership has to be reported for this product.
Ask your state office; the federal review can take 45 days and is voluntary for most.

# After a no
Ask why, within a week, by phone. Of 37 inquiries in three years, we won four. Nine of the others told us why they said
no, and five of the nine said the same thing: no building of 50,000 square feet available within six months. So the
county built a spec building. It leased in eleven weeks, to a coolant pump maker from Emilia.

# Records
One line per inquiry: code name, country, product, power, jobs, source, outcome, reason. Never the company's name.
"""

FTZ_CALL = """# Call notes: foreign-trade zones for small users

Luis Betancourt (Piedmont) explained how a 70-person nonwovens maker became a foreign-trade zone user without moving. 29
organizations attended; the secretariat has the recording.

## In short

In a zone, a plant can bring in material and pay no duty until the product enters the domestic market, or no duty at
all if it's exported. Under the *alternative site framework*, the zone comes to the plant: the existing zone sponsor
adds the building as a usage-driven site, usually within **30 days** of a complete application. Permission to *produce*
in the zone takes about **four months** more.

## One plant's numbers

- Duty on imported staple fiber is 4.3 percent; on the finished filter media, none. So duty drops to zero.
- Saved in the first full year: **$188,000**
- Inventory software: $26,000, then $9,000 a year. Sponsor's fee: $7,500 a year. Half of a clerk's time.
- Luis thinks it's worth it if you pay $60,000 or more a year in duty

## Questions

1. *Does it help against the newer tariffs?* Partly: some of them apply to goods as they enter the zone.
2. *Who audits?* Customs, with one visit a year; they look at the inventory system.
3. *Can two plants share?* Yes, as two sites under one operator. Prairie is going to try that with three seed drill
   makers.

## Links and follow-ups

- Break-even sheet: <https://piedmont-threads.example/zone-sheet>
- Erik Sørensen is making a list, through {d+30}, of plants that pay more than $60,000 in duty
"""

SOFT_LANDINGS = """
Grant Tsosie, Red Mesa Aerospace & Defense Community

> A soft landing is a desk, a phone number, and a person who knows which form comes first.

# Who lands
- Foreign suppliers following a customer, most with five to thirty people here in the first two years
- Since year 1: 13 companies from seven countries, nine still here, 286 jobs
- Not one asked about incentives at the first meeting

# What they ask for
@ bar | Questions in the first month, 13 companies | Visas=13 | Bank account=12 | Housing and schools=11 | Health insurance=9 | Zoning=3

# The landing desk
- 1,800 square feet next to the college's machine lab, with six desks and two lockable bays
- Up to nine months, at $350 per desk and $1,100 per bay
- The person at the desk is a former plant manager who has lived overseas

# The bank account problem
- No tax ID, no account; no account, no payroll; no payroll, no lease
- A local credit union now opens an account after one video call, because we sat down and listed what it needs
- It took two meetings and a pizza

# Controlled information and foreign owners
- A foreign-owned supplier can work on commercial aircraft from day one
- For defense work: registration, a technology control plan, U.S. persons at the machine
- Two companies set up a separate subsidiary with a proxy board; legal costs ran $140,000 to $220,000

# Costs and who pays
| Item | Per year | Source |
| Lease and power | $31,000 | County |
| Landing manager | $88,000 | Half college, half members |
| Legal and tax clinic | $12,000 | Three firms, pro bono beyond that |
| Rent received | -$24,600 | Tenants |

# What failed
- A welcome center in the state capital, 90 miles away: closed
- A brochure in five languages: no one read it
- Helping only the company: two left because the family was unhappy

# For other communities
- One desk is enough, but a person has to answer the phone
- Turn the first ninety days into a checklist; ours has 41 lines and is free
- If a company outgrows your region, tell us, and we'll do the same: better here than overseas
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
        summary="For the person who has to answer that first foreign order on Monday.",
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
        summary="How a 70-person nonwovens maker saved $188,000 in duty without moving.",
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
        summary="Six desks, a bank account, and a person who knows which form comes first.",
        topics=("trade", "infrastructure", "fdi", "aerospace"),
        organization="red-mesa",
        age_days=555,
        call=True,
        file_name="red-mesa-soft-landings.pptx",
        content=SOFT_LANDINGS,
    ),
)
