"""Energy, pollution prevention, and what plants changed."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

COMPRESSED_AIR = """
# Forty plants, one summer
Compressed air is the most expensive way to move anything, and every plant has it. Over one summer, two engineers and
six students walked the pipes in forty plants with an ultrasonic microphone. They tagged 2,914 leaks. The plants fixed
71 percent of them before the students went back to college.

| Measure | Median plant | All forty |
| Compressor power, kW | 190 | 9,400 |
| Share of air lost to leaks | 27% | 29% |
| Leaks tagged | 58 | 2,914 |
| Annual savings after repair | $17,300 | $811,000 |
| Cost of repair | $2,100 | $96,000 |

> A quarter-inch hole at 100 psi costs about $9,000 a year. You can hear it at lunch.

---

# How a visit works
1. Spend half an hour with maintenance: where's the loudest spot?
2. At the end of the shift, shut down the tools, run the compressor, and time how long it loads: that's the leak rate
3. Walk with the microphone: tag, photograph, estimate in cubic feet per minute
4. Give the plant a list sorted by dollars, not by where you walked

The fourth step is the one that matters. In the first ten plants, the list followed the pipe, and repairs stopped on
page two. Sorted by dollars, the first twenty tags are 80 percent of the money.

# Where the leaks are
@ bar | Share of leaks, percent | Quick couplings=34 | Hoses=21 | Regulators=16 | Cylinders=14 | Threads=9 | Drains=6

---

# Pressure and inappropriate uses
Every two psi you take off the compressor saves about one percent. Twenty-three plants ran at 115 psi because "the
machine at the far end needs it"; in nineteen of them, that machine needed a bigger hose. In machine shops, blowing
chips off parts with an open pipe used a fifth of the air. An engineered nozzle costs $38.

# One year later
We went back to sixteen plants. Ten had kept the leak rate under 15 percent; all ten had put one person in charge and
given them an hour a week. Six were back up to 25 percent. None of those six had put anyone in charge.

# Money
The program cost $148,000: $61,000 for students, $58,000 for engineers, $14,000 for microphones, and the rest for cars
and insurance. The utility paid 60 percent in exchange for verified savings, 7.6 million kWh of them.

---

# What we'd do differently
- Bring a box of couplings. A leak you fix on the spot stays fixed
- Train two plant employees on the microphone the same day
- Leave the microphone for a month; five plants shared one and found 400 more
- Don't promise carbon numbers until the utility has agreed on the factor

# Copy it
The visit form, the spreadsheet that sorts by dollars, and the student job description are free. For your first summer,
plan on twelve plants, one engineer, and two students. Email the partnership by {d+120} to borrow the microphones.
"""

PLATING_P2 = """
Naomi Fujita and Pavel Horák, Cascade Clean Industry Partnership

> P2 stands for pollution prevention: you don't have to treat what you never made.

# Six plating lines
- Two zinc, two chrome, one nickel, one anodizing; 14 to 70 employees
- All had passed inspection; all wanted to spend less on water and sludge
- Half a day of walking the line, three months of changes, a year of metering

# Drag-out is money
- Every rack drags bath into the rinse: we measured 0.16 to 0.55 gallons per rack
- Letting it drip thirty seconds instead of ten: down 44 percent
- A plastic drip board that runs it back into the tank: $60

# Rinse backward
- Counterflow through three tanks uses a tenth of the water of one running rinse
- Flow restrictors on the three lines with room for them paid back in five months

@ bar | Water at the nickel line, gallons per hour | Before=940 | Restrictors=610 | Counterflow=118

# Hexavalent to trivalent
| | Hexavalent | Trivalent |
| Annual bath cost | $21,000 | $34,000 |
| Sludge, tons | 31 | 6 |
| Air permit | Yes | No |
| Customer approvals to redo | 0 | 17 |

> The seventeen approvals took fourteen months. The obstacle isn't the chemistry; it's that.

# What changed in a year, all six lines
- Water down 38 million gallons, sludge down 112 tons, acid down 19 percent
- Saved $467,000; spent $352,000
- Two workers with asthma moved back to the line

# Who paid
- State P2 office: free technical help and a grant of up to $25,000 per line
- Sewer district: a lower surcharge for three years, once we proved the results
- A $90,000 green loan at 3 percent for the counterflow tanks

# What didn't work
- Ion exchange on the zinc line: fouled in six weeks
- A dashboard: operators just looked at the sight glass

# Take the walk yourself
1. Follow one rack with a stopwatch
2. Put a bucket under it
3. Ask who's allowed to turn the rinse valve, and who actually does
"""

GREEN_TEAM = """
# A one-page charter
A green team without a budget is a poster. Ours is five people who get an hour every other week and can spend $2,500 on
any one thing without asking. Copy this charter, have the plant manager sign it, and hang it by the time clock.

# Members
- An operator from each shift
- Maintenance
- Purchasing, because half the waste arrives in boxes
- A supervisor, who doesn't run the meeting

