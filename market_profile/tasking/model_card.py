"""The board's model card: fields of the UK Algorithmic Transparency Recording Standard under the headings of ALGO-CARE.

Everything that is a number comes from the constants and settings that the code runs on.
"""

from __future__ import annotations

import pandas as pd

from market_profile.tasking import active, calibrate, features, learning, plan, pooling, protected, rules, score
from market_profile.tasking.candidates import EVIDENCE_DAYS
from market_profile.tasking.model import Inputs

HEADINGS = (
    "Advisory", "Lawful", "Granularity", "Ownership", "Challengeable", "Accuracy", "Responsible", "Explainable",
)  # fmt: skip
"""ALGO-CARE (Oswald, Grace, Urwin and Barnes 2018)."""

ATRS_FIELDS = (
    "Name", "Description", "Website", "Contact", "Organisation", "Team", "Senior responsible owner",
    "External supplier", "Supplier role", "Procurement", "Data access terms", "Detailed description", "Scope",
    "Benefit", "Previous process", "Alternatives considered", "Phase", "Maintenance", "System architecture",
    "Process integration", "Provided information", "Frequency and scale", "Human decisions", "Required training",
    "Appeals and review", "Model name", "Model version", "Model task", "Model input", "Model output",
    "Model architecture", "Model performance", "Datasets and their purposes", "Source data", "Sensitive attributes",
    "Data completeness and representativeness", "Data cleaning", "Data storage", "Impact assessments", "Risks",
)  # fmt: skip
"""Fields of the record's two tiers (ATRS 3.0 [check]); those that only the force can fill say so."""

BY_FORCE = "To be completed by the force before use."

VERSION = "3"


def model_card(inputs: Inputs) -> pd.DataFrame:
    """Return heading, field, text: every field of ATRS_FIELDS once, under a heading of HEADINGS."""
    filled = {**_advisory(), **_lawful(), **_granularity(inputs), **_ownership(), **_accuracy(), **_explainable(inputs)}
    filled |= {**_challengeable(), **_responsible(inputs)}
    rows = [{"heading": heading, "field": name, "text": text} for name, (heading, text) in filled.items()]
    frame = pd.DataFrame(rows)
    order = {name: place for place, name in enumerate(ATRS_FIELDS)}
    frame["place"] = frame["heading"].map({name: i for i, name in enumerate(HEADINGS)}) * 100 + frame["field"].map(
        order
    )
    return frame.sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)


Fields = dict[str, tuple[str, str]]


def _advisory() -> Fields:
    head = "Advisory"
    return {
        "Name": (head, "Test-purchase board of market-profile"),
        "Description": (head, "Ranks people, places and phone lines as test-purchase targets for next month."),
        "Scope": (head, "An indicator for initial selection. It decides nothing, proposes no arrest and names nobody "
                  "as an offender."),
        "Human decisions": (head, "A planner accepts, rejects or defers every target with a reason and a name; cards "
                            "are printed for accepted targets under an authority in force only."),
        "Process integration": (head, "Shown in the planner edition and by market-profile targets; decisions by "
                                "market-profile decide."),
        "Benefit": (head, "Attempts go where a purchase is likely and where little is known, instead of where most "
                    "reports are."),
        "Previous process": (head, "Ranking by number of reports or by ties in the network."),
        "Alternatives considered": (head, "Most logs, highest degree, random order: compared in the benchmarks."),
    }  # fmt: skip


def _lawful() -> Fields:
    head = "Lawful"
    suspicion = f"{rules.MINIMUM_SOURCES} independent sources or one purchase under an authority in force"
    return {
        "Data access terms": (head, "Records held for policing purposes under DPA 2018 Part 3; handling codes kept. "
                              f"Reasonable suspicion before ranking: {suspicion}; not C-coded material alone, not "
                              "material suspected false; nothing older than "
                              f"{rules.STALE_DAYS} days alone."),
        "Impact assessments": (head, f"DPIA and equality impact assessment: {BY_FORCE}"),
        "Required training": (head, f"RIPA Part II authorities and test-purchase tradecraft. {BY_FORCE}"),
        "Sensitive attributes": (head, "None enters a score. Declared as protected and kept out by a guard: "
                                 + ", ".join(sorted(protected.protected_columns()))
                                 + ". A date of birth serves to keep people under "
                                 f"{rules.ADULT_YEARS} off the board. Treatment data are never read."),
    }  # fmt: skip


