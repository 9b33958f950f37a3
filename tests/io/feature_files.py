#!/usr/bin/env python3
"""Writes one small table of features into a folder in every form that is read, and broken files.

    feature_files.py FOLDER

FOLDER/cases.tsv has one line a valid file: file, options (key=.. names-key=.. names-file=.. transpose=yes).
FOLDER/bad.tsv has one line a broken file: file, options, texts that its sentence must hold (joined by &&).
"""

import gzip
import json
import os
import struct
import sys
import warnings
import zipfile

import numpy as np

NAMES = ["TP53", "KLF1", "Ä-γ", "BAK1"]
HEADS = ["a", "b", "c"]
VALUES = np.array([[1, -2, 0.5], [0, 3, 1.25], [4, -0.125, 8], [2.5, 0, -1]])  # exact in 16 bits
cases, bad = [], []
folder = sys.argv[1]


def at(name):
    return os.path.join(folder, name)


def write(name, content):
    content = content.encode() if isinstance(content, str) else content
    opened = gzip.open if name.endswith(".gz") else open
    with opened(at(name), "wb") as out:
        out.write(content)


def valid(name, content=None, options=""):
    if content is not None:
        write(name, content)
    cases.append((name, options))


def broken(name, content, *texts, options=""):
    if content is not None:
        write(name, content)
    bad.append((name, options, " && ".join(texts)))


def table(separator=",", corner="gene", heads=HEADS, names=NAMES, values=VALUES):
    lines = [] if heads is None else [separator.join(([] if corner is None else [corner]) + heads)]
    lines += [separator.join([name] + [repr(float(x)) for x in row]) for name, row in zip(names, values)]
    return "\n".join(lines) + "\n"


def texts():
    valid("comma.csv", table())
    valid("tab.tsv", table("\t", corner=""))
    valid("packed.csv.gz", table())
    valid("packed.tsv.gz", table("\t", corner="whatever"))
    valid("r.tsv", table("\t", corner=None))
    valid("no_header.csv", table(heads=None), "heads=no")
    valid("counted.tsv", table("\t", corner="whatever", heads=["0", "1", "2"]), "heads=counted")
    valid("mark_and_blanks.csv", "\ufeff" + table().replace("\n", "\r\n") + "\r\n\r\n")
    valid("no_last_break.txt", table("\t").rstrip("\n"))
    valid("quoted.csv", table().replace("TP53", '"TP53"').replace("3.0", '"3.0"'))
    flat = "\t".join(NAMES) + "\n" + "".join("\t".join(map(str, c)) + "\n" for c in VALUES.T)
    valid("flat.tsv", flat, "transpose=yes heads=no")
    named = "\t".join(NAMES) + "\n" + "".join(h + "\t" + "\t".join(map(str, c)) + "\n" for h, c in zip(HEADS, VALUES.T))
    valid("flat_r.tsv.gz", named, "transpose=yes")
    valid("flat_pandas.tsv", "\t" + named, "transpose=yes")
    broken("nan.csv", table().replace("-0.125", "nan"), ":4:", "'nan'", "Ä-γ", "column b", "leave the name out")
    broken("inf.csv", table().replace("8.0", "-inf"), ":4:", "'-inf'", "Ä-γ", "column c")
    broken("empty_value.csv", table().replace("-0.125", ""), ":4:", "''", "Ä-γ", "column b")
    broken("word.csv", table().replace("3.0", "three"), ":3:", "'three'", "KLF1", "no number")
    broken("twice.csv", table().replace("BAK1", "TP53"), "TP53", "line 2", "line 5", "keep one")
    broken("twice_head.tsv", flat.replace("BAK1", "TP53"), "TP53", "column 1", "column 4", options="transpose=yes")
    broken("ragged.csv", table().replace("3.0,", ""), ":3:", "3 field(s)", "4 are expected")
    broken("long_row.csv", table().replace("3.0,", "3.0,3.0,"), ":3:", "5 field(s)")
    broken("header_only.csv", "gene,a,b\n", "holds a header but no rows")
    broken("one_column.csv", "TP53\nKLF1\n", ":1:", "'TP53'", "commas or tabs")
    broken("blank.csv", "\n\n", "holds no rows")
    broken("empty.csv", "", "is empty")
    broken("no_name.csv", table().replace("KLF1", ""), "line 3", "is empty")
    broken("flat_unsaid.tsv", flat.replace("4.0", "4"), ":2:", "'1.0'", "transpose=yes")
    broken("half_header.csv", table(heads=None).replace("-2.0", "NN"), ":1:", "'NN'", "column 3")
    broken("short_rows.csv", "gene," + ",".join(f"d{i}" for i in range(3000)) + "\n" + "x\n" * 3000, ":2:", "1 field(s)", "3001 are")
    broken("no_first_name.csv", table(heads=None).replace("TP53", ""), "line 1", "is empty")
    broken("latin_head.csv", table().encode().replace(b"b,", b"\xc4,"), ":1:", "UTF-8")
    broken("small.tsv", flat.replace("1.0", "1e-05"), ":2:", "'1e-05'", "transpose=yes")
    broken("packed.npy.gz", b"\x93NUMPY\1\0", "gunzip it")
    broken("latin.csv", table().encode().replace("Ä".encode(), b"\xc4"), "line 4", "UTF-8")
    broken("web.csv", "<!DOCTYPE html>", "'<'", "download")
    broken("lfs.csv", "version https://git-lfs.github.com/spec/v1\n", "git lfs pull")
    broken("binary.dat", b"abc\0def", "byte 3 is 0", "npz")
    broken("absent.csv", None, "is missing")
    write("cut.csv.gz", table())
    whole = open(at("cut.csv.gz"), "rb").read()
    open(at("cut.csv.gz"), "wb").write(whole[:-9])
    broken("cut.csv.gz", None, "damaged", "download")


