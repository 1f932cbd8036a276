"""``market-profile linkage-keys``: make the partnership's key, and pseudonyms of a provider's clients."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from market_profile.errors import WrongUse
from market_profile.refresh.linkage_key import make_key, read_key
from market_profile.refresh.linking import write_pseudonyms


def run_linkage_keys(
    source: Path | None, key: Path, out: Path | None, date_format: str | None, console: Console
) -> None:
    """Without a file make a new key; with one write its rows with pseudonyms in place of names."""
    if source is None:
        make_key(key)
        console.print(f"A new key stands in {key}, readable by you alone. Give it to the other side by a safe way.")
        return
    target = out or source.with_name(f"{source.stem.split('.')[0]}_pseudonyms.csv")
    if target.resolve() == source.resolve():
        raise WrongUse("--out names the file itself; nothing was written")
    done = write_pseudonyms(source, target, read_key(key), date_format)
    console.print(
        f"{done.rows:,} rows: {done.made:,} pseudonyms, {done.incomplete:,} without surname, forename or a date of "
        f"birth that can be read, {done.without_consent:,} without consent"
    )
    console.print(f"Columns written: {', '.join(done.columns)}. Names and dates of birth stay here.")
    console.print(f"Pseudonyms: {target}")
