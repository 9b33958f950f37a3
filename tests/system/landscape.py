"""pertscale landscape: values against NumPy, the same bytes on 1 to 4 ranks, files that anndata reads."""
import csv
import math

import anndata
import h5py
import numpy as np
import scipy.sparse
import scipy.stats

import harness

FILES = ("landscape.csv", "landscape-summary.csv", "landscape.h5ad")


def landscape(report, name, cfg, *options, ranks=1):
    path, out = report.folder / f"{name}.cfg", report.folder / f"{name}.{ranks}"
    path.write_text(cfg)
    done = harness.run(ranks, "landscape", path, "--out", out, *options)
    if report.check(done.returncode == 0, f"{name} on {ranks}: {done.stderr}"):
        return out
    return None


def table(out):
    with open(out / "landscape.csv") as file:
        return list(csv.DictReader(file))


def summary(out):
    with open(out / "landscape-summary.csv") as file:
        return {(r["context"], r["quantity"]): float(r["value"] or "nan") for r in csv.DictReader(file)}


def close(a, b, tolerance=1e-9):
    return np.allclose(np.asarray(a, float), np.asarray(b, float), rtol=tolerance, atol=tolerance, equal_nan=True)


def same_bytes(report, name, cfg, *options, ranks):
    outs = [landscape(report, name, cfg, *options, ranks=n) for n in ranks]
    if None in outs:
        return None
    for other, n in zip(outs[1:], ranks[1:]):
        for file in FILES:
            report.check((outs[0] / file).read_bytes() == (other / file).read_bytes(), f"{name}: {file} on {n} ranks")
    report.check(not list(outs[0].glob("*.tmp.*")), f"{name}: a temporary file is left")
    return outs[0]


def energy(a, b, form):
    """scPerturb's definition, by every pair."""
    metric, corrected = form.split("-")[0], form.endswith("corrected")

    def mean(x, y):
        d2 = np.maximum((x**2).sum(1)[:, None] + (y**2).sum(1)[None] - 2 * x @ y.T, 0)
        if x is y:
            np.fill_diagonal(d2, 0)
        return (d2 if metric == "sqeuclidean" else np.sqrt(d2)).mean()

    def self(x):
        return mean(x, x) * (len(x) / (len(x) - 1) if corrected else 1)
    return 2 * mean(a, b) - self(a) - self(b)


def welch_de(group, control):
    p = scipy.stats.ttest_ind(group, control, equal_var=False).pvalue
    order = np.argsort(p)
    adjusted = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    return int((adjusted < 0.05).sum())


def check_profiles(report, name, rows, context, centroids, control):
    """Shift norms and cosines of one context from its centroids (condition -> profile)."""
    shifts = {c: x - control for c, x in centroids.items()}
    average = np.mean(list(centroids.values()), 0) - control
    found = {r["condition"]: r for r in rows if r["context"] == context and r["status"] != "control"}
    report.check(set(found) == set(centroids), f"{name}: conditions differ")
    for condition, s in shifts.items():
        row = found[condition]
        report.check(close(row["shift_norm"], np.linalg.norm(s)), f"{name}: shift norm of {condition}")
        report.check(close(row["cosine_mean_shift"], s @ average / np.linalg.norm(s) / np.linalg.norm(average)),
                     f"{name}: cosine of {condition}")
    return shifts, average


def check_systematic(report, name, totals, context, centroids, control):
    shifts = np.array(list(centroids.values())) - control
    mean = np.mean(list(centroids.values()), 0)
    average = mean - control
    for suffix, s in (("", shifts), ("_perturbed_reference", shifts + control - mean)):
        unit = s / np.linalg.norm(s, axis=1)[:, None]
        cosine = unit @ average / np.linalg.norm(average)
        expected = {"systematic_variation": cosine.mean(), "systematic_variation_sd": cosine.std(ddof=1),
                    "systematic_variation_sem": cosine.std(ddof=1) / math.sqrt(len(cosine)),
                    "shift_norm_mean": np.linalg.norm(s, axis=1).mean(),
                    "pairwise_cosine_mean": (unit @ unit.T)[np.triu_indices(len(s), 1)].mean()}
        if len(s) > 11:
            order = np.argsort(np.linalg.norm(s, axis=1), kind="stable")
            expected["systematic_variation_without_10_strongest"] = cosine[order[:-10]].mean()
            expected["systematic_variation_without_10_weakest"] = cosine[order[10:]].mean()
        for quantity, value in expected.items():
            report.check(close(totals[context, quantity + suffix], value), f"{name}: {quantity}{suffix}")
    pairs = (shifts @ shifts.T) / np.outer(np.linalg.norm(shifts, axis=1), np.linalg.norm(shifts, axis=1))
    report.check(close(totals[context, "pairwise_cosine_sd"], pairs[np.triu_indices(len(pairs), 1)].std(ddof=1)),
                 f"{name}: sd of pairwise cosines")


