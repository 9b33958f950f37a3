"""Bad input of every kind: a sentence a mistake, status 2, no output left behind, on 1 and 3 ranks, no hang."""
import csv
import re
import subprocess

import harness

GOOD = "dataset = good.h5ad\nprotocol = cross-validation folds=3\nmodel = no-change\nmetric = l2\n"


def variant(**changes):
    """The good study with a line changed or added: key_N=text."""
    lines = GOOD.splitlines()
    for key, text in changes.items():
        key = key.rstrip("_0123456789").replace("_", "-")
        at = [i for i, line in enumerate(lines) if line.startswith(f"{key} ")]
        if text is None:
            lines = [line for line in lines if not line.startswith(f"{key} ")]
        elif at and not text.startswith("+"):
            lines[at[0]] = f"{key} = {text}"
        else:
            lines.append(f"{key} = {text.lstrip('+')}")
    return "\n".join(lines) + "\n"


# name -> (study text, dataset cfg text or None, sentences expected: patterns)
STUDIES = {
    "unknown-key": ("modle = no-change\n" + GOOD, None, [r":1: unknown key 'modle'\. Did you mean 'model'\?"]),
    "no-equals": ("just words\n" + GOOD, None, [r":1: 'just words' is not of the form key = value"]),
    "unknown-model": (variant(model="no-chnage"), None, [r":3: unknown model 'no-chnage'\. Did you mean 'no-change'\?"]),
    "unknown-metric": (variant(metric="l3"), None, [r":4: unknown metric 'l3'"]),
    "unknown-protocol": (variant(protocol="cross-validaton"), None, [r":2: unknown protocol"]),
    "unknown-option": (variant(model="linear rnak=3"), None, [r"unknown option 'rnak'\. Did you mean 'rank'\?"]),
    "out-of-range": (variant(model="linear rank=0"), None, [r"rank=0 must be at least 1"]),
    "negative-ridge": (variant(model="linear ridge=-1"), None, [r"ridge=-1 must be"]),
    "not-a-number": (variant(model="linear ridge=small"), None, [r"ridge=small is not a number"]),
    "bad-choice": (variant(model="perturbed-mean weight=cell"), None, [r"weight=cell takes conditions, cells"]),
    "bad-genes": (variant(metric="l2 genes=top:5"), None, [r"genes=top:5"]),
    "bad-seeds": (variant(protocol="cross-validation seeds=5:1"), None, [r"seeds=5:1 takes ranges that rise, as 1:5"]),
    "too-many-folds": (variant(protocol="cross-validation folds=1000"), None, [r"folds=1000.*perturbations"]),
    "option-twice": (variant(model="linear rank=2 rank=3"), None, [r"option 'rank' is given twice"]),
    "no-model": (variant(model=None), None, [r"no model is given"]),
    "no-metric": (variant(metric=None), None, [r"no metric is given"]),
    "no-dataset": (variant(dataset=None), None, [r"no dataset is given"]),
    "no-protocol": (variant(protocol=None), None, [r"no protocol is given"]),
    "same-label": (variant(model_1="+no-change"), None, [r"two models have the label 'no-change'"]),
    "two-bad-models": (variant(model="no-chnage", model_1="+aditive", baseline="+additive"), None, [r":3: unknown model", r":5: unknown model"]),
    "capital-letters": (variant(metric="L2"), None, [r":4: unknown metric 'L2'\. Did you mean 'l2'\?"]),
    "empty-label": (variant(model="no-change as="), None, [r":3: 'no-change': as= has no value"]),
    "long-label": (variant(model="no-change as=" + "x" * 200, save_predictions="+yes"), None, [r"label of a model 'no-change' has 200 characters"]),
    "bad-baseline": (variant(baseline="+additive"), None, [r"baseline 'additive' is no model of this study"]),
    "absent-dataset": (variant(dataset="absent.cfg"), None, [r"absent\.cfg: no such file"]),
    "absent-screen": (variant(dataset="absent.h5ad"), None, [r"absent\.h5ad"]),
    "no-combination": (variant(protocol="unseen-combination"), "path = singles.h5ad\nvalues = counts\n", [r"no combination"]),
    "one-context": (variant(protocol="unseen-context"), None, [r"only one context"]),
    "absent-split-file": (variant(protocol="split-file path=absent.json"), None, [r"absent\.json: no such file"]),
    "bad-split-file": (variant(protocol="split-file path=bad.json"), None, [r"bad\.json"]),
    "six-mistakes": (variant(model="lineer", metric="l3", protocol="x", missing="+some", bootstrap="+0", dataset="absent.cfg"),
                     None, [r":2:", r":3:", r":4:", r":5:", r":6:", r"absent\.cfg"]),
    "unset-variable": (variant(dataset="${PERTSCALE_NO_SUCH_VARIABLE}/x.h5ad"), None, [r"PERTSCALE_NO_SUCH_VARIABLE is not set"]),
    "dataset-unknown-key": (GOOD, "path = good.h5ad\ncondition-colum = x\n", [r"cfg:2: unknown key 'condition-colum'"]),
    "dataset-no-path": (GOOD, "values = counts\n", [r"'path' is missing"]),
    "dataset-bad-values": (GOOD, "path = good.h5ad\nvalues = count\n", [r"values=count takes"]),
    "dataset-bad-where": (GOOD, "path = good.h5ad\nwhere = condition\n", [r"where=condition"]),
    "part-mistakes": (GOOD, "part = context=A\npart = path=good.h5ad contxt=A\npreset = scpertub\ncontrol-matching = batched\n"
                      "part = path=good.h5ad path=singles.h5ad\npart = path=good.h5ad context=*\ncommon-genes = union\n",
                      [r"cfg:1: part = context=A names no file", r"cfg:2: unknown option 'contxt'\. Did you mean 'context'",
                       r"cfg:3: preset=scpertub takes .*Did you mean 'scperturb'", r"cfg:4: control-matching=batched takes pooled, batch",
                       r"cfg:5: option 'path' is given twice", r"cfg:6: .*context=\* is no name", r"cfg:7: common-genes=union takes"]),
    "part-conflicts": (GOOD, "path = good.h5ad\npart = path=good.h5ad context=A\npart = path=singles.h5ad\ncontext-column = context\n"
                       "sha256 = " + "0" * 64 + "\n", [r"both 'path' and 'part'", r"sha256 is of one file", r"some parts have context=",
                                                       r"context-column and context= of parts"]),
    "part-same-file": (GOOD, "part = path=good.h5ad\npart = path=./good.h5ad\n", [r"two parts are the same file"]),
    "part-absent-file": (GOOD, "part = path=good.h5ad\npart = path=absent.h5ad\n", [r"absent\.h5ad"]),
    "matching-conflicts": (GOOD, "path = good.h5ad\nrows = pseudobulk\ncontrol-matching = batch\ncommon-genes = identical\n",
                           [r"control-matching=batch needs cells", r"needs the key batch-column", r"common-genes is said of files"]),
    "dataset-batch": (GOOD, "path = good.h5ad\nbatch-column = contxt\n", [r"no column 'contxt'"]),
    "dataset-bad-sha": (GOOD, "path = good.h5ad\nsha256 = " + "0" * 64 + "\n", [r"sha256 is"]),
    "dataset-column": (GOOD, "path = good.h5ad\ncondition-column = perturbation\n", [r"no column 'perturbation'"]),
    "dataset-three-columns": (GOOD, "path = good.h5ad\ncondition-column = perturbation\nbatch-column = gem\nwhere = line=K562\n",
                              [r"condition-column = perturbation: .*no column 'perturbation'", r"batch-column = gem: .*no column 'gem'",
                               r"where = line: .*no column 'line'"]),
    "dataset-where-value": (GOOD, "path = good.h5ad\nwhere = context=K562,RPE1\n", [r"where = context=K562,RPE1: obs column 'context' of .* holds "]),
    "dataset-where-all": (GOOD, "path = good.h5ad\nvalues = counts\nwhere = condition=control\n", [r"all cells are control.* left out by where"]),
    "dataset-min-cells": (GOOD, "path = good.h5ad\nvalues = counts\nmin-cells = 100000\n", [r"all cells are control.*fewer than 100000 cells \(min-cells\)"]),
    "profiles-max-cells": (GOOD, "path = bulk.h5ad\nrows = pseudobulk\nmax-cells = 5\n", [r"max-cells samples cells, but rows=pseudobulk"]),
    "target-sum-of-logs": (GOOD, "path = good.h5ad\ntarget-sum = 10000\n", [r"target-sum scales counts"]),
    "dataset-control": (GOOD, "path = good.h5ad\ncontrol = non-targeting\n", [r"no control cell"]),
    "dataset-list": (GOOD, "path = good.h5ad\nconditions = file:list.txt\n", [r"NOSUCHGENE"]),
    "dataset-genes": (GOOD, "path = good.h5ad\nvalues = counts\ngenes = file:list.txt\n", [r"none of its"]),
    "dataset-counts-as-log": (GOOD, "path = good.h5ad\nvalues = lognormalised\n", [r"set values = counts"]),
    "dataset-layer": (GOOD, "path = good.h5ad\nmatrix = layer:counts\n", [r"layer"]),
}
COMMANDS = {  # arguments -> pattern
    "no-out": (["run", "good.cfg"], r"--out is missing"),
    "unknown-command": (["rnu"], r"unknown command 'rnu'\. Did you mean 'run'\?"),
    "unknown-flag": (["run", "good.cfg", "--out", "out", "--fersh"], r"--fersh"),
    "bad-memory": (["run", "good.cfg", "--out", "out", "--memory-per-rank", "lots"], r"--memory-per-rank lots"),
    "bad-time": (["run", "good.cfg", "--out", "out", "--max-time", "soon"], r"--max-time soon"),
    "absent-study": (["run", "absent.cfg", "--out", "out"], r"absent\.cfg: no such file"),
    "folder-as-study": (["run", ".", "--out", "out"], r"folder"),
    "out-is-a-file": (["run", "good.cfg", "--out", "list.txt"], r"list\.txt"),
    "list-what": (["list", "modles"], r"Did you mean 'models'\?"),
    "empty-out": (["de", "good.data.cfg", "--out", ""], r"--out is empty"),
    "store-over-cfg": (["ingest", "good.data.cfg", "--out", "good.data.cfg"], r"good\.data\.cfg is a file that says"),
    "profiles-over-cfg": (["ingest", "good.data.cfg", "--pseudobulk", "good.data.cfg"], r"good\.data\.cfg is a file that says"),
    "store-over-screen": (["ingest", "good.data.cfg", "--out", "good.h5ad"], r"good\.h5ad is the screen itself"),
    "store-no-folder": (["ingest", "good.data.cfg", "--out", "nowhere/out"], r"folder nowhere does not exist"),
    "store-and-profiles": (["ingest", "good.data.cfg", "--out", "out", "--pseudobulk", "out"], r"both out"),
    "check-and-profiles": (["ingest", "good.h5ad", "--check", "--pseudobulk", "out"], r"writes no --pseudobulk"),
    "bench-of-other": (["bench", "io", "good.h5ad", "--cells", "10"], r"--cells is an option of bench de"),
    "many-runs": (["landscape", "good.data.cfg", "--out", "out", "--runs", "99999999999"], r"--runs 99999999999 is too large"),
    "little-memory": (["landscape", "wide.data.cfg", "--out", "wide", "--memory-per-rank", "64MiB"], r"lower --pca-genes"),
    "pairs-memory": (["landscape", "many.data.cfg", "--out", "out", "--edistance", "euclidean", "--memory-per-rank", "64MiB",
                      "--components", "2000", "--pca-genes", "2000"], r"need the coordinates of 3\d\d\d cells.*sqeuclidean-corrected"),
    "binary-cfg": (["ingest", "binary.cfg"], r"binary\.cfg: is neither a screen"),
    "binary-study": (["run", "binary.cfg", "--out", "out"], r"binary\.cfg: is neither a screen"),
    "profiles-edistance": (["landscape", "bulk.data.cfg", "--out", "out", "--edistance", "euclidean"], r"--edistance has no effect"),
    "profiles-runs": (["landscape", "bulk.data.cfg", "--out", "out", "--runs", "10"], r"--runs has no effect on bulk\.data\.cfg"),
    "profiles-components": (["landscape", "bulk.data.cfg", "--out", "out", "--components", "9"], r"--components has no effect"),
    "unknown-bench": (["bench", "oi"], r"unknown benchmark 'oi'"),
    "status-nothing": (["status", "absent"], r"no run\.json"),
}


