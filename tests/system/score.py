"""Predictions made elsewhere: every form of file against plain NumPy, what is missing, ranks, studies, sentences."""
import csv
import gzip
import json
import re
import warnings

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

import harness

warnings.filterwarnings("ignore")
METRICS = ("--metric", "l2", "--metric", "pearson-delta")


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def frame(x, conditions, genes, **obs):
    rows = [f"r{i}" for i in range(len(conditions))]
    return anndata.AnnData(x, obs=pd.DataFrame({"condition": list(conditions), **obs}, index=rows), var=pd.DataFrame(index=list(genes)))


class Made:
    """A small screen of log-normalised cells, predictions of it, and the scores that NumPy gives them."""

    def __init__(self, report):
        self.report, self.folder = report, report.folder
        rng = np.random.default_rng(7)
        self.genes = np.array([f"G{g}" for g in range(40)])
        self.conditions = [f"G{g}" for g in range(8)] + ["G0+G1", "G2+G3"]
        base = rng.gamma(2, 0.5, 40)
        self.effect = {c: rng.normal(0, 0.6, 40) for c in self.conditions}
        labels = ["ctrl"] * 60 + [c for c in self.conditions for _ in range(20)]
        cells = np.maximum(0, base + np.stack([self.effect.get(c, np.zeros(40)) for c in labels]) + rng.normal(0, 0.3, (len(labels), 40)))
        self.cells = np.round(cells * 1024) / 1024
        frame(scipy.sparse.csr_matrix(self.cells).astype(np.float32), labels, self.genes).write_h5ad(self.folder / "screen.h5ad")
        (self.folder / "screen.cfg").write_text("path = screen.h5ad\n")
        labels = np.array(labels)
        self.labels = labels
        self.mean = {c: self.cells[labels == c].mean(0) for c in ["ctrl", *self.conditions]}
        self.guess = {c: np.maximum(0, np.round((self.mean["ctrl"] + 0.7 * self.effect[c]) * 256) / 256) for c in self.conditions}

    def expected(self, guess):
        """{condition: (l2, pearson-delta)} of profiles in the screen's gene order."""
        out = {}
        for c, x in guess.items():
            d, truth = x - self.mean["ctrl"], self.mean[c] - self.mean["ctrl"]
            out[c] = np.linalg.norm(x - self.mean[c]), np.corrcoef(d, truth)[0, 1] if d.std() > 0 else None
        return out

    def score(self, name, prediction, *more, ranks=1):
        out = self.folder / f"{name}.{ranks}"
        done = harness.run(ranks, "score", "--dataset", self.folder / "screen.cfg", "--prediction", prediction, *METRICS, *more, "--out", out)
        self.report.check(done.returncode == 0, f"{name} on {ranks}: {done.stderr[:1500]}")
        return out, done.stdout

    def check(self, name, out, guess, model="M", missing=None):
        scores = {(r["perturbation"], r["metric"]): r for r in read(out / "scores.csv") if r["model"] == model}
        for c, (l2, pearson) in self.expected(guess).items():
            for metric, value in (("l2", l2), ("pearson-delta", pearson)):
                row = scores.get((c, metric))
                fine = row is not None and row["status"] == "ok" and abs(float(row["value"]) - value) < 1e-9
                self.report.check(fine, f"{name}: {metric} of {c} is {row}, expected {value}")
        for c, word in (missing or {}).items():
            row = scores.get((c, "l2"))
            self.report.check(row is not None and row["status"] == word and row["value"] == "", f"{name}: {c} is {row}, expected {word}")
        self.report.check(len(scores) == 2 * (len(guess) + len(missing or {})), f"{name}: {len(scores)} rows")