# What the team does in its first ninety days
| Weeks | Task | Result |
| 1-2 | Go through six dumpsters | List by weight |
| 3-4 | Night walk: what's running when no one's working? | Shut-off list |
| 5-8 | Three fixes under $2,500 | Meter readings before and after |
| 9-12 | Tell everyone at shift change | Ten minutes, no slides |

# Walk-through form
1. Is it on? Does it need to be?
2. Is it hot, and is that heat doing anything useful?
3. Does it drip, hiss, or squeak?
4. Which drum is open?
5. What comes in packaging that weighs more than the product?
6. What are we throwing out with the supplier's label still on it?

# Night walk: an example
A 120-person furniture hardware plant was drawing 210 kW at 2 a.m. on a Sunday. Dust collection serving one idle
machine: 45 kW. Two air dryers: 18 kW. Lights in an empty bay: 22 kW. A vending machine no one had filled since spring:
half a kW. Shutting it all off took a $340 timer and saves $41,000 a year.

# Greenhouse gas numbers
Scope 1 is what you burn, scope 2 is the power you buy, and scope 3 is everything else. Customers ask for the first two.
All you need is twelve utility bills and an emission factor; it takes an afternoon. Don't hire a consultant until you've
spent that afternoon.

# When green teams die
After the third meeting, if nothing has been spent. So spend something at the second.
"""

INDUCTION_MELT = """
Tom Vandersloot and Hal Okafor, Lakeshore Forge & Foundry Collaborative

> Two foundries, two answers. One replaced its cupola, the other didn't, and both were right.

# Two foundries
| | Foundry North | Foundry South |
| Iron, tons a year | 9,200 | 31,000 |
| Melter | 1974 cupola | 1991 cupola |
| People | 84 | 210 |
| Decision | Induction | Keep it, add heat recovery |

# What a ton takes
- Cupola: 260 pounds of coke, 40 pounds of limestone, 0.9 million BTU for the afterburner
- Induction: 560 to 620 kWh, cleaner charge, no coke
- With power at $0.071 per kWh and coke at $510 a ton, the energy cost is the same within four dollars

# The bill is all demand
- North's new furnaces draw 3.8 MW; the demand charge is $14.20 per kW per month
- Melting from 10 p.m. to 6 a.m. cuts it in half
- The utility wanted $1.1 million for a new line; a 1 MW battery would have cost more

> We moved melting to nights, and the union agreed once the shift premium went to $2.40 an hour.

# Capital
@ bar | Foundry North, thousands of dollars | Furnaces=3900 | Power line=1100 | Building=750 | Training=120 | Grants=-1450

# Scrap became the problem
- A cupola is forgiving; an induction furnace wants clean, dry scrap
- Wet borings in month two caused an eruption; no one was hurt, but we lost a roof panel
- A $310,000 dryer should have been in the budget

# Emissions
- CO2 from melting at North: down 61 percent on today's grid
- Dust: down 94 percent; we sold the baghouse to South
- South: heat recovery warms the core ovens and saves 38,000 therms

# Jobs
- North had eleven cupola tenders: seven retrained, three retired, one left
- Retraining took 160 hours, paid for by the workforce board as OJT
- Two more electricians than before

# How to decide
1. Ask the utility first, in writing
2. Count the clean scrap within 100 miles
3. Look at a night shift before you look at batteries
4. If the cupola is less than 25 years old, look at its waste heat
"""

PFAS_TEXTILES = """
# Why finishers moved
Per- and polyfluoroalkyl substances (PFAS) make cloth shed water, oil, and stains. Several states now require textiles
without them, and customers asked before the states did. Nine finishing plants in our coalition changed 31 of 44
recipes. This paper covers what replaced them, what it did to quality, and what to do about the tanks.

| Use | Old finish | New finish | Recipes changed |
| Rainwear | C6 fluorocarbon | Paraffin and dendrimer | 14 of 14 |
| Upholstery | C6 fluorocarbon | Silicone, polyurethane | 11 of 13 |
| Medical drapes | C6 fluorocarbon | Film laminate | 6 of 8 |
| Oil filter media | C8, later C6 | Nothing that works | 0 of 9 |

> Water is easy. Oil is the problem: nothing we tried repels hot oil without fluorine.

---

# Quality
Rain tests: the new finishes pass when new, but drop a grade after ten washes, where the old ones lasted twenty. The
hand is stiffer; two customers sent back the first lots and accepted the second after we added a softener. Dirt sticks
a little more. Tell the customer all of this before the trial, not after.

# Cost
@ bar | Cents a yard | Old finish=9.1 | Paraffin=10.4 | Silicone=13.2 | Laminate=41

Trials cost $6,000 to $19,000 per recipe, most of it machine time. The coalition ran them on a shared pilot line at the
textile college for $850 a day, and shared everything but the colors.

---

# Tanks, pipes and the sewer
Changing the recipe doesn't clean up the plant. A year after one plant stopped using fluorinated finishes, it was still
sending 340 parts per trillion to the sewer. The source was a mix tank with a cracked liner, a hose, and roof dust.
After new liners and two hot caustic rinses, it was down to 22.