# Damaged files that are also given to a whole run; tests/io reads all of them in one process.
DAMAGED = """empty_file.path folder.path missing_file.path text_file.path truncated.path no_obs.h5ad no_var.h5ad no_x.h5ad
    layers_only.h5ad zero_genes.h5ad rows_differ.h5ad indptr_decreases.h5ad indptr_end.h5ad index_too_large.h5ad
    index_negative.h5ad index_twice.h5ad nan_dense.h5ad infinity_sparse.h5ad damaged_gzip.h5ad zstd.h5ad""".split()


def expect(report, name, done, patterns, out, exact=False):
    sentences = harness.own_lines(done.stderr)
    report.check(not exact or len(sentences) == len(patterns), f"{name}: not a sentence a mistake: {sentences}")
    report.check(done.returncode == 2, f"{name}: status {done.returncode}, not 2\n{done.stderr[:2000]}")
    for pattern in patterns:
        report.check(any(re.search(pattern, s, re.S) for s in sentences), f"{name}: no sentence matches {pattern}: {sentences}")
    report.check(not out.exists(), f"{name}: {out} was left behind")


def check_studies(report, folder):
    for name, (study, cfg, patterns) in STUDIES.items():
        if cfg is not None:
            (folder / f"{name}.data.cfg").write_text(cfg)
            study = study.replace("dataset = good.h5ad", f"dataset = {name}.data.cfg")
        else:
            study = study.replace("dataset = good.h5ad", "dataset = good.data.cfg")
        path = folder / f"{name}.cfg"
        path.write_text(study)
        for ranks in (1, 3):
            out = folder / f"{name}.out"
            expect(report, f"{name} on {ranks}", harness.run(ranks, "run", path, "--out", out, timeout=60), patterns, out, exact=True)


