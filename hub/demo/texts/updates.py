"""Six weekly AMCC Updates, each a numbered list of items."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

WINDOW_OPENS = """
Good afternoon. Monday's call is on as usual. If you read one thing before it, read the digest of the new notice.

1. Readiness grants are open. The Office of Regional Industrial Readiness is taking letters of intent through {d+27}
and applications through {d+70}. Its digest in the hub lists seven mistakes from the last round. The match for planning
is 20 percent.
2. Monday's call. Millstream reports on the van trip to Québec: ten minutes, then questions about tariff codes.
3. Thermocouples wanted. Lakeshore's die after four months in holding furnaces. If yours last longer, tell Hal Okafor
which sheath you use.
4. The quarter is almost over. Representatives and alternates: check your quarter in the hub and confirm what you
shared. Downloads alone don't count.
5. Free surplus. A Red Mesa member is giving away a 2004 coordinate measuring machine. It works, but the software is no
longer updated. You rig it, you own it.
6. Save the date. The next in-person meeting is in {m+6}, in a plant, not a hotel: Prairie has offered its paint hall.
7. Correction. Last week we said the zone sponsor's fee is $7,500 a month. It's $7,500 a year. Piedmont's phone has
stopped ringing.

See you at 11:30 a.m. Eastern.
The secretariat
"""

HURRICANE_WEEK = """
A short update, because part of the network is boarding up windows.

1. Bayou's yards are closed until at least Thursday. The covered stock is safe; people come first. If you have
generators to offer, contact Minh Tran, not the yards.
2. Plate for emergencies. For thirty days, the pool will sell plate to any community at cost: 3/8 and 1/2 inch, up to 20
tons.
3. No call Monday. It's canceled and doesn't count toward attendance.
4. Disaster loans. Some general reminders: report the loss early, photograph serial numbers, and keep receipts for
crews' hotel rooms. Patient Capital Roundtable has a one-page list of what lenders ask for afterward.
5. Request for information (RFI) on castings. Communities' comments on lead times are due {d+19}. Lakeshore is sharing a
draft, and you're welcome to tear it apart.

Stay dry.
The secretariat
"""

APPRENTICES_WEEK = """
This week: people who are learning, and two deadlines.

1. Apprenticeship week is coming. Nine communities are opening their shops. Send us your address and hours, and we'll
put you on the map. For pictures of anyone under eighteen, you need a signed release.
2. Matched teacher stipends. Shop Floor Skills Foundation will match the stipends of the first four teachers from any
community that hasn't taken part before. Email them by {d+45}.
3. Standards for battery technicians. Delta Crossing is drafting a 6,000-hour work process schedule for an
apprenticeship and needs three plants to mark it up in red.
4. Deadline. Nominations for two Advisory Board seats close {d+12}. Board members can come from any organization.
5. Child care. Northwoods' story about its three pilots was read 60 times in its first month. Linnéa Hauge can send you
the appendix with the provider agreement.
6. Used simulators. Bayou is selling two virtual welding trainers, $3,800 each. The helmets are worn but clean.
7. Housekeeping. If you forward from the hub, it's logged for you. If you forward from your own email, BCC your log
address.
8. Next Monday: open discussion. Bring the one question you're embarrassed to ask.

The secretariat
"""

CYBER_WEEK = """
Hi, everyone. Ten days until the guild's clinic. Read item 2 even if you skip the rest.

1. Phone clinic. Small Shop Cyber Guild will answer CMMC questions for two hours on {d+10}. No registration, no
recording, no vendors.
2. Fraud alert. Three shops got a letter demanding a "certification renewal fee" of $1,480. There is no such fee. Don't
pay; send a picture of the letter to Fatima Zeller.
3. Harborline's second cohort is starting with fourteen shops. Its calendar, contract, and bridge loan paperwork will
be in the hub.
4. Name changes. Many people still say PTAC, but they're called APEX Accelerators now. The hub's search finds either
one. The same goes for OEA and OLDCC.
5. A score isn't a certificate. If a customer asks for one and means the other, Red Mesa's letter can help.
6. Thanks to the 38 organizations that confirmed last quarter, and to the four that were honest about sharing nothing
and told us why.

The secretariat
"""

ENERGY_WEEK = """
Hi, everyone. Five regions set heat records, so this one is about power.