def check_forms(made, report):
    """The same predictions in every form, genes shuffled, give the same bytes."""
    rng = np.random.default_rng(1)
    order = rng.permutation(40)
    matrix = np.stack([made.guess[c] for c in made.conditions])
    means = frame(matrix, made.conditions, made.genes)
    means.write_h5ad(made.folder / "P.h5ad")
    first, text = made.score("means", f"path={made.folder}/P.h5ad as=M")
    made.check("means", first, made.guess)
    wanted = harness.tables(first)
    report.check("note:" not in text, f"a whole prediction is noted\n{text}")
    report.check(read(first / "scores.csv")[0]["split"] == "all", "the split is not called all")

    def same(name, ranks=1, path="P.h5ad", options=""):
        folder = made.folder / name
        out, _ = made.score(name, f"path={folder / path} as=M {options}", ranks=ranks)
        found = harness.tables(out)
        for table in ("scores.csv", "summary.csv"):
            report.check(found[table] == wanted[table], f"{name} on {ranks}: other bytes of {table}")

    def place(name):
        (made.folder / name).mkdir()
        return made.folder / name

    swapped = ["+".join(reversed(c.split("+"))) if "+" in c else c + "+ctrl" for c in made.conditions]
    shuffled = means[rng.permutation(10)][:, order].copy()
    shuffled.write_h5ad(place("shuffled") / "P.h5ad")
    frame(matrix, swapped, made.genes).write_h5ad(place("orders") / "P.h5ad")
    frame(scipy.sparse.csc_matrix(matrix[:, order]), made.conditions, made.genes[order]).write_h5ad(place("csc") / "P.h5ad")
    table = pd.DataFrame(matrix[:, order], index=pd.Index(made.conditions, name="perturbation"), columns=made.genes[order])
    table.to_csv(place("csv") / "P.csv")
    table.to_csv(place("tsv") / "P.tsv.gz", sep="\t")
    table.rename_axis(None).assign(split="one", context="K562").to_csv(place("labels") / "P.csv")
    archive = place("archive")
    (archive / "all_predictions.json").write_text(json.dumps({c: list(x) for c, x in zip(made.conditions, matrix[:, order])}, indent=4))
    (archive / "gene_names.json").write_text(json.dumps(list(made.genes[order])))
    # cells around each mean, in pairs that cancel: their mean is the mean itself
    noise = np.round(rng.normal(0, 0.2, (10, 6, 40)) * 1024) / 1024
    cells = (matrix[:, None, :] + np.concatenate([noise, -noise], axis=1)).reshape(-1, 40)
    names = np.repeat(made.conditions, 12)
    mixed = rng.permutation(120)
    frame(scipy.sparse.csr_matrix(cells[mixed][:, order]), names[mixed], made.genes[order]).write_h5ad(place("cells") / "P.h5ad")
    same("shuffled"), same("orders"), same("csc"), same("labels", path="P.csv")
    for ranks in (1, 3):
        same("csv", ranks, "P.csv"), same("tsv", ranks, "P.tsv.gz"), same("archive", ranks, "all_predictions.json"), same("cells", ranks)
    underscores = place("underscores")
    (underscores / "all_predictions.json").write_text(json.dumps({c.replace("+", "_"): list(x) for c, x in zip(swapped, matrix[:, order])}))
    (underscores / "gene_names.json").write_text(json.dumps(list(made.genes[order])))
    same("underscores", 1, "all_predictions.json", "separator=_")
    # what a run saved is read back
    study = made.folder / "saving.cfg"
    study.write_text("dataset = screen.cfg\nprotocol = cross-validation folds=2\nmodel = additive\nmodel = perturbed-mean\n"
                     "metric = l2\nsave-predictions = yes\n")
    done = harness.run(2, "run", study, "--out", made.folder / "saved")
    report.check(done.returncode == 0, done.stderr[:1500])
    for model in ("additive", "perturbed-mean"):
        done = harness.run(1, "score", "--study", study, "--prediction",
                           f"path={made.folder}/saved/predictions/screen.cross-validation.{{split}}.{model}.h5ad as=again", "--out", made.folder / f"again-{model}")
        report.check(done.returncode == 0, done.stderr[:1500])
        rows = read(made.folder / f"again-{model}" / "scores.csv")
        fields = ("split", "perturbation", "metric", "value", "status")
        one = [[r[f] for f in fields] for r in rows if r["model"] == model]
        two = [[r[f] for f in fields] for r in rows if r["model"] == "again"]
        report.check(one == two and len(one) == 10, f"{model}: what was saved scores otherwise\n{one}\n{two}")
        if model == "additive":
            report.check(any(r[-1] == "no_single" for r in two), "no saved status was read back")


