"""verdict.csv and the calibration tables: a planted better model and a poor one, missing values, ranks, a NumPy/SciPy twin."""
import csv
import math

import numpy as np
import scipy.stats

import harness

STUDY = """dataset = screen.cfg
protocol = unseen-combination seeds=1:3
model = no-change
model = additive
model = perturbed-mean
model = matching-mean
metric = l2
metric = pearson-delta
metric = pearson-delta reference=perturbed-mean
metric = mae
bootstrap = 400
"""
HIGHER = {"l2": False, "mae": False, "pearson-delta": True, "pearson-delta@reference=perturbed-mean": True}


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else math.nan


def run(report, name, ranks=2, extra="", study=STUDY):
    path, out = report.folder / f"{name}.cfg", report.folder / name
    path.write_text(study + extra)
    done = harness.run(ranks, "run", path, "--out", out)
    report.check(done.returncode == 0, f"{name}: {done.stdout}{done.stderr}")
    return out, done.stdout


def values_of(scores, group):
    """{metric: {model: {(split, context, perturbation): value or NaN}}}, in the order of the study."""
    out = {}
    for row in scores:
        if group in ("*", row["group"]):
            rows = out.setdefault(row["metric"], {}).setdefault(row["model"], {})
            rows[row["split"], row["context"], row["perturbation"]] = number(row["value"]) if row["status"] == "ok" else math.nan
    return out


def complete(models, rule, higher):
    """What counts of each model after the rule for missing values; models without a value are left out."""
    present = {m: dict(v) for m, v in models.items() if any(not math.isnan(x) for x in v.values())}
    keys = list(next(iter(models.values())))
    for key in keys:
        known = [v[key] for v in present.values() if not math.isnan(v[key])]
        worst = (min(known) if higher else max(known)) if known else math.nan
        same = models["no-change"][key] if rule == "no-change" else math.nan
        fill = worst if math.isnan(same) else same
        for values in present.values():
            if rule == "common" and len(known) < len(present):
                values[key] = math.nan
            elif rule != "common" and math.isnan(values[key]):
                values[key] = fill
    return present, keys


def signed_rank(differences):
    d = np.asarray(differences)
    if not d.any():
        return 1
    plain = len(d) <= 50 and (d != 0).all() and len(set(np.abs(d))) == len(d)
    return scipy.stats.wilcoxon(d, method="exact" if plain else "approx").pvalue


def holm(p):
    order = np.argsort(p, kind="stable")
    out, largest = np.empty(len(p)), 0
    for step, i in enumerate(order):
        largest = max(largest, min(1, (len(p) - step) * p[i]))
        out[i] = largest
    return out


def check_twin(report, name, out, rule="common"):
    """Recomputes every number of verdict.csv that needs no resampling, from scores.csv."""
    scores, lines = read(out / "scores.csv"), read(out / "verdict.csv")
    families, compared, worst = {}, 0, 0
    for line in lines:
        higher = HIGHER[line["metric"]]
        present, keys = complete(values_of(scores, line["group"])[line["metric"]], rule, higher)
        units = {}
        if line["model"] in present and line["baseline"] in present:
            for key in keys:
                pair = present[line["model"]][key], present[line["baseline"]][key]
                if not any(map(math.isnan, pair)):
                    units.setdefault(key[2], []).append(pair)
        report.check(len(units) == int(line["n"]), f"{name}: n of {line}: {len(units)}")
        if not units:
            report.check(line["verdict"] == "too_few" and line["difference"] == "", f"{name}: {line}")
            continue
        differences = [np.mean([0 if abs(a - b) <= 1e-12 * max(abs(a), abs(b)) else a - b for a, b in units[p]])
                       for p in sorted(units)]
        expected = {"difference": np.mean(differences), "p": signed_rank(differences),
                    "p_t": scipy.stats.ttest_1samp(differences, 0).pvalue if any(differences) else 1}
        if not higher:
            expected["ratio"] = np.mean([a / b for pairs in units.values() for a, b in pairs])
        for column, value in expected.items():
            worst = max(worst, abs(value - number(line[column])))
            compared += 1
        report.check(higher or number(line["ratio_ci_low"]) <= number(line["ratio"]) <= number(line["ratio_ci_high"]), f"{name}: {line}")
        report.check(number(line["ci_low"]) <= number(line["difference"]) <= number(line["ci_high"]), f"{name}: {line}")
        if int(line["n"]) >= 6:
            family = (line["dataset"], line["protocol"], line["group"], line["metric"], line["baseline"])
            families.setdefault(family, []).append(line)
        else:
            report.check(line["verdict"] == "too_few" and line["p_holm"] == "", f"{name}: {line}")
    for family in families.values():
        for line, p in zip(family, holm([number(line["p"]) for line in family])):
            worst = max(worst, abs(p - number(line["p_holm"])))
            low, high, difference = (number(line[c]) for c in ("ci_low", "ci_high", "difference"))
            apart = p < 0.05 and (low > 0 or high < 0)
            word = "not_distinguishable" if not apart else "better" if (difference > 0) == HIGHER[line["metric"]] else "worse"
            if "omits" in line["warning"]:
                word = "not_distinguishable"
            report.check(line["verdict"] == word, f"{name}: {line} should be {word}")
    report.check(compared > 50 and worst < 1e-10, f"{name}: {compared} numbers, largest difference {worst:.3g}")


