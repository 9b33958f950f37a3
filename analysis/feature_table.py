"""Which models beat a baseline, by how much? A Markdown table from verdict.csv of a study.

    python3 analysis/feature_table.py results/vcc-h1-features [BASELINE]

A cell: mean difference to the baseline (default perturbed-mean) over perturbations with its 95 % interval;
bold where the verdict is `better`, in brackets where it is not distinguishable.
"""
import csv
import pathlib
import sys


def cell(row):
    if row is None or row["difference"] == "":
        return "no value"
    text = f"{float(row['difference']):+.3g} ({float(row['ci_low']):+.3g} to {float(row['ci_high']):+.3g})"
    if row["verdict"] == "better":
        return f"**{text}**"
    return text if row["verdict"] == "worse" else f"[{text}]"


def main(folder, baseline):
    with open(pathlib.Path(folder) / "verdict.csv", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["group"] == "*" and r["baseline"] == baseline]
    if not rows:
        sys.exit(f"{folder}/verdict.csv: no rows of the baseline '{baseline}'")
    metrics = list(dict.fromkeys(r["metric"] for r in rows))
    counts = {m: sorted({r["n"] for r in rows if r["metric"] == m}, key=int) for m in metrics}
    print("| model | " + " | ".join(f"`{m}` (n = {', '.join(counts[m])})" for m in metrics) + " |")
    print("|---|" + "---|" * len(metrics))
    for model in dict.fromkeys(r["model"] for r in rows):
        own = {r["metric"]: r for r in rows if r["model"] == model}
        print(f"| {model} | " + " | ".join(cell(own.get(m)) for m in metrics) + " |")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: feature_table.py RESULTS [BASELINE]")
    main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "perturbed-mean")