def check_gaps(made, report):
    """Missing genes and conditions, extra ones, constants and NaN: counted, told, never filled in silence."""
    kept = [g for g in range(40) if g not in (3, 17)]
    conditions = made.conditions[:7]
    matrix = np.stack([made.guess[c] for c in conditions])
    matrix[1] = 0.5   # constant
    matrix[2, 9] = np.nan
    matrix[3, 4] = np.inf
    extra = np.concatenate([matrix[:, kept], np.ones((2, 38))])
    data = frame(extra, [*conditions, "G30", "G31"], made.genes[kept])
    data = anndata.concat([data, frame(np.full((9, 1), 5.0), list(data.obs["condition"]), ["unheard-of"])], axis=1, merge="first")
    data.obs["condition"] = [*conditions, "G30", "G31"]
    data.write_h5ad(made.folder / "gaps.h5ad")
    guess = {}
    for i, c in enumerate(conditions):
        x = matrix[i].copy()
        x[[3, 17]] = made.mean["ctrl"][[3, 17]]
        guess[c] = x
    finite = {c: x for c, x in guess.items() if np.isfinite(x).all()}
    missing = {c: "not_finite" for c in guess if c not in finite}
    for ranks in (1, 3):
        out, text = made.score("gaps", f"path={made.folder}/gaps.h5ad as=M", ranks=ranks)
        made.check("gaps", out, finite, missing=missing)
        message = read(out / "tasks.csv")[0]["message"]
        for pattern in (r"2 of 40 genes are missing in .*gaps\.h5ad \(first: G3, G17\); they count as not changed",
                        r"2 condition\(s\) of .*gaps\.h5ad hold a value that is not finite: status not_finite",
                        r"2 condition\(s\) of .*gaps\.h5ad are not in dataset 'screen' and are left aside \(first: G30\)"):
            report.check(re.search(pattern, message), f"tasks.csv lacks {pattern}: {message}")
            report.check(re.search(pattern, text), f"the log lacks {pattern}: {text}")
        notes = json.loads((out / "run.json").read_text())["predictions"]["screen.all.all.M"]["notes"]
        report.check(len(notes) >= 3, f"run.json: {notes}")
        report.check(harness.tables(out) == harness.tables(made.folder / "gaps.1"), f"gaps: other bytes on {ranks} ranks")
    # a cell with a value that is not finite takes its condition out, and no other
    cells = np.repeat(np.stack([made.guess[c] for c in made.conditions]), 4, axis=0)
    cells[5, 2] = np.nan
    frame(cells, np.repeat(made.conditions, 4), made.genes).write_h5ad(made.folder / "nancells.h5ad")
    for ranks in (1, 3):
        out, _ = made.score("nancells", f"path={made.folder}/nancells.h5ad as=M", ranks=ranks)
        made.check("nancells", out, {c: x for c, x in made.guess.items() if c != "G1"}, missing={"G1": "not_finite"})
    # a study asks for conditions that the file lacks
    study = made.folder / "asks.cfg"
    study.write_text("dataset = screen.cfg\nprotocol = cross-validation folds=2\nmodel = no-change\nmodel = additive\nbaseline = additive\nmetric = l2\n")
    done = harness.run(1, "score", "--study", study, "--split", "1.1", "--prediction", f"path={made.folder}/gaps.h5ad as=M", "--out", made.folder / "asks")
    if not report.check(done.returncode == 0, done.stderr[:1500]):
        return
    rows = read(made.folder / "asks" / "scores.csv")
    report.check({r["model"] for r in rows} == {"no-change", "additive", "M"}, "the study's models do not run beside the prediction")
    mine = {r["perturbation"]: r["status"] for r in rows if r["model"] == "M"}
    absent = [c for c in mine if c not in conditions]
    report.check(absent and all(mine[c] == "no_prediction" for c in absent), f"absent conditions: {mine}")
    report.check(all(mine[c] == ("ok" if c in finite else "not_finite") for c in mine if c in guess), f"present conditions: {mine}")
    message = next(r["message"] for r in read(made.folder / "asks" / "tasks.csv") if r["model"] == "M")
    report.check(f"{len(absent)} of {len(mine)} held-out conditions are not in" in message, f"tasks.csv: {message}")
    row = next(r for r in read(made.folder / "asks" / "summary.csv") if r["model"] == "M" and r["group"] == "*")
    report.check(int(row["missing"]) == sum(word != "ok" for word in mine.values()), f"summary.csv counts {row['missing']} missing")