def check_planted(report, out, printed):
    lines = {(r["metric"], r["model"], r["baseline"], r["group"]): r for r in read(out / "verdict.csv")}
    for metric in ("l2", "mae"):
        planted, poor = lines[metric, "additive", "no-change", "*"], lines[metric, "perturbed-mean", "additive", "*"]
        report.check(planted["verdict"] == "better" and number(planted["difference"]) < 0 and number(planted["ratio"]) < 1, f"planted: {planted}")
        report.check(poor["verdict"] == "worse" and number(poor["p_holm"]) < 0.05 and number(poor["ratio"]) > 1, f"poor: {poor}")
        report.check(number(planted["headroom"]) > 0 and number(planted["bds"]) > 0.8 and planted["warning"] == "", f"headroom: {planted}")
    report.check("verdicts against no-change" in printed and "better by" in printed, printed)


def check_calibration(report, out):
    rows, summary = read(out / "calibration.csv"), read(out / "calibration-summary.csv")
    for line in summary:
        kept = [r for r in rows if r["metric"] == line["metric"] and r["control"] == line["control"] and r["status"] == "ok"]
        units = {}
        for r in kept:
            units.setdefault(r["perturbation"], []).append(r)
        mean = lambda f: np.array([np.mean([f(r) for r in units[p]]) for p in sorted(units)])
        positive, negative = mean(lambda r: float(r["positive"])), mean(lambda r: float(r["negative"]))
        best, higher = (1, True) if HIGHER[line["metric"]] else (0, False)
        expected = {"n": len(units), "positive": positive.mean(), "negative": negative.mean(),
                    "bds": mean(lambda r: (float(r["positive"]) > float(r["negative"])) == higher).mean(),
                    "drf": np.median(mean(lambda r: float(r["drf"]))), "p": signed_rank(positive - negative),
                    "vcc_score": (positive.mean() - negative.mean()) / (best - negative.mean())}
        for column, value in expected.items():
            report.check(abs(value - float(line[column])) < 1e-10, f"calibration: {column} of {line}: {value}")
    report.check({r["control"] for r in summary} == {"technical-duplicate", "interpolated-duplicate"} and len(summary) == 8, f"{summary}")
    calibrated = {(r["metric"], r["model"]): r for r in read(out / "calibrated.csv")}
    for r in calibrated.values():
        if r["n"] != "0":
            value, positive, negative = (float(r[c]) for c in ("value", "positive", "negative"))
            report.check(abs(float(r["sbb"]) - (value - positive) / (negative - positive)) < 1e-12, f"calibrated: {r}")
    # the perturbed mean is the negative control itself
    mean = calibrated["l2", "perturbed-mean"]
    report.check(float(mean["value"]) == float(mean["negative"]) and float(mean["sbb"]) == 1 and float(mean["drf"]) == 0, f"{mean}")


def main():
    report = harness.Report()
    made = harness.run(2, "simulate", "--cells", 4000, "--genes", 80, "--perturbations", 24, "--doubles", 24, "--seed", 3,
                       "--out", report.folder / "screen.h5ad")
    report.check(made.returncode == 0, made.stderr)
    (report.folder / "screen.cfg").write_text("path = screen.h5ad\nvalues = counts\n")
    names = harness.TABLES + ("calibration.csv", "calibration-summary.csv", "calibrated.csv")
    both = "calibration = duplicate,interpolated\nbaseline = no-change\nbaseline = additive\n"

    out, printed = run(report, "one", 1, both)
    other, _ = run(report, "three", 3, both)
    for name in names:
        report.check((out / name).read_bytes() == (other / name).read_bytes(), f"{name} of 3 ranks differs")
        report.check(len((out / name).read_text().splitlines()) > 1, f"{name} holds no row")
    check_planted(report, out, printed)
    check_calibration(report, out)
    check_twin(report, "common", out)

    # additive lacks combinations whose single is held out too
    holes = STUDY.replace("unseen-combination seeds=1:3", "cross-validation folds=3 seeds=1:2")
    counts = {}
    for rule in ("common", "no-change", "worst"):
        out, _ = run(report, rule, 2, f"missing = {rule}\nbaseline = no-change\nbaseline = perturbed-mean\n", holes)
        check_twin(report, f"missing = {rule}", out, rule)
        line = next(r for r in read(out / "verdict.csv") if (r["metric"], r["model"], r["group"]) == ("l2", "additive", "*"))
        counts[rule] = int(line["n"])
        report.check(int(line["omitted"]) > 0, f"{line}")
    report.check(counts["common"] < counts["no-change"] == counts["worst"], f"{counts}")

    out, _ = run(report, "none", 2, "calibration = none\n")  # and the simple models are the baselines
    lines = read(out / "verdict.csv")
    report.check({r["baseline"] for r in lines} == {"no-change", "additive", "perturbed-mean", "matching-mean"}, "default baselines")
    report.check(all(r["headroom"] == r["bds"] == "" for r in lines), "headroom without calibration")
    refused = STUDY.replace("model = no-change\n", "") + "missing = no-change\n"
    (report.folder / "refused.cfg").write_text(refused)
    done = harness.run(1, "run", report.folder / "refused.cfg", "--out", report.folder / "refused")
    report.check(done.returncode == 2 and "model = no-change" in done.stderr, f"missing = no-change: {done.stderr}")
    report.end()


main()
