"""The results directory: predictions readable by anndata, tasks of many blocks, status, changed datasets, --fresh."""
import csv
import json

import anndata
import numpy as np

import harness

STUDY = "dataset = screen.cfg\nprotocol = {protocol}\nmodel = no-change\nmodel = perturbed-mean\nmetric = l2\nmetric = pearson-delta\n"


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def simulate(report, name, *arguments):
    made = harness.run(2, "simulate", *arguments, "--out", report.folder / name)
    report.check(made.returncode == 0, made.stderr)


def check_blocks(report):
    """A task of 1,000 held-out profiles x 4,500 genes is a fit and several blocks; scores are those of any ranks."""
    simulate(report, "screen.h5ad", "--cells", 2600, "--genes", 4500, "--perturbations", 1000, "--contexts", 2)
    (report.folder / "screen.cfg").write_text("path = screen.h5ad\nvalues = counts\ncontext-column = context\n")
    study = report.folder / "blocks.cfg"
    study.write_text(STUDY.format(protocol="unseen-context"))
    first = None
    for ranks in (1, 3):
        out = report.folder / f"blocks.{ranks}"
        done = harness.run(ranks, "run", study, "--out", out)
        report.check(done.returncode == 0, done.stderr)
        record = json.loads((out / "run.json").read_text())
        report.check(record["units"] > 2 * record["tasks"], f"{record['tasks']} tasks are only {record['units']} units")
        tables = harness.tables(out)
        first = first or tables
        report.check(tables == first, f"tables of {ranks} ranks differ")
    rows = [r for r in read(out / "scores.csv") if r["metric"] == "l2"]
    report.check(len(rows) == 2 * 2000 and all(r["status"] == "ok" for r in rows), f"{len(rows)} rows of l2")


def check_predictions(report):
    simulate(report, "small.h5ad", "--cells", 900, "--genes", 120, "--perturbations", 15, "--doubles", 6, "--contexts", 2)
    (report.folder / "screen.cfg").write_text("path = small.h5ad\nvalues = counts\ncontext-column = context\n")
    study = report.folder / "small.cfg"
    study.write_text(STUDY.format(protocol="cross-validation folds=3") + "model = additive\nsave-predictions = yes\n")
    out = report.folder / "small"
    done = harness.run(2, "run", study, "--out", out)
    report.check(done.returncode == 0, done.stderr)
    observed = report.folder / "observed.h5ad"
    report.check(harness.run(1, "ingest", report.folder / "screen.cfg", "--pseudobulk", observed).returncode == 0, "ingest")
    truth = anndata.read_h5ad(observed)
    at = {(str(c), str(p)): i for i, (c, p) in enumerate(zip(truth.obs["context"], truth.obs["condition"]))}
    scores = {(r["split"], r["model"], r["perturbation"], r["context"]): r for r in read(out / "scores.csv") if r["metric"] == "l2"}
    compared = 0
    for path in sorted((out / "predictions").glob("*.h5ad")):
        dataset, protocol, split = path.name.split(".")[0], path.name.split(".")[1], ".".join(path.name.split(".")[2:4])
        model = path.name[len(f"{dataset}.{protocol}.{split}."):-len(".h5ad")]
        data = anndata.read_h5ad(path)
        report.check(data.X.dtype == np.float64 and list(data.var_names) == list(truth.var_names), f"{path.name}: genes or type")
        for i, (context, condition) in enumerate(zip(data.obs["context"].astype(str), data.obs["condition"].astype(str))):
            if data.obs["status"].iloc[i] != "ok":
                report.check(np.isnan(data.X[i]).all(), f"{path.name}: {condition} is missing but has a value")
                continue
            l2 = np.linalg.norm(data.X[i] - truth.X[at[context, condition]])
            row = scores[split, model, condition, context]
            report.check(abs(l2 - float(row["value"])) < 1e-12 and int(row["cells"]) == data.obs["cells"].iloc[i], f"{path.name}: {condition}")
            compared += 1
    report.check(compared > 80, f"only {compared} predictions were compared")
    missing = [r for r in scores.values() if r["status"] == "no_single"]
    report.check(missing and all(r["value"] == "" for r in missing), "a missing prediction has a value")
    return study, out


