"""Several files as one screen, controls matched to batches, and presets, against anndata and NumPy."""
import json
import re
import warnings

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

import harness

warnings.filterwarnings("ignore")
LINES = ("A172", "T98G", "U87MG")
STUDY = """protocol = unseen-context
protocol = cross-validation folds=3
model = no-change
model = linear rank=3
metric = l2 genes=top-delta:20
metric = pearson-delta
"""
BATCHES = "values = counts\ncontrol = non-targeting\nbatch-column = replicate\ncontrol-matching = batch\n"


def ingest(report, name, cfg, ranks=1):
    """The pseudobulk file of a dataset file, and what ingest printed."""
    path, out = report.folder / f"{name}.cfg", report.folder / f"{name}.{ranks}.bulk.h5ad"
    path.write_text(cfg)
    done = harness.run(ranks, "ingest", path, "--pseudobulk", out)
    if not report.check(done.returncode == 0, f"{name}: {done.stderr[:2000]}"):
        report.end()
    return anndata.read_h5ad(out), done.stdout


def refused(report, name, cfg, pattern):
    path, out = report.folder / f"{name}.cfg", report.folder / f"{name}.h5ad"
    path.write_text(cfg)
    for ranks in (1, 3):
        done = harness.run(ranks, "ingest", path, "--pseudobulk", out, timeout=60)
        sentences = harness.own_lines(done.stderr)
        report.check(done.returncode == 2, f"{name} on {ranks}: status {done.returncode}\n{done.stderr[:1000]}")
        report.check(any(re.search(pattern, s) for s in sentences), f"{name} on {ranks}: {sentences}")
        report.check(not out.exists(), f"{name}: a file was left behind")


def tables(report, name, cfg, study, ranks):
    (report.folder / f"{name}.data.cfg").write_text(cfg)
    (report.folder / f"{name}.study.cfg").write_text(f"dataset = {name}.data.cfg\n" + study)
    out = report.folder / f"{name}.{ranks}.out"
    done = harness.run(ranks, "run", report.folder / f"{name}.study.cfg", "--out", out)
    report.check(done.returncode == 0, f"{name}: {done.stderr[:2000]}")
    return {table: (out / table).read_bytes() for table in ("scores.csv", "summary.csv")}, out


def parts_text(suffix="", contexts=True):
    return "".join(f"part = path={line}{suffix}.h5ad{f' context={line}' if contexts else ''}\n" for line in LINES)


def same(report, name, one, other, layers=("variance", "nonzero")):
    report.check(list(one.obs.index) == list(other.obs.index), f"{name}: rows differ")
    report.check(list(one.var_names) == list(other.var_names), f"{name}: genes differ")
    report.check(np.array_equal(one.X, other.X), f"{name}: means differ")
    for layer in layers:
        report.check(np.array_equal(one.layers[layer], other.layers[layer], equal_nan=True), f"{name}: {layer} differs")