def check_counts(made, report):
    """Counts of cells are scaled to the library size of the measured screen, its median included."""
    rng = np.random.default_rng(5)
    labels = np.array(["ctrl"] * 40 + ["G1"] * 15 + ["G2"] * 15)
    counts = rng.poisson(3, (70, 20)) + 1
    predicted = rng.poisson(6, (24, 20)) + 1
    names = np.repeat(["G1", "G2"], 12)
    genes = [f"G{g}" for g in range(20)]
    frame(scipy.sparse.csr_matrix(counts).astype(np.float32), labels, genes).write_h5ad(made.folder / "counts.h5ad")
    frame(scipy.sparse.csr_matrix(predicted).astype(np.float32), names, genes).write_h5ad(made.folder / "pcounts.h5ad")
    for target in ("median", "500"):
        (made.folder / "counts.cfg").write_text(f"path = counts.h5ad\nvalues = counts\ntarget-sum = {target}\n")
        size = np.median(counts.sum(1)) if target == "median" else 500.0
        log = lambda x: np.log1p(x / x.sum(1, keepdims=True) * size)
        real, guess = log(counts), log(predicted)
        for ranks in (1, 3):
            out = made.folder / f"counts-{target}.{ranks}"
            done = harness.run(ranks, "score", "--dataset", made.folder / "counts.cfg", "--prediction",
                               f"path={made.folder}/pcounts.h5ad as=M", "--metric", "l2", "--out", out)
            report.check(done.returncode == 0, done.stderr[:1500])
            for row in read(out / "scores.csv"):
                c = row["perturbation"]
                value = np.linalg.norm(real[labels == c].mean(0) - guess[names == c].mean(0))
                report.check(abs(float(row["value"]) - value) < 1e-9, f"counts {target}: {row}, expected {value}")
            report.check(harness.tables(out) == harness.tables(made.folder / f"counts-{target}.1"), "counts: other bytes")