def check_directory(report, study, out):
    text = harness.run(1, "status", out).stdout
    report.check(text.startswith("finished"), f"status: {text}")
    before = harness.tables(out)
    again = harness.run(2, "run", study, "--out", out)
    report.check(again.returncode == 0 and "; 0 to do" in again.stdout and harness.tables(out) == before, f"second run: {again.stdout}")
    dry = harness.run(1, "run", study, "--dry-run")
    report.check(dry.returncode == 0 and "tasks" in dry.stdout, f"dry run: {dry.stdout}{dry.stderr}")

    simulate(report, "small.h5ad", "--cells", 900, "--genes", 120, "--perturbations", 15, "--doubles", 6, "--contexts", 2, "--seed", 2)
    refused = harness.run(2, "run", study, "--out", out)
    report.check(refused.returncode == 2 and "--fresh" in refused.stderr, f"changed dataset: {refused.returncode} {refused.stderr}")
    report.check(harness.tables(out) == before, "a refused run changed the tables")
    fresh = harness.run(2, "run", study, "--out", out, "--fresh")
    report.check(fresh.returncode == 0 and harness.tables(out) != before, f"--fresh: {fresh.stderr}")


def check_cache(report, study, out):
    """A damaged table in the cache is made again, not used."""
    before = harness.tables(out)
    (path,) = (out / "cache").glob("screen.????????????????.profiles")
    bytes_ = bytearray(path.read_bytes())
    bytes_[4096 + 8 * 50 + 6] ^= 0x10
    path.write_bytes(bytes_)
    wider = study.with_name("wider.cfg")
    wider.write_text(study.read_text() + "model = matching-mean\n")
    done = harness.run(2, "run", wider, "--out", out)
    report.check(done.returncode == 0 and "taken from the cache" not in done.stdout, f"damaged cache: {done.stdout}{done.stderr}")
    rows = [line for line in (out / "scores.csv").read_text().splitlines() if ",matching-mean," not in line]
    report.check(rows == before["scores.csv"].decode().splitlines(), "damaged cache: scores changed")


def check_failed_task(report, study):
    """A task that failed is a row with its reason; once the reason is gone the same command mends it."""
    out = report.folder / "failed"
    out.mkdir()
    (out / "predictions").write_text("in the way")
    done = harness.run(2, "run", study, "--out", out)
    report.check(done.returncode == 0 and ",failed,input," in (out / "tasks.csv").read_text(), f"failed task: {done.stdout}{done.stderr}")
    (out / "predictions").unlink()
    done = harness.run(2, "run", study, "--out", out)
    report.check(done.returncode == 0 and ",failed," not in (out / "tasks.csv").read_text(), f"mended task: {done.stdout}")


def check_split_file(report):
    """What `split` writes of unseen-context, read back by split-file, gives the same scores."""
    study, splits = report.folder / "context.cfg", report.folder / "context.json"
    tables = []
    for protocol in ("unseen-context shots=2", f"split-file path={splits} as=unseen-context"):
        study.write_text(STUDY.format(protocol=protocol) + "metric = pearson-delta reference=perturbed-mean\n")
        if not tables:
            report.check(harness.run(1, "split", study, "--out", splits).returncode == 0, "split")
        out = report.folder / f"context{len(tables)}"
        done = harness.run(2, "run", study, "--out", out)
        report.check(done.returncode == 0, done.stderr)
        tables.append(harness.tables(out))
    report.check(tables[0] == tables[1], "split-file gives other scores than the protocol it was written by")


def main():
    report = harness.Report()
    check_blocks(report)
    study, out = check_predictions(report)
    check_directory(report, study, out)
    check_cache(report, study, out)
    check_failed_task(report, study)
    check_split_file(report)
    report.end()


main()
