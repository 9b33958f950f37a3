#!/usr/bin/env python3
"""Checks inputs/: keys are known, files that are named exist, condition lists are sorted and unique.

Only files of the repository are looked at; no screen is opened and no variable of the environment is needed.
Prints a sentence for each failure, then `N passed, N failed`. Exit status 1 if anything failed.
"""
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INPUTS = ROOT / "inputs"

DATASET_KEYS = {
    "name", "path", "rows", "matrix", "values", "target-sum", "condition-column", "control", "separator",
    "merge-orders", "context-column", "gene-column", "genes", "where", "conditions", "min-cells", "max-cells",
    "max-control-cells", "sample-seed", "source", "sha256", "part", "common-genes", "preset", "batch-column",
    "control-matching", "guide-column", "replicate-column",
}
STUDY_KEYS = {"dataset", "protocol", "model", "metric", "baseline", "missing", "save-predictions", "bootstrap", "calibration",
              "calibration-seed", "metrics"}
REPEATABLE = {"dataset", "part", "where", "protocol", "model", "metric", "metrics", "baseline"}
CHOICES = {
    "rows": {"cells", "pseudobulk"},
    "values": {"lognormalised", "counts", "latent"},
    "merge-orders": {"yes", "no"},
    "common-genes": {"intersection", "identical"},
    "preset": {"gears", "scperturb", "replogle", "perturbench"},
    "control-matching": {"pooled", "batch"},
    "missing": {"common", "no-change", "worst"},
    "save-predictions": {"yes", "no"},
}
WHOLE_NUMBERS = {"min-cells", "max-cells", "max-control-cells", "sample-seed", "bootstrap", "calibration-seed"}
PARTS = {
    "protocol": {"unseen-combination", "unseen-perturbation", "cross-validation", "unseen-context", "split-file"},
    "model": {"no-change", "additive", "perturbed-mean", "matching-mean", "context-mean", "linear", "predictions",
              "exploit", "ridge", "elastic-net", "lasso", "kernel-ridge", "knn", "random-forest", "global-shift",
              "global-epistasis", "target-scaling"},
    "metric": {"l2", "rmse", "mse", "mae", "pearson", "pearson-delta", "spearman-delta", "cosine-delta", "r2-delta",
               "direction", "wmse", "discrimination", "centroid-accuracy", "rank", "interaction-auc", "bulk-delta-pearson",
               "bulk-delta-mse", "bulk-discrimination", "nb-ll", "cell-type-correct"},
}
PUBLISHED_COLUMNS = ["source", "citation", "dataset", "protocol", "split", "model", "group", "metric", "value", "note"]


class Tally:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, good, sentence):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {sentence}")
        return good


def shown(path):
    return path.relative_to(ROOT).as_posix()


def key_values(path, tally):
    """(line, key, value) of a `key = value` file; `#` starts a comment at the start of a line or after a blank."""
    out = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        line = re.sub(r"(^|[ \t])#.*$", "", raw).strip()
        if not line:
            continue
        key, equals, value = (x.strip() for x in line.partition("="))
        if tally.check(equals and key, f"{shown(path)}:{number}: '{line}' is not of the form key = value"):
            out.append((number, key, value))
    return out


def check_keys(path, items, known, tally):
    seen = set()
    for number, key, value in items:
        where = f"{shown(path)}:{number}"
        tally.check(key in known, f"{where}: unknown key '{key}'")
        tally.check(value != "", f"{where}: the key '{key}' has no value")
        tally.check(key in REPEATABLE or key not in seen, f"{where}: the key '{key}' is given twice")
        tally.check(key not in CHOICES or value in CHOICES[key], f"{where}: {key} = {value} is none of the choices")
        tally.check(key not in WHOLE_NUMBERS or value.isdigit(), f"{where}: {key} = {value} is not a whole number")
        seen.add(key)
    return seen


def check_list(path, named_by, tally):
    """A condition list: one name a line, sorted by code point, no name twice, the control among them."""
    if not tally.check(path.is_file(), f"{named_by}: there is no file {path}"):
        return
    lines = path.read_text(encoding="utf-8").split("\n")
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    tally.check(lines[0].startswith("#"), f"{shown(path)}: the first line does not say where the list is from")
    tally.check(names == sorted(names), f"{shown(path)}: names are not sorted")
    tally.check(len(names) == len(set(names)), f"{shown(path)}: a name occurs twice")
    tally.check("ctrl" in names, f"{shown(path)}: the control is not in the list")