def check_lines(report):
    """The three lines of one file as three files: the same bytes, however the files order their genes."""
    screen = anndata.read_h5ad(harness.SHARED / "data" / "norman-mcfaline-cells.h5ad")
    parts = [screen[screen.obs["cell_type"] == line].copy() for line in LINES]
    for line, part in zip(LINES, parts):
        part.write_h5ad(report.folder / f"{line}.h5ad")
    source = f"path = {harness.SHARED}/data/norman-mcfaline-cells.h5ad\n"
    one = "name = lines\n" + source + "control = control\ncontext-column = cell_type\nwhere = cell_type=A172,T98G,U87MG\n"
    three = "name = lines\ncontrol = control\n" + parts_text()
    wanted, out = tables(report, "one", one, STUDY, 1)
    notes = json.loads((out / "run.json").read_text())["datasets"]["lines"]["notes"]
    report.check("3375 cells left out by where = cell_type=A172,T98G,U87MG" in notes, f"run.json: {notes}")
    for ranks in (1, 3):
        found, out = tables(report, "three", three, STUDY, ranks)
        report.check(found == wanted, f"three files on {ranks} ranks do not give the bytes of the one file")
    report.check('"path": "' in (out / "run.json").read_text() and "U87MG.h5ad" in (out / "run.json").read_text(),
                 "run.json does not list the parts")
    planned = harness.run(1, "plan", report.folder / "three.study.cfg").stdout
    report.check("T98G.h5ad (context T98G): 871 rows x 500 columns" in planned, f"the plan does not show the parts\n{planned}")

    plain, _ = ingest(report, "one-bulk", one)
    column, _ = ingest(report, "column", "control = control\ncontext-column = cell_type\n" + parts_text(contexts=False))
    same(report, "parts with context-column", plain, column)
    preset, _ = ingest(report, "preset-lines", source + "preset = perturbench\nwhere = cell_type=A172,T98G,U87MG\n")
    same(report, "preset perturbench", plain, preset)

    # other orders and layouts, a gene that one file lacks, and one that another file has twice
    rng = np.random.default_rng(3)
    shuffled = parts[1][:, rng.permutation(500)].copy()
    shuffled.X = shuffled.X.toarray()
    lacking = parts[2][:, [g for g in range(500) if g != 7]].copy()
    lacking.X = scipy.sparse.csc_matrix(lacking.X)
    for suffix, changed in (("-s", [parts[0], shuffled, parts[2]]), ("-l", [parts[0], shuffled, lacking])):
        for line, part in zip(LINES, changed):
            part.write_h5ad(report.folder / f"{line}{suffix}.h5ad")
    found, _ = ingest(report, "shuffled", "control = control\ncommon-genes = identical\n" + parts_text("-s"))
    same(report, "shuffled genes", plain, found)
    found, text = ingest(report, "lacking", "control = control\n" + parts_text("-l"), 3)
    same(report, "a missing gene", plain[:, [g for g in range(500) if g != 7]], found)
    report.check("1 of 500 genes of " in text and text.count("not common to all files") == 2, f"lost genes are not told\n{text}")
    report.check("of 499 genes" not in text, f"a file that loses nothing is told of\n{text}")
    twice = parts[2].copy()
    twice.var_names = [*twice.var_names[:-1], twice.var_names[0]]
    twice.write_h5ad(report.folder / "twice.h5ad")
    found, text = ingest(report, "twice", "control = control\n" + parts_text().replace("U87MG.h5ad", "twice.h5ad"))
    same(report, "a repeated gene", plain[:, :-1], found)
    report.check("1 of 500 genes of " in text and "(1) a name that occurs before" in text, f"a repeated gene is not told of\n{text}")

    refused(report, "identical", "control = control\ncommon-genes = identical\n" + parts_text("-l"),
            rf"A172-l\.h5ad: gene '{screen.var_names[7]}' is not once in each of the 3 files, but common-genes")
    bare = parts[1][parts[1].obs["condition"] != "control"].copy()
    bare.obs = bare.obs.drop(columns="ncounts")
    bare.write_h5ad(report.folder / "bare.h5ad")
    with_bare = "control = control\n" + parts_text().replace("T98G.h5ad", "bare.h5ad")
    refused(report, "no-control", with_bare, r"no-control\.cfg: no control cell in context T98G; leave it out of the parts")
    refused(report, "no-column", with_bare + "where = ncounts>1\n", r"bare\.h5ad: obs has no column 'ncounts'")
    bare.var_names = [f"other{g}" for g in range(500)]
    bare.write_h5ad(report.folder / "other.h5ad")
    refused(report, "no-gene", "control = control\n" + parts_text().replace("T98G.h5ad", "other.h5ad"),
            r"no gene is common to all 3 files .*A172\.h5ad: 'PERM1'")


def normalised(counts, target=None):
    total = counts.sum(1)
    target = target or np.median(total[total > 0])
    return np.log1p(counts * target / np.where(total > 0, total, 1)[:, None]), target