- Collect the rinse; it's the most concentrated water you'll ever have
- Granular carbon: $74,000 for a 20-gallon-per-minute skid, $31,000 a year for changeouts
- Before you sample, ask the sewer district which test method it accepts

# What to tell customers
"Not intentionally added" and "free of" are different promises. Make the first one, test for total organic fluorine
every quarter ($260 a sample), and keep your suppliers' letters.

# What we'd do differently
We'd replace the hoses first. We'd sample the roof. And we wouldn't buy forty drums of a substitute on a salesperson's
word; it turned out to be a fluorinated polymer by another name.
"""

ASSESSMENTS = """# Industrial assessments: how to prepare for the free day

University teams from the Industrial Assessment Centers (IAC) visit small and midsize manufacturers at no cost and leave
behind a list of recommendations with savings. We looked at 58 reports that plants shared with us. Here's how to get a
good one.

## Does your plant qualify?

Roughly: fewer than 500 people, sales under $100 million, energy bills between $100,000 and $3.5 million a year, and no
energy engineer on the payroll. Ask even if you miss one of those.

## Two weeks before

- Get twelve months of power, gas, and water bills, *all pages*. The demand charge is on page three.
- List every motor over ten horsepower, even if the list is wrong
- Find someone from second shift who can stay
- Get permission to take pictures, in writing

## On the day

Expect a team of six: a professor, a lead student, and four more. They're there to measure, not to judge. Let your
maintenance lead walk with them alone for an hour. In eleven plants, the best idea came out of that hour.

## Reading the report

| Recommendation | Times recommended | Times done | Median payback, months |
|---|---|---|---|
| LED lighting | 51 | 44 | 19 |
| Air leaks | 49 | 37 | 2 |
| Compressor heat for the building | 33 | 9 | 14 |
| Furnace insulation | 21 | 12 | 11 |
| Demand management | 30 | 8 | 7 |
| Rooftop solar | 17 | 2 | 104 |

Median savings were 8 percent of energy costs. After two years, plants had done 46 percent of what was recommended.

## Why recommendations don't get done

"Not my job" (31 of 58), "no capital" (14), "worried about quality" (9), "the report took nine months" (4).

## One thing to do

Give the report to one person, with a deadline and a tenth of the savings as the budget.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="compressed-air",
        title="Compressed air: forty plants, one summer",
        kind=Kind.RESOURCE,
        summary="2,914 leaks, six students, $811,000 a year: a leak program other communities can copy.",
        topics=("operations", "energy", "compressed-air"),
        organization="cascade",
        age_days=365,
        audience=Audience.PUBLIC,
        file_name="compressed-air-forty-plants.pdf",
        content=COMPRESSED_AIR,
    ),
    DemoResource(
        key="plating-p2",
        title="Less water, less sludge: P2 at six plating lines",
        kind=Kind.PRESENTATION,
        summary="Pollution prevention with a stopwatch and a bucket, and what it cost to replace hexavalent chrome.",
        topics=("operations", "p2", "plating", "water"),
        organization="cascade",
        age_days=325,
        call=True,
        file_name="cascade-p2-plating.pptx",
        content=PLATING_P2,
    ),
    DemoResource(
        key="green-team-charter",
        title="Green team charter and walk-through form",
        kind=Kind.RESOURCE,
        summary="One page, five people, an hour every other week, and $2,500 to spend without asking.",
        topics=("operations", "p2", "energy", "template"),
        organization="cascade",
        age_days=540,
        file_name="green-team-charter.docx",
        content=GREEN_TEAM,
    ),
    DemoResource(
        key="induction-melt",
        title="Electrifying the melt: two foundries decide",
        kind=Kind.PRESENTATION,
        summary="Cupola or induction furnace: energy, demand charges, scrap, and jobs at two foundries.",
        topics=("operations", "research", "energy", "foundry"),
        organization="lakeshore",
        age_days=173,
        call=True,
        file_name="lakeshore-electrifying-melt.pptx",
        content=INDUCTION_MELT,
    ),
    DemoResource(
        key="pfas-textiles",
        title="PFAS in technical textiles: what finishers changed",
        kind=Kind.RESOURCE,
        summary="31 of 44 recipes replaced, what it cost in cents a yard, and how to clean the tanks.",
        topics=("research", "operations", "pfas", "textiles"),
        organization="piedmont",
        age_days=192,
        file_name="pfas-technical-textiles.pdf",
        content=PFAS_TEXTILES,
    ),
    DemoResource(
        key="industrial-assessments",
        title="Industrial assessments: how to prepare for the free day",
        kind=Kind.RESOURCE,
        summary="What 58 reports teach about getting a good energy assessment and acting on it.",
        topics=("operations", "energy", "iac"),
        organization="orir",
        age_days=880,
        file_name="industrial-assessments.md",
        content=ASSESSMENTS,
    ),
)
