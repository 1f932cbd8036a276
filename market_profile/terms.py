"""The vocabulary of the field, one word a thing; each member says what it means."""

from __future__ import annotations

from enum import StrEnum


class Described(StrEnum):
    """An enumeration whose members carry a sentence each."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Described:
        """Make the member ``value`` and keep its sentence beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    @classmethod
    def values(cls) -> tuple[str, ...]:
        """Return the allowed texts in order of declaration."""
        return tuple(member.value for member in cls)


class Audience(Described):
    """For whom an edition is made."""

    PLANNER = "planner", "operations planners and analysts inside the police; OFFICIAL-SENSITIVE"
    PARTNER = "partner", "the Combating Drugs Partnership; disclosure-controlled, OFFICIAL"


class Marking(Described):
    """Protective marking under the Government Security Classifications Policy."""

    OFFICIAL = "OFFICIAL", "routine public-sector business"
    OFFICIAL_SENSITIVE = (
        "OFFICIAL-SENSITIVE",
        "OFFICIAL with a need to know; the SENSITIVE marking limits circulation",
    )


class GradeScheme(Described):
    """How an intelligence log was graded; the same letter means different things in each scheme."""

    THREE = "3x5x2", "source 1-3, intelligence A-E, handling P or C"
    FIVE = "5x5x5", "source A-E, intelligence 1-5, handling 1-5 (legacy)"


class Provenance(Described):
    """Where an intelligence log came from."""

    OFFICER = "officer", "seen or heard by a police officer on patrol"
    PUBLIC = "public", "reported by a member of the public"
    CRIMESTOPPERS = "crimestoppers", "reported anonymously through Crimestoppers"
    PARTNER = "partner", "reported by a partner agency"
    TECHNICAL = "technical", "from technical means, such as phone data"
    CHIS = "chis", "from a covert human intelligence source; never leaves the planner edition"
    UNDERCOVER = "undercover", "from an undercover officer; never leaves the planner edition"


COVERT = frozenset({Provenance.CHIS, Provenance.UNDERCOVER})
"""Provenances that may never move a partner figure (TRUST.md 1)."""


class Precision(Described):
    """How exactly a place is known."""

    EXACT = "exact", "the spot itself"
    STREET = "street", "the street"
    AREA = "area", "a ward, LSOA or estate"
    NONE = "none", "no place is known"


class MarketMode(Described):
    """How a market meets its buyers."""

    STREET = "street", "in the open"
    PHONE = "phone", "by calling a line"
    ADDRESS = "address", "at a dwelling"
    ONLINE = "online", "through an application or site"


class MarketType(Described):
    """How easily a stranger can buy."""

    OPEN = "open", "a stranger can buy without an introduction"
    SEMI_OPEN = "semi-open", "a stranger can buy once referred by a known contact"
    CLOSED = "closed", "only known buyers are served"
    INSUFFICIENT = "insufficient", "too few attempts to say"


class Role(Described):
    """What part a person plays in the market."""

    DEALER = "dealer", "sells to users"
    RUNNER = "runner", "delivers for a dealer or a line"
    LINE_HOLDER = "line_holder", "holds the phone line that orders go to"
    SUPPLIER = "supplier", "supplies dealers; a tier above the street"
    USER = "user", "buys for own use"
    ASSOCIATE = "associate", "known to be with others in the network; part not known"
    CUCKOOED = "cuckooed", "home taken over by dealers; a victim to be safeguarded"
    VICTIM = "victim", "harmed or exploited by the market"
    UNKNOWN = "unknown", "no evidence on the part played"


class Relation(Described):
    """What a log says that one person does with another."""

    SUPPLIES = "supplies", "the first supplies drugs to the second"
    RUNS_FOR = "runs_for", "the first delivers for the second"
    ASSOCIATES = "associates", "seen together; no direction"
    LIVES_WITH = "lives_with", "share an address; no direction"
    CONTROLS = "controls", "the first directs or coerces the second"


class Persistence(Described):
    """How long a hotspot has been one."""

    PERSISTENT = "persistent", "flagged now and in most recent months"
    EMERGING = "emerging", "flagged now and rising over recent months"
    FADING = "fading", "flagged recently and falling"
    NEW = "new", "flagged now for the first time"


class Outcome(Described):
    """How a test-purchase attempt ended."""

    PURCHASE = "purchase", "drugs were bought"
    REFUSED = "refused", "the dealer would not sell"
    NO_DEALER = "no_dealer", "nobody was there to sell"
    ABORTED = "aborted", "the attempt was stopped"


class Judgement(Described):
    """What a person decided about two mentions."""

    SAME = "same", "the two mentions are one person"
    DIFFERENT = "different", "the two mentions are two people"
    UNSURE = "unsure", "looked at, not decided"


class LabStatus(Described):
    """How far the laboratory is with an exhibit."""

    PENDING = "pending", "sent, no result yet"
    REPORTED = "reported", "a result is back"
    NONE = "none", "not sent for analysis"