def check_splits(made, report):
    """Several splits: one file with a column, or one file each; resumed; --split; refused without either."""
    study = made.folder / "cv.cfg"
    study.write_text("dataset = screen.cfg\nprotocol = cross-validation folds=2\nmodel = perturbed-mean\nmetric = l2\n")
    parts = []
    for k, split in enumerate(("1.1", "1.2")):
        matrix = np.stack([made.guess[c] for c in made.conditions]) + k
        parts.append(frame(matrix, made.conditions, made.genes, split=[split] * 10))
        parts[-1].write_h5ad(made.folder / f"S_{split}.h5ad")
    whole = anndata.concat(parts, index_unique="-")
    whole.write_h5ad(made.folder / "S.h5ad")
    tables = []
    for path in ("S.h5ad", "S_{split}.h5ad"):
        out = made.folder / f"cv-{path[:2]}"
        done = harness.run(3, "score", "--study", study, "--prediction", f"path={made.folder}/{path} as=M", "--out", out)
        if not report.check(done.returncode == 0, done.stderr[:1500]):
            return
        tables.append([r for r in read(out / "scores.csv") if r["model"] == "M"])
    splits = sorted({r["split"] for r in tables[0]})
    report.check(tables[0] == tables[1] and len(tables[0]) == 10, "a column of splits and a file a split differ")
    for row in tables[0]:
        k = splits.index(row["split"])
        value = np.linalg.norm(made.guess[row["perturbation"]] + k - made.mean[row["perturbation"]])
        report.check(abs(float(row["value"]) - value) < 1e-9, f"split {row['split']}: {row}, expected {value}")
    again = harness.run(1, "score", "--study", study, "--prediction", f"path={made.folder}/S.h5ad as=M", "--out", made.folder / "cv-S.")
    report.check("; 0 to do" in again.stdout, f"nothing changed, yet it works again\n{again.stdout[-800:]}")
    whole.X = whole.X + 1.0
    whole.write_h5ad(made.folder / "S.h5ad")
    again = harness.run(1, "score", "--study", study, "--prediction", f"path={made.folder}/S.h5ad as=M", "--out", made.folder / "cv-S.")
    report.check("; 2 to do" in again.stdout, f"a changed file is not scored anew\n{again.stdout[-800:]}")
    one = made.folder / "one-split"
    done = harness.run(1, "score", "--study", study, "--split", splits[1], "--prediction", f"path={made.folder}/S_{{split}}.h5ad as=M", "--out", one)
    report.check({r["split"] for r in read(one / "scores.csv")} == {splits[1]}, "--split does not limit")


