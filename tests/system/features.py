"""Models on features through whole runs: the same bytes on any ranks, teams, coverage, screens as features, bad files."""
import numpy as np
import pandas as pd

import harness

DATASET = """name = h1
path = {shared}/data/vcc-h1-pseudobulk.h5ad
rows = pseudobulk
control = non-targeting
"""
GO = "{shared}/data/annotations/GO_9606_direct_all_evidence.tsv.gz(min-genes=20;max-genes=1000;pca=16)"
ENFORMER = "{shared}/data/embeddings/enformer_tss_32d.npz"
STUDY = f"""dataset = h1.cfg
protocol = cross-validation folds=2 seeds=1
model = perturbed-mean
model = ridge features={ENFORMER} alpha=10 as=ridge{{team}}
model = ridge features={GO},{ENFORMER} alpha=10 as=ridge-two
model = knn features={GO} as=knn
model = elastic-net features={ENFORMER} alpha=0.001 as=net{{team}}
model = kernel-ridge features={ENFORMER} as=kernel{{team}}
model = random-forest features={ENFORMER} n-estimators=20 as=forest{{team}}
model = linear perturbation-embedding={GO} as=linear-go{{team}}
metric = l2
baseline = perturbed-mean
missing = worst
"""


def write_study(report, name, team=""):
    text = STUDY.replace("{team}", team).replace("{shared}", str(harness.SHARED))
    path = report.folder / name
    path.write_text(text)
    return path


def check_bytes(report):
    study = write_study(report, "study.cfg")
    outs = {}
    for ranks in (1, 2, 4):
        outs[ranks] = report.folder / f"out{ranks}"
        done = harness.run(ranks, "run", study, "--out", outs[ranks])
        report.check(done.returncode == 0, f"run on {ranks}: {done.stderr[:2000]}")
        if ranks == 1:
            report.check("they cover 149 of 150 perturbed conditions" in done.stdout, f"coverage: {done.stdout[:3000]}")
    for ranks in (2, 4):
        report.check(harness.tables(outs[1]) == harness.tables(outs[ranks]), f"tables on {ranks} ranks differ")
    scores = pd.read_csv(outs[1] / "scores.csv")
    missing = scores[scores["status"] != "ok"]
    report.check(set(missing["status"]) == {"no_embedding"} and set(missing["perturbation"]) == {"TAZ"},
                 f"missing: {missing.head().to_string()}")
    return scores


def check_teams(report, alone):
    study = write_study(report, "teams.cfg", " team=2")
    text = study.read_text()
    plan = harness.run(1, "plan", study)
    report.check("each by a team of 2 ranks" in plan.stdout, f"plan: {plan.stdout[-1500:]}{plan.stderr}")
    few = harness.run(1, "run", study, "--out", report.folder / "few")
    report.check(few.returncode == 2 and "start at least 2 ranks" in few.stderr and not (report.folder / "few").exists(),
                 f"one rank: {few.returncode} {few.stderr[:500]}")
    first = None
    for ranks in (2, 3, 4):
        out = report.folder / f"team{ranks}"
        done = harness.run(ranks, "run", study, "--out", out)
        report.check(done.returncode == 0, f"teams on {ranks}: {done.stderr[:2000]}")
        first = first or harness.tables(out)
        report.check(harness.tables(out) == first, f"teams on {ranks} ranks: tables differ")
    again = harness.run(2, "run", study, "--out", report.folder / "team2")
    report.check(" 0 to do" in again.stdout, f"again: {again.stdout[-500:]}")
    together = pd.read_csv(report.folder / "team2" / "scores.csv")
    both = alone.merge(together, on=["split", "model", "perturbation", "metric"])
    report.check(len(both) == len(alone) and " team=2" in text, "rows of teams")
    both = both[both["status_x"] == "ok"]
    report.check(np.allclose(both["value_x"], both["value_y"], rtol=1e-8, atol=0), "teams of 1 and 2 differ by more than 1e-8")


def check_screen(report):
    (report.folder / "rpe1.cfg").write_text(
        f"name = rpe1\npath = {harness.SHARED}/data/replogle-rpe1-latent.h5ad\nrows = pseudobulk\nvalues = latent\ncontrol = control\n")
    (report.folder / "k562.cfg").write_text(
        f"name = k562\npath = {harness.SHARED}/data/replogle-k562-latent.h5ad\nrows = pseudobulk\nvalues = latent\ncontrol = control\n")
    study = report.folder / "screen.cfg"
    study.write_text("dataset = rpe1.cfg\nprotocol = cross-validation folds=2\nmodel = perturbed-mean\n"
                     "model = linear perturbation-embedding=screen:k562.cfg as=linear\n"
                     "model = ridge features=screen:k562.cfg(pca=0) as=ridge\nmetric = l2\n")
    for ranks in (1, 3):
        done = harness.run(ranks, "run", study, "--out", report.folder / f"screen{ranks}")
        report.check(done.returncode == 0 and "cover 35 of 300" in done.stdout, f"screen: {done.stdout[:1500]}{done.stderr[:1500]}")
    report.check(harness.tables(report.folder / "screen1") == harness.tables(report.folder / "screen3"), "screen: tables differ")
    scores = pd.read_csv(report.folder / "screen1" / "scores.csv")
    fine = scores[scores["status"] == "ok"].groupby("model")["perturbation"].nunique()
    report.check(fine["ridge"] == 35 and fine["linear"] == 35 and fine["perturbed-mean"] == 300, f"predicted: {dict(fine)}")
    dry = harness.run(1, "plan", study)
    report.check(dry.returncode == 0 and "cover 35 of 300" in dry.stdout, f"plan: {dry.stderr[:1000]}")


