"""Agreement of clusters with planted or labelled truth."""

from __future__ import annotations

import numpy as np
import pandas as pd


def _pairs(counts: pd.Series) -> float:
    values = counts.to_numpy(dtype="float64")
    return float((values * (values - 1) / 2).sum())


def agreement(found: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Pair precision, recall and F1, B-cubed F, and the largest cluster against the largest person."""
    frame = pd.DataFrame({"found": np.asarray(found), "truth": np.asarray(truth)})
    both = frame.groupby(["found", "truth"]).size()
    of_found, of_truth = frame.groupby("found").size(), frame.groupby("truth").size()
    same, made, real = _pairs(both), _pairs(of_found), _pairs(of_truth)
    precision, recall = same / max(made, 1), same / max(real, 1)
    n = both.to_numpy(dtype="float64")
    b_precision = (n**2 / of_found.reindex(both.index.get_level_values("found")).to_numpy()).sum() / len(frame)
    b_recall = (n**2 / of_truth.reindex(both.index.get_level_values("truth")).to_numpy()).sum() / len(frame)
    return {
        "precision": precision,
        "recall": recall,
        "pair_f1": 2 * precision * recall / max(precision + recall, 1e-12),
        "b_cubed_f": 2 * b_precision * b_recall / (b_precision + b_recall),
        "largest": float(of_found.max()),
        "largest_true": float(of_truth.max()),
    }


def blocking_recall(pairs: pd.DataFrame, truth: np.ndarray) -> float:
    """Share of true pairs that blocking brought together."""
    truth = np.asarray(truth)
    found = (truth[pairs["left"]] == truth[pairs["right"]]).sum()
    return float(found / max(_pairs(pd.Series(truth).value_counts()), 1))