def _granularity(inputs: Inputs) -> Fields:
    head = "Granularity"
    read = "; ".join(f"{kind}: {', '.join(columns)}" for kind, columns in protected.READ.items())
    return {
        "Model input": (head, f"Records up to the cut-off ({inputs.month.last_day}): {read}."),
        "Source data": (head, "Intelligence logs, test purchases, seizures, arrests of the force."),
        "Datasets and their purposes": (head, "Fictional towns (seeds 9001-9005) for the prior weights; the area's own "
                                        "past attempts for everything learned since."),
        "Data cleaning": (head, "Rows with faults are quarantined with a reason; see reconciliation.csv."),
        "Data completeness and representativeness": (
            head, "Reports depend on who reports; purchases on where officers looked. Reported and discovered evidence "
            "are weighed apart, the amount of discovered evidence earns nothing, reports count less where attempts "
            "in the area seldom succeed, and attention by area is published."),
        "Data storage": (head, "The workspace's store; files readable by their owner only."),
    }  # fmt: skip


def _ownership() -> Fields:
    names = ("Website", "Contact", "Organisation", "Team", "Senior responsible owner", "External supplier",
             "Supplier role", "Procurement")  # fmt: skip
    return dict.fromkeys(names, ("Ownership", BY_FORCE))


def _challengeable() -> Fields:
    head = "Challengeable"
    return {
        "Appeals and review": (head, "Every exclusion is listed with its reasons, every decision with who and why; "
                               "market-profile explain shows the records behind a target."),
        "Provided information": (head, "Points by part with their why, range, chance, hours, window, plan; the record "
                                 "of past boards and the calibration."),
        "Risks": (head, "Feedback of attention, mistaken identity, old news, exploitation mistaken for dealing. Met by "
                  "weighing apart, exploration, match review, fading of evidence, the diversion list."),
    }  # fmt: skip


def _accuracy() -> Fields:
    head = "Accuracy"
    return {
        "Model name": (head, "board success model"),
        "Model version": (head, VERSION),
        "Model task": (head, "Chance that an officer who comes as a stranger is sold to next month."),
        "Model output": (head, "Chance with a range that holds nine in ten, score of 100 points with a range, rank."),
        "Model architecture": (
            head, f"Beta-binomial pooling (half-life {pooling.HALF_LIFE_DAYS:.0f} days, prior worth "
            f"{features.PRIOR_STRENGTH:.0f} attempts a level), then Bayesian logistic regression on "
            f"{', '.join(calibrate.FEATURES)} (prior means "
            f"{', '.join(f'{value:g}' for value in calibrate.PRIOR_MEAN)}); people by how long they were silent "
            f"(leaving rate one in {1 / active.LEAVING_RATE:.0f} days)."),
        "Model performance": (
            head, "Foretold month by month from earlier months alone; calibration and the record of past boards stand "
            "in each planner edition, comparisons with other orders in the benchmarks."),
    }  # fmt: skip


def _responsible(inputs: Inputs) -> Fields:
    head = "Responsible"
    share = f"{100 * inputs.settings.exploration_share:.0f} %"
    return {
        "Frequency and scale": (head, f"Monthly; {inputs.settings.top} targets on the board; {inputs.settings.teams} "
                                f"teams of {inputs.settings.shifts_per_team_week} shifts a week over "
                                f"{inputs.settings.plan_weeks} weeks, phases of {inputs.settings.phase_weeks} weeks, "
                                f"at least {inputs.settings.minimum_gap_days} days between attempts on a target."),
        "Maintenance": (head, "Weights are learned anew at each refresh; outcomes within "
                        f"{learning.SAME_PLACE_M:.0f} m of a target count for it."),
        "Phase": (head, f"Production or pilot: {BY_FORCE}"),
        "System architecture": (head, f"One pure step of the monthly refresh; plan by mixed-integer programming over "
                                f"the first {plan.MOST_TARGETS} targets; {share} of the board kept for exploration "
                                "among those who pass the rules."),
    }  # fmt: skip


def _explainable(inputs: Inputs) -> Fields:
    most = ", ".join(f"{part} {points:.0f}" for part, points in score.POINTS.items())
    return {
        "Detailed description": (
            "Explainable", f"Points by part, at most: {most}. They add up to the score. Evidence of the last "
            f"{EVIDENCE_DAYS} days. Harm nearby: events within {score.HARM_M:.0f} m in {score.HARM_DAYS} days. What is "
            "not known widens the range."),
    }  # fmt: skip