def matched_control(values, obs, condition, kept):
    """sum_b w_b x mean of the control cells of batch b."""
    control = ((obs["condition"] == "non-targeting") & kept).to_numpy()
    cells = ((obs["condition"] == condition) & kept).to_numpy()
    batch = obs["replicate"].astype(str).to_numpy()
    return sum((batch[cells] == b).mean() * values[control & (batch == b)].mean(0) for b in np.unique(batch[cells]))


def check_batches(report):
    path = harness.SHARED / "data" / "papalexi-counts.h5ad"
    screen = anndata.read_h5ad(path)
    obs, counts = screen.obs, screen.X.toarray().astype(float)
    values, _ = normalised(counts)
    cfg = f"path = {path}\n" + BATCHES
    bulks = [ingest(report, "papalexi", cfg, ranks)[0] for ranks in (1, 2, 3, 4)]
    for bulk in bulks[1:]:
        same(report, "matched controls on more ranks", bulks[0], bulk, ("variance", "nonzero", "control"))
    bulk, every = bulks[0], pd.Series(True, obs.index)
    for condition in ("STAT2", "IFNGR1", "CAV1"):
        row = list(bulk.obs["condition"]).index(condition)
        wanted = matched_control(values, obs, condition, every)
        report.check(np.abs(bulk.layers["control"][row] - wanted).max() < 1e-12, f"matched control of {condition}")
        report.check(np.abs(bulk.X[row] - values[(obs["condition"] == condition).to_numpy()].mean(0)).max() < 1e-12, f"X of {condition}")
    pooled, _ = ingest(report, "pooled", cfg.replace("= batch", "= pooled"))
    report.check("control" not in pooled.layers and np.array_equal(pooled.X, bulk.X), "X is not the plain mean")
    row = list(bulk.obs["condition"]).index("non-targeting")
    report.check(np.array_equal(bulk.layers["control"][row], bulk.X[row]), "control's matched control is not itself")

    # no-change predicts the pooled control, so its l2 is the length of the matched change
    study = "protocol = cross-validation folds=3\nmodel = no-change\nmetric = l2\n"
    found, _ = tables(report, "matched", cfg, study, 1)
    again, out = tables(report, "matched", cfg, study, 3)
    report.check(found == again, "matched scores differ on 3 ranks")
    scores = pd.read_csv(out / "scores.csv")
    length = dict(zip(bulk.obs["condition"], np.linalg.norm(bulk.X - bulk.layers["control"], axis=1)))
    report.check(all(abs(v - length[p]) < 1e-9 for p, v in zip(scores["perturbation"], scores["value"])), "l2 of matched changes")

    # a damaged product is made again
    product = next((out / "cache").glob("*.matched"))
    damaged = bytearray(product.read_bytes())
    damaged[5000] ^= 1
    product.write_bytes(damaged)
    mended, _ = tables(report, "matched", cfg, study + "metric = mse\n", 3)
    wanted, _ = tables(report, "clean", "name = matched.data\n" + cfg, study + "metric = mse\n", 1)
    report.check(mended == wanted, "a damaged product of matched controls was taken")

    few, _ = ingest(report, "few-genes", cfg + "genes = hvg:40\n")
    at = [list(bulk.var_names).index(g) for g in few.var_names]
    report.check(40 <= len(at) < 50 and np.array_equal(few.layers["control"], bulk.layers["control"][:, at]), "matched controls of chosen genes")

    # several files of one context; one of them lacks a gene, whose counts are in its library sizes only
    names = ("rep_1", "rep_2", "rep_3")
    for name in names:
        part = screen[obs["replicate"] == name]
        part.write_h5ad(report.folder / f"{name}.h5ad")
    files = "".join(f"part = path={name}.h5ad\n" for name in names) + BATCHES
    several, text = ingest(report, "several", files)
    same(report, "several files of one context", bulk, several, ("variance", "nonzero", "control"))
    report.check("3 batches in obs column 'replicate'" in text, f"batches are not counted\n{text}")
    common = screen.var_names[5:]
    screen[obs["replicate"] == "rep_1"][:, 5:].write_h5ad(report.folder / "rep_1.h5ad")
    lacking, _ = ingest(report, "several-lacking", files.replace("control-matching = batch", "control-matching = pooled"))
    short = counts.copy()
    short[(obs["replicate"] == "rep_1").to_numpy(), :5] = 0
    wanted, _ = normalised(short)
    rows = [wanted[(obs["condition"] == c).to_numpy()].mean(0)[5:] for c in lacking.obs["condition"]]
    report.check(list(lacking.var_names) == list(common) and np.abs(lacking.X - rows).max() < 1e-12, "library sizes of files with other genes")

    # cells of a batch without control, and cells of no batch, are left out
    odd = screen.copy()
    batch = odd.obs["replicate"].astype(str).astype(object)
    batch[((odd.obs["replicate"] == "rep_3") & (odd.obs["condition"] == "non-targeting")).to_numpy()] = "rep_2"
    batch[:10] = None
    odd.obs["replicate"] = pd.Categorical(batch)
    odd.write_h5ad(report.folder / "odd.h5ad")
    found, text = ingest(report, "odd", f"path = {report.folder}/odd.h5ad\n" + BATCHES)
    kept = odd.obs["replicate"].notna() & (odd.obs["replicate"] != "rep_3")
    lost = int((odd.obs["replicate"] == "rep_3").sum())
    report.check(f"{lost} cells left out: no control cells in their batch" in text, f"cells without matched control\n{text}")
    report.check("10 cells left out: no batch in obs column 'replicate'" in text, f"cells without a batch\n{text}")
    values, _ = normalised(counts[kept.to_numpy()])
    row = list(found.obs["condition"]).index("STAT2")
    wanted = matched_control(values, odd.obs[kept], "STAT2", pd.Series(True, odd.obs.index[kept]))
    report.check(np.abs(found.layers["control"][row] - wanted).max() < 1e-12, "matched control of what is left")
    refused(report, "unmatched", f"path = {path}\nvalues = counts\ncontrol = non-targeting\nbatch-column = guide\ncontrol-matching = batch\n",
            r"no perturbed cell is in a batch that has control cells \(batch-column = guide\)")


