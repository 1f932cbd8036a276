"""Terms of the page and their plain meaning."""

from __future__ import annotations

ENTRIES: tuple[tuple[str, str], ...] = (
    ("Attempt", "a test purchase that was tried, whether or not drugs were bought"),
    ("Availability", "the share of attempts that end in a purchase"),
    ("Confidence interval", "the range in which the true figure probably lies; wide means little is known"),
    ("Corroborated", "supported by both reported and discovered evidence"),
    ("County line", "a phone line by which drugs from another area are sold here, often by exploited people"),
    ("Cuckooed", "with a home taken over by dealers"),
    ("Hotspot", "a place with more evidence of supply than its surroundings explain"),
    ("LSOA", "a small area of one to three thousand residents"),
    ("Market", "a place or a phone line where evidence of supply keeps gathering"),
    ("Median", "the middle value: half are below it"),
    ("Normal range", "where most earlier months lie; inside it a change may be chance"),
    ("Pure gram", "a gram of the drug itself, without what it is mixed with"),
    ("Seizure", "drugs or cash taken by the police at one time"),
    ("Test purchase", "an authorised purchase by the police to learn how a market sells"),
    ("[c]", "hidden to protect confidentiality"),
)

PLANNER_ENTRIES: tuple[tuple[str, str], ...] = (
    ("Group", "people with more ties to each other than to others; it need not be a gang"),
    ("Line holder", "a person who holds the phone that orders go to"),
    ("Nominal", "a person named in police records"),
    ("Quarantined", "set aside with the reason until someone corrects it"),
)
"""Terms that only the planner's page uses."""
