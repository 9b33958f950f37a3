"""Pseudobulk, models and metrics against an independent computation in NumPy on the real screens.

Tolerance: 1e-10 absolute on log-normalised and pseudobulk screens; 1e-9 where counts are normalised first.
"""
import csv
import json

import anndata
import numpy as np
import scipy.sparse

import harness

CONTROL = {"control", "ctrl", "non-targeting"}


def dense(matrix):
    return np.asarray(matrix.todense() if scipy.sparse.issparse(matrix) else matrix, dtype=np.float64)


def targets(name):
    return tuple(sorted(t for t in name.split("+") if t not in CONTROL))


def normalise(counts, target):
    """Library sizes to their median (of cells with a count) or to `target`, then log1p."""
    total = counts.sum(1)
    target = np.median(total[total > 0]) if target == "median" else float(target)
    total[total == 0] = 1
    return np.log1p(counts / (total / target)[:, None])


def profiles(path, condition, context=None, counts=None, keep=None):
    """{(context, condition): (mean, variance, nonzero, cells)} and the genes."""
    data = anndata.read_h5ad(path)
    if keep is not None:
        data = data[np.isin(data.obs[keep[0]].astype(str), keep[1])]
    x = dense(data.X)
    if counts is not None:
        x = normalise(x, counts)
    labels = data.obs[condition].astype(str).to_numpy()
    contexts = data.obs[context].astype(str).to_numpy() if context else np.full(len(labels), "")
    out = {}
    for c in np.unique(contexts):
        for p in np.unique(labels[contexts == c]):
            rows = x[(contexts == c) & (labels == p)]
            variance = rows.var(0, ddof=1) if len(rows) > 1 else np.full(x.shape[1], np.nan)
            out[c, p] = rows.mean(0), variance, (rows != 0).mean(0), len(rows)
    return out, list(data.var_names)


# --- models: (training {name: profile}, control, query name) -> profile or None --------------------------------------

def no_change(train, control, query, **_):
    return control


def additive(train, control, query, **_):
    single = {targets(n)[0]: x for n, x in train.items() if len(targets(n)) == 1}
    if any(t not in single for t in targets(query)):
        return None
    return control + sum(single[t] - control for t in targets(query))


def perturbed_mean(train, control, query, cells=None, with_control=False, control_cells=0):
    rows = list(train.values()) + ([control] if with_control else [])
    weights = None
    if cells:
        weights = [cells[n] for n in train] + ([control_cells] if with_control else [])
    return np.average(rows, axis=0, weights=weights) if rows else None


def matching_mean(train, control, query, **_):
    mean = perturbed_mean(train, control, query)
    single = {targets(n)[0]: x for n, x in train.items() if len(targets(n)) == 1}
    if len(targets(query)) < 2:
        return mean
    return np.mean([single.get(t, mean) for t in targets(query)], axis=0)


def linear(train, control, query, genes=None, rank=10, ridge=0.1):
    """Nature Methods 2025: G from the column-centred training profiles, P = rows of G, two ridge solves."""
    names = list(train)
    x = np.column_stack([train[n] for n in names] + [control])
    u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    k = min(rank, len(s))
    g = u[:, :k] * s[:k]
    first = {}
    for i, name in enumerate(genes):
        first.setdefault(name, i)

    def embedding(name):
        t = targets(name)
        return g[first[t[0]]] if len(t) == 1 and t[0] in first else None

    inside = [n for n in names if embedding(n) is not None]
    p = np.array([embedding(n) for n in inside] + [np.zeros(k)])
    y = np.column_stack([train[n] - control for n in inside] + [np.zeros_like(control)])
    b = y.mean(1)
    w = np.linalg.solve(g.T @ g + ridge * np.eye(k), g.T @ (y - b[:, None]) @ p)
    w = np.linalg.solve(p.T @ p + ridge * np.eye(k), w.T).T
    q = embedding(query)
    return None if q is None else g @ w @ q + b + control


# --- metrics: (observed, predicted, control, perturbed mean) -> value or None ----------------------------------------

