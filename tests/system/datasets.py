"""Every key of a dataset file does what docs/datasets.md says: counts, profiles and genes against anndata and NumPy."""
import warnings

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

import harness

warnings.filterwarnings("ignore", message="Variable names are not unique")
TARGETS = [f"G{i}" for i in range(6)]
GENES = [f"G{i}" for i in range(40)] + ["G3", "X1", "X2"]  # G3 twice


def made_screen(path):
    """600 cells x 43 genes of counts with every kind of label the keys are about."""
    rng = np.random.default_rng(7)
    n = 600
    labels = rng.choice(["ctrl"] * 4 + [f"{t}+ctrl" for t in TARGETS] + ["ctrl+G1", "G0+G1", "G1+G0", "G2+G3", "odd"], n)
    labels = labels.astype(object)
    labels[labels == "odd"] = None
    labels[:3] = "G5+G4"  # a condition of few cells
    mean = np.exp(rng.normal(0, 1.2, len(GENES)))
    counts = rng.poisson(mean * rng.gamma(3, 0.4, (n, 1)))
    counts[5] = 0  # a cell without counts
    obs = pd.DataFrame({
        "condition": pd.Categorical(labels), "line": pd.Categorical(rng.choice(["A", "B"], n)),
        "mito": rng.random(n), "good": rng.random(n) < 0.9, "batch": rng.integers(1, 4, n)},
        index=[f"c{i}" for i in range(n)])
    var = pd.DataFrame({"symbol": GENES}, index=[f"ENSG{i}" for i in range(len(GENES))])
    data = anndata.AnnData(scipy.sparse.csr_matrix(counts.astype(np.float32)), obs=obs, var=var)
    logged = np.log1p(counts / 7.0).astype(np.float32)
    data.layers["logged"] = logged
    data.write_h5ad(path)
    return obs, counts.astype(float), logged.astype(float)


def ingest(report, name, cfg):
    path, out = report.folder / f"{name}.cfg", report.folder / f"{name}.h5ad"
    path.write_text("path = screen.h5ad\ngene-column = symbol\n" + cfg)
    done = harness.run(2, "ingest", path, "--pseudobulk", out)
    if not report.check(done.returncode == 0, f"{name}: {done.stderr}"):
        return None, done.stdout
    return anndata.read_h5ad(out), done.stdout


def key(label, merge=True):
    tokens = [t for t in label.split("+") if t != "ctrl"]
    return tuple(sorted(tokens)) if merge or not tokens else (label,)


def expected(obs, values, keep, context=None, merge=True):
    """{(context, key): (rows)} of kept cells."""
    groups = {}
    for i in np.flatnonzero(keep & obs["condition"].notna().to_numpy()):
        groups.setdefault((obs[context].iloc[i] if context else "", key(obs["condition"].iloc[i], merge)), []).append(i)
    return {g: values[rows] for g, rows in groups.items()}


def compare(report, name, data, groups, merge=True, tolerance=1e-9):
    if data is None:
        return
    found = {(str(c), key(str(p), merge)): i for i, (c, p) in enumerate(zip(data.obs["context"], data.obs["condition"]))}
    if not report.check(set(found) == set(groups), f"{name}: conditions {set(found) ^ set(groups)}"):
        return
    for group, rows in groups.items():
        i = found[group]
        report.check(int(data.obs["cells"].iloc[i]) == len(rows), f"{name}: cells of {group}")
        report.check(np.abs(data.X[i] - rows.mean(0)).max() <= tolerance, f"{name}: mean of {group}")


def normalised(counts, kept, target=None):
    total = counts.sum(1)
    target = target or np.median(total[kept][total[kept] > 0])
    return np.log1p(counts / np.where(total > 0, total, 1)[:, None] * target)


def seurat(values, n):
    """scanpy's highly_variable_genes, flavour seurat, with n_top_genes."""
    x = np.expm1(values)
    mean, variance = x.mean(0), x.var(0, ddof=1)
    mean[mean == 0] = 1e-12
    with np.errstate(divide="ignore"):
        frame = pd.DataFrame({"mean": np.log1p(mean), "dispersion": np.log(np.where(variance > 0, variance / mean, np.nan))})
    bins = frame.groupby(pd.cut(frame["mean"], 20))["dispersion"]
    centre, spread = bins.transform("mean"), bins.transform(lambda d: d.std(ddof=1))
    lonely = spread.isna() & frame["dispersion"].notna()
    score = (frame["dispersion"] - centre) / spread
    score[lonely] = 1
    return np.flatnonzero(score >= score.dropna().sort_values(ascending=False).iloc[n - 1])


