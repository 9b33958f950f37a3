"""Protocols that look at expression: the same splits from `split` and `run`, on any ranks; areas over s against NumPy."""
import json
import pathlib
import re
import tempfile

import numpy as np
import pandas as pd

import harness

DATASET = """name = latent
path = {shared}/data/norman-latent.h5ad
rows = pseudobulk
values = latent
control = control,ctrl
separator = +
"""
STUDY = """dataset = latent.cfg
protocol = spectral-overlap seeds=42,44 step=0.2 to=0.4
protocol = cross-validation folds=2
model = no-change
model = perturbed-mean
metric = l2
metric = mse
baseline = no-change
"""


def split_names(scores):
    spectral = scores[scores["protocol"] == "spectral-overlap"]
    return {name: set(rows["perturbation"]) - {"*"} for name, rows in spectral.groupby("split")}


def check_areas(report, folder, scores):
    """Trapezoid over the mean of seeds, and its error, from scores.csv alone."""
    areas = pd.read_csv(folder / "auspc.csv")
    report.check(len(areas) == 4, f"auspc.csv has {len(areas)} rows")
    spectral = scores[(scores["protocol"] == "spectral-overlap") & (scores["status"] == "ok")].copy()
    spectral["s"] = spectral["split"].str.extract(r"\.s([0-9.]+)$")[0].astype(float)
    found = {}
    for _, row in areas.iterrows():
        rows = spectral[(spectral["model"] == row["model"]) & (spectral["metric"] == row["metric"])]
        means = rows.groupby(["s", "split"])["value"].mean().groupby("s")
        phi, sem = means.mean().to_numpy(), (means.std(ddof=1) / np.sqrt(means.count())).to_numpy()
        weight = np.array([0.1, 0.2, 0.1])
        report.check(row["points"] == 3 and np.isclose(row["auspc"], weight @ phi, rtol=1e-12), f"area {dict(row)}")
        report.check(np.isclose(row["sigma"], np.sqrt(((weight * sem) ** 2).sum()), rtol=1e-10), f"sigma {dict(row)}")
        found[row["model"], row["metric"]] = row
    for (model, metric), row in found.items():
        wanted = found["no-change", metric]["auspc"] - row["auspc"]
        report.check(np.isclose(row["delta"], wanted, rtol=1e-9, atol=1e-15), f"delta {dict(row)}")


def check_cells(report):
    """`split` by expression of a screen of cells, which it has to stream."""
    screen, study, file = (report.folder / name for name in ("cells.h5ad", "cells.cfg", "cells.json"))
    made = harness.run(1, "simulate", "--cells", "800", "--genes", "60", "--perturbations", "20", "--values", "lognormalised", "--out", screen)
    study.write_text(f"dataset = {screen}\nprotocol = spectral-overlap seeds=1 step=0.5\n")
    split = harness.run(2, "split", study, "--out", file)
    report.check(made.returncode == 0 and split.returncode == 0, made.stderr[:500] + split.stderr[:2000])
    report.check(len(json.loads(file.read_text())["cells"]["spectral-overlap"]) > 0, "no split of cells")


def main():
    report = harness.Report()
    if not report.needs_shared("data/norman-latent.h5ad"):
        report.end()
    before = {p.name for p in pathlib.Path(tempfile.gettempdir()).glob(".pertscale-plan.*")}
    (report.folder / "latent.cfg").write_text(DATASET.format(shared=harness.SHARED))
    study = report.folder / "study.cfg"
    study.write_text(STUDY)
    done = {}
    for ranks in (1, 3):
        out = report.folder / f"out{ranks}"
        done[ranks] = harness.run(ranks, "run", study, "--out", out)
        report.check(done[ranks].returncode == 0, f"run on {ranks}: {done[ranks].stderr[:2000]}")
    one = report.folder / "out1"
    for table in (*harness.TABLES, "auspc.csv"):
        report.check((one / table).read_bytes() == (report.folder / "out3" / table).read_bytes(), f"{table} differs")
    report.check("splits by expression, so it was read first: latent" in done[1].stdout, "run does not say that it reads expression")
    again = harness.run(2, "run", study, "--out", one)
    report.check(again.returncode == 0 and "0 to do" in again.stdout, f"again: {again.stdout[-500:]}{again.stderr[:500]}")

    scores = pd.read_csv(one / "scores.csv", dtype={"split": str})
    check_areas(report, one, scores)

    file = report.folder / "splits.json"
    split = harness.run(1, "split", study, "--out", file)
    report.check(split.returncode == 0, split.stderr[:2000])
    report.check("splits by expression, so it was read first: latent" in split.stdout, f"split does not say that expression was read: {split.stdout[:300]}")
    report.check(len(re.findall(r"s = [0-9.]+, train = \d+, test = \d+, overlap = -", split.stdout)) == 6, split.stdout)
    splits = json.loads(file.read_text())["latent"]["spectral-overlap"]
    for name, tested in split_names(scores).items():
        report.check(set(splits[name]["test"]) == tested, f"{name}: split and run differ")
    whole = splits["42.s0.00"]
    report.check(len(whole["test"]) == 48 and len(whole["train"]) == 189 + 1, "s = 0 keeps all 237, a fifth is tested")
    left = [p for p in pathlib.Path(tempfile.gettempdir()).glob(".pertscale-plan.*") if p.name not in before]
    report.check(not left, f"a scratch folder was left: {left}")

    check_cells(report)
    plan = harness.run(1, "plan", study)
    report.check(plan.returncode == 0 and "splits by expression, so it was read first: latent" in plan.stdout, f"plan: {plan.stdout[:300]}{plan.stderr[:300]}")
    report.end()


main()