def correlation(a, b):
    a, b = a - a.mean(), b - b.mean()
    if np.abs(a).max() < 1e-12 or np.abs(b).max() < 1e-12:
        return None
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def ranks(v):
    order = np.argsort(v, kind="stable")
    out = np.empty(len(v))
    values = v[order]
    start = 0
    while start < len(v):
        end = start
        while end + 1 < len(v) and values[end + 1] == values[start]:
            end += 1
        out[order[start:end + 1]] = (start + end) / 2 + 1
        start = end + 1
    return out


def metric_value(name, x, y, r):
    d, h = x - r, y - r
    if name == "l2":
        return float(np.sqrt(((y - x) ** 2).sum()))
    if name == "rmse":
        return float(np.sqrt(((y - x) ** 2).mean()))
    if name == "mse":
        return float(((y - x) ** 2).mean())
    if name == "mae":
        return float(np.abs(y - x).mean())
    if name == "pearson":
        return correlation(x, y)
    if name == "pearson-delta":
        return correlation(d, h)
    if name == "spearman-delta":
        return correlation(ranks(d), ranks(h)) if np.ptp(h) > 1e-12 else None
    if name == "cosine-delta":
        n = np.linalg.norm(d) * np.linalg.norm(h)
        return float(d @ h / n) if np.abs(h).max() > 1e-12 else None
    if name == "r2-delta":
        return float(1 - ((d - h) ** 2).sum() / ((d - d.mean()) ** 2).sum())
    if name == "direction":
        return float((np.sign(d) == np.sign(h)).mean())
    raise KeyError(name)


def chosen(options, x, control, genes, query):
    keep = np.arange(len(x))
    if options.get("exclude-target") == "yes":
        keep = np.array([i for i in keep if genes[i] not in targets(query)])
    rule = options.get("genes", "all")
    if rule != "all":
        key = control if rule.startswith("top-expressed") else np.abs(x - control)
        n = int(rule.split(":")[1])
        keep = keep[np.argsort(-key[keep], kind="stable")[:n]]
        keep.sort()
    return keep


METRICS = ["l2", "l2 genes=top-expressed:100", "rmse", "mse", "mae", "pearson", "pearson-delta",
           "pearson-delta reference=perturbed-mean", "pearson-delta genes=top-delta:20 exclude-target=yes",
           "spearman-delta", "cosine-delta", "r2-delta", "direction", "rmse genes=top-delta:50"]
MODELS = {
    "no-change": ("no-change", no_change, {}),
    "additive": ("additive", additive, {}),
    "perturbed-mean": ("perturbed-mean", perturbed_mean, {}),
    "mean-nm": ("perturbed-mean with-control=yes as=mean-nm", perturbed_mean, {"with_control": True}),
    "mean-cells": ("perturbed-mean weight=cells as=mean-cells", perturbed_mean, {"cells": True}),
    "matching-mean": ("matching-mean", matching_mean, {}),
    "linear": ("linear rank=4 ridge=0.1 as=linear", linear, {"rank": 4}),
}


def label_of(metric):
    name, *options = metric.split()
    return name + ("@" + ",".join(options) if options else ""), name, dict(o.split("=") for o in options)


def read_scores(path):
    with open(path, newline="") as file:
        return {(r["protocol"], r["split"], r["model"], r["perturbation"], r["context"], r["metric"]): r
                for r in csv.DictReader(file)}


def compare_scores(report, name, screen, genes, splits, scores, tolerance):
    """Every score of every model, metric, split and held-out profile."""
    worst, compared = 0.0, 0
    contexts = sorted({c for c, _ in screen})
    for protocol, by_split in splits.items():
        for split, parts in by_split.items():
            for context in contexts:
                train = {p: screen[context, p][0] for p in parts["train"]
                         if (context, p) in screen and p not in CONTROL}
                (control_name,) = [p for c, p in screen if c == context and p in CONTROL]
                control, control_cells = screen[context, control_name][0], screen[context, control_name][3]
                reference = np.mean(list(train.values()), axis=0)
                for query in parts["test"]:
                    if (context, query) not in screen:
                        continue
                    x = screen[context, query][0]
                    for model, (_, function, options) in MODELS.items():
                        options = dict(options)
                        if function is linear:
                            options["genes"] = genes
                        if options.get("cells"):
                            options["cells"] = {p: screen[context, p][3] for p in train}
                        if function is perturbed_mean and options.get("with_control"):
                            options["control_cells"] = control_cells
                        y = function(train, control, query, **options)
                        for metric in METRICS:
                            label, base, metric_options = label_of(metric)
                            row = scores[protocol, split, model, query, context, label]
                            value = None
                            if y is not None:
                                keep = chosen(metric_options, x, control, genes, query)
                                r = reference if metric_options.get("reference") == "perturbed-mean" else control
                                value = metric_value(base, x[keep], y[keep], r[keep])
                            if value is None or row["status"] != "ok":
                                if not report.check(value is None and row["status"] != "ok",
                                                    f"{name}: {row} but NumPy gives {value}"):
                                    return
                                continue
                            worst = max(worst, abs(value - float(row["value"])))
                            compared += 1
    report.check(compared > 100, f"{name}: only {compared} scores were compared")
    report.check(worst <= tolerance, f"{name}: largest difference {worst:.3g} of {compared} scores")
    print(f"{name}: {compared} scores, largest difference {worst:.3g}")