def check_large_graph(report):
    """A graph beyond LAPACK's part (rank 0 asks SLEPc alone), an exported embedding and X of an h5ad: the same bytes on 1 and 3 ranks."""
    import anndata
    import h5py
    random = np.random.default_rng(1)
    names = sorted(set(anndata.read_h5ad(harness.SHARED / "data" / "vcc-h1-pseudobulk.h5ad").obs_names) - {"non-targeting"})
    others = [f"OTHER{i}" for i in range(3500)]
    pairs = random.choice(names + others, (20000, 2))
    (report.folder / "graph.csv").write_text("source,target,importance\n" + "".join(
        f"{a},{b},{w:.3f}\n" for (a, b), w in zip(pairs, random.random(20000))) + "".join(f"{a},{a},1\n" for a in names + others))
    values = random.normal(size=(len(names), 3))
    with h5py.File(report.folder / "emb.h5", "w") as file:
        file["values"] = values.astype("f4")
        file["names"] = names
        file.attrs["kind"] = "pert"
        file.attrs["model"] = "drawn"
    anndata.AnnData(values.astype("f4"), obs=pd.DataFrame(index=names)).write_h5ad(report.folder / "rows.h5ad")
    study = report.folder / "forms.cfg"
    study.write_text("dataset = h1.cfg\nprotocol = cross-validation folds=2\nmodel = ridge features=graph.csv(dimensions=8) as=graph\n"
                     "model = ridge features=emb.h5 as=exported\nmodel = ridge features=rows.h5ad as=rows\nmetric = l2\n")
    for ranks in (1, 3):
        done = harness.run(ranks, "run", study, "--out", report.folder / f"forms{ranks}")
        report.check(done.returncode == 0 and "model drawn." in done.stdout, f"forms: {done.stdout[:1500]}{done.stderr[:1500]}")
    report.check(harness.tables(report.folder / "forms1") == harness.tables(report.folder / "forms3"), "forms: tables differ")
    scores = pd.read_csv(report.folder / "forms1" / "scores.csv").pivot(index="perturbation", columns="model", values="value")
    report.check(len(scores) == len(names) and (scores["exported"] == scores["rows"]).all() and
                 not (scores["graph"] == scores["rows"]).any(), f"forms: {scores.head().to_string()}")


def bad_files(folder):
    good = ["TAZ,1,2", "SOX2,3,4"]
    texts = {
        "twice.csv": (good + ["TAZ,5,6"], "TAZ"),
        "nan.csv": (good + ["KDM1A,nan,6"], "KDM1A"),
        "ragged.csv": (good + ["KDM1A,5"], "ragged.csv"),
        "none.csv": (["NOSUCH1,1,2", "NOSUCH2,3,4"], "none of its names"),
        "empty.csv": ([], "empty.csv"),
    }
    for name, (lines, _) in texts.items():
        (folder / name).write_text("".join(line + "\n" for line in lines))
    np.savez(folder / "shape.npz", genes=np.array(["TAZ", "SOX2"]), emb=np.ones((3, 2)))
    np.savez(folder / "objects.npz", genes=np.array(["TAZ", "SOX2"], dtype=object), emb=np.ones((2, 2)))
    (folder / "weights.pt").write_bytes(b"PK\x03\x04 not a table")
    found = {name: word for name, (_, word) in texts.items()}
    found.update({"shape.npz": "shape.npz", "objects.npz": "pickle", "weights.pt": "weights.pt", "absent.csv": "check the path",
                  "twice.csv(pac=3)": "Did you mean 'pca'", "twice.csv(pca=3": "bracket", "screen:h1.cfg(gene-map=a.tsv)": "gene-map= has no effect"})
    return found


def check_bad(report):
    for name, word in bad_files(report.folder).items():
        study = report.folder / "bad.cfg"
        study.write_text("dataset = h1.cfg\nprotocol = cross-validation folds=2\n"
                         f"model = ridge features={name}\nmetric = l2\n")
        for ranks in (1, 3):
            done = harness.run(ranks, "run", study, "--out", report.folder / "bad")
            lines = harness.own_lines(done.stderr)
            report.check(done.returncode == 2 and len(lines) == 1 and word in lines[0] and not (report.folder / "bad").exists(),
                         f"{name} on {ranks}: {done.returncode} {done.stderr[:800]}")


def main():
    report = harness.Report()
    if not report.needs_shared("data/vcc-h1-pseudobulk.h5ad", "data/embeddings/enformer_tss_32d.npz"):
        report.end()
    (report.folder / "h1.cfg").write_text(DATASET.format(shared=harness.SHARED))
    scores = check_bytes(report)
    check_teams(report, scores)
    check_screen(report)
    check_large_graph(report)
    check_bad(report)
    report.end()


if __name__ == "__main__":
    main()
