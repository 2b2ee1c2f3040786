"""In what words organizations tell what they passed on, to whom, and why sometimes nothing."""

# With whom an organization shares, and about how many people that reaches.
AUDIENCES: dict[str, tuple[tuple[str, int], ...]] = {
    "amcc": (
        ("Representatives and alternates of the network", 34),
        ("Communities that asked about joining", 9),
    ),
    "lakeshore": (
        ("Foundry owners' breakfast", 22),
        ("Newsletter of the collaborative", 310),
        ("Quality managers of nineteen plants", 19),
        ("Deans of the two colleges", 4),
    ),
    "ridgeline": (
        ("Board of the loan fund", 11),
        ("County economic developers of the nine ridge counties", 27),
        ("Guests of the test laboratory", 44),
    ),
    "bayou": (
        ("Yard managers' Thursday call", 14),
        ("Welding instructors of three parishes", 18),
        ("Port authority's tenants", 60),
    ),
    "prairie": (
        ("Implement makers' mailing list", 140),
        ("Mayors and clerks of twenty-two counties", 52),
        ("Rural electric cooperatives", 16),
    ),
    "red-mesa": (
        ("Machine shops around the test range", 48),
        ("Education offices of both bases", 6),
        ("Supplier council of special processors", 21),
    ),
    "cascade": (
        ("Plant engineers' round", 37),
        ("Utility account managers", 12),
        ("Sewer district's pretreatment group", 15),
    ),
    "millstream": (
        ("Participating employers of the apprenticeship", 63),
        ("Guidance counselors of five high schools", 17),
        ("Valley chamber's Friday letter", 420),
    ),
    "piedmont": (
        ("Human resources managers of mill towns", 33),
        ("Finishing plants' working group", 9),
        ("Coalition's bulletin", 265),
    ),
    "delta-crossing": (
        ("Supplier network's monthly meeting", 41),
        ("Business lines of four workforce boards", 13),
    ),
    "harborline": (
        ("Shops of the current cyber cohort", 14),
        ("Ship repair association's members", 88),
        ("County council's manufacturing committee", 8),
    ),
    "northwoods": (
        ("Packaging machinery roundtable", 24),
        ("State program's regional staff", 10),
    ),
    "basin-range": (
        ("Project table with county and tribes", 18),
        ("Ranchers' water board", 12),
        ("College's chemistry advisory group", 7),
    ),
    "orir": (
        ("Regional desk officers", 23),
        ("Grant specialists of six offices", 31),
    ),
    "shop-floor-skills": (
        ("Extern teachers of this year", 48),
        ("Curriculum volunteers", 75),
        ("Trustees", 9),
    ),
    "supply-atlas": (
        ("Developers and callers of the map", 15),
        ("Communities that run their own copy", 26),
        ("Readers of the project's release notes", 190),
    ),
    "cyber-guild": (
        ("Volunteers' Tuesday channel", 38),
        ("Shops that asked this quarter", 95),
    ),
    "patient-capital": (
        ("Lending members", 29),
        ("Loan packagers", 12),
    ),
}

# What people write when they declare a share, by the first topic of the resource.
NOTES: dict[str, tuple[str, ...]] = {
    "workforce": (
        "Two principals asked whether their counselors may come along.",
        "Read the cost slide aloud; no one believed the first number until the second.",
        "Handed out on paper at shift change, thirty copies gone.",
        "The board's training committee wants it on the next agenda.",
        "Translated the first page into Spanish for the welders.",
        "One owner called the author the same afternoon.",
        "Used as homework for the supervisors' class.",
    ),
    "research": (
        "Shown with the clamp on the table; it made the round twice.",
        "Engineering students will rebuild it as a project.",
        "Sent with our own three lines on what doesn't fit our plants.",
        "Only for the two firms that had asked about testing.",
        "Discussed for twenty minutes, then everyone looked at their phones for prices.",
    ),
    "infrastructure": (
        "The utility's planner took a copy and blushed.",
        "Went into the packet for the county commissioners.",
        "Scored our three sites with it on the spot.",
        "Sent to the two mayors who share the rail line.",
        "Put on our website under site development.",
    ),
    "supply-chain": (
        "Three buyers asked for the checklist as a file.",
        "Passed on in the supplier meeting, with the author's permission to shorten it.",
        "Shops with defense work only.",
        "Forwarded by hand to two platers that we worry about.",
        "Item three of the bulletin, second most clicked.",
        "Printed for the shops that don't read email.",
        "A prime's small business officer asked where it came from.",
    ),
    "trade": (
        "For the four shops that want to join the next mission.",
        "The chamber will repeat the screening part at its lunch.",
        "Sent to our forwarder, who corrected one term.",
        "Shared in French and English.",
    ),
    "operations": (
        "Added what our own utility pays.",
        "The green team copied the form without changes.",
        "Lenders' table at the annual meeting.",
        "Controllers liked it, owners skimmed it.",
        "Told as a story on the call, slides sent afterward.",
        "Put in the folder that every new board member gets.",
        "With a note that the deadline is real.",
        "A maintenance lead found ninety leaks the week after.",
    ),
}

# What representatives write when they confirm a quarter.
CONFIRMATION_NOTES: tuple[str, ...] = (
    "Numbers of people are from the sign-in sheet.",
    "As last quarter, plus the new instructors' list.",
    "The bulletin's reach is what the mailing tool says.",
    "",
    "Confirmed after asking both colleges.",
    "We counted each plant once.",
    "",
    "One of the shares was in a plant visit; no list was kept, twelve is an estimate.",
    "Thanks for the reminder with the single link.",
    "",
    "The alternate keeps the list; ask for it if you need it.",
)

CORRECTION_NOTES: tuple[str, ...] = (
    "Replaces my colleague's entry: the newsletter went to fewer people than we wrote.",
    "Corrects the first confirmation, which left out the meeting in the last week.",
    "Same facts, with the right number of people this time.",
)

# Why nothing was shared, honestly.
REASONS: tuple[str, ...] = (
    "Our coordinator's position was vacant for most of the quarter.",
    "Storm recovery took everyone; we read things and passed nothing on.",
    "We were rewriting our plan and meant to share it all at once. We didn't.",
    "Budget closing. We took material out for ourselves and forgot the rest.",
)

LATE_SHARE_NOTE = "Passed on at the last meeting of the quarter; written down after the holiday."