def check_sentences(made, report):
    folder = made.folder
    study = folder / "cv.cfg"
    good = frame(np.stack([made.guess[c] for c in made.conditions]), made.conditions, made.genes)
    good.write_h5ad(folder / "good.h5ad")
    (folder / "text.h5ad").write_text("not HDF5\n")
    bad = good.copy()
    bad.obs = bad.obs.rename(columns={"condition": "gene_knocked"})
    bad.write_h5ad(folder / "column.h5ad")
    bad = good.copy()
    bad.var_names = [f"x{g}" for g in range(40)]
    bad.write_h5ad(folder / "genes.h5ad")
    bad = good.copy()
    bad.obs["condition"] = [f"x{c}" for c in range(10)]
    bad.write_h5ad(folder / "conditions.h5ad")
    bad = good.copy()
    bad.obs["condition"] = [*made.conditions[:9], "G1+G0"]
    bad.write_h5ad(folder / "twice.h5ad")
    bad = good.copy()
    bad.obs["condition"] = [*made.conditions[:9], "G0"]
    bad.write_h5ad(folder / "twice2.h5ad")
    bad = good.copy()
    bad.var_names = [*made.genes[:39], "G0"]
    bad.write_h5ad(folder / "genetwice.h5ad")
    good[:, :30].copy().write_h5ad(folder / "fewgenes.h5ad")
    (folder / "ragged.csv").write_text("condition,G0,G1\nG0,1,2\nG1,1\n")
    (folder / "word.csv").write_text("condition,G0,G1\nG0,1,2\nG1,1,two\n")
    (folder / "alone").mkdir(exist_ok=True)
    (folder / "alone" / "all_predictions.json").write_text('{"G0": [1, 2]}')
    dataset = ("--dataset", folder / "screen.cfg")
    cases = [
        (dataset, "path=absent.h5ad", r"absent\.h5ad: the file is missing"),
        (dataset, "path=text.h5ad", r"text\.h5ad: is no screen file \(HDF5's signature is absent\)"),
        (dataset, "path=column.h5ad", r"column\.h5ad: obs has no column 'condition' .*\(columns: gene_knocked\); set condition-column"),
        (dataset, "path=good.h5ad condition-column=guide", r"obs has no column 'guide'"),
        (dataset, "path=genes.h5ad", r"genes\.h5ad: none of its genes \('x0' \.\.\.\) is one of dataset 'screen'"),
        (dataset, "path=conditions.h5ad", r"conditions\.h5ad: none of its conditions \('x9' \.\.\.\) is one of dataset 'screen'"),
        (dataset, "path=twice.h5ad", r"twice\.h5ad: condition 'G0\+G1' has two rows"),
        (dataset, "path=twice2.h5ad", r"twice2\.h5ad: condition 'G0' has 2 rows, but most conditions have one"),
        (dataset, "path=genetwice.h5ad", r"genetwice\.h5ad: gene 'G0' has 2 columns, but 1 in dataset 'screen'"),
        (dataset, "path=fewgenes.h5ad missing-genes=refuse", r"10 of 40 genes are missing in .*fewgenes\.h5ad \(first: G30, G31, G32\); predict them"),
        (dataset, "path=good.h5ad values=counts", r"good\.h5ad: holds one row a condition, .* values=counts cannot be"),
        (dataset, "path=ragged.csv", r"ragged\.csv:3: 2 field\(s\), but the first line has 3"),
        (dataset, "path=word.csv", r"word\.csv:3: 'two' in column G1 is no number"),
        (dataset, "path=alone/all_predictions.json", r"gene_names\.json is missing beside it"),
        (dataset, "as=M", r"--prediction \"as=M\": model 'predictions' names no file"),
        (dataset, "path=good.h5ad pth=x", r"--prediction .*: .*unknown option 'pth'"),
        (("--study", study), "path=good.h5ad", r"good\.h5ad: the study has several splits of dataset 'screen', but the file has no obs column 'split' and its path no \{split\}"),
        (("--study", study, "--split", "9"), "path=good.h5ad", r"cv\.cfg: there is no split '9' \(splits: "),
        ((), "path=good.h5ad", r"give --dataset D\.cfg or --study S\.cfg"),
    ]
    for arguments, prediction, pattern in cases:
        prediction = prediction.replace("path=", f"path={folder}/")
        out = folder / "refused"
        metrics = METRICS if "--study" not in arguments else ()
        done = harness.run(1, "score", *arguments, "--prediction", prediction, *metrics, "--out", out, timeout=60)
        sentences = harness.own_lines(done.stderr)
        report.check(done.returncode == 2 and any(re.search(pattern, s) for s in sentences), f"{prediction}: {done.returncode} {sentences}, expected {pattern}")
        report.check(not out.exists(), f"{prediction}: a folder was left behind")
    done = harness.run(3, "score", *dataset, "--prediction", f"path={folder}/absent.h5ad", *METRICS, "--out", folder / "refused", timeout=60)
    report.check(done.returncode == 2, f"3 ranks: status {done.returncode}")
    done = harness.run(1, "score", *dataset, *METRICS, "--out", folder / "refused")
    report.check(any("no prediction is given" in s for s in harness.own_lines(done.stderr)), done.stderr[:500])
    out, text = made.score("two", f"path={folder}/good.h5ad as=A", "--prediction", f"path={folder}/fewgenes.h5ad as=B")
    report.check({r["model"] for r in read(out / "scores.csv")} == {"A", "B"}, "two predictions at once")
    report.check("B: note: 10 of 40 genes are missing" in text and "A: note" not in text, f"notes are not told of the right one\n{text}")


