#!/usr/bin/env python3
"""Writes broken h5ad files, each from one small valid screen, into a folder.

    malformed.py FOLDER

FOLDER/cases.tsv has one line a file: file, level, ask, pattern. `level` says who must refuse it:
`reader` (the file itself is wrong) or `dataset` (the file reads, but is no usable screen). `ask` is
what to read: `X`, `layer:NAME`, `raw`, or `obs:COLUMN` / `numbers:COLUMN` / `var:COLUMN` before X.
`pattern` is a regular expression that the refusal must match. `valid.h5ad` is the screen unbroken.
"""

import os
import sys

import h5py
import numpy as np

TEXT = h5py.string_dtype()
CELLS = [f"cell{i}" for i in range(6)]
GENES = ["GENE1", "KLF1", "BAK1", "GENE4"]
CONDITIONS = ["control", "KLF1", "control", "KLF1", "BAK1", "control"]
COUNTS = np.array(
    [[1, 0, 2, 0], [0, 3, 0, 1], [4, 0, 0, 1], [0, 0, 5, 0], [2, 1, 0, 0], [0, 0, 0, 7]], np.float32
)

cases = []


def case(level="reader", ask="X", pattern="", suffix=".h5ad"):
    """Registers a function that breaks an open file (or writes a path, if `suffix` is other)."""

    def register(function):
        cases.append((function.__name__ + suffix, level, ask, pattern, function))
        return function

    return register


def replace(file, name, values, **options):
    attributes = dict(file[name].attrs) if name in file else {}
    if name in file:
        del file[name]
    made = file.create_dataset(name, data=values, **options)
    made.attrs.update(attributes)
    return made


def texts(file, name, values):
    made = replace(file, name, np.array(values, dtype=object), dtype=TEXT)
    made.attrs["encoding-type"] = "string-array"
    made.attrs["encoding-version"] = "0.2.0"


def sparse(file, name, dense, layout="csr_matrix"):
    lines = dense if layout == "csr_matrix" else dense.T
    group = file.create_group(name)
    group.attrs.update({"encoding-type": layout, "encoding-version": "0.1.0"})
    group.attrs["shape"] = np.array(dense.shape, np.int64)
    group["data"] = np.concatenate([line[line != 0] for line in lines])
    group["indices"] = np.concatenate([np.flatnonzero(line) for line in lines]).astype(np.int32)
    group["indptr"] = np.concatenate([[0], np.cumsum((lines != 0).sum(1))]).astype(np.int32)


def categorical(file, name, labels):
    names = sorted(set(label for label in labels if label is not None))
    group = file.create_group(name)
    group.attrs.update({"encoding-type": "categorical", "encoding-version": "0.2.0"})
    group.attrs["ordered"] = False
    codes = [names.index(label) if label is not None else -1 for label in labels]
    group["codes"] = np.array(codes, np.int8)
    texts(file, name + "/categories", names)


def frame(file, name, index, columns):
    group = file.create_group(name)
    group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0"})
    group.attrs["_index"] = "_index"
    group.attrs.create("column-order", np.array(columns, dtype=object), dtype=TEXT)
    texts(file, name + "/_index", index)


def write_valid(path, counts=COUNTS, conditions=CONDITIONS):
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        frame(file, "obs", CELLS[: len(counts)], ["condition", "batch", "score"])
        categorical(file, "obs/condition", conditions)
        file["obs/batch"] = np.arange(len(counts), dtype=np.int64)
        file["obs/score"] = np.linspace(0, 1, len(counts))
        frame(file, "var", GENES, ["symbol"])
        texts(file, "var/symbol", GENES)
        sparse(file, "X", np.asarray(counts))
        file.create_group("layers")


def dense(file, values=COUNTS, **options):
    del file["X"]
    made = file.create_dataset("X", data=values, **options)
    made.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    return made


# ---- the file as a whole


@case(pattern="is empty", suffix=".path")
def empty_file(path):
    open(path, "wb").close()


@case(pattern="is a folder", suffix=".path")
def folder(path):
    os.mkdir(path)


@case(pattern="zarr store", suffix=".path")
def zarr(path):
    os.mkdir(path)
    open(os.path.join(path, ".zgroup"), "w").close()


@case(pattern="is missing", suffix=".path")
def missing_file(path):
    pass


@case(pattern="text file", suffix=".path")
def text_file(path):
    with open(path, "w") as out:
        out.write("gene,cell0\nKLF1,3\n")


@case(pattern="gunzip", suffix=".path")
def gzipped(path):
    with open(path, "wb") as out:
        out.write(b"\x1f\x8b\x08\x00" + bytes(60))