def check_study(report, name, cfg, screen, genes, protocols, tolerance):
    study = report.folder / f"{name}.study.cfg"
    study.write_text("\n".join([f"dataset = {cfg}"] + [f"protocol = {p}" for p in protocols] +
                               [f"model = {text}" for text, *_ in MODELS.values()] +
                               [f"metric = {m}" for m in METRICS]) + "\n")
    out, splits = report.folder / f"{name}.out", report.folder / f"{name}.json"
    for done in (harness.run(2, "run", study, "--out", out), harness.run(1, "split", study, "--out", splits)):
        if not report.check(done.returncode == 0, f"{name}: {done.stderr}"):
            return
    (by_protocol,) = json.loads(splits.read_text()).values()
    compare_scores(report, name, screen, genes, by_protocol, read_scores(out / "scores.csv"), tolerance)


def check_contexts(report, cfg, screen, tolerance):
    """unseen-context: fits pool the training contexts, each shifted to the target's control; context-mean by hand."""
    study, out, splits = (report.folder / f"contexts.{end}" for end in ("study.cfg", "out", "json"))
    study.write_text(f"dataset = {cfg}\nprotocol = unseen-context\nprotocol = unseen-context shots=3 as=shots\n"
                     "model = no-change\nmodel = perturbed-mean\nmodel = context-mean\n"
                     "model = context-mean shrink=0.3 as=shrunk\nmodel = perturbed-mean pool=own as=own\nmetric = l2\n")
    for done in (harness.run(3, "run", study, "--out", out), harness.run(1, "split", study, "--out", splits)):
        if not report.check(done.returncode == 0, done.stderr):
            return
    (by_protocol,) = json.loads(splits.read_text()).values()
    scores = read_scores(out / "scores.csv")
    control = {c: x[0] for (c, p), x in screen.items() if p in CONTROL}
    worst, compared = 0.0, 0
    for protocol, by_split in by_protocol.items():
        for split, parts in by_split.items():
            target = split.split(".", 1)[1]
            # an entry is [name, context], or a name for every context
            train = {(c, p) for c, p in screen for entry in parts["train"] if entry in (p, [p, c]) and p not in CONTROL}
            delta = {}
            for c, p in sorted(train):
                delta.setdefault(p, []).append(screen[c, p][0] - control[c])
            pooled = {p: control[target] + np.mean(d, axis=0) for p, d in delta.items()}
            own = [screen[c, p][0] for c, p in sorted(train) if c == target]
            report.check(len(own) == (3 if protocol == "shots" else 0), f"{protocol} {split}: {len(own)} shots")
            for entry in parts["test"]:
                name = entry if isinstance(entry, str) else entry[0]
                elsewhere = [screen[c, p][0] - control[c] for c, p in sorted(train) if p == name and c != target]
                change = np.mean(elsewhere, axis=0) if elsewhere else None
                predictions = {"no-change": control[target], "perturbed-mean": np.mean(list(pooled.values()), axis=0),
                               "own": np.mean(own, axis=0) if own else None,
                               "context-mean": None if change is None else control[target] + change,
                               "shrunk": None if change is None else control[target] + 0.7 * change}
                for model, y in predictions.items():
                    row = scores[protocol, split, model, name, target, "l2"]
                    if y is None or row["status"] != "ok":
                        report.check(y is None and row["status"] in ("no_match", "no_training"), f"contexts: {row}")
                        continue
                    worst = max(worst, abs(float(row["value"]) - np.linalg.norm(y - screen[target, name][0])))
                    compared += 1
    report.check(compared > 100 and worst <= tolerance, f"contexts: {compared} scores, largest difference {worst:.3g}")
    print(f"contexts: {compared} scores, largest difference {worst:.3g}")


