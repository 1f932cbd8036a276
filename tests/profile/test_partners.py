"""What partners send back: counted for everyone, their words for planners alone, one organisation never dominant."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from market_profile.contracts.checks import check_rows
from market_profile.contracts.partners import PARTNER_OBSERVATIONS
from market_profile.contracts.tables import Tables
from market_profile.editions.disclosure import Policy
from market_profile.editions.form import COLUMNS
from market_profile.editions.show import show_released
from market_profile.periods import Month
from market_profile.profile.partners import partners_brief, partners_section
from market_profile.settings import SourceSettings
from market_profile.terms import PartnerQuestion

MONTH = Month("2019-02")


def form(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    """A form as a spreadsheet saves it."""
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def test_the_form_s_columns_are_the_kind_s_and_faults_are_said() -> None:
    good = ("1", "Housing", "2019-01-15", "E1", "takeover_signs", "3", "A flat with many visitors")
    bad = ("2", "Housing", "15 Jan", "E1", "gossip", "-1", "")
    checked = check_rows(PARTNER_OBSERVATIONS, form([good, bad]), SourceSettings())
    assert list(checked.accepted["people_or_cases"]) == [3]
    assert set(checked.faults["column"]) == {"observed_on", "question", "people_or_cases"}


@pytest.fixture
def answered() -> SimpleNamespace:
    """Findings with 24 answers on one question by three organisations and 12 on another by one."""
    rows = [
        (f"{n}", f"Organisation {n % 3}", MONTH.last_day, "", "takeover_signs", "2", "seen at <b>night</b>")
        for n in range(24)
    ]
    rows += [(f"x{n}", "Organisation 1", MONTH.last_day, "", "unmet_need", "5", "") for n in range(12)]
    accepted = check_rows(PARTNER_OBSERVATIONS, form(rows), SourceSettings()).accepted
    accepted["record_ref"] = accepted["organisation"] + "/" + accepted["observation_ref"]
    return SimpleNamespace(month=MONTH, tables=Tables({"partner_observations": accepted}))


def test_partners_see_released_counts_and_no_comment(answered: SimpleNamespace) -> None:
    table = partners_brief(answered).blocks[1]
    shown = {row[0].text: [show_released(value, Policy()).text.value for value in row[1:]] for row in table.rows}
    words = {str(question): question.meaning for question in PartnerQuestion}
    # 24 rows of 2: 25 and 48; 12 rows by one organisation alone: the total is dominated
    assert shown[words["takeover_signs"].capitalize()] == ["25", "48"]
    assert shown[words["unmet_need"].capitalize()] == ["10", "[c]"]
    assert "night" not in repr(partners_brief(answered))


def test_planners_read_the_comments(answered: SimpleNamespace) -> None:
    comments = partners_section(answered).blocks[1]
    assert comments.rows[0][-1].text.reveal() == "seen at <b>night</b>"
    assert len(comments.rows) <= 8
