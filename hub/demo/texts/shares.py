"""The demo world's sharing notes: audiences, comments, and reasons for sharing nothing."""

# The audiences an organization shares with, and about how many people each reaches.
AUDIENCES: dict[str, tuple[tuple[str, int], ...]] = {
    "amcc": (
        ("Network representatives and alternates", 34),
        ("Communities that asked about joining", 9),
    ),
    "lakeshore": (
        ("Foundry owners' breakfast", 22),
        ("Collaborative newsletter", 310),
        ("Quality managers at nineteen plants", 19),
        ("Deans at the two colleges", 4),
    ),
    "ridgeline": (
        ("Loan fund board", 11),
        ("Economic developers in the nine ridge counties", 27),
        ("Test lab guest companies", 44),
    ),
    "bayou": (
        ("Yard managers' Thursday call", 14),
        ("Welding instructors in three parishes", 18),
        ("Port authority tenants", 60),
    ),
    "prairie": (
        ("Implement makers' mailing list", 140),
        ("Mayors and clerks in twenty-two counties", 52),
        ("Rural electric cooperatives", 16),
    ),
    "red-mesa": (
        ("Machine shops around the test range", 48),
        ("Education offices at both bases", 6),
        ("Special processors' supplier council", 21),
    ),
    "cascade": (
        ("Plant engineers' roundtable", 37),
        ("Utility account managers", 12),
        ("Sewer district pretreatment group", 15),
    ),
    "millstream": (
        ("Apprenticeship employers", 63),
        ("Guidance counselors at five high schools", 17),
        ("Valley chamber's Friday newsletter", 420),
    ),
    "piedmont": (
        ("HR managers in the mill towns", 33),
        ("Finishing plants' working group", 9),
        ("Coalition bulletin", 265),
    ),
    "delta-crossing": (
        ("Supplier network monthly meeting", 41),
        ("Business services teams at four workforce boards", 13),
    ),
    "harborline": (
        ("Shops in the current cyber cohort", 14),
        ("Ship repair association members", 88),
        ("County council manufacturing committee", 8),
    ),
    "northwoods": (
        ("Packaging machinery roundtable", 24),
        ("State program regional staff", 10),
    ),
    "basin-range": (
        ("Project working group with the county and tribes", 18),
        ("Ranchers' water board", 12),
        ("College chemistry advisory group", 7),
    ),
    "orir": (
        ("Regional desk officers", 23),
        ("Grant specialists in six offices", 31),
    ),
    "shop-floor-skills": (
        ("This year's extern teachers", 48),
        ("Curriculum volunteers", 75),
        ("Trustees", 9),
    ),
    "supply-atlas": (
        ("Map developers and callers", 15),
        ("Communities that run their own copy", 26),
        ("Readers of the project's release notes", 190),
    ),
    "cyber-guild": (
        ("Volunteers' Tuesday channel", 38),
        ("Shops that asked a question this quarter", 95),
    ),
    "patient-capital": (
        ("Lending members", 29),
        ("Loan packagers", 12),
    ),
}

# The notes on reported shares, by the resource's first topic.
NOTES: dict[str, tuple[str, ...]] = {
    "workforce": (
        "Two principals asked if their counselors could come along.",
        "Read the cost slide out loud; no one believed the first number until they heard the second.",
        "Handed out paper copies at shift change; all thirty went.",
        "The board's training committee wants it on its next agenda.",
        "Translated the first page into Spanish for the welders.",
        "One owner called the author the same afternoon.",
        "Used as homework for the supervisors' class.",
    ),
    "research": (
        "Showed it with the clamp on the table; the clamp went around twice.",
        "Engineering students are going to build one as a project.",
        "Sent with three lines from us on what doesn't fit our plants.",
        "Just the two firms that had asked about testing.",
        "We talked about it for twenty minutes, then everyone got out their phones to look up prices.",
    ),
    "infrastructure": (
        "The utility's planner took a copy and blushed.",
        "Went into the packet for the county commissioners.",
        "Used it to score our three sites on the spot.",
        "Sent to the two mayors who share the rail line.",
        "Put on our website under site development.",
    ),
    "supply-chain": (
        "Three buyers asked for a copy of the checklist.",
        "Handed out a shorter version at the supplier meeting, with the author's permission.",
        "Shops with defense work only.",
        "Forwarded personally to two platers we're worried about.",
        "Item three in the bulletin, second most clicked.",
        "Printed for the shops that don't read email.",
        "A prime's small business liaison asked where it came from.",
    ),
    "trade": (
        "For the four shops that want to join the next trade mission.",
        "The chamber is going to cover the screening part at its luncheon.",
        "Sent to our freight forwarder, who corrected one term.",
        "Shared in French and English.",
    ),
    "operations": (
        "Added what our own utility pays for.",
        "The green team copied the form without changes.",
        "Left copies on the lenders' table at the annual meeting.",
        "Controllers liked it; owners skimmed it.",
        "Told it as a story on the call and sent the slides afterward.",
        "Put in the folder every new board member gets.",
        "Sent with a note that the deadline is real.",
        "A maintenance lead found ninety leaks the following week.",
    ),
}

# What representatives write when they confirm a quarter.
CONFIRMATION_NOTES: tuple[str, ...] = (
    "Head counts are from the sign-in sheet.",
    "Same as last quarter, plus the new instructors' list.",
    "The bulletin's reach is from the mailing tool.",
    "",
    "Confirmed after checking with both colleges.",
    "We counted each plant once.",
    "",
    "One of the shares was during a plant visit; we didn't keep a list, so twelve is an estimate.",
    "Thanks for the one-link reminder.",
    "",
    "The alternate keeps the list; ask for it if you need it.",
)

CORRECTION_NOTES: tuple[str, ...] = (
    "Replaces my colleague's entry: the newsletter went to fewer people than we said.",
    "Corrects the first confirmation, which left out the meeting in the last week of the quarter.",
    "Same facts, with the right head count this time.",
)

# Honest reasons for sharing nothing.
REASONS: tuple[str, ...] = (
    "Our coordinator position was vacant for most of the quarter.",
    "Everyone was on storm recovery; we read things but didn't share them.",
    "We were rewriting our plan and meant to share everything at once. We didn't.",
    "Budget season. We downloaded material for ourselves and forgot to share it.",
)

LATE_SHARE_NOTE = "Shared at the last meeting of the quarter; logged after the holiday."