def check_file(report, name, out, contexts):
    """landscape.h5ad says what the table says; pairs are symmetric and NaN across contexts."""
    data, rows = anndata.read_h5ad(out / "landscape.h5ad"), table(out)
    report.check([r["condition"] for r in rows] == list(data.obs["condition"].astype(str)), f"{name}: rows of the h5ad")
    for column in ("shift_norm", "e_distance", "e_test_p_adjusted", "split_half", "impact", "de_genes"):
        report.check(close(data.obs[column], [float(r[column] or "nan") for r in rows]), f"{name}: obs {column}")
    same = np.equal.outer(data.obs["context"].astype(str).to_numpy(), data.obs["context"].astype(str).to_numpy())
    for pairs in data.obsp.values():
        report.check(np.array_equal(pairs, pairs.T, equal_nan=True), f"{name}: pairs are not symmetric")
        report.check(np.isnan(pairs[~same]).all(), f"{name}: pairs across contexts")
    report.check(len(set(data.obs["context"])) == contexts, f"{name}: contexts")
    return data


def papalexi(report):
    if not report.needs_shared("data/papalexi-counts.h5ad"):
        return
    cfg = f"path = {harness.SHARED}/data/papalexi-counts.h5ad\nvalues = counts\ncontrol = non-targeting\n"
    cfg += "guide-column = guide\nreplicate-column = replicate\n"
    out = same_bytes(report, "papalexi", cfg, "--components", "400", "--runs", "200", ranks=(1, 2, 3, 4))
    if out is None:
        return
    screen = anndata.read_h5ad(harness.SHARED / "data/papalexi-counts.h5ad")
    counts = screen.X.toarray().astype(float)
    values = np.log1p(counts * np.median(counts.sum(1)) / counts.sum(1)[:, None])
    labels = screen.obs["condition"].astype(str).to_numpy()
    control = values[labels == "non-targeting"]
    centroids = {c: values[labels == c].mean(0) for c in sorted(set(labels)) if c != "non-targeting"}
    rows, totals = table(out), summary(out)
    shifts, _ = check_profiles(report, "papalexi", rows, "", centroids, control.mean(0))
    check_systematic(report, "papalexi", totals, "", centroids, control.mean(0))
    report.check(close(totals["", "principal_component_variance"], 1), "all components hold all variance")

    found = {r["condition"]: r for r in rows}
    genes = list(screen.var_names)
    for condition in centroids:
        cells = values[labels == condition]
        # 299 genes, at most 400 components: the axes only rotate the cells
        expected = energy(cells, control, "sqeuclidean-corrected")
        report.check(close(found[condition]["e_distance"], expected, 1e-8), f"E-distance of {condition}")
        report.check(int(found[condition]["de_genes"]) == welch_de(cells, control), f"DE genes of {condition}")
        if condition in genes:
            g = genes.index(condition)
            report.check(close(found[condition]["target_difference"], shifts[condition][g]), f"target of {condition}")
            change = np.log2((np.expm1(cells[:, g].mean()) + 1e-9) / (np.expm1(control[:, g].mean()) + 1e-9))
            report.check(close(found[condition]["target_log2fc"], change), f"fold change of the target of {condition}")
        else:
            report.check("target_log2fc=not_measured" in found[condition]["status"], f"status of {condition}")
    report.check(found["non-targeting"]["status"] == "control", "the control row")
    report.check(float(found["STAT1"]["e_test_p"]) == 1 / 200, "E-test of a strong perturbation")

    data = check_file(report, "papalexi", out, 1)
    report.check(close(data["STAT1"].X[0], shifts["STAT1"]), "X is the shift")
    x = np.array([shifts.get(c, np.zeros(len(genes))) for c in data.obs["condition"].astype(str)])
    with np.errstate(invalid="ignore"):
        unit = x / np.linalg.norm(x, axis=1)[:, None]
    report.check(close(data.obsp["cosine"], unit @ unit.T, 1e-10), "pairwise cosines")
    names = list(data.obs_names)
    for a, b in (("STAT1", "IFNGR1"), ("BRD4", "non-targeting")):
        expected = energy(values[labels == a], values[labels == b], "sqeuclidean-corrected")
        report.check(close(data.obsp["edistance"][names.index(a), names.index(b)], expected, 1e-8), f"E-distance {a} {b}")

    full = {c: float(found[c]["split_half_full"]) for c in centroids}
    half = {c: float(found[c]["split_half"]) for c in centroids}
    report.check(all(close(full[c], max(-1, min(1, 2 * half[c] / (1 + half[c])))) for c in centroids if half[c] > -1 / 3),
                 "Spearman and Brown")
    report.check(half["STAT1"] > 0.9 > 0.5 > half["CAV1"], "halves of strong and weak perturbations")
    parts(report, screen.obs, values, labels, found)
    from_store(report, out)
    forms(report, cfg)