def npy(header):
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header


def arrays():
    names = np.array(NAMES)
    write("names.txt", "\n".join(NAMES) + "\n")
    for order in "C", "F":
        for kind in "<f2", "<f4", "<f8":
            name = f"{order}{kind[1:]}.npy"
            np.save(at(name), np.asarray(VALUES, dtype=kind, order=order))
            valid(name, None, "names-file=names.txt heads=no")
    with open(at("own_names.npy"), "wb") as out:
        np.lib.format.write_array(out, VALUES, version=(2, 0))
    write("own_names.txt", "\n".join(NAMES) + "\n\n")
    valid("own_names.npy", None, "heads=no")
    np.savez(at("stored.npz"), genes=names, emb=VALUES.astype("<f4"))
    np.savez_compressed(at("packed.npz"), names=names, values=VALUES.T.copy().T)
    np.savez(at("keys.npz"), who=np.array([n.encode() for n in NAMES]), what=VALUES, other=VALUES[:2])
    np.savez(at("named.npz"), emb=VALUES)
    valid("stored.npz", None, "heads=no")
    valid("packed.npz", None, "heads=no")
    valid("keys.npz", None, "key=what names-key=who heads=no")
    valid("named.npz", None, "names-file=names.txt heads=no")
    broken("keys.npz", None, "emb or values", "who, what, other", "key=")
    broken("keys.npz", None, "no array whom", "names-key=", options="key=what names-key=whom")
    broken("named.npz", None, "genes or names", "names-key=")
    broken("keys.npz", None, "4 name(s)", "2 row(s)", options="key=other names-key=who")
    broken("keys.npz", None, "who.npy", "|S5", "'<f4'", options="key=who names-key=who")

    def refused(name, *said, genes=names, emb=VALUES, options=""):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.savez(at(name), genes=genes, emb=emb)
        broken(name, None, *said, options=options)

    def changed(value):
        out = VALUES.copy()
        out[2, 1] = value
        return out

    refused("nan.npz", "nan", "Ä-γ", "column 2", emb=changed(np.nan))
    refused("inf.npz", "inf", "Ä-γ", "column 2", emb=changed(np.inf).astype("f2"))
    refused("twice.npz", "TP53", "place 1 of genes.npy", "place 4", genes=np.array(["TP53", "A", "B", "TP53"]))
    refused("objects.npz", "genes.npy", "'|O'", "np.asarray(genes, dtype=str)", genes=names.astype(object))
    refused("object_values.npz", "emb.npy", "'|O'", "dtype='<f4'", emb=VALUES.astype(object))
    refused("whole.npz", "emb.npy", "'<i8'", "astype('<f4')", emb=VALUES.astype("<i8"))
    refused("big.npz", "emb.npy", "'>f4'", "astype('<f4')", emb=VALUES.astype(">f4"))
    refused("cube.npz", "emb.npy", "(4, 3, 1)", "matrix", emb=VALUES[:, :, None])
    refused("line.npz", "emb.npy", "(3,)", emb=VALUES[0])
    refused("none.npz", "emb.npy", "(0, 3)", "no rows", emb=VALUES[:0])
    widthless = npy(b"{'descr': '<U0', 'fortran_order': False, 'shape': (200000000000000,), }")
    with zipfile.ZipFile(at("widthless.npz"), "w") as out:
        out.write(at("Cf8.npy"), "emb.npy")
        out.writestr("genes.npy", widthless)
    broken("widthless.npz", None, "genes.npy", "'<U0'")
    refused("records.npz", "emb.npy", "[('x'", "'<f4'", emb=np.zeros(4, dtype=[("x", "f4")]))
    np.save(at("few.npy"), VALUES)
    write("few.txt", "A\nB\n")
    broken("few.npy", None, "few.txt", "2 name(s)", "4 row(s)")
    np.save(at("nameless.npy"), VALUES)
    broken("nameless.npy", None, "nameless.txt", "4 rows", "names-file=")
    write("gap.txt", "A\n\nB\nC\n")
    broken("nameless.npy", None, "gap.txt", "line 2", "empty", options="names-file=gap.txt")
    whole = open(at("own_names.npy"), "rb").read()
    broken("cut.npy", whole[:-5], "(4, 3)", "96 bytes", "91", "cut off", options="names-file=names.txt")
    broken("cut_header.npy", whole[:40], "header", "cut off")
    broken("version.npy", whole[:6] + b"\x09" + whole[7:], "version 9")
    broken("huge.npy", whole.replace(b"(4, 3)", b"(4000000000, 4000000000)"), "(4000000000, 4000000000)", "cut off")
    whole = open(at("packed.npz"), "rb").read()
    broken("cut.npz", whole[:-30], "cut off")
    broken("flipped.npz", whole[:90] + bytes([whole[90] ^ 255]) + whole[91:], ".npy", "download")
    with zipfile.ZipFile(at("bzip.npz"), "w", zipfile.ZIP_BZIP2) as out:
        out.write(at("few.npy"), "emb.npy")
    broken("bzip.npz", None, "emb.npy", "method 12", "savez_compressed")
    with zipfile.ZipFile(at("plain.zip"), "w") as out:
        out.writestr("a.csv", "x")
    broken("plain.zip", None, "without an npy array", "unpack")
    with zipfile.ZipFile(at("model.pt"), "w") as out:
        out.writestr("archive/data.pkl", b"\x80\x02")
    broken("model.pt", None, "torch.load", "np.savez_compressed('features.npz'", "model.pt")


