"""Intelligence logs, their subjects and links, as the force writes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from market_profile.synthetic.mentions import log_setting, write_mentions
from market_profile.synthetic.narrative import drug_words, narratives
from market_profile.synthetic.plan import Array, words
from market_profile.synthetic.reports import NO_TIE
from market_profile.synthetic.roles import minors, stated_roles
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.sources_of_reports import PROVENANCES, Sources, grade
from market_profile.synthetic.texts import (
    Extract,
    british,
    day_text,
    degrees,
    extract,
    jitter,
    nearest_street,
    number_text,
    time_text,
)

PARTNER_FILE = "partners"
"""Tag of the second stream of logs: partner agencies and Crimestoppers, with combined grades and degrees."""


@dataclass(frozen=True)
class Logs:
    """The three extracts, and ``truth``: one row a log (of the month after the last too) with what is true of it."""

    logs: Extract
    subjects: Extract
    links: Extract
    truth: pd.DataFrame


def make_logs(scene: Scene, sources: Sources, reports: pd.DataFrame) -> Logs:
    """Return the logs of ``reports`` with subjects and links; texts only from the months of the plan."""
    rng = scene.plan.stream("logs")
    reports = reports.assign(urn=_urns(scene, reports))
    reports = pd.concat([reports, _places(scene, reports, rng)], axis=1)
    cast = _cast(scene, reports, rng)
    written = write_mentions(
        scene, cast["person"].to_numpy(), cast["day"].to_numpy(), cast["source"].to_numpy(), log_setting(scene), "logs"
    )
    subjects = _subjects(scene, cast, written, rng)
    logs = _log_frame(scene, sources, reports, subjects, rng)
    links = _links(scene, reports, cast, rng)
    return Logs(logs, subjects, links, _truth(scene, sources, reports))


def _urns(scene: Scene, reports: pd.DataFrame) -> Array:
    year = words(day_text(reports["submitted_day"].to_numpy(), scene)).str.slice(2, 4)
    number = words((np.arange(len(reports)) + 1).astype(str)).str.zfill(6)
    urns: Array = ("SM" + year + "-" + number).to_numpy(dtype=object)
    return urns


def _places(scene: Scene, reports: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return precision, written_e, written_n, street (row): exact within 25 m, middle of street, of LSOA, or none."""
    h = scene.plan.hardness
    true_e, true_n = reports["easting_m"].to_numpy(float), reports["northing_m"].to_numpy(float)
    street = nearest_street(scene, true_e, true_n)
    streets = scene.ground.streets
    u = rng.random(len(reports))
    none = np.isnan(true_e) | (u < h.unplaced)
    area = ~none & (u < h.unplaced + h.placed_by_area)
    exact = ~none & ~area & (u < h.unplaced + h.placed_by_area + h.placed_exactly)
    middle = shapely.point_on_surface(scene.ground.lsoas.geometry.to_numpy())[streets["area"].to_numpy()[street]]
    near_e, near_n = jitter(scene, rng, true_e, true_n, 12.0)
    east = np.where(
        exact, near_e, np.where(area, np.round(shapely.get_x(middle)), streets["easting_m"].to_numpy()[street])
    )
    north = np.where(
        exact, near_n, np.where(area, np.round(shapely.get_y(middle)), streets["northing_m"].to_numpy()[street])
    )
    precision = np.where(none, "none", np.where(area, "area", np.where(exact, "exact", "street"))).astype(object)
    data = {
        "precision": precision,
        "written_e": np.where(none, np.nan, east),
        "written_n": np.where(none, np.nan, north),
    }
    return pd.DataFrame({**data, "street": street})


