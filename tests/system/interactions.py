"""Metrics of genetic interactions on real cells against NumPy, with fixed thresholds (the null has its own test)."""
import anndata
import numpy as np
import pandas as pd

import harness

DATASET = """name = k562
path = {shared}/data/norman-mcfaline-cells.h5ad
control = control
separator = +
context-column = cell_type
where = cell_type=k562
"""
BAND = "low=-0.08 high=0.1"
STUDY = f"""dataset = k562.cfg
protocol = unseen-combination train-fraction=0 score-on=test+validation
model = no-change
model = perturbed-mean
model = additive
metric = interaction-auc {BAND}
metric = interaction-auc curve=average-precision {BAND}
metric = interaction-auc curve=roc {BAND}
metric = interaction-tpr fdp=0.3 {BAND}
metric = interaction-share class=synergy top=200 {BAND}
metric = interaction-rate class=other rule=text {BAND}
metric = interaction-rate class=additive
metric = interaction-recall {BAND}
metric = rmse
metric = shift-cosine
baseline = no-change
"""


def auc(score, truth):
    """(published precision-recall, average precision, roc); equal scores are one step."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    tp, fp = np.cumsum(truth[order])[last], np.cumsum(~truth[order])[last]
    precision, recall = tp / (tp + fp), tp / truth.sum()
    by = np.lexsort((-recall, precision))
    published = -(np.diff(recall[by]) * (precision[by][1:] + precision[by][:-1]) / 2).sum()
    average = (precision * np.diff(recall, prepend=0)).sum()
    roc = (np.diff(fp, prepend=0) * tp).sum() / (truth.sum() * (~truth).sum())
    return published, average, roc


def power(score, truth, at):
    order = np.argsort(-score, kind="stable")
    tp, fp = np.cumsum(truth[order]), np.cumsum(~truth[order])
    fdp = fp / (tp + fp)
    by = np.argsort(fdp, kind="stable")
    curve = pd.Series(np.maximum.accumulate(tp[by]) / truth.sum()).groupby(fdp[by]).mean()
    return np.interp(at, curve.index, curve, left=0, right=1)


def text_class(a, b, ab, c0, e):
    same = (np.sign(a - c0) == np.sign(b - c0)) & (a != c0)
    return np.where((e >= -0.08) & (e <= 0.1), "additive", np.where(same, "rule", "other"))


def main():
    report = harness.Report()
    if not report.needs_shared("data/norman-mcfaline-cells.h5ad"):
        report.end()
    (report.folder / "k562.cfg").write_text(DATASET.format(shared=harness.SHARED))
    (report.folder / "study.cfg").write_text(STUDY)
    out, bulk = report.folder / "out", report.folder / "bulk.h5ad"
    for arguments in (("run", report.folder / "study.cfg", "--out", out),
                      ("ingest", report.folder / "k562.cfg", "--pseudobulk", bulk)):
        done = harness.run(1, *arguments)
        if not report.check(done.returncode == 0, f"{arguments[0]}: {done.stderr[:2000]}"):
            report.end()
    screen = anndata.read_h5ad(bulk)
    x = {tuple(sorted(name.split("+"))): row for name, row in zip(screen.obs["condition"], np.asarray(screen.X))}
    c0 = x[("control",)]
    doubles = [pair for pair in x if len(pair) == 2 and all((gene,) in x for gene in pair)]
    report.check(len(doubles) == 5, f"{len(doubles)} doubles with both singles")
    a, b = (np.concatenate([x[(pair[i],)] for pair in doubles]) for i in (0, 1))
    ab, control = np.concatenate([x[pair] for pair in doubles]), np.tile(c0, len(doubles))
    additive = a + b - control
    e = ab - additive
    truth = (e < -0.08) | (e > 0.1)
    means = np.mean([row for pair, row in x.items() if len(pair) == 1 and pair != ("control",)], axis=0)

    scores = pd.read_csv(out / "scores.csv", dtype={"split": str}).set_index(["model", "metric", "perturbation"])
    column = {c.split("@")[0] + "|" + c: c for c in scores.index.get_level_values("metric").unique()}
    report.check(len(column) == 10, f"metrics {sorted(column)}")

    def value(model, start, *options):
        names = [c for c in scores.index.get_level_values("metric").unique()
                 if c.split("@")[0] == start and all(o in c for o in options)]
        row = scores.loc[(model, min(names, key=len), "*")]
        return row["status"] if row["status"] != "ok" else row["value"]

    for model, predicted in (("no-change", control), ("perturbed-mean", np.tile(means, len(doubles)))):
        size = np.abs(predicted - additive)
        wanted = auc(size, truth)
        for options, number in zip(((), ("average-precision",), ("roc",)), wanted):
            found = value(model, "interaction-auc", *options)
            report.check(np.isclose(found, number, rtol=1e-9), f"{model} auc {options}: {found}, NumPy {number}")
        found, number = value(model, "interaction-tpr"), power(size, truth, 0.3)
        report.check(np.isclose(found, number, rtol=1e-9), f"{model} tpr: {found}, NumPy {number}")
        top = np.argsort(-size, kind="stable")[:200]
        number = np.mean((np.sign(predicted - additive) == np.sign(additive - control))[top])
        report.check(np.isclose(value(model, "interaction-share"), number), f"{model} share: NumPy {number}")
        number = np.mean(text_class(a, b, ab, control, e) == "other")
        report.check(np.isclose(value(model, "interaction-rate", "class=other"), number), f"{model} rate: NumPy {number}")
    report.check(value("additive", "interaction-auc") == "constant", "the additive model's deviations are rounding")
    rows = scores.reset_index()
    recall = rows[(rows["metric"].str.startswith("interaction-recall")) & (rows["model"] == "additive")]
    report.check(len(recall) == 15 and (recall["status"] == "no_single").sum() == 10, f"recall: {recall['status'].tolist()}")
    check_tables(report, rows, out)
    report.end()


def check_tables(report, scores, out):
    """interactions.csv and removal.csv say again what scores.csv says, over splits and perturbations."""
    points = pd.read_csv(out / "interactions.csv")
    report.check(len(points) == 3 * 8, f"interactions.csv has {len(points)} rows")
    for _, row in points.iterrows():
        of = scores[(scores["model"] == row["model"]) & (scores["metric"] == row["metric"]) & (scores["status"] == "ok")]["value"]
        same = row["n"] == len(of) and (len(of) == 0 or np.isclose(row["value"], of.mean(), rtol=1e-14))
        report.check(same, f"interactions.csv: {dict(row)}, scores {of.tolist()}")
    report.check(set(points["quantity"]) == {"auc", "tpr", "predicted", "measured", "recall"}, f"quantities {set(points['quantity'])}")
    report.check(points.loc[points["quantity"] == "tpr", "fdp"].eq(0.3).all(), "fdp of the curve's points")

    removal = pd.read_csv(out / "removal.csv")
    wide = scores[(scores["model"] == "additive") & (scores["status"] == "ok")].pivot(index="perturbation", columns="metric", values="value")
    both = wide[["shift-cosine", "rmse"]].dropna().sort_values("shift-cosine", ascending=False)
    wanted = [(k, both["rmse"].iloc[k:].mean(), both["shift-cosine"].iloc[k:].mean())
              for k in range(min(len(both), (both["shift-cosine"] > 0).sum() + 1))]
    found = removal[(removal["model"] == "additive") & (removal["metric"] == "rmse")]
    report.check(len(wanted) > 2 and np.allclose(found[["removed", "mean_score", "mean_cosine"]], wanted, rtol=1e-12),
                 f"removal.csv: {found.values.tolist()}, pandas {wanted}")


main()
