"""``python -m tests.benchmarks page``: both editions for 1,000 areas against REPORT.md's bars for time and size."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from pathlib import Path

AREAS = 1024
BARS = {"bytes": 1_000_000.0, "nodes": 3_000.0, "css bytes": 12_000.0, "js bytes": 4_000.0}
SECONDS = 3.0
"""Bar for both editions together, in processor time, so that other work on the machine does not count."""


def main(arguments: list[str] | None = None) -> None:
    """Render both editions with a map and a table of 1,024 areas; print ours, the bar and whether it is met."""
    sys.path.insert(0, str(Path(__file__).parent))
    import pandas as pd
    from render_pages import Maker, area_map, edition, figure, table

    from market_profile import document as doc
    from market_profile.render import render_edition
    from market_profile.render.page import node_count
    from market_profile.terms import Audience

    total, rows = 0.0, []
    for audience in Audience:
        make, base = Maker(audience), edition(audience)
        side = round(AREAS**0.5)
        shown = figure(
            make, "big-map", make.say("Supply gathers"), area_map(make, side, 40 * (audience is Audience.PLANNER))
        )
        section = doc.Section(make.text("big"), make.text("Big"), (shown, table(make, "long", AREAS, True)))
        whole = replace(base, document=replace(base.document, sections=(*base.document.sections, section)))
        render_edition(base, pdf=False)  # imports and templates are read before the clock starts
        start = time.process_time()
        files = render_edition(whole, pdf=False)
        total += time.process_time() - start
        html = files["profile.html"].decode()
        sizes = {
            kind: len((re.search(rf"<{kind}>(.*?)</{kind}>", html, re.S) or [b"", ""])[1].encode())
            for kind in ("style", "script")
        }
        rows += [
            (f"{audience}: bytes", len(files["profile.html"]), BARS["bytes"]),
            (f"{audience}: nodes", node_count(html), BARS["nodes"]),
            (f"{audience}: css bytes", sizes["style"], BARS["css bytes"]),
            (f"{audience}: js bytes", sizes["script"], BARS["js bytes"]),
        ]
    rows.insert(0, ("seconds, both editions", round(total, 2), SECONDS))
    met = ["yes" if ours <= bar else "NO" for _, ours, bar in rows]
    print(pd.DataFrame(rows, columns=["page of 1,024 areas", "ours", "bar"]).assign(met=met).to_string(index=False))


def _size(html: str, kind: str) -> int:
    found = re.search(rf"<{kind}>(.*?)</{kind}>", html, re.S)
    return len(found[1].encode()) if found else 0
