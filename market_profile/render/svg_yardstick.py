"""The yardstick strip of a key judgement: seven bands with deliberate gaps, the judged one filled.

Bands: Professional Head of Intelligence Assessment, Probability Yardstick (see DOMAIN.md and the reference tables).
"""

from __future__ import annotations

from market_profile.errors import WrongUse
from market_profile.render.gate import Drawn
from market_profile.render.svg import Canvas, Frame, Pen, Type, text_width

YARDSTICK: dict[str, tuple[int, int]] = {
    "remote chance": (0, 5),
    "highly unlikely": (10, 20),
    "unlikely": (25, 35),
    "realistic possibility": (40, 50),
    "likely": (55, 75),
    "highly likely": (80, 90),
    "almost certain": (95, 100),
}


def band_of(word: str) -> tuple[int, int]:
    """Return the band, in per cent, of the yardstick word; refuse any other word.

    Example:
        >>> band_of("Likely")
        (55, 75)
    """
    band = YARDSTICK.get(word.strip().lower())
    if band is None:
        raise WrongUse(f"a key judgement uses a word of the yardstick: {', '.join(YARDSTICK)}")
    return band


def band_words(word: str) -> str:
    """Return the band of ``word`` as it is printed, such as ``55% to 75%``."""
    low, high = band_of(word)
    return f"{low}% to {high}%"


def draw_yardstick(likelihood: str, frame: Frame) -> Drawn:
    """Return the strip with the band of ``likelihood`` filled and labelled."""
    word = str(likelihood).strip().lower()
    low, high = band_of(word)
    canvas = Canvas(50.0, 320.0)
    left, right = 14.0, 306.0
    scale = (right - left) / 100
    for name, (start, end) in YARDSTICK.items():
        pen = Pen(fill="s1", stroke="s1") if name == word else Pen(fill="bg", stroke="axis")
        canvas.rect(left + start * scale, 22, (end - start) * scale, 10, pen)
    words = f"{word[:1].upper()}{word[1:]}, {band_words(word)}"
    half = text_width(words, 13, True) / 2
    middle = min(max(left + (low + high) / 2 * scale, half), 320 - half)
    canvas.text(middle, 15, words, Type(13, "middle", is_bold=True))
    for at, anchor in ((0, "start"), (50, "middle"), (100, "end")):
        canvas.text(left + at * scale if at == 50 else at * 3.2, 47, f"{at}%", Type(12, anchor, "muted"))
    return canvas.close(frame, "y")
