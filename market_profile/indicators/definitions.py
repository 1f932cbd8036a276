"""Definition cards: what each figure of this room counts, over whom, over which window and from where."""

from __future__ import annotations

from market_profile.document import DefinitionCard

_MONTHLY = "calendar month; and rolling twelve months"
_YEAR = "rolling twelve months"
_STANDING = "all on record at the end of the month"
_AS_AT = "the data cut-off of the edition"
_ATTEMPTS = "test_purchases"


def _card(
    id: str, name: str, numerator: str, denominator: str, population: str, source: str, window: str = _MONTHLY
) -> DefinitionCard:
    return DefinitionCard(id, name, numerator, denominator, population, window, _AS_AT, source)


DEFINITIONS: tuple[DefinitionCard, ...] = (
    _card(
        "price_per_pure_gram",
        "Price per pure gram (£)",
        "price paid for all deals of a purchase",
        "net grams x purity",
        "successful test purchases with price, net weight and a laboratory result; those waiting for the laboratory "
        "are left out and counted. Median with distribution-free bounds (none below six purchases)",
        _ATTEMPTS,
    ),
    _card(
        "price_per_pure_gram_pooled",
        "Price per pure gram, small months steadied (£)",
        "price paid for all deals of a purchase",
        "net grams x purity",
        "as price per pure gram; a month's geometric mean is drawn towards its drug's two-year mean by as much as "
        "few purchases leave it uncertain (empirical Bayes on the log scale)",
        _ATTEMPTS,
    ),
    _card(
        "purity_pooled",
        "Purity, small months steadied (%)",
        "grams of pure drug",
        "net grams",
        "as purity; a month is drawn towards its drug's two-year mean on the logit scale, as for the steadied price",
        _ATTEMPTS,
    ),
    _card(
        "price_per_expected_pure_gram",
        "Price per expected pure gram (£)",
        "price paid for all deals of a purchase",
        "net grams x the drug's median purity of the last twelve months",
        "all successful test purchases with price and net weight, also those waiting for the laboratory: a "
        "sensitivity check, as buyers pay for the purity that they expect",
        _ATTEMPTS,
    ),
    _card("deal_weight", "Deal weight (g)", "net grams", "deals", "successful test purchases; median", _ATTEMPTS),
    _card(
        "purity",
        "Purity (%)",
        "grams of pure drug",
        "net grams",
        "successful test purchases with a laboratory result; median",
        _ATTEMPTS,
    ),
    _card(
        "price_per_deal", "Price per deal (£)", "price paid", "deals", "successful test purchases; median", _ATTEMPTS
    ),
    _card(
        "minutes_to_deal",
        "Minutes to deal",
        "minutes from contact to deal",
        "",
        "successful test purchases; median",
        _ATTEMPTS,
    ),
    _card(
        "availability",
        "Availability",
        "attempts that ended in a purchase",
        "all attempts",
        "test-purchase attempts; Wilson bounds",
        _ATTEMPTS,
    ),
    _card(
        "availability_without_aborted",
        "Availability, stopped attempts left out",
        "attempts that ended in a purchase",
        "attempts that were not stopped by the team",
        "test-purchase attempts; Wilson bounds",
        _ATTEMPTS,
    ),
    _card(
        "refusals",
        "Refusals",
        "attempts that the seller refused",
        "all attempts",
        "test-purchase attempts; Wilson bounds",
        _ATTEMPTS,
    ),
    _card(
        "attempts",
        "Test-purchase attempts",
        "attempts",
        "",
        "test-purchase attempts, by the drug supplied or asked for",
        _ATTEMPTS,
    ),
    _card(
        "market_type",
        "Market type",
        "sales to strangers; all sales",
        "attempts that met a seller",
        "test purchases tied to the market. Open: Wilson's lower bound of sales to strangers is 40 % or more; "
        "semi-open: that of all sales is; closed: the upper bound of all sales is 50 % or less; else too little is "
        "known. From twenty contacts the shares decide: half to strangers is open, under 45 % any sale is closed",
        _ATTEMPTS,
    ),
    _card(
        "seizures",
        "Seizures",
        "seizures with at least one exhibit of the drug",
        "",
        "a seizure of several drugs is one in the total and one in each drug, so drugs do not add up to the total. "
        "Not an indicator of how much is used",
        "seizures",
    ),
    _card(
        "seizures_by_class",
        "Seizures by class",
        "seizures with a drug of the class",
        "",
        "class on the day of seizure (Misuse of Drugs Act 1971)",
        "seizures",
    ),
    _card("cash_seized", "Cash seized (£)", "cash found with exhibits", "", "all seizures", "seizures"),
    _card(
        "assets",
        "Assets by stage (£)",
        "amount that reached the stage",
        "",
        "cases; stages of a case overlap and are not added. Waiting: cases that went no further",
        "assets",
    ),
    _card(
        "treatment_spend_total",
        "Spend on drugs a week (£)",
        "latest recorded weekly spend of each client",
        "",
        "clients who consent to sharing with the police, on the last day of the month; others are left out",
        "treatment",
        _STANDING,
    ),
    _card(
        "treatment_spend_median",
        "Median spend a week (£)",
        "latest recorded weekly spend",
        "",
        "consenting clients with a recorded spend",
        "treatment",
        _STANDING,
    ),
    _card(
        "treatment_spend_top_decile",
        "Share of spend by the top tenth",
        "spend of the top tenth of clients",
        "spend of all clients",
        "consenting clients with a recorded spend. Bounds from fifty clients on: exact for log-normal spend, a "
        "studentised bootstrap where the logs of spend are plainly not normal",
        "treatment",
        _STANDING,
    ),
    _card(
        "treatment_stage",
        "Treatment stages",
        "referrals that reached the stage",
        "",
        "referrals of consenting clients in twelve months; stages overlap and do not nest",
        "treatment",
        _YEAR,
    ),
    _card(
        "treatment_wait_days",
        "Wait for structured treatment",
        "days from referral to structured treatment",
        "",
        "referrals of consenting clients in twelve months that started; median",
        "treatment",
        _YEAR,
    ),
    _card(
        "treatment_started",
        "Referrals that start",
        "referrals that reached structured treatment",
        "referrals",
        "referrals of consenting clients in twelve months",
        "treatment",
        _YEAR,
    ),
    _card(
        "treatment_retained",
        "Still engaged after twelve weeks",
        "starts with a later stage or an outcome twelve weeks on or later",
        "starts at least twelve weeks before the cut-off",
        "consenting clients; one of whom nothing more is recorded counts as not engaged, so the share is a floor",
        "treatment",
        _YEAR,
    ),
    _card(
        "treatment_from_prison",
        "Prison releases engaging",
        "referrals from prison that reached structured treatment",
        "referrals from prison",
        "referrals of consenting clients in twelve months",
        "treatment",
        _YEAR,
    ),
    _card(
        "treatment_known_as_user",
        "Clients known to police as users",
        "clients whose pseudonym is that of a nominal recorded as a user",
        "consenting clients with a pseudonym",
        "keyed linkage (HMAC-SHA256 of surname, first forename, date of birth); names never leave either side",
        "treatment; log subjects; arrests",
        _STANDING,
    ),
    _card(
        "treatment_known_to_police",
        "Clients known to police",
        "clients whose pseudonym is that of any nominal",
        "consenting clients with a pseudonym",
        "keyed linkage; known in any record with full name and date of birth",
        "treatment; records that name people",
        _STANDING,
    ),
    _card(
        "hidden_population",
        "People who use drugs, in records or not",
        "estimate by capture-recapture",
        "",
        "people on lists of twelve months: users named in intelligence, positive tests or possession in custody, and "
        "consenting clients where linked. Three lists: log-linear models chosen by AIC, interval averaged over models; "
        "two: Chapman with Sadinle's interval",
        "log subjects; arrests; treatment",
        _YEAR,
    ),
    _card("harm", "Harm events", "events", "", "suspected and confirmed are kept apart", "harm_events"),
    _card(
        "harm_expected",
        "Harm expected this month",
        "events of up to twelve earlier months",
        "months",
        "exact prediction bounds (95 %) where months vary as chance does, wider where they vary more. A count above "
        "them is a prompt to a person; nothing is broadcast by itself",
        "harm_events",
        "calendar month",
    ),
)
"""One card for each ``definition_id`` of the frame, and ``market_type``."""