def main():
    report = harness.Report()
    obs, counts, logged = made_screen(report.folder / "screen.h5ad")
    every = np.ones(len(obs), bool)
    labelled = obs["condition"].notna().to_numpy()

    data, text = ingest(report, "counts", "values = counts\n")
    compare(report, "counts", data, expected(obs, normalised(counts, labelled), every))
    report.check("cells left out: no value in obs column 'condition'" in text, f"unlabelled cells are not counted\n{text}")
    report.check("occur more than once (first: G3)" in text, f"duplicate genes are not named\n{text}")
    report.check("1 cells without a count" in text, f"empty cells are not counted\n{text}")
    if data is not None:
        report.check(list(data.var_names) == GENES, "duplicate genes do not stay apart")
        spelled = set(data.obs["condition"].astype(str))
        report.check({"G0+G1", "G1+ctrl"} <= spelled, f"spelling is not the smallest: {spelled}")

    data, _ = ingest(report, "target", "values = counts\ntarget-sum = 500\ncontext-column = line\n")
    compare(report, "target", data, expected(obs, normalised(counts, labelled, 500), every, "line"))

    data, _ = ingest(report, "orders", "values = counts\nmerge-orders = no\n")
    compare(report, "orders", data, expected(obs, normalised(counts, labelled), every, merge=False), merge=False)

    data, _ = ingest(report, "layer", "matrix = layer:logged\n")
    compare(report, "layer", data, expected(obs, logged, every))

    keep = ((obs["mito"] < 0.25) & (obs["line"] == "A") & obs["good"] & (obs["batch"] != 2)).to_numpy()
    data, _ = ingest(report, "where", "matrix = layer:logged\nwhere = mito<0.25\nwhere = line=A\nwhere = good=True\nwhere = batch!=2\n")
    compare(report, "where", data, expected(obs, logged, keep))
    data, _ = ingest(report, "where-counts", "values = counts\nwhere = mito<0.25\nwhere = line=A\nwhere = good=True\nwhere = batch!=2\n")
    compare(report, "where-counts", data, expected(obs, normalised(counts, keep & labelled), keep))

    (report.folder / "list.txt").write_text("# kept\nctrl\nG1+G0\nG2+ctrl\n")
    listed = obs["condition"].isin(["ctrl", "G0+G1", "G1+G0", "G2+ctrl"]).to_numpy()
    data, _ = ingest(report, "conditions", "matrix = layer:logged\nconditions = file:list.txt\n")
    compare(report, "conditions", data, expected(obs, logged, listed))

    data, _ = ingest(report, "min-cells", "matrix = layer:logged\nmin-cells = 10\n")
    groups = {g: r for g, r in expected(obs, logged, every).items() if len(r) >= 10 or g[1] == ()}
    compare(report, "min-cells", data, groups)

    data, _ = ingest(report, "max-cells", "matrix = layer:logged\nmax-cells = 7\nmax-control-cells = 50\n")
    if data is not None:
        cells = dict(zip(data.obs["condition"].astype(str), data.obs["cells"]))
        report.check(cells.pop("ctrl") == 50 and max(cells.values()) == 7, f"max-cells: {cells}")
    again, _ = ingest(report, "max-cells-again", "matrix = layer:logged\nmax-cells = 7\nmax-control-cells = 50\n")
    other, _ = ingest(report, "max-cells-other", "matrix = layer:logged\nmax-cells = 7\nmax-control-cells = 50\nsample-seed = 1\n")
    report.check(np.array_equal(data.X, again.X) and not np.array_equal(data.X, other.X), "max-cells: the sample is not that of its seed")

    (report.folder / "genes.txt").write_text("X2\nG7\nG3\n")
    data, _ = ingest(report, "gene-list", "matrix = layer:logged\ngenes = file:genes.txt\n")
    report.check(list(data.var_names) == ["G3", "G7", "G3", "X2"], f"gene list: {list(data.var_names)}")

    for name, cfg, values in (("hvg", "matrix = layer:logged\n", logged), ("hvg-counts", "values = counts\n", normalised(counts, labelled))):
        data, _ = ingest(report, name, cfg + "genes = hvg:12\n")
        chosen = seurat(values[labelled], 12)
        report.check(list(data.var_names) == [GENES[g] for g in chosen], f"{name}: {list(data.var_names)}, not {[GENES[g] for g in chosen]}")
        data, _ = ingest(report, name + "-targets", cfg + "genes = hvg:12+targets\n")
        wanted = sorted(set(chosen) | {GENES.index(t) for t in TARGETS})
        report.check(list(data.var_names) == [GENES[g] for g in wanted], f"{name}+targets: {list(data.var_names)}")
    report.end()


main()