def check_commands(report, folder):
    (folder / "good.cfg").write_text(GOOD.replace("good.h5ad", "good.data.cfg"))
    for name, (arguments, pattern) in COMMANDS.items():
        for ranks in (1, 3):
            done = subprocess.run(harness.command(ranks, *arguments), env=harness.environment(), cwd=folder, text=True,
                                  capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
            expect(report, f"{name} on {ranks}", done, [pattern], folder / "out")
            sentences = harness.own_lines(done.stderr)
            if ranks == 1:
                report.check(len(sentences) == 1, f"{name}: not one sentence: {sentences}")


def check_files(report, folder):
    """Damaged screens; what each is and what its sentence must say comes from their maker."""
    maker = harness.ROOT / "tests" / "io" / "malformed.py"
    made = subprocess.run(["/usr/bin/python3", maker, folder / "files"], capture_output=True, text=True)
    if not report.check(made.returncode == 0, made.stderr):
        return
    with open(folder / "files" / "cases.tsv", newline="") as file:
        for case in csv.DictReader(file, ("file", "level", "ask", "pattern"), delimiter="\t"):
            if case["level"] != "dataset" and case["file"] not in DAMAGED:
                continue
            if case["file"] == "label_empty.h5ad":
                continue  # a cell without a label is left out and counted: no mistake
            values = "counts" if re.search("negative|whole", case["pattern"]) else "lognormalised"
            cfg = folder / f"{case['file']}.data.cfg"
            cfg.write_text(f"path = {folder / 'files' / case['file']}\nvalues = {values}\n")
            study = folder / f"{case['file']}.cfg"
            study.write_text(GOOD.replace("good.h5ad", cfg.name).replace("folds=3", "folds=2"))
            for ranks in (1, 3):
                out = folder / f"{case['file']}.out"
                expect(report, f"{case['file']} on {ranks}", harness.run(ranks, "run", study, "--out", out, timeout=60),
                       [case["pattern"]], out)


def main():
    report = harness.Report()
    folder = report.folder
    for name, doubles in (("good", 4), ("singles", 0)):
        made = harness.run(1, "simulate", "--cells", 400, "--genes", 60, "--perturbations", 12, "--doubles", doubles,
                           "--out", folder / f"{name}.h5ad")
        report.check(made.returncode == 0, made.stderr)
    (folder / "good.data.cfg").write_text("path = good.h5ad\nvalues = counts\n")
    (folder / "list.txt").write_text("NOSUCHGENE\n")
    (folder / "bad.json").write_text('{"good": {"cross-validation": [}')
    harness.run(1, "simulate", "--cells", 100, "--genes", 2000, "--perturbations", 4, "--out", folder / "wide.h5ad")
    (folder / "wide.data.cfg").write_text("path = wide.h5ad\nvalues = counts\n")
    harness.run(1, "simulate", "--cells", 3000, "--genes", 2000, "--perturbations", 4, "--out", folder / "many.h5ad")
    (folder / "many.data.cfg").write_text("path = many.h5ad\nvalues = counts\n")
    (folder / "binary.cfg").write_bytes(b"\x00\x01words\n= x\n")
    bulk = harness.run(1, "ingest", folder / "good.data.cfg", "--pseudobulk", folder / "bulk.h5ad")
    report.check(bulk.returncode == 0, bulk.stderr)
    (folder / "bulk.data.cfg").write_text("path = bulk.h5ad\nrows = pseudobulk\n")
    check_studies(report, folder)
    check_commands(report, folder)
    check_files(report, folder)
    report.end()


main()
