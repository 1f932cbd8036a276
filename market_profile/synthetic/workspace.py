"""The rest of a workspace: ``area.toml``, the boundaries, and what people decided."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from market_profile.synthetic.clearing import NAME, first_day
from market_profile.synthetic.cohorts import CRITERIA
from market_profile.synthetic.outbox import Outbox
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import day_text
from market_profile.synthetic.writers import FORMS, Form

_HEAD = """\
# {name}: a fictional area written by `market-profile synth`; nothing in it is about a real person.
[area]
name = "{name}"
code = "{code}"
partner_areas = "boundaries/lsoa.geojson"
partner_area_code = "{prop}"
partner_area_name = "{prop_name}"
boundary = "boundaries/area.geojson"
crs = "EPSG:27700"

[board]
teams = 2
shifts_per_team_week = 3

[forum]
weights = {{ offending = 2.0 }}
threshold = 18.0

[impact]
interventions = {{ "{operation}" = {began} }}
area_unit_costs = {{ "burglary dwelling" = 6500, "vehicle crime" = 1100, violence = 6200, shoplifting = 1000 }}

[linkage]
key_file = "linkage.key"

[theme]
partnership = "{name} Combating Drugs Partnership"
"""
NAME_PROPERTY = "LSOA11NM"


def write_area(folder: Path, scene: Scene) -> None:
    """Write area.toml and the boundaries (EPSG:4326, as published files are)."""
    ground, shapes = scene.ground, folder / "boundaries"
    shapes.mkdir(parents=True, exist_ok=True)
    name_property = NAME_PROPERTY if ground.code_property != NAME_PROPERTY else "name"
    lsoas = ground.lsoas[["area_code", "area_name", "ward", "geometry"]]
    lsoas = lsoas.rename(columns={"area_code": ground.code_property, "area_name": name_property})
    lsoas.to_crs("EPSG:4326").to_file(shapes / "lsoa.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    whole = gpd.GeoDataFrame(
        {"code": [ground.code], "name": [ground.name]}, geometry=[ground.boundary], crs=ground.lsoas.crs
    )
    whole.to_crs("EPSG:4326").to_file(shapes / "area.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    head = _HEAD.format(
        name=ground.name, code=ground.code, prop=ground.code_property, prop_name=name_property,
        operation=NAME, began=day_text(np.array([first_day(scene)]), scene)[0],
    )  # fmt: skip
    if scene.plan.boundary is None:
        head += 'attribution = "Boundaries of a fictional town: no real place"\n'
    text = head + "".join(_source_block(kind, form) for kind, form in FORMS.items())
    named = ", ".join(f'"{name}"' for name in CRITERIA)
    if _write_merging(shapes, lsoas, ground.code_property, name_property):
        text += '\n[disclosure]\nmerge_partner_areas = "boundaries/merged_areas.csv"\n'
    text += f"\n[sources.case_forum]\ncriteria = [{named}]\n"
    (folder / "area.toml").write_text(text, encoding="utf-8")


def _write_merging(shapes: Path, lsoas: gpd.GeoDataFrame, code: str, name: str) -> bool:
    """Merge LSOAs into the MSOAs that their published names tell (``Town 001A`` in ``Town 001``) for partners."""
    names = lsoas[name].astype("str")
    if not names.str.fullmatch(r".+ \d{3}[A-Z]").all():
        return False
    merged = names.str[:-1]
    codes = "M-" + merged.str[-3:]
    if pd.Series(merged.to_numpy()).groupby(codes.to_numpy()).nunique().gt(1).any():
        codes = merged.str.upper().str.replace(" ", "-", regex=False)
    table = pd.DataFrame({"area_code": lsoas[code], "merged_code": codes, "merged_name": merged})
    table.sort_values("area_code", kind="stable").to_csv(shapes / "merged_areas.csv", index=False, lineterminator="\n")
    return True


def _source_block(kind: str, form: Form) -> str:
    lines = [f"\n[sources.{kind}]"]
    lines.append(f'pattern = "{kind}_*.{form.suffix}"')
    if form.encoding != "utf-8":
        lines.append(f'encoding = "{form.encoding}"')
    if form.delimiter not in (",", "\t"):
        lines.append(f'delimiter = "{form.delimiter}"')
    if form.sheet:
        lines.append(f'sheet = "{form.sheet}"')
    if form.date_format:
        lines.append(f'date_format = "{form.date_format}"')
    if form.headings:
        pairs = ", ".join(f'"{theirs}" = "{ours}"' for ours, theirs in form.headings.items())
        lines.append(f"columns = {{ {pairs} }}")
    for column, codes in form.values.items():
        pairs = ", ".join(f'"{theirs}" = "{ours}"' for ours, theirs in codes.items())
        lines.append(f"values = {{ {column} = {{ {pairs} }} }}")
    return "\n".join(lines) + "\n"


def write_decisions(folder: Path, scene: Scene, outbox: Outbox) -> None:
    """Write a few decisions of every sort: judgements, a grant, recommendations, key judgements."""
    place = folder / "decisions"
    place.mkdir(parents=True, exist_ok=True)
    months = scene.calendar.names
    _judgements(scene, outbox, months).to_csv(place / "judgements.csv", index=False, lineterminator="\n")
    _grants(scene, outbox).to_csv(place / "grants.csv", index=False, lineterminator="\n")
    _recommendations(months).to_csv(place / "recommendations.csv", index=False, lineterminator="\n")
    _claims(months).to_csv(place / "claims.csv", index=False, lineterminator="\n")
    _partners(months).to_csv(place / "partners.csv", index=False, lineterminator="\n")
    (place / "key_judgements.toml").write_text(_KEY_JUDGEMENTS, encoding="utf-8")


def _judgements(scene: Scene, outbox: Outbox, months: tuple[str, ...]) -> pd.DataFrame:
    """Return three 'same' and two 'different' judgements about early mentions, all of them right."""
    mentions = outbox.frames["log_subjects"]
    mentions = mentions[mentions["_month"] == 0][["urn", "subject_no", "_person"]]
    pairs = mentions.merge(mentions, on="_person", suffixes=("_l", "_r"))
    same = pairs[pairs["urn_l"] < pairs["urn_r"]].drop_duplicates("_person").head(3).assign(judgement="same")
    relatives = scene.people.frame.reset_index()
    relatives = relatives[relatives["family"] != ""].sort_values(["family", "person_id"], kind="stable")
    kin = relatives.groupby("family", sort=True)["index"].agg(["first", "last"])
    first = mentions.drop_duplicates("_person").set_index("_person")
    kin = kin[kin["first"].isin(first.index) & kin["last"].isin(first.index)].head(2)
    left, right = first.loc[kin["first"]].reset_index(drop=True), first.loc[kin["last"]].reset_index(drop=True)
    apart = pd.concat([left.add_suffix("_l"), right.add_suffix("_r")], axis=1).assign(judgement="different")
    rows = pd.concat([same, apart], ignore_index=True)
    return pd.DataFrame({
        "left_kind": "log_subjects", "left_ref": rows["urn_l"], "left_subject": rows["subject_no_l"],
        "right_kind": "log_subjects", "right_ref": rows["urn_r"], "right_subject": rows["subject_no_r"],
        "judgement": rows["judgement"], "by": "analyst 1", "on": f"{months[0]}-28", "reason": "looked at both records",
    })  # fmt: skip


def _grants(scene: Scene, outbox: Outbox) -> pd.DataFrame:
    logs = outbox.frames["intelligence_logs"]
    able = logs[(logs["handling_code"] == "C") & logs["provenance"].isin(["officer", "public"])]["urn"].head(2)
    expires = f"{int(scene.calendar.names[-1][:4]) + 2}-12-31"
    return pd.DataFrame({"urn": able, "who": "Community Safety Manager", "role": "partnership lead",
                         "condition": "aggregate figures only", "expires_on": expires})  # fmt: skip


def _recommendations(months: tuple[str, ...]) -> pd.DataFrame:
    due = f"{months[-2]}-28"
    rows = [
        (
            "R1",
            "Test purchases at the two busiest open street markets",
            "Operations planner",
            due,
            "in progress",
            "attempts and purchases a month",
        ),
        (
            "R2",
            "Outreach to linked users within 21 days of a dealer's arrest",
            "Treatment provider",
            due,
            "agreed",
            "contacts within 21 days",
        ),
        ("R3", "Safeguarding visits to homes at risk of takeover", "Adult social care", due, "proposed", "visits made"),
    ]
    return pd.DataFrame(rows, columns=["id", "text", "owner", "due_on", "status", "measure"])


def _claims(months: tuple[str, ...]) -> pd.DataFrame:
    """Return a claim that crime counts can check and one that nobody can."""
    inside = months[:-1]
    middle = len(inside) // 2
    first, second = f"{inside[0]}..{inside[middle - 1]}", f"{inside[middle]}..{inside[2 * middle - 1]}"
    if middle == 0:
        first = second = inside[0]
    rows = [
        ("C1", "robbery and vehicle crime fell by 18 %", "recorded robbery and vehicle crime", "the whole town",
         f"{first} to {second}", "local press release", "reproduced", "-18", "two groups, equal halves", "-18",
         "robbery|vehicle crime", first, second),
        ("C2", "offending by people in outreach fell by half", "all offending", "people in outreach", "not stated",
         "partnership newsletter", "unclear", "-50", "", "", "", "", ""),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "id", "claim", "outcome", "population", "window", "source", "reproduced", "value", "choices", "claimed_pct",
        "offence_groups", "from_window", "to_window",
    ])  # fmt: skip


def _partners(months: tuple[str, ...]) -> pd.DataFrame:
    """Return partners in every quarter of the influence x interest grid, one contact overdue."""
    soon, past = f"{months[-1]}-15", f"{months[-2]}-10"
    rows = [
        ("Combating Drugs Partnership", "high", "high", "monthly meeting", "Partnership manager", soon),
        ("Residents' association of the harbour", "low", "high", "community forum", "Neighbourhood sergeant", past),
        ("Town council leader", "high", "low", "newsletter", "Partnership manager", soon),
        ("Traders of the ring road", "low", "low", "none yet", "Neighbourhood sergeant", ""),
    ]
    return pd.DataFrame(rows, columns=["partner", "influence", "interest", "channel", "owner", "next_contact_on"])


_KEY_JUDGEMENTS = """\
[[key_judgement]]
id = "J1"
sentence = "It is likely that street supply of heroin and crack will return within six weeks of an arrest"
likelihood = "likely"
confidence = "Moderate"
because = "replacements were seen in most markets; the time differs from market to market"
sources = ["arrests", "intelligence_logs"]

[[key_judgement]]
id = "J2"
sentence = "It is likely that reports from the most patrolled ward overstate its share of supply"
likelihood = "likely"
confidence = "Moderate"
because = "officers report far more there than the public does"
sources = ["intelligence_logs", "community_survey"]
"""