def _cast(scene: Scene, reports: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row a subject: log, number, person, day, source, month (subjects in order within the log)."""
    h = scene.plan.hardness
    count = len(reports)
    is_tie = (reports["topic"] == "tie").to_numpy()
    nobody = ~is_tie & (rng.random(count) < h.logs_without_subjects / 0.7)
    second_share = np.clip((h.subjects_per_log - 1.04 - is_tie.mean()) / (1 - is_tie.mean()) * 2.2, 0.02, 0.98)
    has_second = is_tie | (rng.random(count) < second_share)
    people = reports[["first_person", "second_person", "third_person"]].to_numpy(copy=True)
    people[~has_second, 1:] = -1
    people[nobody] = -1
    people[(people[:, 1] == people[:, 0]), 1] = -1
    third = (people[:, 2] == people[:, 0]) | (people[:, 2] == people[:, 1]) | (people[:, 1] < 0)
    people[third, 2] = -1
    log, column = np.nonzero(people >= 0)
    number = np.arange(len(log)) - np.searchsorted(log, log, side="left") + 1
    person = people[log, column]
    taken = reports.iloc[log]
    return pd.DataFrame({
        "log": log, "column": column, "number": number, "person": person,
        "day": taken["event_day"].to_numpy(), "source": taken["source"].to_numpy(),
        "month": taken["month"].to_numpy(), "urn": taken["urn"].to_numpy(),
    })  # fmt: skip


def _subjects(scene: Scene, cast: pd.DataFrame, written: pd.DataFrame, rng: np.random.Generator) -> Extract:
    person, month = cast["person"].to_numpy(), cast["month"].to_numpy()
    role = stated_roles(scene, person, month, rng)
    at_risk = minors(scene)[person] | (scene.people.frame["role"].to_numpy()[person] == "cuckooed")
    u = rng.random(len(cast))
    flag = np.where(at_risk & (u < 0.65), "Y", np.where(u < 0.35, "N", ""))
    number = cast["number"].astype(str).to_numpy(dtype=object)
    frame = pd.DataFrame({"urn": cast["urn"].to_numpy(dtype=object), "subject_no": number})
    frame = pd.concat([frame, written], axis=1)
    frame = frame.assign(easting_m="", northing_m="", role=role, safeguarding=flag)
    result = extract("log_subjects", frame, month, cast["urn"].to_numpy(dtype=object), person)
    result.frame["_log"] = cast["log"].to_numpy()
    return result


def _log_frame(
    scene: Scene, sources: Sources, reports: pd.DataFrame, subjects: Extract, rng: np.random.Generator
) -> Extract:
    count = len(reports)
    drug, second = _drugs(scene, reports, rng)
    first_word, second_word = drug_words(drug, rng), drug_words(second, rng)
    both = np.where(second_word != "", words(first_word) + "|" + words(second_word), first_word)
    street = scene.ground.streets["street"].to_numpy(dtype=object)[reports["street"].to_numpy()]
    place = np.where(reports["precision"] == "none", "", street)
    text = narratives(reports["topic"].to_numpy(), _who(subjects, count), first_word, place, rng)
    begin, end = reports["event_day"].to_numpy(), reports["event_day"].to_numpy() + rng.uniform(0.01, 0.12, count)
    begin = np.where(reports["is_stale"], reports["submitted_day"] - 1.5, begin)
    end = np.where(reports["is_stale"], begin + 0.05, end)
    frame = pd.DataFrame({
        "urn": reports["urn"],
        "submitted_at": british(time_text(reports["submitted_day"].to_numpy(), scene)),
        "event_from": british(time_text(begin, scene)),
        "event_to": np.where(rng.random(count) < 0.6, british(time_text(end, scene)), ""),
    })  # fmt: skip
    frame = pd.concat([frame, grade(reports, sources, rng)], axis=1)
    frame["handling_conditions"] = np.where(frame["handling_code"] == "C", "Do not share without the originator", "")
    provenance = np.array(PROVENANCES, dtype=object)[reports["provenance"].to_numpy()]
    frame["source_ref"] = sources.refs[reports["source"].to_numpy()]
    frame["provenance"] = np.where(rng.random(count) < 0.02, "", provenance)
    frame = frame.assign(text=text, location_text=_location_text(place, reports, rng))
    frame = _with_places(frame, reports, provenance)
    kind = scene.markets.crews["kind"].to_numpy(dtype=object)[np.maximum(reports["crew"].to_numpy(), 0)]
    mode = np.where(reports["crew"] >= 0, kind, np.where(reports["topic"] == "scattered", "street", ""))
    frame["drugs"], frame["market_mode"] = both, np.where(rng.random(count) < 0.85, mode, "")
    frame["review_date"] = day_text(reports["submitted_day"].to_numpy() + 365 * 6, scene)
    result = extract("intelligence_logs", frame, reports["month"].to_numpy(), reports["urn"].to_numpy(dtype=object))
    result.frame["_tag"] = np.where(np.isin(provenance, ["partner", "crimestoppers"]), PARTNER_FILE, "")
    result.frame["_log"] = np.arange(count)
    return Extract(result.kind, combine_grades(result.frame, rng))


def combine_grades(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return logs with a ``grade`` column: combined, in many forms, for the partners' stream; '' for the others."""
    partner = (frame["_tag"] == PARTNER_FILE).to_numpy()
    s, a, h = (frame[c].astype("str") for c in ("source_evaluation", "intelligence_assessment", "handling_code"))
    h = h.where(h != "", "C")
    five = (frame["grade_scheme"] == "5x5x5").to_numpy()
    forms = [
        a + s + h,
        s + a + h,
        s + "-" + a + "-" + h,
        a + "/" + s + "/" + h,
        s + " " + a + " " + h,
        (a + s + h).str.lower(),
    ]
    turn = rng.integers(0, len(forms), len(frame))
    text = np.select([turn == n for n in range(len(forms))], [form.to_numpy(dtype=object) for form in forms], "")
    text = np.where(five, (s + a + h).to_numpy(dtype=object), text)
    frame = frame.assign(grade=np.where(partner, text, ""))
    for column in ("source_evaluation", "intelligence_assessment", "handling_code"):
        frame[column] = np.where(partner, "", frame[column])
    return frame


def _with_places(frame: pd.DataFrame, reports: pd.DataFrame, provenance: Array) -> pd.DataFrame:
    """Give partner logs degrees and the others BNG metres."""
    east, north = reports["written_e"].to_numpy(), reports["written_n"].to_numpy()
    in_degrees = np.isin(provenance, ["partner", "crimestoppers"])
    latitude, longitude = degrees(np.where(in_degrees, east, np.nan), np.where(in_degrees, north, np.nan))
    return frame.assign(
        easting_m=number_text(np.where(in_degrees, np.nan, east), 0),
        northing_m=number_text(np.where(in_degrees, np.nan, north), 0),
        latitude=latitude,
        longitude=longitude,
        location_precision=reports["precision"].to_numpy(dtype=object),
    )


def _drugs(scene: Scene, reports: pd.DataFrame, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the drug and second drug: the crew's, or any by the town's shares; sometimes not stated."""
    crews = scene.markets.crews
    crew = np.maximum(reports["crew"].to_numpy(), 0)
    own = crews["drug"].to_numpy(dtype=object)[crew]
    any_drug = rng.choice(crews["drug"].to_numpy(dtype=object), len(reports))
    drug = np.where((reports["crew"] >= 0) & (rng.random(len(reports)) < 0.9), own, any_drug)
    second = np.where(reports["crew"] >= 0, crews["second_drug"].to_numpy(dtype=object)[crew], "")
    second = np.where((rng.random(len(reports)) < 0.5) & (second != drug), second, "")
    silent = rng.random(len(reports)) < 0.08
    return np.where(silent, "", drug), np.where(silent, "", second)


def _who(subjects: Extract, count: int) -> Array:
    frame = subjects.frame
    first = frame[frame["subject_no"] == "1"]
    name = (first["forenames"].astype(str) + " " + first["surname"].astype(str)).str.strip()
    name = name.where(name != "", first["aliases"].astype(str).str.split("|").str[0])
    who = np.full(count, "", dtype=object)
    who[first["_log"].to_numpy()] = name.to_numpy(dtype=object)
    return who


def _location_text(place: Array, reports: pd.DataFrame, rng: np.random.Generator) -> Array:
    u = rng.random(len(place))
    text = words(place)
    number = words(rng.integers(1, 120, len(place)).astype(str))
    exact = (reports["precision"] == "exact").to_numpy()
    out = np.where(exact & (u < 0.5), number + " " + text, text)
    out = np.where(u > 0.92, text.str.upper(), out)
    return np.where(place == "", "", out).astype(object)


def _links(scene: Scene, reports: pd.DataFrame, cast: pd.DataFrame, rng: np.random.Generator) -> Extract:
    """State the tie of first and second subjects in most logs that know it; a few get its kind or direction wrong."""
    pairs = cast[cast["column"] == 1].reset_index(drop=True)
    first = cast[cast["column"] == 0].set_index("log")["number"]
    tie = reports["relation"].to_numpy()[pairs["log"]]
    stated = (tie != NO_TIE) & (rng.random(len(pairs)) < 0.72) & pairs["log"].isin(first.index).to_numpy()
    pairs, tie = pairs[stated].reset_index(drop=True), tie[stated]
    row = np.where(tie < 0, -tie - 1, tie)
    relation = scene.ties["relation"].to_numpy(dtype=object)[row]
    relation = np.where(rng.random(len(row)) < 0.05, "associates", relation)
    turned = (tie < 0) ^ (rng.random(len(row)) < 0.03)
    one = first.loc[pairs["log"]].astype(str).to_numpy(dtype=object)
    two = pairs["number"].astype(str).to_numpy(dtype=object)
    frame = pd.DataFrame({"urn": pairs["urn"], "from_subject_no": np.where(turned, two, one),
                          "to_subject_no": np.where(turned, one, two), "relation": relation})  # fmt: skip
    result = extract("log_links", frame, pairs["month"].to_numpy())
    result.frame["_log"] = pairs["log"].to_numpy()
    return result


def _truth(scene: Scene, sources: Sources, reports: pd.DataFrame) -> pd.DataFrame:
    """Return what is true of each log, the month after the last included."""
    site = reports["site"].to_numpy()
    ids = scene.markets.sites["market_id"].to_numpy(dtype=object)
    echo = reports["echo_of"].to_numpy()
    names = np.array(scene.calendar.names, dtype=object)
    return pd.DataFrame({
        "urn": reports["urn"], "month": names[reports["month"]], "topic": reports["topic"],
        "market_id": np.where(site >= 0, ids[np.maximum(site, 0)], ""),
        "event_on": day_text(reports["event_day"].to_numpy(), scene),
        "easting_m": reports["easting_m"], "northing_m": reports["northing_m"],
        "is_false": reports["is_false"].astype(int), "is_stale": reports["is_stale"].astype(int),
        "echo_of": np.where(echo >= 0, reports["urn"].to_numpy()[np.maximum(echo, 0)], ""),
        "source": reports["source"], "source_right_share": np.round(sources.quality[reports["source"].to_numpy()], 3),
        "provenance": np.array(PROVENANCES, dtype=object)[reports["provenance"].to_numpy()],
        "reported_easting_m": reports["written_e"], "reported_northing_m": reports["written_n"],
    })  # fmt: skip