def check_latent(report):
    bulk, _ = ingest(report, "latent", "rows = pseudobulk\nvalues = latent\ncontrol = control\n" + "".join(
        f"part = path={harness.SHARED}/data/replogle-{line.lower()}-latent.h5ad context={line}\n" for line in ("K562", "RPE1")))
    for line in ("K562", "RPE1"):
        file = anndata.read_h5ad(harness.SHARED / "data" / f"replogle-{line.lower()}-latent.h5ad")
        mine = bulk[bulk.obs["context"] == line]
        order = [list(file.obs["condition"]).index(c) for c in mine.obs["condition"]]
        report.check(len(order) == 301 and np.array_equal(mine.X, file.X[order]), f"latent rows of {line}")


# preset -> columns that its source has, explicit keys that say the same
PRESETS = {
    "gears": (["ctrl", "A+ctrl", "ctrl+A", "A+B"], {"condition": None, "cell_type": ["x", "y"]}, "gene_name",
              "condition-column = condition\ncontrol = ctrl\nseparator = +\ngene-column = gene_name\n"),
    "scperturb": (["control", "A", "A_B", "non-targeting"], {"perturbation": None, "batch": ["b1", "b2"], "guide_id": ["g1", "g2"]}, None,
                  "condition-column = perturbation\ncontrol = control,non-targeting\nseparator = _\nbatch-column = batch\n"
                  "guide-column = guide_id\n"),
    "replogle": (["non-targeting", "A", "A_B+C"], {"gene": None, "gem_group": [1, 2], "sgID_AB": ["s1", "s2"]}, "gene_name",
                 "condition-column = gene\ncontrol = non-targeting\nseparator =\nbatch-column = gem_group\nguide-column = sgID_AB\n"
                 "gene-column = gene_name\n"),
    "perturbench": (["control", "A", "A+B"], {"condition": None, "cell_type": ["x", "y"]}, None,
                    "condition-column = condition\ncontrol = control\nseparator = +\ncontext-column = cell_type\n"),
}


