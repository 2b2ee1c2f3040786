"""Energy, pollution prevention and what plants changed."""

from hub.demo.shapes import DemoResource
from hub.library.rules import Audience, Kind

COMPRESSED_AIR = """
# Forty plants, one summer
Compressed air is the most expensive way to move anything, and every plant has it. Over one summer two engineers and six
students listened to pipes in forty plants with an ultrasonic microphone. They tagged 2,914 leaks. Plants fixed 71 percent
of them before the students went back to college.

| Measure | Median plant | All forty |
| Compressor power, kW | 190 | 9,400 |
| Share of air that leaked | 27 % | 29 % |
| Leaks tagged | 58 | 2,914 |
| Saved a year after repair | $17,300 | $811,000 |
| Cost of repair | $2,100 | $96,000 |

> A hole of a quarter inch at 100 psi costs about $9,000 a year. You can hear it at lunch.

---

# How a visit works
1. Half an hour with maintenance: where is the loudest place?
2. Shut down at shift's end, run the compressor against closed tools, and time how long it loads: that is the leak rate
3. Walk with the microphone, tag, photograph, estimate in cubic feet a minute
4. Hand over a list in order of dollars, not in order of the walk

The fourth step is the one that matters. In the first ten plants the list followed the pipe. Repairs stopped on page
two. Sorted by dollars, the first twenty tags are 80 percent of the money.

# Where leaks live
@ bar | Share of leaks in percent | Quick couplings=34 | Hoses=21 | Regulators=16 | Cylinders=14 | Threads=9 | Drains=6

---

# Pressure and inappropriate uses
Each two psi less at the compressor saves about one percent. Twenty-three plants ran at 115 psi since "the far machine
needs it"; in nineteen of them the far machine needed a larger hose. Blowing chips off parts with an open pipe took a
fifth of the air in machine shops. An engineered nozzle costs $38.

# After one year
We went back to sixteen plants. Ten had kept the leak rate under 15 percent; all ten had a person with a name and an
hour a week. Six were back at 25 percent. None of the six had named anyone.

# Money
The program cost $148,000: students $61,000, engineers $58,000, microphones $14,000, cars and insurance the rest. The
utility paid 60 percent in return for verified kilowatt-hours, 7.6 million of them.

---

# What we'd do differently
- Bring a box of couplings. A leak that is fixed while you stand there stays fixed
- Train two people of the plant with the microphone on the same day
- Leave the microphone for a month; five plants shared one and found 400 more
- Don't promise carbon numbers before the utility has agreed to the factor

# Copy it
The visit form, the spreadsheet that sorts by dollars and the job description for students are free. For a first summer
plan twelve plants, one engineer, two students. Write to the partnership before {d+120} to borrow the microphones.
"""

PLATING_P2 = """
Naomi Fujita and Pavel Horák, Cascade Clean Industry Partnership

> P2 stands for pollution prevention: what is never made need not be treated.

# Six plating lines
- Two zinc, two chrome, one nickel, one anodizing; 14 to 70 people
- All had passed inspections; all wanted to spend less on water and sludge
- Half a day of walking, three months of changes, a year of meters

# Drag-out is money
- Every rack carries bath into the rinse: we measured 0.6 to 2.1 liters for each rack
- Thirty seconds of dripping instead of ten: minus 44 percent
- A plastic board that leads the drip back: $60

# Rinse backwards
- Counterflow in three tanks uses a tenth of the water of one running tank
- Flow restrictors on the three lines that had room: paid back in five months

@ bar | Water in gallons an hour at the nickel line | Before=940 | Restrictors=610 | Counterflow=118

# Hexavalent to trivalent
| | Hexavalent | Trivalent |
| Bath cost a year | $21,000 | $34,000 |
| Sludge, tons | 31 | 6 |
| Air permit | Yes | No |
| Customer approvals to redo | 0 | 17 |

> The seventeen approvals took fourteen months. That, not chemistry, is the obstacle.

# What changed in a year, all six lines
- Water minus 38 million gallons, sludge minus 112 tons, acid minus 19 percent
- Saved $467,000; spent $352,000
- Two workers with asthma moved back to the line

# Who paid
- State P2 office: technical help free; grant up to $25,000 for each line
- Sewer district: lower surcharge for three years after proof
- A green loan of $90,000 at 3 percent for the counterflow tanks

# What didn't work
- Ion exchange at the zinc line: fouled within six weeks
- A dashboard: operators looked at the sight glass instead

# Take the walk yourself
1. Follow one rack with a stopwatch
2. Put a bucket under it
3. Ask who may turn the rinse valve, and who does
"""

