#!/usr/bin/env python3
"""Writes one small screen into a folder in many valid forms; all must read as the same.

    variants.py FOLDER

FOLDER/cases.tsv has one line a file: file, matrix, type of the values. The values and the
conditions are those of malformed.py; the column `condition` of obs and the index of var are the
same in all.
"""

import os
import sys

import h5py
import numpy as np

from malformed import COUNTS, CONDITIONS, GENES, TEXT, dense, replace, sparse, texts, write_valid

cases = []


def variant(folder, name, change, matrix="X", values="float32", **options):
    path = os.path.join(folder, name + ".h5ad")
    write_valid(path)
    if options:  # a user block in front, another superblock: copied into a new file
        with h5py.File(path + ".new", "w", **options) as new, h5py.File(path) as old:
            new.attrs.update(old.attrs)
            for key in old:
                old.copy(key, new)
        os.replace(path + ".new", path)
    with h5py.File(path, "r+") as file:
        change(file)
    cases.append((name + ".h5ad", matrix, values))


def number_types(folder):
    for name in "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split():
        values = COUNTS.astype(name)
        variant(folder, "dense_" + name, lambda file: dense(file, values), values=name)
        for layout in "csr_matrix", "csc_matrix":

            def change(file):
                del file["X"]
                sparse(file, "X", values, layout)

            variant(folder, f"{layout}_{name}", change, values=name)
    variant(folder, "big_endian", lambda file: dense(file, COUNTS.astype(">f4")))
    variant(folder, "big_endian_int", lambda file: replace(
        file, "X/data", COUNTS[COUNTS != 0].astype(">i4")), values="int32")


def index_types(folder):
    for name in "int8 int16 int64 uint8 uint16 uint32 uint64 >i4".split():

        def change(file):
            for part in "indices", "indptr":
                replace(file, "X/" + part, file["X/" + part][...].astype(name))

        variant(folder, "indices_" + name.replace(">", "big_"), change)


def storage(folder):
    for name, options in {
        "gzip": dict(compression="gzip"), "lzf": dict(compression="lzf"),
        "shuffle": dict(compression="gzip", shuffle=True), "fletcher": dict(fletcher32=True),
        "all": dict(compression="lzf", shuffle=True, fletcher32=True),
    }.items():
        for chunks in (1, 4), (4, 3), (6, 1), (6, 4):
            label = f"chunk_{name}_{chunks[0]}x{chunks[1]}"
            variant(folder, label, lambda file: dense(file, chunks=chunks, **options))

        def pack(file):
            for part in "data", "indices", "indptr":
                replace(file, "X/" + part, file["X/" + part][...], chunks=(3,), maxshape=(None,),
                        **options)
            names = [f"cell{i}" for i in range(6)]
            plain = {key: value for key, value in options.items() if key != "fletcher32"}
            replace(file, "obs/_index", np.array(names, dtype=object), dtype=TEXT, **plain)

        variant(folder, "sparse_" + name, pack)
    variant(folder, "resizable_long_chunk", lambda file: replace(
        file, "X/data", file["X/data"][...], chunks=(1000,), maxshape=(None,), compression="gzip"))
    variant(folder, "user_block", lambda file: None, userblock_size=1024)
    variant(folder, "latest", lambda file: None, libver="latest")


def unsorted(file):
    for first, last in zip(file["X/indptr"][:-1], file["X/indptr"][1:]):
        for part in "indices", "data":
            file["X/" + part][first:last] = file["X/" + part][first:last][::-1]


def explicit_zero(file):
    replace(file, "X/data", np.append(file["X/data"][...], np.float32(0)))
    replace(file, "X/indices", np.append(file["X/indices"][...], np.int32(0)))
    file["X/indptr"][-1] = len(file["X/data"])


def fixed_texts(file):
    replace(file, "obs/condition/categories", np.array([b"BAK1", b"KLF1", b"control"]))
    replace(file, "var/_index", np.array([name.encode() for name in GENES]))


def flat_categories(file):
    codes = file["obs/condition/codes"][...]
    names = [name.decode() for name in file["obs/condition/categories"][...]]
    del file["obs/condition"]
    file["obs/condition"] = codes.astype(np.uint8)
    texts(file, "obs/__categories/condition", names)


def text_column(file):
    del file["obs/condition"]
    texts(file, "obs/condition", CONDITIONS)


def nullable_column(file):
    del file["obs/condition"]
    texts(file, "obs/condition/values", CONDITIONS)
    file["obs/condition/mask"] = np.zeros(len(CONDITIONS), bool)


def nullable_categories(file):
    names = [name.decode() for name in file["obs/condition/categories"][...]]
    del file["obs/condition/categories"]
    texts(file, "obs/condition/categories/values", names)
    file["obs/condition/categories/mask"] = np.zeros(len(names), bool)


def records(file):
    del file["obs"], file["var"]
    names = sorted(set(CONDITIONS))
    rows = [(f"cell{i}".encode(), names.index(label), i) for i, label in enumerate(CONDITIONS)]
    file["obs"] = np.array(rows, [("index", "S8"), ("condition", "i1"), ("batch", "<i8")])
    file.create_dataset("uns/condition_categories", data=np.array(names, dtype=object), dtype=TEXT)
    file["var"] = np.array([(name,) for name in GENES], [("index", TEXT)])
    shape = file["X"].attrs["shape"]
    for key in list(file["X"].attrs):
        del file["X"].attrs[key]
    file["X"].attrs["h5sparse_format"] = np.bytes_("csr")
    file["X"].attrs["h5sparse_shape"] = shape


def old_raw(file):
    file.move("X", "raw.X")
    file.copy("var", "raw.var")


def forms(folder):
    variant(folder, "unsorted", unsorted)
    variant(folder, "explicit_zero", explicit_zero)
    variant(folder, "fixed_texts", fixed_texts)
    variant(folder, "flat_categories", flat_categories)
    variant(folder, "text_column", text_column)
    variant(folder, "nullable_column", nullable_column)
    variant(folder, "nullable_categories", nullable_categories)
    variant(folder, "records", records)
    variant(folder, "old_raw", old_raw, matrix="raw")
    variant(folder, "layer", lambda file: file.move("X", "layers/my counts"), "layer:my counts")
    variant(folder, "bool", lambda file: dense(file, COUNTS != 0), values="bool")


def main(folder):
    os.makedirs(folder, exist_ok=True)
    number_types(folder)
    index_types(folder)
    storage(folder)
    forms(folder)
    with open(os.path.join(folder, "cases.tsv"), "w") as table:
        for row in cases:
            table.write("\t".join(row) + "\n")
    print(f"{len(cases)} files in {folder}")


if __name__ == "__main__":
    main(sys.argv[1])
