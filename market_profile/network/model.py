"""What the network room gives: frames of ties, people and changes, and the measures made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pandas as pd

if TYPE_CHECKING:
    import networkx as nx


class Resolved(Protocol):
    """The part of a ``Resolution`` that this room reads."""

    @property
    def records(self) -> pd.DataFrame:
        """Mentions: kind, record_ref, subject_no, nominal_id, match_probability."""
        ...

    @property
    def events(self) -> pd.DataFrame:
        """Nominals merged or split since last month: event, from_id, to_id."""
        ...


@dataclass(frozen=True)
class KeyPlayerSet:
    """The set of ``k`` nominals whose removal fragments most, with its equals.

    ``fragmentation`` is Borgatti's F among those who remain (1: nobody can reach anybody); ``near_equal`` holds other
    sets within 0.01; ``is_fragmenting`` is False where even the best set leaves the network in one piece.
    """

    k: int
    nominals: tuple[str, ...]
    fragmentation: float
    near_equal: tuple[tuple[str, ...], ...] = ()
    is_fragmenting: bool = True


@dataclass(frozen=True)
class Replacement:
    """How soon supply by another is seen after a dealer's arrest (Kaplan-Meier with censoring).

    ``curve``: days, share (still without a replacement seen), low, high, over the ``n`` arrests of street sellers.
    ``clocks``: one row an arrest, columns CLOCK_COLUMNS: when a replacement was first seen (NaT where not yet) and, in
    ``estimated_days``, when it will have begun. ``median_days`` is NaN where fewer than half were seen replaced;
    ``usual_days`` is the median of the estimates.
    """

    curve: pd.DataFrame
    clocks: pd.DataFrame
    median_days: float
    median_low: float
    median_high: float
    n: int
    usual_days: float = float("nan")


@dataclass(frozen=True)
class Network:
    """The network of one month.

    ``edges`` and ``nodes`` carry the columns of CONTRACT.md section 4 and more; ``changes`` says what is new, lost,
    stronger, weaker, and whose role changed; ``window`` lists linked users of arrested dealers with the days left of
    21; ``phones`` who used which number and when; ``things`` phones and addresses as nodes of their own type, ``uses``
    who was named with them; ``projection`` pairs of dealers by shared users; ``supply`` dated evidence of supply by
    person and place; ``logs`` every log with its weight and stream, in order of urn; ``likely`` how often two people
    named together are tied by supply, by their parts (``likely.CLASS_COLUMNS``); ``state`` is what next month needs as
    ``previous``. Without measures of people (partners see none), ``nodes`` hold roles alone and what has a default
    is empty.
    """

    edges: pd.DataFrame
    nodes: pd.DataFrame
    replacement: Replacement
    window: pd.DataFrame
    supply: pd.DataFrame
    logs: pd.DataFrame
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    key_players: tuple[KeyPlayerSet, ...] = ()
    phones: pd.DataFrame = field(default_factory=pd.DataFrame)
    things: pd.DataFrame = field(default_factory=pd.DataFrame)
    uses: pd.DataFrame = field(default_factory=pd.DataFrame)
    projection: pd.DataFrame = field(default_factory=pd.DataFrame)
    communities: pd.DataFrame = field(default_factory=pd.DataFrame)
    likely: pd.DataFrame = field(default_factory=pd.DataFrame)
    state: dict[str, pd.DataFrame] = field(default_factory=dict)

    def graph(self, firm_only: bool = False) -> nx.MultiDiGraph[str]:
        """Return the network as networkx; nodes and edges keep their columns as attributes, keys are relations.

        ``firm_only`` leaves out ties that rest on one source; E-graded and contradicted ties never are included.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from(
            (row["nominal_id"], {str(k): v for k, v in row.items() if k != "nominal_id"})
            for row in self.nodes.to_dict("records")
        )
        edges = self.edges[~self.edges["is_suspected_false"] & ~self.edges["is_contradicted"]]
        if firm_only:
            edges = edges[~edges["is_single_source"]]
        for row in edges.to_dict("records"):
            attributes = {str(k): v for k, v in row.items()}
            graph.add_edge(row["source_nominal_id"], row["target_nominal_id"], key=row["relation"], **attributes)
        return graph
