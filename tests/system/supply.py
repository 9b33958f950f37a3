"""What stands behind metrics, through a whole run: cell-eval2's columns on its golden screen, the same bytes on 1 and 3 ranks."""
import collections
import csv
import gzip
import math

import harness

GOLDEN = "golden/cell-eval/"
INPUTS = [GOLDEN + "real-counts.h5ad", GOLDEN + "pred-counts.h5ad", GOLDEN + "cell-eval2-0.20.0/results.csv.gz"]


def column_names():
    """cell-eval2's columns and the metrics that give them, from the table in the source."""
    lines = (harness.ROOT / "src" / "metric" / "cell_eval_names.cpp").read_text().splitlines()
    rows = [[word.strip().strip('"') for word in line.strip().split("|")] for line in lines if line.count("|") == 2]
    return {row[0]: row[1].split() for row in rows}


def number(text):
    return float(text) if text and not math.isnan(float(text)) else None


def scored(path):
    """Values by metric (a name and its options save compat) and perturbation."""
    out = collections.defaultdict(dict)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            name, _, options = row["metric"].partition("@")
            kept = frozenset(o for o in options.split(",") if o and not o.startswith("compat="))
            out[name, kept][row["perturbation"]] = number(row["value"])
    return out


def check_columns(report, ours, path):
    golden = collections.defaultdict(dict)
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if (row["prediction"], row["profile"], row["engine"]) == ("main", "v2-full-counts", "scanpy"):
                golden[row["metric"]][row["perturbation"]] = number(row["value"])
    checked = 0
    for column, (name, *options) in column_names().items():
        if column not in golden or column == "de_wilcoxon_nsig_spearman":  # one value for the panel: row *
            continue
        checked += 1
        found = ours[name, frozenset(options)]
        for perturbation, wanted in golden[column].items():
            value = found.get(perturbation)
            same = value == wanted if None in (value, wanted) else math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-12)
            report.check(same, f"{column} of {perturbation}: {value}, not {wanted}")
    report.check(checked >= 50, f"only {checked} columns of cell-eval2 were looked at")


def main():
    report = harness.Report()
    if not report.needs_shared(*INPUTS):
        return report.end()
    real, pred, results = [harness.SHARED / path for path in INPUTS]
    dataset = report.folder / "golden.cfg"
    dataset.write_text(f"path = {real}\nname = golden\ncondition-column = condition\ncontrol = non-targeting\nvalues = counts\n")
    tables = []
    for ranks in (1, 3):
        out = report.folder / f"golden.{ranks}"
        done = harness.run(ranks, "score", "--dataset", dataset, "--prediction", f"path={pred} as=main",
                           "--metrics", "cell-eval2-0.20.0:full", "--out", out)
        if report.check(done.returncode == 0, f"{ranks} ranks: status {done.returncode}\n{done.stderr}"):
            tables.append(harness.tables(out))
            check_columns(report, scored(out / "scores.csv"), results)
    if len(tables) == 2:
        for name in harness.TABLES:
            report.check(tables[0][name] == tables[1][name], f"{name} of 3 ranks differs from that of 1")
    report.end()


main()