def check_pseudobulk(report, name, cfg, screen, tolerance):
    out = report.folder / f"{name}.h5ad"
    done = harness.run(2, "ingest", cfg, "--pseudobulk", out)
    if not report.check(done.returncode == 0, f"{name}: {done.stderr}"):
        return
    data = anndata.read_h5ad(out)
    report.check(len(data) == len(screen), f"{name}: {len(data)} rows, not {len(screen)}")
    for i in range(len(data)):
        context = str(data.obs["context"].iloc[i])
        mean, variance, nonzero, cells = screen[context, str(data.obs["condition"].iloc[i])]
        report.check(int(data.obs["cells"].iloc[i]) == cells, f"{name}: cells of row {i}")
        for what, ours, theirs in (("mean", data.X[i], mean), ("variance", data.layers["variance"][i], variance),
                                   ("nonzero", data.layers["nonzero"][i], nonzero)):
            difference = np.nanmax(np.abs(np.asarray(ours, dtype=float) - theirs)) if cells > 1 else 0
            if difference > tolerance:
                report.check(False, f"{name}: {what} of row {i} is off by {difference:.3g}")
    report.check(data.X.dtype == np.float64, f"{name}: X is {data.X.dtype}")


def dataset(report, name, text):
    path = report.folder / f"{name}.cfg"
    path.write_text(text)
    return path


def main():
    report = harness.Report()
    data = harness.SHARED / "data"
    if report.needs_shared("data/norman-mcfaline-cells.h5ad"):
        file = data / "norman-mcfaline-cells.h5ad"
        screen, genes = profiles(file, "condition", keep=("cell_type", ["k562"]))
        cfg = dataset(report, "k562", f"path = {file}\nwhere = cell_type=k562\n")
        check_pseudobulk(report, "k562-pseudobulk", cfg, screen, 1e-10)
        check_study(report, "k562", cfg, screen, genes,
                    ["unseen-combination seeds=1:3", "unseen-perturbation seeds=1:2", "cross-validation folds=4"], 1e-10)
        lines = ["A172", "T98G", "U87MG"]
        keep = [c for c in np.unique(anndata.read_h5ad(file).obs["cell_type"].astype(str)) if c.upper() in lines]
        screen, genes = profiles(file, "condition", context="cell_type", keep=("cell_type", keep))
        cfg = dataset(report, "lines", f"path = {file}\nwhere = cell_type={','.join(keep)}\ncontext-column = cell_type\n")
        check_pseudobulk(report, "lines-pseudobulk", cfg, screen, 1e-10)
        check_study(report, "lines", cfg, screen, genes, ["cross-validation folds=3"], 1e-10)
        check_contexts(report, cfg, screen, 1e-10)
    if report.needs_shared("data/papalexi-counts.h5ad"):
        file = data / "papalexi-counts.h5ad"
        for target in ("median", "10000"):
            screen, genes = profiles(file, "condition", counts=target)
            cfg = dataset(report, f"papalexi-{target}",
                          f"path = {file}\nvalues = counts\ncontrol = non-targeting\ntarget-sum = {target}\n")
            check_pseudobulk(report, f"papalexi-{target}", cfg, screen, 1e-9)
        check_study(report, "papalexi", cfg, screen, genes, ["cross-validation folds=5", "unseen-perturbation"], 1e-9)
    if report.needs_shared("data/vcc-h1-pseudobulk.h5ad"):
        file = data / "vcc-h1-pseudobulk.h5ad"
        table = anndata.read_h5ad(file)
        screen = {("", str(p)): (x, None, None, int(n))
                  for p, x, n in zip(table.obs["condition"], dense(table.X), table.obs["cells"])}
        cfg = dataset(report, "vcc", f"path = {file}\nrows = pseudobulk\ncontrol = non-targeting\n")
        check_study(report, "vcc", cfg, screen, list(table.var_names), ["unseen-perturbation seeds=1:2"], 1e-10)
    report.end()


main()
