"""The data dictionary ``data/README.md``, written from the declarations; a test keeps the file current.

``python -m market_profile.contracts.dictionary > data/README.md`` renews it.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from itertools import pairwise

from pydantic.fields import FieldInfo

from market_profile import room_settings, settings
from market_profile.contracts.columns import SYSTEM_COLUMNS, Column, Kind
from market_profile.contracts.kinds import KINDS
from market_profile.reference import reference_table
from market_profile.settings import Settings, SourceSettings
from market_profile.terms import Reason, Sensitivity

_INTRODUCTION = """# Data dictionary

Written from `market_profile/contracts/` by `python -m market_profile.contracts.dictionary`; do not edit by hand.

`*` = a row without it is quarantined (`missing_required`). Lists are separated by `|`. Blank text is `""`, blank
numbers and dates are missing. *Partner: derived* means that the partner edition may hold released aggregates that rest
on the column, never the column itself.
"""

_REFERENCE_TABLES: dict[str, str] = {
    "drugs": "names of drugs; every record is read to one of these",
    "street_names": "other names by which records call a drug",
    "drug_classes": "class under the Misuse of Drugs Act 1971, by date (`from` inclusive, `to` exclusive)",
    "units": "units and their spellings; `grams` for weights only",
    "grades": "codes of both grading schemes and what they mean",
    "grade_conversion": "reviewed, lossy reading of 5x5x5 in 3x5x2; never applied to what is stored",
    "grade_weights": "evidence weight of each pair of source evaluation and intelligence assessment, 0 to 1",
    "offence_codes": "Home Office offence codes and the groups used here",
    "published_counts": "recorded crime that published claims about operations rest on, by period and group",
    "offence_costs": "which group of a table of unit costs prices an offence that the table does not name",
    "unit_costs": "costs of a crime; `table` is chosen in area.toml (`[impact] unit_costs`)",
    "yardstick": "words for probability and their ranges; the gaps are deliberate",
    "outcomes_framework": "Combating Drugs outcomes, headline metrics and local proxies",
    "retention": "review groups for police information",
    "claims": "claims made for the operations of the source documents, with outcome, window and whether reproduced",
    "nicknames": "forenames and the short forms and variants that may stand for them",
}
"""Every reference table of ``data/`` and what it holds."""


def data_dictionary() -> str:
    """Return the data dictionary as Markdown: record kinds, system columns, reasons and reference tables.

    Example:
        >>> data_dictionary().startswith("# Data dictionary")
        True
    """
    parts = [_INTRODUCTION, "## Record kinds\n", *(_kind(kind) for kind in KINDS.values())]
    parts += [_system_columns(), _sensitivities(), _reasons(), _reference_tables(), _settings()]
    return "\n".join(parts)


def _settings() -> str:
    lines, meanings = ["## Settings of area.toml\n", "| key | meaning | default |", "|---|---|---|"], _meanings()
    for section, field in Settings.model_fields.items():
        name, part = (f"[{section}]", field.annotation)
        if section == "sources":
            name, part = "[sources.<kind>]", SourceSettings
        for key, declared in getattr(part, "model_fields", {}).items():
            default = "required" if declared.is_required() else _default(declared)
            lines.append(f"| `{name} {key}` | {meanings[getattr(part, '__name__', ''), key]} | {default} |")
    return "\n".join(lines) + "\n"


def _meanings() -> dict[tuple[str, str], str]:
    """Return what stands under each attribute of the settings, by class and attribute.

    Read from the source here, not by pydantic at every start of the program.
    """
    bodies = [ast.parse(inspect.getsource(module)).body for module in (settings, room_settings)]
    classes = [one for body in bodies for one in body if isinstance(one, ast.ClassDef)]
    found = {}
    for one in classes:
        for stated, said in pairwise(one.body):
            match stated, said:
                case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(words))):
                    found[one.name, key] = inspect.cleandoc(words)
    return found


def _default(declared: FieldInfo) -> str:
    value = declared.get_default(call_default_factory=True, validated_data={})
    return "" if value is None or value in ({}, ()) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(kind: Kind) -> str:
    facts = [f"key: {', '.join(f'`{name}`' for name in kind.key) or 'none (content and occurrence)'}"]
    facts += [f"time: `{kind.time}`"] if kind.time else []
    facts += [f"belongs to: `{kind.parent[0]}` by `{kind.parent[1]}`"] if kind.parent else []
    facts += ["further numeric columns are kept"] if kind.open_columns else []
    lines = [f"### {kind.name}\n", f"{kind.meaning[0].upper()}{kind.meaning[1:]}. ({'; '.join(facts)})\n"]
    lines += ["| column | type | unit | meaning | allowed | source | sensitivity | partner |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    lines += [_row(column) for column in (*kind.columns, *kind.derived)]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    partner = "derived" if "partner" in {audience.value for audience in column.editions} else "no"
    if column.sensitivity is Sensitivity.OPEN:
        partner = "yes"
    heading = f" (as published: *{column.theirs[0]}*)" if column.source.startswith("data.police") else ""
    cells = [
        f"`{column.name}`{'*' if column.is_required else ''}",
        column.type.value,
        column.unit,
        column.meaning + heading,
        _allowed(column),
        column.source,
        column.sensitivity.value,
        partner,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(column: Column) -> str:
    if column.allowed is not None:
        return ", ".join(f"`{value}`" for value in column.allowed.values())
    if column.minimum is None and column.maximum is None:
        return ""
    bounds = ("" if bound is None else f"{bound:,.10g}" for bound in (column.minimum, column.maximum))
    return " to ".join(bounds)


def _system_columns() -> str:
    lines = [f"- `{name}` ({dtype})" for name, dtype in SYSTEM_COLUMNS.items()]
    return "\n".join(["## Columns that the pipeline adds to every accepted row\n", *lines, ""])


def _sensitivities() -> str:
    lines = [f"- **{level.value}**: {level.meaning}" for level in Sensitivity]
    return "\n".join(["## Sensitivity\n", *lines, ""])


def _reasons() -> str:
    lines = [f"- `{reason.value}`: {reason.meaning}" for reason in Reason]
    return "\n".join(["## Reason codes of quarantined rows\n", *lines, ""])


def _reference_tables() -> str:
    lines = [
        "## Reference tables\n",
        "Each row has its `source` and the date `checked_on` when it was entered or last compared with it; `check` is "
        "`yes` where a primary source has not confirmed it. A force corrects them here, without touching code.\n",
        "| table | rows | to confirm | holds | columns |",
        "|---|---|---|---|---|",
    ]
    for name, meaning in _REFERENCE_TABLES.items():
        table = reference_table(name)
        columns = ", ".join(f"`{column}`" for column in table.columns)
        unconfirmed = int((table["check"] == "yes").sum()) if "check" in table else 0
        lines.append(f"| `{name}.csv` | {len(table)} | {unconfirmed} | {meaning} | {columns} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
