"""``python -m tests.geography.fit_experience``: fit the model that ships with geography anew, from the open districts.

Fifteen English districts, five months of published street crime (police.uk, Open Government Licence). Run it when the
covariates of ``forecast`` change; a test fits it on a part and compares.
"""

from __future__ import annotations

from pathlib import Path

import market_profile.geography
from market_profile.geography.experience import as_json, learn
from tests.geography.bench_districts import load_panels

SOURCE = "15 English districts, street crime October 2018 to February 2019, police.uk (Open Government Licence v3.0)"


def main() -> None:
    """Write ``market_profile/geography/experience.json``."""
    _, panels, _ = load_panels()
    path = Path(market_profile.geography.__file__).parent / "experience.json"
    path.write_text(as_json(learn(panels, SOURCE)), encoding="utf-8")
    print(f"{path.name}: {len(panels)} districts, {len(panels[0].names)} covariates")


if __name__ == "__main__":
    main()