class Weighed(Described):
    """How a quantity was found."""

    NET = "net", "weighed without packaging"
    GROSS = "gross", "weighed with packaging"
    ESTIMATED = "estimated", "judged by eye or from a description"


class RecordGroup(Described):
    """The three groups of the evaluation guide (seed 002)."""

    ENFORCEMENT = "enforcement", "arrested in the operation's enforcement phase"
    OUTREACH = "outreach", "reached by outreach and offered treatment"
    ELIGIBLE_NOT_INCLUDED = "eligible_not_included", "met the criteria but was not taken on: the comparison"


class AssetStage(Described):
    """How far the taking of assets has come."""

    SEIZED = "seized", "taken into possession"
    RESTRAINED = "restrained", "frozen by a court"
    ORDERED = "ordered", "confiscation or forfeiture ordered"
    RECOVERED = "recovered", "money received"
    REINVESTED = "reinvested", "paid back into policing or the community"


class Harm(Described):
    """What harm, or call about harm, was recorded."""

    DEATH = "death", "a death in which drugs played a part"
    OVERDOSE = "overdose", "a non-fatal overdose"
    AMBULANCE = "ambulance", "an ambulance call-out for drugs"
    NALOXONE = "naloxone", "naloxone was given"
    HOSPITAL = "hospital", "a hospital admission or attendance for drugs"
    ASB_REPORT = "asb_report", "a report of anti-social behaviour"
    COMMUNITY_CALL = "community_call", "a call from the community about drugs"
    SAFEGUARDING_VISIT = "safeguarding_visit", "a visit to protect a person at risk"


class HarmStatus(Described):
    """Whether the part played by drugs is established."""

    SUSPECTED = "suspected", "believed, not yet established"
    CONFIRMED = "confirmed", "established, such as by toxicology"


class DisruptionLevel(Described):
    """How far an organised group was disrupted."""

    MINOR = "minor", "short-term or limited effect"
    MODERATE = "moderate", "noticeable effect for a time"
    MAJOR = "major", "the group is dismantled or unable to go on"


class CourtOrder(Described):
    """Which kind of order a court made."""

    DRR = "drr", "drug rehabilitation requirement"
    OTHER = "other", "any other order"


class PartnerQuestion(Described):
    """What partners are asked to add on the form that comes with their edition."""

    DEALING_SEEN = "dealing_seen", "places or times at which dealing was seen"
    NEW_DRUG = "new_drug", "a drug, a strength or a price that is new here"
    TAKEOVER_SIGNS = "takeover_signs", "homes that show signs of takeover by dealers"
    EXPLOITATION_CONCERN = "exploitation_concern", "concerns about the exploitation of children or adults"
    UNMET_NEED = "unmet_need", "people who asked for help and could not be helped"
    ACTION_DONE = "action_done", "what was done about an action of the profile"


class Sensitivity(Described):
    """What a column may reveal; it decides who may derive figures from it."""

    OPEN = "open", "published or publishable as it stands"
    AGGREGATE = "aggregate", "may reach partners only as a released aggregate"
    PERSONAL = "personal", "about an identifiable person; never leaves the planner edition"
    COVERT = "covert", "could reveal a source, an officer or an operation; never leaves the planner edition"
    PROTECTED = "protected", "a protected characteristic; may never enter a score"


class Reason(Described):
    """Why a row was quarantined, or what was wrong with a value that was set aside."""

    MISSING_REQUIRED = "missing_required", "a required column is empty"
    BAD_DATE = "bad_date", "a date cannot be read or does not exist"
    AMBIGUOUS_DATE = "ambiguous_date", "a date has two readings and no declared format"
    BAD_GRADE = "bad_grade", "a grade is not one of its scheme"
    BAD_NUMBER = "bad_number", "a number cannot be read exactly"
    OUT_OF_RANGE = "out_of_range", "a number lies outside what is possible"
    UNKNOWN_UNIT = "unknown_unit", "a unit is not in the units table"
    UNKNOWN_VALUE = "unknown_value", "a code is not one of the allowed values"
    CONTRADICTION = "contradiction", "two cells of the row cannot both be true"
    UNKNOWN_PARENT = "unknown_parent", "the log that this row belongs to was never accepted"
    MALFORMED_ROW = "malformed_row", "the row has more or fewer cells than the header"
    TOTALS_ROW = "totals_row", "the row is a total, not a record"
    BAD_ENCODING = "bad_encoding", "the row holds bytes that are not text"
    BAD_COORDINATE = "bad_coordinate", "a coordinate cannot be read"
    OUTSIDE_AREA = "outside_area", "a coordinate lies outside the area"
    AMBIGUOUS_COORDINATE = (
        "ambiguous_coordinate",
        "two coordinates of one row disagree, or a sign may be lost",
    )


PLACE_FAULTS = frozenset({Reason.BAD_COORDINATE, Reason.OUTSIDE_AREA, Reason.AMBIGUOUS_COORDINATE})
"""Faults that cost a row its place, not its acceptance (CONTRACT.md 3)."""

PURCHASE_OUTCOMES = frozenset({Outcome.PURCHASE})
"""Outcomes that count as a successful attempt."""
