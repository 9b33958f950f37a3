"""Writes what golden_regression.hpp reads: response, features and reference arrays of scikit-learn, as lines of text
`name rows columns` each followed by float64.   python3 golden_regression.py PSEUDOBULK.h5ad GOLDEN_FOLDER"""
import csv
import pathlib
import sys

import h5py
import numpy as np

FILES = ("features", "linear", "coefficients_fold0", "neighbours", "csendes")


def main():
    screen, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    arrays = {}
    with h5py.File(screen) as file:
        index = file["obs"].attrs["_index"]
        names = [name.decode() for name in file["obs"][index][:]]
        values = file["X"][:].astype(np.float64)
    rows = list(csv.DictReader(open(folder / "conditions.csv")))
    genes = [int(row["column"]) for row in csv.DictReader(open(folder / "genes200.csv"))]
    arrays["fold"] = np.array([[float(row["fold"]) for row in rows]])
    arrays["has_enformer"] = np.array([[float(row["has_enformer"]) for row in rows]])
    arrays["profiles"] = values[[names.index(row["condition"]) for row in rows]][:, genes]
    arrays["control"] = values[[names.index("non-targeting")]][:, genes]
    for name in FILES:
        with np.load(folder / f"{name}.npz") as archive:
            arrays.update({key: archive[key] for key in archive.files})
    for name, array in arrays.items():
        array = np.atleast_2d(np.asarray(array, dtype=np.float64))
        sys.stdout.buffer.write(f"{name} {array.shape[0]} {array.shape[1]}\n".encode())
        sys.stdout.buffer.write(np.ascontiguousarray(array).tobytes())


main()
