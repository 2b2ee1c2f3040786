"""Six of the weekly AMCC Updates, each a numbered list of items."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

WINDOW_OPENS = """
Good afternoon. Monday's call is as usual; the digest of the new notice is the one thing to read before it.

1. Readiness grants are open. The Office of Regional Industrial Readiness takes letters of intent until {d+27} and
applications until {d+70}. The seven mistakes of the last round are in its digest in the hub. Match for planning is 20
percent.
2. Monday's call. Millstream tells what came of the van to Québec; ten minutes, then questions about tariff codes.
3. Thermocouples wanted. Lakeshore's die after four months in holding furnaces. If yours live longer, tell Hal Okafor
which sheath you use.
4. Quarter's end is near. Representatives or alternates: look at your quarter in the hub and confirm what you passed on.
Downloading alone isn't sharing.
5. Surplus offered. A member of Red Mesa gives away a coordinate measuring machine of 2004, working, software without
updates. You rig it, you own it.
6. Save the date. The next in-person meeting is in {m+6}, in a plant and not in a hotel; Prairie has offered its paint hall.
7. Correction. Last week we wrote that the zone sponsor's fee is $7,500 a month. It is $7,500 a year. Piedmont's phone
has stopped ringing.

See you at 11:30 Eastern.
The secretariat
"""

HURRICANE_WEEK = """
A short update: part of the network is boarding up windows.

1. Bayou's yards are closed until Thursday at least. Covered stock is safe; people come first. Offers of generators go to
Minh Tran, not to the yards.
2. Plate for emergencies. The pool will sell to any community at cost for thirty days: 3/8 and 1/2 inch, up to 20 tons.
3. No call on Monday. The call is canceled and doesn't count toward attendance.
4. Disaster loans, a reminder in general terms: declare the loss early, photograph serial numbers, keep receipts for
hotel rooms of crews. Patient Capital Roundtable has a one-page list of what lenders ask afterward.
5. Request for information (RFI) on castings. Comments of communities on lead times are due {d+19}; Lakeshore shares a
draft that you may take apart.

Stay dry.
The secretariat
"""

APPRENTICES_WEEK = """
This week is about people who learn, and about two deadlines.

1. Apprenticeship week is coming. Nine communities open their shops; send the address and the hour, and we put you on the
map. Pictures need a signed release from anyone under eighteen.
2. Teacher stipends matched. Shop Floor Skills Foundation matches the stipends of the first four teachers of any
community that hasn't taken part before. Write by {d+45}.
3. Standards for battery technicians. Delta Crossing drafts a work process schedule of 6,000 hours and looks for three
plants that will mark it up in red.
4. Deadline. Nominations for two seats on the Advisory Board close {d+12}. Board members may come from any organization.
5. Child care. Northwoods' story of three pilots has been read 60 times in its first month; the annex with the providers'
agreement is available from Linnéa Hauge.
6. Used simulators. Bayou sells two virtual welding trainers, $3,800 each, helmets worn but clean.
7. Housekeeping. If you forward from the hub, your quarter notes it for you. If you forward by hand, put the log address
in copy.
8. Next Monday: open discussion, bring one question that you are ashamed of.

The secretariat
"""

CYBER_WEEK = """
Hello all. Ten days until the guild's clinic; read item 2 even if you skip the rest.

1. Clinic by telephone. Small Shop Cyber Guild answers CMMC questions for two hours on {d+10}, no registration, no
recording, no vendors.
2. Beware of a fraud. Three shops got a letter that demands a "certification renewal fee" of $1,480. No such fee exists.
Don't pay; send a photograph to Fatima Zeller.
3. Harborline's second cohort starts with fourteen shops. Its calendar, contract and bridge loan paper will be in the hub.
4. Names change. Many still say PTAC; the centers are APEX Accelerators now. The hub's search finds either. The same goes
for OEA and OLDCC.
5. A score is not a certificate. If a customer asks for one and means the other, Red Mesa's letter helps.
6. Thanks to 38 organizations that confirmed last quarter, and to the four who wrote honestly that they had shared
nothing and why.

The secretariat
"""

ENERGY_WEEK = """
Dear all, heat records in five regions; so this one is about power.

1. Demand charges. If your plants had a new peak this month, ask the utility about a ratchet: one hot afternoon can cost
for eleven months. Cascade has a script for that call.
2. Free microphones. Cascade lends its two ultrasonic microphones from {m+2} on; a refundable deposit of $500 each.
3. Rebates end. Several utilities close their books for compressed air at year's end; verified savings must be reported
before {d+95}.
4. Cupola or induction? Lakeshore presents on Monday; foundry people from outside the network may listen with the guest
link.
5. PFAS letter. Piedmont's lawyers have written a sentence for suppliers' letters that promises no more than a plant can
keep. Three lines, free to use.
6. Ice. A plant in Red Mesa buys ice for its night shift at $90 a week and says that absences halved. Not everything
needs a grant.
7. Vacancies. The secretariat looks for a person for calls and notes, 24 hours a week, from anywhere.
8. New BFF. The Advisory Board has welcomed no one this month, contrary to rumor; an application is complete and will be
decided on {d+20}.
9. Reading. An owner's account of a bad loan, in the loan fund's deck, slide 7.

The secretariat
"""

NEW_YEAR = """
Happy new year of work. Numbers first.

1. Last year in one line: 47 calls held, median attendance 41 organizations, 212 resources shared, 63 percent of quarters
confirmed within thirty days.
2. What people searched for and didn't find: "workers comp externs", "MRL poster", "will serve". Two of the three are in
the hub now.
3. Presentations. Every member and every BFF presents once a year, ten to fifteen minutes. Fourteen dates are free;
first come, first served, by {d+30}.
4. Congress and budgets: nothing this week that a plant could act on, so we write nothing.
5. Basin & Range asks to be introduced. A critical minerals community has sent its agreement, SWOT and plan; the board
will look at them in spring.
6. A template for call notes is in the hub. Please use it; it has five headings, and people find things by headings.

The secretariat
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="update-window-opens",
        title="AMCC Update: readiness grants open, Québec on Monday",
        kind=Kind.BRIEFING,
        summary="Letters of intent, thermocouples wanted, a machine to give away, a correction.",
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
        summary="Yards closed, plate at cost, what lenders ask after a disaster.",
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
        summary="Open shops, matched teacher stipends, a draft for battery technicians.",
        topics=("workforce", "amcc-update"),
        organization="amcc",
        age_days=668,
        file_name="amcc-update-apprentices.eml",
        content=APPRENTICES_WEEK,
    ),
    DemoResource(
        key="update-cyber",
        title="AMCC Update: a clinic, a fraud, and names that change",
        kind=Kind.BRIEFING,
        summary="CMMC questions by telephone, a letter not to pay, PTAC and APEX.",
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
        summary="Demand charges, rebates that end, a sentence for PFAS letters, ice.",
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
        summary="Numbers of the year, searches that found nothing, presentation dates.",
        topics=("operations", "amcc-update"),
        organization="amcc",
        age_days=318,
        file_name="amcc-update-year.eml",
        content=NEW_YEAR,
    ),
)