GREEN_TEAM = """
# A charter of one page
A green team without a budget is a poster. Ours has five people, one hour every second week, and may spend $2,500 on a
single thing without asking. Copy this charter, sign it with the plant manager, hang it where the time clock is.

# Members
- An operator from each shift
- Maintenance
- Purchasing, since half of the waste arrives in boxes
- A supervisor, who does not chair

# What the team does in its first ninety days
| Weeks | Task | Result |
| 1-2 | Look into six dumpsters | List by weight |
| 3-4 | Night walk: what runs when no one works? | Switch-off list |
| 5-8 | Three fixes under $2,500 | Before and after meter |
| 9-12 | Tell everyone at shift change | Ten minutes, no slides |

# Walk-through form
1. Is it on? Must it be?
2. Is it hot, and does the heat go anywhere useful?
3. Does it drip, hiss or squeak?
4. Which drum is open?
5. Which material comes in a package that weighs more than itself?
6. What is thrown away that still has the supplier's label?

# Night walk: an example
A furniture hardware plant of 120 people used 210 kW at 2 a.m. on a Sunday. Dust collection that served one idle machine:
45 kW. Two air dryers: 18. Lights of an empty hall: 22. A vending machine that no one had filled since spring: half.
Switching off took a timer of $340 and saved $41,000 a year.

# Greenhouse gas numbers
Scope 1 is what you burn, scope 2 is what you buy as power, scope 3 is the rest. Customers ask for the first two. Twelve
utility bills and a factor are enough; it takes an afternoon. Don't hire a consultant before that afternoon.

# When a team dies
After the third meeting, if nothing has been spent. Spend something in the second.
"""

INDUCTION_MELT = """
Tom Vandersloot and Hal Okafor, Lakeshore Forge & Foundry Collaborative

> Two foundries, two answers. One replaced its cupola, one did not, and both were right.

# Two foundries
| | Foundry North | Foundry South |
| Iron, tons a year | 9,200 | 31,000 |
| Melter | Cupola of 1974 | Cupola of 1991 |
| People | 84 | 210 |
| Decision | Induction | Keep, with heat recovery |

# What a ton takes
- Cupola: 260 pounds of coke, 40 of limestone, 0.9 million BTU for the afterburner
- Induction: 560 to 620 kWh, cleaner charge, no coke
- At $0.071 a kWh and coke at $510 a ton the energy costs the same, within four dollars

# Demand is the bill
- North's new furnaces draw 3.8 MW; the demand charge is $14.20 a kW each month
- Melting from 10 p.m. to 6 a.m. halves it
- The utility wanted $1.1 million for a line; a battery of 1 MW would have cost more

> We moved the melt to the night and the union agreed, after the premium went to $2.40 an hour.

# Capital
@ bar | Thousand dollars, Foundry North | Furnaces=3900 | Power line=1100 | Building=750 | Training=120 | Grants=-1450

# Scrap became the problem
- A cupola forgives; an induction furnace wants clean, dry scrap
- Wet borings in month two: an eruption, no one hurt, a roof panel gone
- A dryer for $310,000 should have been in the budget

# Emissions
- CO2 from melting at North: minus 61 percent with the present grid
- Dust: minus 94 percent; the baghouse was sold to South
- South: heat recovery warms the core ovens and saves 38,000 therms

# Jobs
- North had eleven cupola tenders: seven retrained, three retired, one left
- Retraining took 160 hours, paid by the workforce board as OJT
- Two electricians more than before

# How to decide
1. Ask the utility first, in writing
2. Count clean scrap within 100 miles
3. Look at night work before batteries
4. If the cupola is younger than 25 years, look at its waste heat
"""