def parts(report, obs, values, labels, found):
    """Replicates, each against its own controls; guides only by their number and the step up."""
    guides, replicates = obs["guide"].astype(str).to_numpy(), obs["replicate"].astype(str).to_numpy()
    for condition, row in found.items():
        if condition == "non-targeting":
            continue
        here = labels == condition
        deltas = [values[here & (replicates == r)].mean(0) - values[(labels == "non-targeting") & (replicates == r)].mean(0)
                  for r in sorted(set(replicates[here]))]
        r = np.corrcoef(deltas)[np.triu_indices(len(deltas), 1)].mean()
        k, n = len(deltas), len(set(guides[here]))
        report.check(int(row["replicates"]) == k and close(row["replicate_ceiling"], r), f"replicates of {condition}")
        report.check(close(row["replicate_ceiling_full"], k * r / (1 + (k - 1) * r)), f"replicates of {condition}, stepped up")
        g = float(row["guide_ceiling"])
        report.check(int(row["guides"]) == n and close(row["guide_ceiling_full"], n * g / (1 + (n - 1) * g)),
                     f"guides of {condition}")


def from_store(report, out):
    """A screen store gives the bytes of the file it was made of."""
    store = report.folder / "papalexi.store"
    done = harness.run(2, "ingest", report.folder / "papalexi.cfg", "--out", store)
    if report.check(done.returncode == 0, f"ingest: {done.stderr}"):
        cfg = (report.folder / "papalexi.cfg").read_text()
        cfg = "".join(l for l in cfg.splitlines(True) if not l.startswith("path")) + f"path = {store}\n"
        again = landscape(report, "store", cfg, "--components", "400", "--runs", "200", ranks=2)
        for file in FILES if again else ():
            report.check((again / file).read_bytes() == (out / file).read_bytes(), f"{file} from the store")


def forms(report, cfg):
    """Other forms, on fewer cells."""
    few = cfg + "max-cells = 40\nmax-control-cells = 150\n"
    for form in ("euclidean", "sqeuclidean"):
        out = same_bytes(report, form, few, "--edistance", form, "--runs", "50", "--components", "5", ranks=(1, 3))
        if out is None:
            continue
        rows = {r["condition"]: r for r in table(out)}
        data = check_file(report, form, out, 1)
        at = list(data.obs_names).index("non-targeting")
        report.check(close(data.obsp["edistance"][at, :at], [float(rows[c]["e_distance"]) for c in data.obs_names[:at]], 1e-8),
                     f"{form}: pairs and distances to control")
        report.check((data.obsp["edistance"] >= -1e-9).all(), f"{form}: a plain form is never negative")
    again = landscape(report, "again", few, "--seed", "1", "--runs", "50", "--components", "5")
    other = landscape(report, "other", few, "--seed", "2", "--runs", "50", "--components", "5")
    if again and other:
        a, b = table(again), table(other)
        report.check([r["e_distance"] for r in a] == [r["e_distance"] for r in b], "the seed moves distances")
        report.check([r["split_half"] for r in a] != [r["split_half"] for r in b], "the seed does not move halves")
        report.check([r["e_test_p"] for r in a] != [r["e_test_p"] for r in b], "the seed does not move permutations")