def check_presets(report):
    rng = np.random.default_rng(5)
    for name, (labels, columns, gene_column, explicit) in PRESETS.items():
        n = 80
        obs = pd.DataFrame({column: pd.Categorical(np.resize(labels, n)) if values is None else np.repeat(values, n // 2)
                            for column, values in columns.items()}, index=[f"c{i}" for i in range(n)])
        var = pd.DataFrame({gene_column: ["A", "B", "C"]} if gene_column else None, index=["A", "B", "C"] if not gene_column else ["E1", "E2", "E3"])
        data = anndata.AnnData(rng.random((n, 3)).astype(np.float32), obs=obs, var=var)
        data.write_h5ad(report.folder / f"{name}.source.h5ad")
        by_preset, text = ingest(report, f"preset-{name}", f"path = {name}.source.h5ad\npreset = {name}\n")
        by_keys, other = ingest(report, f"keys-{name}", f"path = {name}.source.h5ad\n" + explicit)
        same(report, f"preset {name}", by_preset, by_keys)
        notes = [[line for line in t.splitlines() if line.startswith("note")] for t in (text, other)]
        report.check(notes[0] == notes[1], f"preset {name}: notes {notes}")

        # what the file lacks is skipped and told; what is asked for by name is not
        first = next(iter(columns))
        bare = anndata.AnnData(data.X, obs=obs[[first]], var=pd.DataFrame(index=var.index))
        bare.write_h5ad(report.folder / f"{name}.bare.h5ad")
        _, text = ingest(report, f"bare-{name}", f"preset = {name}\npath = {name}.bare.h5ad\n")
        lacked = len([c for c in columns if c not in (first, "cell_type")]) + (gene_column is not None) + (name == "perturbench")
        report.check(text.count(f"preset {name}: ") == lacked, f"preset {name}: {lacked} absent columns\n{text}")
    found, _ = ingest(report, "explicit", "path = scperturb.source.h5ad\nseparator = +\npreset = scperturb\ncontrol = control\n")
    report.check(list(found.obs["condition"]) == ["A", "A_B", "control", "non-targeting"], f"explicit keys: {list(found.obs['condition'])}")
    refused(report, "explicit-absent", "path = scperturb.bare.h5ad\npreset = scperturb\nbatch-column = batch\n", r"no column 'batch'")
    refused(report, "matching-absent", "path = scperturb.bare.h5ad\npreset = scperturb\ncontrol-matching = batch\n",
            r"control-matching = batch needs a batch-column, and .*scperturb\.bare\.h5ad has no obs column 'batch'")

    labels = np.resize(np.array(["non-targeting", "A", "nan", None], dtype=object), 80)
    odd = anndata.AnnData(rng.random((80, 3)).astype(np.float32), obs=pd.DataFrame({"gene": pd.Categorical(labels)}, index=obs.index))
    odd.write_h5ad(report.folder / "nan.h5ad")
    found, text = ingest(report, "nan", "path = nan.h5ad\npreset = replogle\n")
    report.check("nan" in list(found.obs["condition"]) and "20 cells of a condition called nan" in text, f"a condition called nan\n{text}")
    report.check("20 cells left out: no value in obs column 'gene'" in text, f"cells without a label\n{text}")
    found, _ = ingest(report, "no-nan", "path = nan.h5ad\npreset = replogle\nwhere = gene!=nan\n")
    report.check(list(found.obs["condition"]) == ["A", "non-targeting"], "where = gene!=nan")


def main():
    report = harness.Report()
    if report.needs_shared("data/norman-mcfaline-cells.h5ad", "data/papalexi-counts.h5ad", "data/replogle-k562-latent.h5ad",
                           "data/replogle-rpe1-latent.h5ad"):
        check_lines(report)
        check_batches(report)
        check_latent(report)
    check_presets(report)
    report.end()


main()