def check_dataset(path, tally):
    items = key_values(path, tally)
    seen = check_keys(path, items, DATASET_KEYS, tally)
    for key in ("name", "source"):
        tally.check(key in seen, f"{shown(path)}: the key '{key}' is missing")
    tally.check(("path" in seen) != ("part" in seen), f"{shown(path)}: neither path nor part, or both")
    for number, key, value in items:
        where = f"{shown(path)}:{number}"
        if key == "name":
            tally.check(value == path.stem, f"{where}: the name '{value}' is not that of the file")
        elif key == "path":
            outside = value.startswith("${PERTSCALE_DATA}/")
            tally.check(outside or path.stem in ("quickstart", "exploits"), f"{where}: {value} is not under ${{PERTSCALE_DATA}}")
        elif key == "part":
            good = re.fullmatch(r"path=\$\{PERTSCALE_DATA\}/\S+( context=\S+)?", value)
            tally.check(good, f"{where}: {value} is not path=${{PERTSCALE_DATA}}/FILE context=NAME")
        elif key == "where":
            tally.check(re.fullmatch(r"[^=!<>]+(=|!=|<=|>=|<|>)[^=!<>]+", value), f"{where}: where = {value} has no comparison")
        elif key == "genes":
            tally.check(re.fullmatch(r"all|hvg:[1-9]\d*(\+targets)?|file:.+", value), f"{where}: genes = {value}")
        elif key == "conditions":
            good = tally.check(value.startswith("file:"), f"{where}: conditions = {value} is not file:F")
            if good:
                check_list(path.parent / value[len("file:"):], where, tally)


def check_part(path, number, key, value, tally):
    """`name key=value key=value`: the label it gets in tables."""
    name, *settings = value.split()
    where = f"{shown(path)}:{number}"
    tally.check(name in PARTS[key], f"{where}: unknown {key} '{name}'")
    for setting in settings:
        tally.check(re.fullmatch(r"[a-z0-9-]+=\S+", setting), f"{where}: '{setting}' is not of the form key=value")
    named = [s[len("as="):] for s in settings if s.startswith("as=")]
    options = [s for s in settings if not s.startswith("as=")]
    return named[0] if named else name + ("@" + ",".join(options) if options else "")


def check_study(path, tally):
    items = key_values(path, tally)
    seen = check_keys(path, items, STUDY_KEYS, tally)
    for key in ("dataset", "protocol", "model", "metric"):
        tally.check(key in seen or key == "metric" and "metrics" in seen, f"{shown(path)}: the study has no {key}")
    labels = {"model": [], "metric": [], "protocol": []}
    datasets = []
    for number, key, value in items:
        if key == "dataset":
            datasets.append(pathlib.Path(value).stem)
            tally.check((path.parent / value).is_file(), f"{shown(path)}:{number}: there is no dataset file {value}")
        elif key in PARTS:
            labels[key].append(check_part(path, number, key, value, tally))
    for key, given in labels.items():
        tally.check(len(given) == len(set(given)), f"{shown(path)}: two lines of {key} have one label")
    tally.check(len(datasets) == len(set(datasets)), f"{shown(path)}: a dataset is named twice")
    for number, key, value in items:
        if key == "baseline":
            tally.check(value in labels["model"], f"{shown(path)}:{number}: the baseline {value} is no model of the study")
        elif key == "protocol":
            for name in re.findall(r"datasets=(\S+)", value):
                for one in name.split(","):
                    tally.check(one in datasets, f"{shown(path)}:{number}: {one} is no dataset of the study")


def check_published(path, tally):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    tally.check(rows[0] == PUBLISHED_COLUMNS, f"{shown(path)}: the header is not {','.join(PUBLISHED_COLUMNS)}")
    known = {p.stem for p in (INPUTS / "datasets").glob("*.cfg")}
    keys = set()
    for number, row in enumerate(rows[1:], 2):
        where = f"{shown(path)}:{number}"
        if not tally.check(len(row) == len(PUBLISHED_COLUMNS), f"{where}: {len(row)} fields"):
            continue
        field = dict(zip(PUBLISHED_COLUMNS, row))
        tally.check(all(field[c] for c in PUBLISHED_COLUMNS[:-1]), f"{where}: a field is empty")
        tally.check(field["dataset"] in known, f"{where}: there is no dataset file of '{field['dataset']}'")
        tally.check(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", field["value"]), f"{where}: '{field['value']}' is not a number")
        key = tuple(row[2:8])
        tally.check(key not in keys, f"{where}: a second value of {' '.join(key)}")
        keys.add(key)


def check_encoding(path, tally):
    data = path.read_bytes()
    tally.check(b"\r" not in data and b"\t" not in data, f"{shown(path)}: holds a tab or a carriage return")
    tally.check(data.endswith(b"\n") and not data.endswith(b"\n\n"), f"{shown(path)}: does not end with one line break")


def main():
    tally = Tally()
    groups = [("datasets/*.cfg", check_dataset), ("studies/*.cfg", check_study), ("published/*.csv", check_published)]
    for pattern, check in groups:
        found = sorted(INPUTS.glob(pattern))
        tally.check(found, f"inputs/{pattern}: no file")
        for path in found:
            check_encoding(path, tally)
            check(path, tally)
    named = {p.name for p in (INPUTS / "datasets/conditions").glob("*.txt")}
    text = "".join(p.read_text(encoding="utf-8") for p in (INPUTS / "datasets").glob("*.cfg"))
    for name in sorted(named):
        tally.check(f"conditions/{name}" in text, f"inputs/datasets/conditions/{name}: no dataset file names it")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