def check_compare(made, report):
    folder = made.folder
    a, b = folder / "means.1", folder / "shuffled.1"
    done = harness.run(1, "compare", a, b, "--tolerance", "0", "--out", folder / "compare.csv")
    report.check(done.returncode == 0 and " 0 fail" in done.stdout and "PASS  screen all * M" in done.stdout, done.stdout + done.stderr)
    report.check(all(r["result"] == "PASS" for r in read(folder / "compare.csv")), "compare.csv")
    changed = folder / "changed"
    changed.mkdir()
    rows = read(a / "summary.csv")
    rows[0]["mean"] = repr(float(rows[0]["mean"]) * 1.01)
    with open(changed / "summary.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    done = harness.run(1, "compare", a, changed)
    report.check(done.returncode == 2 and done.stdout.count("FAIL") == 1, f"a changed mean passes\n{done.stdout}")
    report.check(harness.own_lines(done.stderr) == [f"pertscale: 1 of {len(rows)} figures differ by more than their tolerance"], done.stderr)
    report.check(harness.run(1, "compare", a, changed, "--tolerance", "0.02").returncode == 0, "--tolerance is not heeded")
    mean = float(next(r["mean"] for r in read(a / "summary.csv") if r["metric"] == "l2" and r["group"] == "*"))
    published = folder / "published.csv"
    published.write_text("source,citation,dataset,protocol,split,model,group,metric,value,note\n"
                         f's,"A, B",screen,all,*,M,*,l2,{mean:.2f},\ns,c,screen,all,*,GEARS,*,l2,1,\n')
    done = harness.run(1, "compare", a, "--published", published, "--tolerance", "0")
    report.check(done.returncode == 0 and "1 figures: 1 pass, 0 fail; 1 reference(s) have no counterpart" in done.stdout, done.stdout + done.stderr)
    done = harness.run(1, "compare", a, folder)
    report.check(done.returncode == 2 and "summary.csv: the file is missing" in done.stderr, done.stderr)


def check_cell_eval(made, report):
    """Columns of means of cell-eval 0.8.2 on its golden screen: 1e-9 relative (README there)."""
    golden = "golden/cell-eval/"
    if not report.needs_shared(golden + "real.h5ad", golden + "pred.h5ad", golden + "cell-eval-0.8.2/main-f64.results.csv"):
        return
    folder = harness.SHARED / golden
    (made.folder / "papalexi.cfg").write_text(f"path = {folder}/real.h5ad\ncontrol = non-targeting\nseparator =\n")
    out = made.folder / "cell-eval"
    metrics = [word for name in ("delta-pearson", "mse", "mae", "delta-mse", "delta-mae", "discrimination distance=l2")
               for word in ("--metric", f"bulk-{name} compat=cell-eval-0.8.2")]
    done = harness.run(2, "score", "--dataset", made.folder / "papalexi.cfg", "--prediction", f"path={folder}/pred.h5ad as=main-f64",
                       "--metrics", "cell-eval-0.8.2:pds", *metrics, "--out", out)
    report.check(done.returncode == 0, done.stderr[:1500])
    done = harness.run(1, "report", "--format", "cell-eval", out)
    report.check(done.returncode == 0, done.stderr[:1500])
    for kind, key in (("results", "perturbation"), ("agg_results", "statistic")):
        wanted = read(folder / "cell-eval-0.8.2" / f"main-f64.{kind}.csv")
        found = read(out / "cell-eval" / f"main-f64.{kind}.csv")
        report.check([r[key] for r in found] == [r[key] for r in wanted], f"{kind}: other rows")
        columns = [c for c in wanted[0] if c in found[0]]
        report.check(list(found[0]) == columns, f"{kind}: columns {list(found[0])}")
        for column in ("pearson_delta", "mse", "mae", "mse_delta", "mae_delta", "discrimination_score_l1", "discrimination_score_l2"):
            for mine, theirs in zip(found, wanted):
                fine = abs(float(mine[column]) - float(theirs[column])) <= 1e-9 * abs(float(theirs[column])) + 1e-15
                report.check(fine, f"{kind}: {column} of {theirs[key]} is {mine[column]}, not {theirs[column]}")
    done = harness.run(1, "report", "--format", "cell-eval", made.folder / "means.1")
    report.check(done.returncode == 2 and "holds no metric of cell-eval" in done.stderr, done.stderr)
    done = harness.run(1, "report", "--format", "celleval", out)
    report.check(done.returncode == 2 and "Did you mean 'cell-eval'?" in done.stderr, done.stderr)


def main():
    report = harness.Report()
    made = Made(report)
    check_forms(made, report)
    check_gaps(made, report)
    check_counts(made, report)
    check_splits(made, report)
    check_sentences(made, report)
    check_compare(made, report)
    check_cell_eval(made, report)
    report.end()


main()