PFAS_TEXTILES = """
# Why finishers moved
Per- and polyfluoroalkyl substances (PFAS) made cloth shed water, oil and stains. Rules in several states, and customers
before the rules, ask for textiles without them. Nine finishing plants of our coalition changed 31 of 44 recipes. We
wrote down what replaced them, what it did to quality, and what to do with the tanks.

| Use | Old finish | New finish | Recipes changed |
| Rainwear | C6 fluorocarbon | Paraffin and dendrimer | 14 of 14 |
| Upholstery | C6 fluorocarbon | Silicone, polyurethane | 11 of 13 |
| Medical drapes | C6 fluorocarbon | Film laminate | 6 of 8 |
| Filter media for oil | C8, later C6 | None that works | 0 of 9 |

> Water is easy. Oil is the problem: nothing that we tried repels hot oil without fluorine.

---

# Quality
Rain tests: new finishes pass when new, and lose a grade after ten washes where the old ones lost it after twenty. Hand
is stiffer; two customers sent the first lots back, and accepted the second after a softener had been added. Dirt sticks
a little more. We advise telling the customer so before the trial and not after it.

# Cost
@ bar | Cents a yard | Old finish=9.1 | Paraffin=10.4 | Silicone=13.2 | Laminate=41

Trials cost between $6,000 and $19,000 a recipe, most of it machine time. The coalition ran them on one shared pilot line
at the textile college, at $850 a day, and shared the results, except colors.

---

# Tanks, pipes and the sewer
Changing the recipe doesn't clean the plant. A plant that had stopped using fluorinated finishes for a year still sent 340
parts per trillion to the sewer. It came from a mix tank with a cracked liner, a hose, and roof dust. After new liners and
two rinses with hot caustic it was 22.

- Collect the rinse; it is the most concentrated water that you will ever have
- Granular carbon: $74,000 for a skid of 20 gallons a minute, $31,000 a year for changes
- Ask the sewer district before sampling which method it accepts

# Words for customers
"Not intentionally added" and "free of" are different promises. Say the first, test for total organic fluorine each
quarter ($260 a sample), and keep the suppliers' letters.

# What we'd do differently
We would replace hoses first. We would sample the roof. And we would not have bought forty drums of a substitute, on the
word of a salesperson, that turned out to be a fluorinated polymer under another name.
"""

ASSESSMENTS = """# Industrial assessments: how to prepare for the free day

University teams, the Industrial Assessment Centers (IAC), visit small and medium-sized manufacturers at no cost and leave
a list of measures with savings. We looked at 58 reports that plants shared with us. Here is how to get a good one.

## Does your plant qualify?

Roughly: fewer than 500 people, sales under $100 million, energy bills of more than $100,000 and less than $3.5 million a
year, and no energy engineer on the payroll. Ask even when you miss one of them.

## Two weeks before

- Twelve months of bills for power, gas and water, *all pages*. The demand charge is on page three.
- A list of motors over ten horsepower, even if it is wrong
- Someone from second shift who can stay
- Permission to photograph, in writing

## On the day

A team of six: a professor, a lead student and four more. They measure; they don't judge. Let the maintenance lead walk
with them alone for an hour. In eleven of the plants the best measure came from that hour.

## Reading the report

| Measure | Times recommended | Times done | Median payback, months |
|---|---|---|---|
| Light-emitting diodes | 51 | 44 | 19 |
| Air leaks | 49 | 37 | 2 |
| Compressor heat to the hall | 33 | 9 | 14 |
| Furnace insulation | 21 | 12 | 11 |
| Demand control | 30 | 8 | 7 |
| Solar roof | 17 | 2 | 104 |

Savings came to 8 percent of energy cost at the median; plants had done 46 percent of what was recommended after two
years.

## Why measures are not done

"Nobody's job" (31 of 58), "no capital" (14), "fear for quality" (9), "the report came nine months later" (4).

## One thing to do

Give the report to one person, with a date and a tenth of the savings as a budget.
"""

RESOURCES: tuple[DemoResource, ...] = (
    DemoResource(
        key="compressed-air",
        title="Compressed air: forty plants, one summer",
        kind=Kind.RESOURCE,
        summary="2,914 leaks, six students, $811,000 a year: a leak program that other communities can copy.",
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
        summary="Pollution prevention with a stopwatch and a bucket, and what hexavalent chrome's successor cost.",
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
        summary="One page, five people, an hour every second week, and $2,500 to spend without asking.",
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
        summary="Cupola or induction furnace: energy, demand charges, scrap and jobs at two foundries.",
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
        summary="What 58 shared reports teach about getting a good energy assessment, and doing what it says.",
        topics=("operations", "energy", "iac"),
        organization="orir",
        age_days=880,
        file_name="industrial-assessments.md",
        content=ASSESSMENTS,
    ),
)
