"""The demo member's stakeholders, and the pack it sent them last quarter. All are invented."""

LIST = """name,email,affiliation,groups
Ingrid Halvorsen,ingrid@halvorsen-castings.example,Halvorsen Castings,Foundry owners
Desmond Achterberg,desmond@achterberg-foundry.example,Achterberg Foundry,Foundry owners
Lou Mazurek,lou@mazurek-pattern.example,Mazurek Pattern Works,Foundry owners
Shirin Farahani,shirin@farahani-forge.example,Farahani Forge,Foundry owners; Quality managers
Walt Eberhardt,walt@grayironpoint.example,Gray Iron Point,Foundry owners
Bernadette Kowal,bernadette@kowal-machining.example,Kowal Machining,Foundry owners
Hector Zamora,hector@twinlakes-die.example,Twin Lakes Die Casting,Foundry owners
Petra Novotny,petra@novotny-investment.example,Novotny Investment Casting,Foundry owners; Quality managers
Jim Abernathy,jim@abernathy-heat.example,Abernathy Heat Treating,Quality managers
Odalys Fuentes,odalys@twinlakes-die.example,Twin Lakes Die Casting,Quality managers
Karin Wexler,karin@harborgear.example,Harbor Gear,Quality managers
Terrence Obi,terrence@millpond-valve.example,Mill Pond Valve,Quality managers
Anneliese Brandt,anneliese@brandt-pump.example,Brandt Pump,Quality managers
Sal DeMarco,sal@demarco-fasteners.example,DeMarco Fasteners,Quality managers
Roberta Quill,roberta@lakecounty-college.example,Lake County College,Colleges and training
Mateo Iglesias,mateo@lakecounty-college.example,Lake County College,Colleges and training
Phyllis Gunderson,phyllis@northshore-technical.example,North Shore Technical,Colleges and training
Darnell Whitaker,darnell@northshore-technical.example,North Shore Technical,Colleges and training
Ellen Marchetti,ellen@lakecounty.example,Lake County,County and cities
Booker Tillman,booker@harborcity.example,Harbor City,County and cities
Greta Solberg,greta@lakecounty.example,Lake County,County and cities
Amos Kettering,amos@ketteringtrust.example,Kettering Trust,
"""

TITLE = "Castings, cyber, and apprentices: our picks this quarter"
NOTE = (
    "Here's what was worth our time this quarter. If you read only one, make it the first: it answers what most of you "
    "asked at the owners' breakfast."
)
GROUPS = ("Foundry owners", "Quality managers", "Colleges and training")
WHOLE = ("casting-lead-times", "cmmc-plain-words", "shared-apprenticeship")
SLIDES = ("induction-melt", 3, 5)
ITEM = ("update-energy", 2)
QUESTION = "Does this work for shops with fewer than twenty people? We have fourteen."
"""A question from one of the recipients."""