@case(pattern="git lfs pull", suffix=".path")
def lfs_pointer(path):
    with open(path, "w") as out:
        out.write("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


@case(pattern="cannot open the file|cut off", suffix=".path")
def signature_only(path):
    with open(path, "wb") as out:
        out.write(b"\x89HDF\r\n\x1a\n" + bytes(100))


def valid_bytes(path):
    write_valid(path)
    with open(path, "rb") as file:
        return file.read()


@case(pattern="cut off", suffix=".path")
def truncated(path):
    content = valid_bytes(path)
    with open(path, "wb") as out:
        out.write(content[: len(content) // 2])


@case(pattern="cut off|cannot open", suffix=".path")
def truncated_early(path):
    content = valid_bytes(path)
    with open(path, "wb") as out:
        out.write(content[:300])


@case(pattern="no AnnData file.*matrix", suffix=".path")
def other_hdf5(path):
    with h5py.File(path, "w") as file:
        file["matrix"] = COUNTS


# ---- obs and var


@case(pattern="obs is absent")
def no_obs(file):
    del file["obs"]


@case(pattern="var is absent")
def no_var(file):
    del file["var"]


@case(pattern="obs holds float64, not a table")
def obs_is_matrix(file):
    replace(file, "obs", np.zeros(6))


@case(pattern="obs has no index.*_index is missing")
def no_index_attribute(file):
    del file["obs"].attrs["_index"]
    file.move("obs/_index", "obs/names")


@case(pattern="obs has no index.*names 'barcode'")
def index_absent(file):
    file["obs"].attrs["_index"] = "barcode"


@case(ask="obs:batch", pattern="obs/batch holds 5 values.*6 rows")
def column_short(file):
    replace(file, "obs/batch", np.arange(5))


@case(ask="obs:batch", pattern="obs/batch holds 12 values in 2 dimension")
def column_two_dimensions(file):
    replace(file, "obs/batch", np.arange(12).reshape(6, 2))


@case(ask="obs:batch", pattern="obs/batch is absent although")
def column_listed_only(file):
    del file["obs/batch"]


@case(ask="obs:conditoin", pattern="no column 'conditoin'.*mean 'condition'.*batch, score")
def column_misspelt(file):
    pass


@case(ask="numbers:condition", pattern="holds text, not numbers")
def text_as_numbers(file):
    pass


@case(ask="obs:condition", pattern="obs/condition.*without its dataset `categories`")
def categories_missing(file):
    del file["obs/condition/categories"]


@case(
    ask="obs:condition", pattern="code 2 of row 1 .*no category: obs/condition/categories holds 2"
)
def categories_too_few(file):
    texts(file, "obs/condition/categories", ["BAK1", "KLF1"])
    file["obs/condition/codes"][...] = [0, 2, 0, 1, 1, 0]


@case(ask="obs:condition", pattern="code -2 of row 3")
def code_negative(file):
    file["obs/condition/codes"][3] = -2


@case(ask="obs:condition", pattern="obs/condition/codes holds 5 values")
def codes_short(file):
    replace(file, "obs/condition/codes", np.zeros(5, np.int8))


@case(ask="obs:condition", pattern="obs/condition/codes holds float64, not whole numbers")
def codes_float(file):
    replace(file, "obs/condition/codes", np.zeros(6))


@case(ask="obs:condition", pattern="value of obs/condition/categories is not UTF-8")
def category_latin1(file):
    replace(file, "obs/condition/categories", np.array([b"BAK1", b"caf\xe9", b"control"]))


@case(ask="obs:batch", pattern="obs/batch/mask holds 4 values")
def mask_short(file):
    del file["obs/batch"]
    file["obs/batch/values"] = np.arange(6)
    file["obs/batch/mask"] = np.zeros(4, bool)


@case(ask="obs:batch", pattern="column obs/batch is written as 'awkward-array'")
def column_awkward(file):
    del file["obs/batch"]
    file.create_group("obs/batch").attrs["encoding-type"] = "awkward-array"


@case(ask="obs:batch", pattern="obs/batch holds complex, which is neither")
def column_complex(file):
    replace(file, "obs/batch", np.zeros(6, np.complex128))


@case(ask="obs:batch", pattern="obs/batch claims 40000000000 values|obs/batch holds")
def column_huge(file):
    del file["obs/batch"]
    file.create_dataset("obs/batch", (40_000_000_000,), np.int64, chunks=(1024,))


@case(pattern="obs/_index claims|has 6 rows, but obs has 40000000000")
def index_huge(file):
    del file["obs/_index"]
    file.create_dataset("obs/_index", (40_000_000_000,), TEXT, chunks=(1024,))


@case(ask="var:Symbol", pattern="var has no column 'Symbol'.*symbol")
def var_column_misspelt(file):
    pass


# ---- the matrix


@case(pattern="X is absent, and there is neither raw nor a layer")
def no_x(file):
    del file["X"]


@case(pattern="X is absent; read layer `counts` with matrix = layer:counts")
def layers_only(file):
    file.move("X", "layers/counts")


@case(pattern="X is absent; read raw with matrix = raw")
def raw_only(file):
    file.move("X", "raw/X")
    file.copy("var", "raw/var")


@case(ask="layer:count", pattern="no matrix 'layer:count'.*mean 'layer:counts'")
def layer_misspelt(file):
    file.copy("X", "layers/counts")


@case(ask="raw", pattern="no matrix 'raw'.*Matrices: X")
def no_raw(file):
    pass


@case(ask="raw", pattern="raw/var is absent")
def raw_without_var(file):
    file.copy("X", "raw/X")


@case(pattern="X has no genes .shape 6 x 0")
def zero_genes(file):
    dense(file, np.zeros((6, 0), np.float32))
    texts(file, "var/_index", [])


@case(pattern="X has no cells .shape 0 x 4")
def zero_cells(file):
    dense(file, np.zeros((0, 4), np.float32))
    texts(file, "obs/_index", [])


@case(pattern="X has 5 rows, but obs has 6 cells")
def rows_differ(file):
    dense(file, COUNTS[:5])


@case(pattern="X has 3 columns, but var has 4 genes")
def columns_differ(file):
    dense(file, COUNTS[:, :3])


@case(pattern="X has 5 rows, but obs has 6 cells")
def sparse_rows_differ(file):
    file["X"].attrs["shape"] = [5, 4]


@case(pattern="X has 1 dimension")
def one_dimension(file):
    dense(file, np.zeros(24, np.float32))


@case(pattern="X has 3 dimension")
def three_dimensions(file):
    dense(file, np.zeros((6, 4, 1), np.float32))


@case(pattern="X holds complex, not real numbers")
def complex_values(file):
    dense(file, COUNTS.astype(np.complex64))


@case(pattern="X holds text, not real numbers")
def text_values(file):
    dense(file, COUNTS.astype("S8"))


@case(pattern="X/data holds text, not real numbers")
def sparse_text_values(file):
    replace(file, "X/data", file["X/data"][...].astype("S8"))


@case(pattern="X has no attribute shape")
def no_shape(file):
    del file["X"].attrs["shape"]


@case(pattern="X has no attribute shape")
def shape_of_three(file):
    file["X"].attrs["shape"] = [6, 4, 1]


@case(pattern="X has the shape -6 x 4")
def shape_negative(file):
    file["X"].attrs["shape"] = [-6, 4]


@case(pattern="without the attribute encoding-type")
def no_encoding(file):
    del file["X"].attrs["encoding-type"]


@case(pattern="of encoding-type 'awkward-array'")
def encoding_unknown(file):
    file["X"].attrs["encoding-type"] = "awkward-array"


@case(pattern="X/data is absent")
def no_data(file):
    del file["X/data"]


@case(pattern="X/indices is absent")
def no_indices(file):
    del file["X/indices"]


@case(pattern="X/indptr is absent")
def no_indptr(file):
    del file["X/indptr"]


@case(pattern="X/indices is not a dataset")
def indices_group(file):
    del file["X/indices"]
    file.create_group("X/indices")


@case(pattern="X/indices holds float64, not whole numbers")
def indices_float(file):
    replace(file, "X/indices", file["X/indices"][...].astype(float))


@case(pattern="X/data has 2 dimension")
def data_two_dimensions(file):
    replace(file, "X/data", np.zeros((5, 2), np.float32))


@case(pattern="X/indptr has 6 entries, but 6 rows need 7")
def indptr_short(file):
    replace(file, "X/indptr", file["X/indptr"][:-1])


@case(pattern="X/indptr starts with 1, not 0")
def indptr_start(file):
    file["X/indptr"][0] = 1


@case(pattern="X/indptr decreases from 6 to 3 at row 3")
def indptr_decreases(file):
    file["X/indptr"][4] = 3


@case(pattern="X/indptr ends with 11, but X/data holds 10 values")
def indptr_end(file):
    file["X/indptr"][-1] = 11


@case(pattern="X/indptr gives row 0 5 values, more than it has columns .4")
def row_too_full(file):
    file["X/indptr"][...] = [0, 5, 6, 7, 8, 9, 10]


@case(pattern="X/indices has 9 entries, but X/data has 10")
def indices_short(file):
    replace(file, "X/indices", file["X/indices"][:-1])


@case(pattern="X/indices names column 4 in row 1 .*there are 4 columns")
def index_too_large(file):
    file["X/indices"][3] = 4


@case(pattern="X/indices names column -1 in row 1")
def index_negative(file):
    file["X/indices"][3] = -1


@case(pattern="X/indices names column 4294967297 in row 1")
def index_beyond_32_bits(file):
    replace(file, "X/indices", file["X/indices"][...].astype(np.int64))
    file["X/indices"][3] = 2**32 + 1


@case(pattern="X/indices names column 1 twice in row 1")
def index_twice(file):
    file["X/indices"][3] = file["X/indices"][2]


@case(pattern="X/indices names row 5 twice in column 3")
def csc_index_twice(file):
    del file["X"]
    sparse(file, "X", COUNTS, "csc_matrix")
    file["X/indices"][-3:] = [5, 2, 5]


@case(pattern="X is nan at row 1, gene 1 .`KLF1`")
def nan_dense(file):
    values = COUNTS.copy()
    values[1, 1] = np.nan
    dense(file, values)


@case(pattern="X is inf at row 1, gene 1 .`KLF1`")
def infinity_sparse(file):
    file["X/data"][2] = np.inf


@case(pattern="X is -inf at row 1, gene 1 .`KLF1`")
def infinity_csc(file):
    del file["X"]
    values = COUNTS.copy()
    values[1, 1] = -np.inf
    sparse(file, "X", values, "csc_matrix")


@case(pattern="chunk of X/data that begins at 0 cannot be inflated")
def damaged_gzip(file):
    data = file["X/data"][...]
    del file["X/data"]
    made = file.create_dataset("X/data", data=data, chunks=(10,), compression="gzip")
    made.id.write_direct_chunk((0,), b"no gzip stream at all", 0)


@case(pattern="X cannot be read")
def damaged_lzf(file):
    made = dense(file, chunks=(6, 4), compression="lzf")
    made.id.write_direct_chunk((0, 0), b"\xff\xff\xff\xff", 0)


@case(pattern="X cannot be read.*")
def checksum_wrong(file):
    made = dense(file, chunks=(6, 4), fletcher32=True)
    made.id.write_direct_chunk((0, 0), bytes(6 * 4 * 4) + b"abcd", 0)


@case(pattern="X.*filter 32015 .zstd.*gzip")
def zstd(file):
    del file["X"]
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((6, 4))
    try:
        made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    except ValueError:  # a build that refuses unknown filters
        made.set_filter(h5py.h5z.FILTER_DEFLATE, 0, (3,))
    space = h5py.h5s.create_simple((6, 4))
    h5py.h5d.create(file.id, b"X", h5py.h5t.NATIVE_FLOAT, space, made)


@case(pattern="X is absent")
def dangling_link(file):
    del file["X"]
    file["X"] = h5py.SoftLink("/nowhere")


# ---- files that read but are no usable screen


def with_values(file, counts):
    del file["X"]
    sparse(file, "X", np.asarray(counts))


def with_conditions(file, conditions):
    del file["obs/condition"]
    categorical(file, "obs/condition", conditions)


@case(level="dataset", pattern="negative")
def negative_counts(file):
    values = COUNTS.copy()
    values[1, 1] = -3
    with_values(file, values)


@case(level="dataset", pattern="whole|fraction")
def fractional_counts(file):
    values = COUNTS.copy()
    values[1, 1] = 2.5
    with_values(file, values)


@case(level="dataset", pattern="control")
def no_control(file):
    with_conditions(file, ["KLF1"] * 3 + ["BAK1"] * 3)


@case(level="dataset", pattern="condition|perturb")
def control_only(file):
    with_conditions(file, ["control"] * 6)


@case(level="dataset", pattern="missing|no label|condition")
def labels_all_missing(file):
    with_conditions(file, [None] * 6)


@case(level="dataset", pattern="obs has no column 'condition'")
def no_condition_column(file):
    del file["obs/condition"]
    file["obs"].attrs.create("column-order", np.array(["batch", "score"], dtype=object), dtype=TEXT)


@case(level="dataset", pattern="empty")
def label_empty(file):
    with_conditions(file, ["control", "KLF1", "control", "", "BAK1", "control"])


@case(level="dataset", pattern="cell|control|condition", suffix=".path")
def one_cell(path):
    write_valid(path, COUNTS[:1], ["control"])


def main(folder):
    os.makedirs(folder, exist_ok=True)
    write_valid(os.path.join(folder, "valid.h5ad"))
    with open(os.path.join(folder, "cases.tsv"), "w") as table:
        for name, level, ask, pattern, function in cases:
            path = os.path.join(folder, name)
            if name.endswith(".path"):
                function(path)
            else:
                write_valid(path)
                with h5py.File(path, "r+") as file:
                    function(file)
            table.write(f"{name}\t{level}\t{ask}\t{pattern}\n")
    print(f"{len(cases)} files in {folder}")


if __name__ == "__main__":
    main(sys.argv[1])
