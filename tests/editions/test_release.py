"""Two people with two keys; every change of a signed manifest is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from market_profile.editions.keys import new_key, open_key, sign
from market_profile.editions.release import TRANSITIONS, Manifest, ReleaseState, check_people, check_signatures, moved
from market_profile.errors import WrongUse

PASSPHRASE = "correct horse battery"


def signed() -> tuple[Manifest, dict[str, str]]:
    manifest = Manifest("Town", "2019-02", "ab", "cd", {"profile.html": "00"}, "0", "0", "released", "ann", "bob")
    registered, signatures = {}, []
    for name in ("ann", "bob"):
        pem, public = new_key(PASSPHRASE)
        registered[name] = public
        signatures.append((name, sign(open_key(pem, PASSPHRASE), manifest.signed_content())))
    return replace(manifest, signatures=tuple(signatures)), registered


def test_both_signatures_hold_and_any_change_breaks_them() -> None:
    manifest, registered = signed()
    check_signatures(manifest, registered)
    for change in ({"month": "2019-03"}, {"files": {"profile.html": "01"}}, {"approver": "ann"}, {"state": "draft"}):
        with pytest.raises(WrongUse):
            check_signatures(replace(manifest, **change), registered)


def test_two_names_with_one_key_are_one_person() -> None:
    _, public = new_key(PASSPHRASE)
    with pytest.raises(WrongUse, match="two people"):
        check_people("ann", "bob", {"ann": public, "bob": public})
    with pytest.raises(WrongUse, match="two people"):
        check_people("ann", "ann", {"ann": public})
    with pytest.raises(WrongUse, match="no public key"):
        check_people("ann", "bob", {"ann": public})


def test_states_follow_the_table() -> None:
    manifest, _ = signed()
    for state in ReleaseState:
        for wanted in ReleaseState:
            if wanted in TRANSITIONS[state]:
                assert moved(replace(manifest, state=state.value), wanted).state == wanted.value
            else:
                with pytest.raises(WrongUse):
                    moved(replace(manifest, state=state.value), wanted)


def test_wrong_passphrase_and_short_one_are_refused() -> None:
    pem, _ = new_key(PASSPHRASE)
    with pytest.raises(WrongUse, match="does not open"):
        open_key(pem, "another passphrase")
    with pytest.raises(WrongUse, match="at least"):
        new_key("short")