def lines(report):
    if not report.needs_shared("data/norman-mcfaline-cells.h5ad"):
        return
    cfg = (f"path = {harness.SHARED}/data/norman-mcfaline-cells.h5ad\ncontrol = control\ncontext-column = cell_type\n"
           "separator = +\n")
    out = same_bytes(report, "lines", cfg, "--runs", "100", "--pca-genes", "300", ranks=(1, 2, 4))
    if out is None:
        return
    screen = anndata.read_h5ad(harness.SHARED / "data/norman-mcfaline-cells.h5ad")
    values = (screen.X.toarray() if scipy.sparse.issparse(screen.X) else screen.X).astype(float)
    labels, contexts = screen.obs["condition"].astype(str).to_numpy(), screen.obs["cell_type"].astype(str).to_numpy()
    rows, totals = table(out), summary(out)
    data = check_file(report, "lines", out, len(set(contexts)))
    for context in sorted(set(contexts)):
        here = contexts == context
        control = values[here & (labels == "control")]
        centroids = {c: values[here & (labels == c)].mean(0) for c in sorted(set(labels[here])) if c != "control"}
        check_profiles(report, context, rows, context, centroids, control.mean(0))
        check_systematic(report, context, totals, context, centroids, control.mean(0))
        # the axes of the 300 most variable genes of this line's cells
        top = np.sort(np.argsort(-values[here].var(0), kind="stable")[:300])
        centred = values[here][:, top] - values[here][:, top].mean(0)
        right = np.linalg.svd(centred, full_matrices=False)[2][:50]
        points = centred @ right.T
        found = {r["condition"]: r for r in rows if r["context"] == context}
        for condition in centroids:
            a, b = points[labels[here] == condition], points[labels[here] == "control"]
            report.check(close(found[condition]["e_distance"], energy(a, b, "sqeuclidean-corrected"), 1e-6),
                         f"{context}: E-distance of {condition}")
    doubles = [r for r in rows if "+" in r["condition"]]
    report.check(bool(doubles) and all(r["targets"].count(";") == 1 for r in doubles), "targets of doubles")
    report.check(data.uns["landscape"]["edistance"] == "sqeuclidean-corrected", "settings in uns")


def pseudobulk(report):
    if report.needs_shared("data/vcc-h1-pseudobulk.h5ad"):
        cfg = f"path = {harness.SHARED}/data/vcc-h1-pseudobulk.h5ad\nrows = pseudobulk\ncontrol = non-targeting\n"
        out = same_bytes(report, "vcc", cfg, ranks=(1, 3))
        if out is not None:
            screen = anndata.read_h5ad(harness.SHARED / "data/vcc-h1-pseudobulk.h5ad")
            labels = screen.obs["condition"].astype(str).to_numpy()
            x = np.asarray(screen.X, float)
            control = x[labels == "non-targeting"][0]
            centroids = {c: x[i] for i, c in enumerate(labels) if c != "non-targeting"}
            rows, totals = table(out), summary(out)
            check_profiles(report, "vcc", rows, "", centroids, control)
            check_systematic(report, "vcc", totals, "", centroids, control)
            perturbed = [r for r in rows if r["status"] != "control"]
            report.check(all(r["de_genes"] and r["impact"] and not r["e_distance"] for r in perturbed), "vcc: what moments allow")
            report.check(all("e_distance=needs_cells" in r["status"] and "split_half=needs_cells" in r["status"]
                             for r in perturbed), "vcc: what needs cells")
            report.check(all(float(r["target_difference"]) < 0 for r in perturbed), "vcc: every target falls")
            with h5py.File(out / "landscape.h5ad") as file:
                report.check(list(file["obsp"]) == ["cosine"], "vcc: no distances without cells")
    if report.needs_shared("data/norman-latent.h5ad"):
        cfg = f"path = {harness.SHARED}/data/norman-latent.h5ad\nrows = pseudobulk\nvalues = latent\n"
        out = same_bytes(report, "latent", cfg, ranks=(1, 2))
        if out is not None:
            rows = [r for r in table(out) if r["status"] != "control"]
            report.check(all("de_genes=not_applicable" in r["status"] and r["shift_norm"] for r in rows), "latent: status")


def mistakes(report):
    path = report.folder / "nothing.cfg"
    path.write_text("path = nothing.h5ad\n")
    for options, word in ((("--edistance", "eucldean"), "euclidean"), (("--runs", "0"), "--runs"),
                          (("--components", "0"), "--components"), ((), "nothing.h5ad")):
        done = harness.run(1, "landscape", path, "--out", report.folder / "mistake", *options)
        report.check(done.returncode == 2 and word in done.stderr, f"{options}: {done.returncode} {done.stderr}")
    done = harness.run(1, "landscape", path)
    report.check(done.returncode == 2 and "--out" in done.stderr, f"no --out: {done.stderr}")


def main():
    report = harness.Report()
    papalexi(report)
    lines(report)
    pseudobulk(report)
    mistakes(report)
    report.end()


main()
