"""What a number or a name is, before anyone decides who may see it.

Three wrappers keep audiences apart by type (TRUST.md 2). ``Sensitive`` raises when it is printed, formatted or
serialised; ``Internal`` is for planners; ``Released`` is made only by ``editions`` with its own key.
A *measure* (``Count``, ``Ratio``, ``Estimate``, ``Change``, ``Leader``, ``Label``, ``Private`` ...) is what the profile
states; ``editions`` turns each into what an audience may see, so that every word and mark derives from shown numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from market_profile.errors import DisclosureLeak

T = TypeVar("T")


class Sensitive(Generic[T]):
    """A value about a person or a source that cannot be shown by accident.

    Example:
        >>> name = Sensitive("a name")
        >>> name.reveal() == "a name"
        True
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the value; the one way in, easy to search for in review."""
        return self._value

    def _refuse(self, *_: object) -> NoReturn:
        raise DisclosureLeak("a sensitive value cannot be printed, formatted or serialised")

    __str__ = __format__ = __html__ = __bytes__ = __iter__ = __len__ = __reduce__ = _refuse

    def __repr__(self) -> str:
        return "Sensitive(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sensitive) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Sensitive, self._value))


@dataclass(frozen=True)
class Internal(Generic[T]):
    """A value that planners may see and partners may not."""

    value: T


class Released(Generic[T]):
    """A value that passed disclosure control; only ``editions`` holds the key that makes one."""

    __slots__ = ("value",)
    _key: Any = None

    def __init__(self, value: T, key: object) -> None:
        if Released._key is None or key is not Released._key:
            raise DisclosureLeak("only editions can release a value")
        self.value = value

    def __repr__(self) -> str:
        return f"Released({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Released) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash((Released, self.value))


@dataclass(frozen=True)
class Count:
    """A number of things. ``cell`` names it in the release ledger, such as ``seizures|heroin|2019-02``."""

    n: int
    unit: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Ratio:
    """``numerator`` of ``denominator``, shown as per cent; both are released before dividing."""

    numerator: Count
    denominator: Count


@dataclass(frozen=True)
class Estimate:
    """A statistic with its interval.

    ``n`` counts the records that contribute and ``top_share`` is the share of the largest single operation among
    them, so that a partner edition can refuse small or dominated ones. ``decimals`` is for planners; partners get
    two significant figures.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str = ""
    decimals: int = 0
    top_share: float | None = None
    cell: str = ""


@dataclass(frozen=True)
class Change:
    """``now`` against ``before`` and against the range that ``history`` makes normal.

    ``history`` holds comparable past counts, oldest first, without ``now``. The normal range is worked out from what
    the audience is shown of them: mean +/- 2 standard deviations of at least six.
    """

    now: Count
    before: Count | None
    history: tuple[Count, ...] = ()
    before_words: str = "last month"


@dataclass(frozen=True)
class Leader:
    """The label with the highest shown count; ties and hidden counts are said in words."""

    items: tuple[tuple[str, Count], ...]
    nothing: str = "no one category"


@dataclass(frozen=True)
class Concentration:
    """How few of ``counts`` hold ``share`` of their sum, as shown: ``12 of 205``. Names no place."""

    counts: tuple[Count, ...]
    share: float = 0.5


@dataclass(frozen=True)
class Label:
    """Words or a fixed figure that do not depend on records: a drug, a place, a date, a definition."""

    text: str


@dataclass(frozen=True)
class Private:
    """Words about a person, a source or an operation; planners only."""

    text: Sensitive[str]


@dataclass(frozen=True)
class Score:
    """An internal number for planners only, such as a rank, a probability or a score."""

    value: float | None
    decimals: int = 2
    unit: str = ""


Measure = Count | Ratio | Estimate | Change | Leader | Concentration | Label | Private | Score
"""Anything that the profile may state."""


class Fixed(str):
    """Words written in the program, in reference tables or in a reviewed decision: they hold no record's content.

    The partner page accepts ``Released`` and ``Fixed`` only; a plain ``str`` or number is refused.
    """

    __slots__ = ()