def tensors():
    def content(header, data):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + data

    def one(dtype, data, shape=(4, 3), name="emb", **more):
        return content({"__metadata__": {"format": "pt"}, name: {"dtype": dtype, "shape": list(shape), "data_offsets": [0, len(data)]}, **more}, data)

    brain = (VALUES.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    for dtype, data in ("F32", VALUES.astype("<f4").tobytes()), ("F64", VALUES.tobytes()), ("F16", VALUES.astype("<f2").tobytes()), ("BF16", brain):
        valid(dtype + ".safetensors", one(dtype, data), "names-file=names.txt heads=no")
    data = VALUES.tobytes()
    other = {"bias": {"dtype": "F64", "shape": [12], "data_offsets": [0, 96]}}
    valid("two.safetensors", one("F64", data, **other), "names-file=names.txt heads=no")
    second = {"other": {"dtype": "F64", "shape": [3, 4], "data_offsets": [0, 96]}}
    valid("keyed.safetensors", one("F64", data, **second), "key=emb names-file=names.txt heads=no")
    named = dict(options="names-file=names.txt")
    broken("keyed.safetensors", None, "2 tensors", "emb, other", "key=", **named)
    broken("keyed.safetensors", None, "'none'", "emb, other", "key=", options="key=none names-file=names.txt")
    broken("two.safetensors", None, "bias", "1 dimension(s)", options="key=bias names-file=names.txt")
    broken("int.safetensors", one("I64", data), "I64", "float()", **named)
    broken("long.safetensors", struct.pack("<Q", 1 << 63) + b"{}", str(1 << 63), "cut off")
    broken("tiny.safetensors", b"abc", "3 bytes")
    broken("json.safetensors", content(b"{not json", data), "9 bytes", "JSON")
    deep = b'{"emb": ' + b"[" * 100000 + b"}"
    broken("deep.safetensors", content(deep, data), f"{len(deep)} bytes", "JSON")
    broken("outside.safetensors", one("F64", data)[:-8], "0 to 96", "88", "cut off", **named)
    broken("shape.safetensors", one("F64", data, (4, 4)), "4 x 4", "128 bytes", "96", **named)
    broken("huge.safetensors", one("F64", data, (1 << 33, 1 << 33)), "8589934592 x 8589934592", "96", **named)
    broken("minus.safetensors", one("F64", data, (-4, 3)), "-4", "emb", **named)
    broken("zero.safetensors", one("F64", b"", (0, 3)), "0 x 3", "no rows", **named)
    broken("nan.safetensors", one("F64", np.full(12, np.nan).tobytes()), "nan", "TP53", "column 1", **named)
    broken("F64.safetensors", None, "F64.txt", "4 rows", "names-file=")


def screens():
    import anndata
    import h5py
    import pandas as pd
    import scipy.sparse

    warnings.simplefilter("ignore")
    cells = pd.DataFrame({"symbol": NAMES, "missing": pd.Categorical(["a", None, "b", "c"])}, index=["c1", "c2", "c3", "c4"])
    genes = pd.DataFrame({"one": ["x"] * 4}, index=NAMES)
    adata = anndata.AnnData(np.eye(4, dtype="f4"), obs=cells, var=genes)
    adata.obsm["X_emb"] = VALUES
    adata.obsm["short"] = VALUES[:, :1].astype("f4") * np.nan
    adata.obsm["sparse"] = scipy.sparse.csr_matrix(VALUES)
    adata.obsm["table"] = pd.DataFrame(VALUES, index=cells.index, columns=HEADS)
    adata.varm["V"] = VALUES.astype("f4")
    adata.write_h5ad(at("many.h5ad"))
    adata.write_h5ad(at("unwritten.h5ad"))
    with h5py.File(at("unwritten.h5ad"), "r+") as file:
        del file["obsm/X_emb"]
        file.create_dataset("obsm/X_emb", (4, 1 << 40), "f4", chunks=(4, 1 << 20))
    broken("unwritten.h5ad", None, "obsm/X_emb claims 4398046511104 values", "0 bytes", options="key=X_emb")
    valid("many.h5ad", None, "key=obsm/X_emb names-key=symbol heads=no")
    valid("many.h5ad", None, "key=X_emb names-key=symbol heads=no")
    valid("many.h5ad", None, "key=varm/V heads=no")
    broken("many.h5ad", None, "key=obsm/NAME", "obsm/X_emb", "varm/V, X")
    broken("many.h5ad", None, "'X_umap'", "obsm/X_emb", options="key=X_umap")
    broken("many.h5ad", None, "csr_matrix", "adata.obsm['sparse'].toarray()", options="key=sparse")
    broken("many.h5ad", None, "dataframe", "to_numpy", options="key=table")
    broken("many.h5ad", None, "symbl", "symbol", options="key=X_emb names-key=symbl")
    broken("many.h5ad", None, "row 2 of obs/missing", options="key=X_emb names-key=missing")
    broken("many.h5ad", None, "nan", "TP53", "column 1", options="key=short names-key=symbol")
    broken("many.h5ad", None, " x ", "row 1 of var/one", "row 2 of var/one", options="key=V names-key=one")
    whole_matrices(anndata, h5py, pd, scipy.sparse)


def whole_matrices(anndata, h5py, pd, sparse):
    def screen(values=VALUES, names=NAMES, heads=HEADS):
        obs = pd.DataFrame({"symbol": NAMES}, index=names)
        return anndata.AnnData(values, obs=obs, var=pd.DataFrame(index=heads))

    def changed(name, change):
        screen().write_h5ad(at(name))
        with h5py.File(at(name), "r+") as file:
            change(file)

    screen().write_h5ad(at("whole.h5ad"))
    screen(VALUES.astype("f4"), ["c1", "c2", "c3", "c4"]).write_h5ad(at("single.h5ad"))
    both = screen()
    both.obsm["X_emb"] = VALUES[:, :2]
    both.write_h5ad(at("both.h5ad"))
    screen(sparse.csr_matrix(VALUES)).write_h5ad(at("sparse.h5ad"))
    screen(np.where(VALUES == 8, np.nan, VALUES)).write_h5ad(at("hole.h5ad"))
    screen(names=["A", "B", "A", "C"]).write_h5ad(at("again.h5ad"))
    changed("long.h5ad", lambda file: (file.pop("X"), file.create_dataset("X", data=np.ones((5, 3)))))
    changed("wide.h5ad", lambda file: (file.pop("X"), file.create_dataset("X", data=np.ones((4, 2)))))
    changed("flat.h5ad", lambda file: (file.pop("X"), file.create_dataset("X", data=np.ones(4))))
    changed("without.h5ad", lambda file: file.pop("X"))
    valid("whole.h5ad")
    valid("whole.h5ad", None, "key=X")
    valid("single.h5ad", None, "key=X names-key=symbol")
    valid("both.h5ad", None, "key=X")
    broken("sparse.h5ad", None, "X is csr_matrix", "adata.X = adata.X.toarray()")
    broken("hole.h5ad", None, "nan", "Ä-γ", "column c")
    broken("again.h5ad", None, " A ", "row 1 of obs/_index", "row 3 of obs/_index")
    broken("long.h5ad", None, "X has 5 row(s)", "obs has 4")
    broken("wide.h5ad", None, "X has 2 column(s)", "var has 3")
    broken("flat.h5ad", None, "X has 1 dimension(s)")
    broken("without.h5ad", None, "'X'", "there are: none", options="key=X")


def exported():
    import h5py

    def embedding(name, values=VALUES.astype("f4"), names=NAMES, **attributes):
        with h5py.File(at(name), "w") as file:
            if values is not None:
                file.create_dataset("values", data=values)
            if names is not None:
                kind = h5py.string_dtype() if isinstance(names[0], str) else None
                file.create_dataset("names", data=names, dtype=kind)
            file.attrs.update(attributes)

    embedding("emb.h5", kind="gene", id_space="symbol")
    embedding("bare.h5", VALUES)
    embedding("told.h5", kind="pert", model="scGPT", layer=11, pool="mean", id_space="ensembl")
    valid("emb.h5", None, "heads=no")
    valid("bare.h5", None, "heads=no")
    for name, texts, changes in [
        ("twice.h5", ["KLF1", "row 2 of names", "row 4 of names"], {"names": ["TP53", "KLF1", "X", "KLF1"]}),
        ("few.h5", ["3 name(s)", "4 row(s)"], {"names": NAMES[:3]}),
        ("infinite.h5", ["inf", "TP53", "column 1"], {"values": VALUES / np.array([0.0, 1, 1])}),
        ("line.h5", ["values has 1 dimension(s)"], {"values": np.ones(4)}),
        ("words.h5", ["values holds text, not numbers"], {"values": [[b"a"]] * 4}),
        ("numbers.h5", ["names has 1 dimension(s) of int64"], {"names": [1, 2, 3, 4]}),
        ("cells.h5", ["kind says cell", "kind gene"], {"kind": "cell"}),
        ("kind.h5", ["kind is 'drug'", "gene or pert"], {"kind": "drug"}),
        ("space.h5", ["id_space is 'entrez'", "symbol or ensembl"], {"id_space": "entrez"}),
        ("nameless.h5", ["neither AnnData", "names x dimensions"], {"names": None}),
        ("valueless.h5", ["neither AnnData"], {"values": None}),
    ]:
        embedding(name, **changes)
        broken(name, None, *texts)


def foreign():
    import pickle

    broken("a.pkl", pickle.dumps({"TP53": [1.0]}), "pickle.load", "np.savez_compressed('features.npz'", "a.pkl")
    broken("b.pkl.gz", pickle.dumps({"TP53": [1.0]}), "pickle", "pickle.load(gzip.open(", "b.pkl.gz")
    broken("c.ckpt", b"\x80\x02}q\x00.", "torch.load", "c.ckpt")
    broken("d.arrow", b"ARROW1\0\0", "read_feather", "np.savez_compressed('features.npz'")
    broken("e.parquet", b"PAR1\0\0", "read_parquet", "e.parquet")


texts()
arrays()
tensors()
screens()
exported()
foreign()
for name, rows in ("cases.tsv", cases), ("bad.tsv", bad):
    with open(at(name), "w") as out:
        out.writelines("\t".join(row) + "\n" for row in rows)
