"""Figures and splits of the literature: the latent Norman screen, and every published split of the Nature Methods benchmark."""
import csv
import json
import random

import anndata
import numpy as np
import pandas as pd

import harness

# name of our dataset files -> name in the published splits
SPLITS = {"norman-scfoundation": "norman_from_scfoundation", "adamson": "adamson",
          "replogle-k562-essential": "replogle_k562_essential", "replogle-rpe1-essential": "replogle_rpe1_essential"}


def check_latent(report):
    """All 131 doubles of norman-latent: additive mean L2 2.11, no change 4.90 (shared data's README)."""
    if not report.needs_shared("data/norman-latent.h5ad"):
        return
    out = report.folder / "latent"
    done = harness.run(2, "run", harness.ROOT / "inputs" / "studies" / "norman-latent.cfg", "--out", out)
    report.check(done.returncode == 0, done.stderr)
    with open(out / "summary.csv", newline="") as file:
        rows = {r["model"]: r for r in csv.DictReader(file)
                if r["metric"] == "l2" and r["group"] == "*" and r["protocol"].startswith("unseen-combination")}
    for model, printed in (("additive", "2.11"), ("no-change", "4.90")):
        report.check(rows[model]["n"] == "131", f"{model}: {rows[model]['n']} doubles, not 131")
        report.check(f"{float(rows[model]['mean']):.2f}" == printed, f"{model}: mean L2 {rows[model]['mean']}, not {printed}")


def write_names(path, names):
    """A screen of two genes that holds just these conditions, a few cells each, in any order."""
    cells = [name for name in names for _ in range(2)]
    random.Random(len(names)).shuffle(cells)
    obs = pd.DataFrame({"condition": pd.Categorical(cells), "cell_type": pd.Categorical(["x"] * len(cells))},
                       index=[f"cell{i}" for i in range(len(cells))])
    var = pd.DataFrame({"gene_name": ["GENE1", "GENE2"]}, index=["ENSG1", "ENSG2"])
    anndata.AnnData(np.ones((len(cells), 2), dtype=np.float32), obs=obs, var=var).write_h5ad(path)


def check_splits(report):
    """`pertscale split` through our own dataset files: surplus conditions are dropped by their `conditions = file:`."""
    if not report.needs_shared("golden/nature-methods-splits.json"):
        return
    golden = json.loads((harness.SHARED / "golden" / "nature-methods-splits.json").read_text())
    for ours, theirs in SPLITS.items():
        published = golden[theirs]
        names = sorted({n for part in published["1"].values() for n in part})
        text = (harness.ROOT / "inputs" / "datasets" / f"{ours}.cfg").read_text()
        screen = report.folder / f"{ours}.h5ad"
        write_names(screen, names + ["SURPLUS1+ctrl", "SURPLUS2+SURPLUS3"])
        lines = [f"path = {screen}" if line.startswith("path") else
                 line.replace("file:", f"file:{harness.ROOT}/inputs/datasets/") if line.startswith("conditions") else line
                 for line in text.splitlines() if not line.startswith("sha256")]
        (report.folder / f"{ours}.cfg").write_text("\n".join(lines) + "\n")
        protocol = "unseen-combination" if "norman" in ours else "unseen-perturbation"
        study = report.folder / f"{ours}.study.cfg"
        study.write_text(f"dataset = {ours}.cfg\nprotocol = {protocol} variant=nature-methods seeds={','.join(published)}\n")
        out = report.folder / f"{ours}.json"
        done = harness.run(2, "split", study, "--out", out)
        if not report.check(done.returncode == 0, f"{ours}: {done.stderr}"):
            continue
        (by_protocol,) = json.loads(out.read_text()).values()
        for seed, parts in by_protocol[protocol].items():
            for part, theirs_part in (("train", "train"), ("validation", "val"), ("test", "test")):
                report.check(sorted(parts[part]) == sorted(published[seed][theirs_part]),
                             f"{ours}, seed {seed}: {part} differs from the published split")
        report.check(list(by_protocol[protocol]) == list(published), f"{ours}: seeds {list(by_protocol[protocol])}")


def main():
    report = harness.Report()
    check_latent(report)
    check_splits(report)
    report.end()


main()