1. Demand charges. If your plants hit a new peak this month, ask the utility about its ratchet: you can pay for one hot
afternoon for eleven months. Cascade has a script for that call.
2. Free microphones. Starting in {m+2}, you can borrow Cascade's two ultrasonic microphones. There's a refundable
deposit of $500 each.
3. Rebates are ending. Several utilities close out their compressed air programs at the end of the year. Report verified
savings by {d+95}.
4. Cupola or induction? Lakeshore presents on Monday. Foundry people from outside the network can listen in with the
guest link.
5. PFAS letter. Piedmont's lawyers wrote a sentence for supplier letters that doesn't promise more than a plant can
deliver. Three lines, free to use.
6. Ice. A Red Mesa plant buys ice for its night shift at $90 a week and says absences dropped by half. Not everything
needs a grant.
7. We're hiring. The secretariat needs someone for calls and notes, 24 hours a week, working from anywhere.
8. New BFF. Contrary to rumor, the Advisory Board didn't admit anyone this month. One application is complete and will
be decided on {d+20}.
9. Worth reading: how a loan went bad, on slide 7 of the loan fund deck.

The secretariat
"""

NEW_YEAR = """
Happy New Year, and welcome back. Numbers first.

1. Last year in one line: 47 calls held, median attendance of 41 organizations, 212 resources shared, 63 percent of
quarters confirmed within thirty days.
2. What people searched for and didn't find: "workers comp externs", "MRL poster", "will serve". Two of the three are
now in the hub.
3. Presentations. Every member and every BFF presents once a year, ten to fifteen minutes. Fourteen dates are free this
year, first come, first served. Pick yours by {d+30}.
4. Congress and budgets: nothing a plant could act on this week, so nothing from us.
5. Meet Basin & Range. This critical minerals community has sent in its agreement, SWOT, and plan. The board will
review them in the spring.
6. There's a call notes template in the hub. Please use it. It has five headings, and people find things by their
   headings.

The secretariat
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="update-window-opens",
        title="AMCC Update: readiness grants open, Québec on Monday",
        kind=Kind.BRIEFING,
        summary="Letters of intent, thermocouples wanted, a free machine, a correction.",
        topics=("operations", "trade", "amcc-update"),
        organization="amcc",
        age_days=20,
        file_name="amcc-update-readiness-grants.eml",
        content=WINDOW_OPENS,
    ),
    DemoResource(
        key="update-hurricane",
        title="AMCC Update: no call on Monday, storm on the coast",
        kind=Kind.BRIEFING,
        summary="Yards closed, plate at cost, what lenders ask for after a disaster.",
        topics=("supply-chain", "amcc-update"),
        organization="amcc",
        age_days=430,
        file_name="amcc-update-storm.eml",
        content=HURRICANE_WEEK,
    ),
    DemoResource(
        key="update-apprentices",
        title="AMCC Update: apprenticeship week, stipends, two board seats",
        kind=Kind.BRIEFING,
        summary="Open shops, matched teacher stipends, draft standards for battery technicians.",
        topics=("workforce", "amcc-update"),
        organization="amcc",
        age_days=668,
        file_name="amcc-update-apprentices.eml",
        content=APPRENTICES_WEEK,
    ),
    DemoResource(
        key="update-cyber",
        title="AMCC Update: a clinic, a fraud, and new names",
        kind=Kind.BRIEFING,
        summary="CMMC questions by phone, a letter not to pay, PTAC and APEX.",
        topics=("supply-chain", "cmmc", "amcc-update"),
        organization="amcc",
        age_days=374,
        file_name="amcc-update-cyber.eml",
        content=CYBER_WEEK,
    ),
    DemoResource(
        key="update-energy",
        title="AMCC Update: hot afternoons, free microphones",
        kind=Kind.BRIEFING,
        summary="Demand charges, rebates ending, a sentence for PFAS letters, and ice.",
        topics=("operations", "energy", "amcc-update"),
        organization="amcc",
        age_days=178,
        audience=Audience.PUBLIC,
        file_name="amcc-update-energy.eml",
        content=ENERGY_WEEK,
    ),
    DemoResource(
        key="update-new-year",
        title="AMCC Update: last year in one line",
        kind=Kind.BRIEFING,
        summary="The year's numbers, searches that found nothing, presentation dates.",
        topics=("operations", "amcc-update"),
        organization="amcc",
        age_days=318,
        file_name="amcc-update-year.eml",
        content=NEW_YEAR,
    ),
)
