"""pertscale de against scanpy, pdex and illico on two real screens; the same bytes for any ranks, memory and order of cells."""
import anndata
import numpy as np
import pandas as pd
import scipy.sparse
import scipy.stats

import harness

PAPALEXI = "data/papalexi-counts.h5ad"
NORMAN = "data/norman-mcfaline-cells.h5ad"
GOLDEN = "golden/de/"
METHODS = {"t-test": "t-test", "t-test_overestim_var": "t-test-overestim", "wilcoxon": "wilcoxon"}
# run of pdex or illico -> options of ours
PDEX = {"ref": "", "ref-arithmetic": "--fold-change arithmetic", "ref-eps0": "--epsilon 0", "all": "--reference rest",
        "ref-cpm1000": "", "on_target": ""}
ILLICO = {"ovo": "--fold-change arithmetic", "ovr": "--fold-change arithmetic --reference rest"}


class Screens:
    """Tables of pertscale de by screen and options, each made once."""

    def __init__(self, report):
        self.report, self.made = report, {}
        for name, text in (("papalexi", f"path = {harness.SHARED / PAPALEXI}\nvalues = counts\ntarget-sum = 10000\ncontrol = non-targeting\n"),
                           ("norman-k562", f"path = {harness.SHARED / NORMAN}\ncontrol = control\nwhere = cell_type=k562\n")):
            (report.folder / f"{name}.cfg").write_text(text)
        screen = anndata.read_h5ad(harness.SHARED / PAPALEXI)
        screen.X = np.log1p(screen.X.astype(np.float64))
        screen.write_h5ad(report.folder / "logged.h5ad")
        (report.folder / "logged-counts.cfg").write_text(f"path = {report.folder}/logged.h5ad\ncontrol = non-targeting\n")

    def table(self, screen, options):
        """A frame by (perturbation, gene) of score, log2fc, log2fc_se, pvalue, padj, u."""
        key = (screen, options)
        if key not in self.made:
            out = self.report.folder / f"run{len(self.made)}"
            done = harness.run(1, "de", self.report.folder / f"{screen}.cfg", *options.split(), "--out", out)
            if not self.report.check(done.returncode == 0, f"{key}: {done.stderr}"):
                raise SystemExit(1)
            data = anndata.read_h5ad(out / "de.h5ad")
            index = pd.MultiIndex.from_product([data.obs["condition"].astype(str), data.var_names])
            self.made[key] = pd.DataFrame({name: data.layers[name].ravel() for name in data.layers}, index=index)
            self.report.check(np.array_equal(data.X, data.layers["score"], equal_nan=True), f"{key}: X is not the score")
        return self.made[key]

    def rows(self, screen, options, golden):
        return self.table(screen, options).loc[pd.MultiIndex.from_frame(golden[["perturbation", "gene"]])]


def close(report, what, found, expected, relative=1e-10, absolute=1e-10):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    with np.errstate(invalid="ignore"):
        fine = np.isclose(found, expected, rtol=relative, atol=absolute, equal_nan=True)
    at = int(np.argmin(fine))
    report.check(fine.all(), f"{what}: {(~fine).sum()} of {fine.size} differ, first {found[at]!r} for {expected[at]!r}")


def close_p(report, what, found, expected):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    tail = expected < 1e-100
    close(report, what, found[~tail], expected[~tail], 1e-9, 0)
    if tail.any():
        close(report, what + " in the tail", found[tail], expected[tail], 1e-7, 1e-307)


def read(name):
    frame = pd.read_csv(harness.SHARED / GOLDEN / f"{name}.csv.gz", dtype={"perturbation": str, "gene": str})
    return frame.astype({c: float for c in frame.columns if frame[c].dtype == "int64"})


def cells_of(groups, screen, frame):
    """Cells of each row's perturbation, and of control and the whole screen."""
    of = groups[groups.dataset == screen].drop_duplicates("group").set_index("group")["cells"]
    control = of["non-targeting" if screen == "papalexi" else "control"]
    return of[frame["perturbation"]].to_numpy(), control, 16093 if screen == "papalexi" else 3375


def check_scanpy(report, screens, groups):
    for (screen, method, ties, reference), golden in read("scanpy").groupby(["dataset", "method", "tie_correct", "reference"]):
        what = f"scanpy, {screen}, {method}, {reference}"
        ours = screens.rows(screen, f"--method {METHODS[method]} --reference {'rest' if reference == 'rest' else 'control'}", golden)
        close(report, what + ": fold change", ours["log2fc"], golden["logfoldchange_f64"])
        close(report, what + ": fold change in single precision", ours["log2fc"], golden["logfoldchange_f32"], 1e-7, 1e-7)
        if method == "wilcoxon" and not ties:  # a form that is not offered: from U all the same
            n1, n0, everything = cells_of(groups, screen, golden)
            n0 = everything - n1 if reference == "rest" else n0
            close(report, what + ": U", (ours["u"] - n1 * n0 / 2) / np.sqrt(n1 * n0 * (n1 + n0 + 1) / 12), golden["score_f64"])
            continue
        close(report, what + ": score", ours["score"], golden["score_f64"])
        close(report, what + ": score in single precision", ours["score"], golden["score_f32"], 1e-7, 1e-7)
        close_p(report, what + ": p", ours["pvalue"], golden["pval"])
        close_p(report, what + ": adjusted p", ours["padj"], golden["pval_adj"])


def adjusted(p):
    order = np.argsort(p)
    q = np.asarray(p)[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(q[::-1])[::-1], 1)
    return out


def check_pdex(report, screens):
    for (screen, run), golden in read("pdex").groupby(["dataset", "run"]):
        what, source = f"pdex, {screen}, {run}", screen
        if run == "ref-counts":
            source = "logged-counts"
        ours = screens.rows(source, f"--method wilcoxon --continuity {PDEX.get(run, '')}".strip(), golden)
        report.check((ours["u"].to_numpy() == golden["statistic"].to_numpy()).all(), what + ": U differs")
        close(report, what + ": fold change", ours["log2fc"], golden["log2_fold_change"])
        close_p(report, what + ": p", ours["pvalue"], golden["p_value"])
        if run == "on_target":  # one test a target
            close_p(report, what + ": adjusted p", adjusted(ours["pvalue"]), golden["fdr"])
        elif run == "ref-cpm1000":  # gates by group and control together; ours gates by control
            for name, group in golden.groupby("perturbation"):
                close_p(report, f"{what}, {name}", adjusted(screens.rows(source, "--method wilcoxon --continuity", group)["pvalue"]), group["fdr"])
        else:
            close_p(report, what + ": adjusted p", ours["padj"], golden["fdr"])


def check_illico(report, screens, groups):
    at_mean_rows = 0
    for (screen, run), golden in read("illico").groupby(["dataset", "run"]):
        what = f"illico, {screen}, {run}"
        source = "logged-counts" if run == "ovo-counts" else screen
        options = f"--method wilcoxon --continuity {ILLICO.get(run, '')}".strip()
        if run == "ovo-scanpy-like":
            options = "--method wilcoxon"
        ours = screens.rows(source, options, golden)
        report.check((ours["u"].to_numpy() == golden["statistic"].to_numpy()).all(), what + ": U differs")
        if run in ("ovo-no-ties", "ovo-greater"):  # forms that are not offered: U alone
            continue
        n1, n0, everything = cells_of(groups, screen, golden)
        n0 = everything - n1 if run == "ovr" else n0
        at_mean = (ours["u"] == n1 * n0 / 2).to_numpy()
        corrected = run != "ovo-scanpy-like"
        usual = ~at_mean if corrected else np.ones(len(ours), bool)
        close(report, what + ": z", ours["score"][usual], golden["z_score"][usual])
        close_p(report, what + ": p", ours["pvalue"][usual], golden["p_value"][usual])
        if corrected:
            # illico moves U off its mean (z = -0.5 / sd); ours, as pdex's, is no difference at all
            report.check((ours["pvalue"][at_mean] == 1).all() and (ours["score"][at_mean] == 0).all(), what + ": U at its mean")
            report.check((golden["z_score"][at_mean] <= 0).all() and (golden["p_value"][at_mean] <= 1).all(), what + ": illico's U at its mean")
            at_mean_rows += int((golden["z_score"][at_mean] < 0).sum())
        if corrected and run != "ovo-counts":
            # against the rest illico's means are of single precision (1e-7); check_twins has ours by NumPy
            tolerance = 1e-6 if run == "ovr" else 1e-10
            close(report, what + ": fold change", ours["log2fc"], np.log2(golden["fold_change"]), tolerance, tolerance)
        if not at_mean.any():
            close_p(report, what + ": adjusted p", ours["padj"], golden["pval_adj"])
    report.check(at_mean_rows > 0, "illico: no row with U at its mean; its peculiarity is gone")


def check_twins(report, screens):
    """What no peer offers, by NumPy: gate, adjustment over all tests, standard errors."""
    cells = anndata.read_h5ad(harness.SHARED / PAPALEXI)
    counts = cells.X.toarray().astype(float)
    natural = counts * 1e4 / counts.sum(1, keepdims=True)
    plain = screens.table("papalexi", "--method wilcoxon").unstack()
    gated = screens.table("papalexi", "--method wilcoxon --min-control-cpm 3000 --adjust all").unstack()
    control = natural[(cells.obs["condition"] == "non-targeting").to_numpy()].mean(0)
    passes = pd.Series(1e6 * control / control.sum() > 3000, index=cells.var_names)[plain["pvalue"].columns].to_numpy()
    report.check(0 < passes.sum() < len(passes), "the gate's bound is no test")
    for name in ("score", "pvalue", "u", "log2fc"):
        report.check(plain[name].equals(gated[name]), f"the gate changes {name}")
    p = gated["pvalue"].to_numpy()[:, passes]
    report.check(gated["padj"].loc[:, ~passes].isna().all(axis=None) and gated["padj_all"].loc[:, ~passes].isna().all(axis=None),
                 "genes below the gate are adjusted for")
    close(report, "padj behind the gate", gated["padj"].loc[:, passes], np.array([adjusted(row) for row in p]), 1e-12, 0)
    close(report, "padj_all", gated["padj_all"].loc[:, passes].to_numpy().ravel(), adjusted(p.ravel()), 1e-12, 0)

    ours = screens.table("papalexi", "--method t-test --fold-change arithmetic").unstack()
    genes = [cells.var_names.get_loc(gene) for gene in ours["log2fc"].columns]
    group, ref = natural[(cells.obs["condition"] == "STAT1").to_numpy()][:, genes], natural[(cells.obs["condition"] == "non-targeting").to_numpy()][:, genes]
    eps = 1e-9
    close(report, "arithmetic fold change beside t-test", ours["log2fc"].loc["STAT1"], np.log2((group.mean(0) + eps) / (ref.mean(0) + eps)))
    error = np.sqrt(sum(x.var(0, ddof=1) / len(x) / (x.mean(0) + eps) ** 2 for x in (group, ref))) / np.log(2)
    close(report, "standard error", ours["log2fc_se"].loc["STAT1"], error, 1e-9)
    others = natural[(cells.obs["condition"] != "STAT1").to_numpy()][:, genes]
    rest = screens.table("papalexi", "--method wilcoxon --continuity --fold-change arithmetic --reference rest").unstack()["log2fc"].loc["STAT1"]
    close(report, "arithmetic fold change against the rest", rest, np.log2((group.mean(0) + eps) / (others.mean(0) + eps)))
    logs = [np.log1p(x) for x in (group, ref)]
    error = np.sqrt(sum(x.var(0, ddof=1) / len(x) * (np.exp(x.mean(0)) / (np.expm1(x.mean(0)) + eps)) ** 2 for x in logs)) / np.log(2)
    for options in ("--method t-test", "--method wilcoxon"):
        close(report, "standard error, " + options, screens.table("papalexi", options).unstack()["log2fc_se"].loc["STAT1"], error, 1e-8)


def check_strata(report, screens):
    """van Elteren's test over replicates, by SciPy's ranks: sum of w (U - mean) over the root of the sum of w^2 var, w = 1 / (N + 1)."""
    cells = anndata.read_h5ad(harness.SHARED / PAPALEXI)
    text = (report.folder / "papalexi.cfg").read_text() + "batch-column = replicate\n"
    (report.folder / "batches.cfg").write_text(text)
    (report.folder / "matched.cfg").write_text(text + "control-matching = batch\n")
    ours = {name: screens.table(name, "--method wilcoxon --stratify batch").unstack() for name in ("batches", "matched")}
    genes, condition = cells.var_names[:40], cells.obs["condition"].to_numpy()
    counts = cells.X.toarray().astype(float)
    logged = np.log1p(counts * 1e4 / counts.sum(1, keepdims=True))[:, :40]
    excess = variance = total = 0
    for replicate in cells.obs["replicate"].unique():
        here = (cells.obs["replicate"] == replicate).to_numpy()
        x, y = logged[here & (condition == "CUL3")], logged[here & (condition == "non-targeting")]
        n1, n0, n = len(x), len(y), len(x) + len(y)
        ranks = scipy.stats.rankdata(np.vstack([x, y]), axis=0)
        u = ranks[:n1].sum(0) - n1 * (n1 + 1) / 2
        ties = np.array([sum(t**3 - t for t in np.unique(column, return_counts=True)[1].astype(float)) for column in ranks.T])
        excess, total = excess + (u - n1 * n0 / 2) / (n + 1), total + u
        variance = variance + n1 * n0 / 12 * (n + 1 - ties / (n * (n - 1))) / (n + 1) ** 2
    for name, table in ours.items():
        report.check((table["u"].loc["CUL3", genes].to_numpy() == total).all(), f"{name}: U over strata")
        close(report, f"{name}: z of van Elteren", table["score"].loc["CUL3", genes], excess / np.sqrt(variance))
        close_p(report, f"{name}: p of van Elteren", table["pvalue"].loc["CUL3", genes], 2 * scipy.stats.norm.sf(np.abs(excess / np.sqrt(variance))))


def check_csv(report, folder):
    """de.csv is de.h5ad, a line a gene, by falling score."""
    data, table = anndata.read_h5ad(folder / "de.h5ad"), pd.read_csv(
        folder / "de.csv", keep_default_na=False, float_precision="round_trip")
    report.check(list(table.columns) == ["context", "group", "names", "scores", "logfoldchanges", "pvals", "pvals_adj"], f"columns of de.csv: {list(table.columns)}")
    for i, (context, group) in enumerate(zip(data.obs["context"], data.obs["condition"])):
        rows = table[(table["context"] == context) & (table["group"] == group)]
        place = data.var_names.get_indexer(rows["names"])
        fine = len(rows) == data.n_vars and (np.diff(rows["scores"]) <= 0).all()
        for column, layer in (("scores", "score"), ("logfoldchanges", "log2fc"), ("pvals", "pvalue"), ("pvals_adj", "padj")):
            fine = fine and np.array_equal(rows[column].astype(float), data.layers[layer][i][place])
        report.check(fine, f"de.csv differs from de.h5ad in {context}/{group}")


def made_orders(report):
    """A screen of floats, and its cells in another order, as dense and csc files too: one screen in four files."""
    screen = anndata.read_h5ad(harness.SHARED / NORMAN)
    screen.X = screen.X.astype(np.float32)
    screen = anndata.AnnData(screen.X, obs=screen.obs[["condition", "cell_type"]], var=screen.var[[]])
    other = screen[np.random.default_rng(1).permutation(screen.n_obs)].copy()
    screen.write_h5ad(report.folder / "csr.h5ad")
    other.X = scipy.sparse.csc_matrix(other.X)
    other.write_h5ad(report.folder / "csc.h5ad")
    other.X = other.X.toarray()
    other.write_h5ad(report.folder / "dense.h5ad")
    other.X = scipy.sparse.csr_matrix(other.X.astype(np.float64))
    other.write_h5ad(report.folder / "double.h5ad")
    for name in ("csr", "csc", "dense", "double"):
        (report.folder / f"{name}.cfg").write_text(f"path = {name}.h5ad\ncontext-column = cell_type\n")


def check_bytes(report):
    made_orders(report)
    harness.run(2, "ingest", report.folder / "double.cfg", "--out", report.folder / "store.pss")
    (report.folder / "store.cfg").write_text("path = store.pss\n")
    runs = {"norman": [(1, "csr", ""), (2, "csr", ""), (3, "csr", ""), (4, "csr", ""), (2, "csc", ""), (1, "dense", ""), (2, "double", ""), (2, "store", ""),
                       (2, "csr", "--memory-per-rank 64MiB")],
            "papalexi": [(1, "papalexi", ""), (2, "papalexi", ""), (3, "papalexi", ""), (4, "papalexi", "--memory-per-rank 64MiB")]}
    for screen, ways in runs.items():
        for options in ("--method wilcoxon --reference rest --fold-change arithmetic", "--method t-test"):
            first = None
            for ranks, file, memory in ways:
                out = report.folder / f"bytes-{screen}-{ranks}-{file}-{options.split()[1]}{memory[-5:]}"
                done = harness.run(ranks, "de", report.folder / f"{file}.cfg", *options.split(), *memory.split(), "--csv", "--out", out)
                if not report.check(done.returncode == 0, f"{screen}, {file}: {done.stderr}"):
                    continue
                report.check(sorted(p.name for p in out.iterdir()) == ["de.csv", "de.h5ad"], f"left behind: {list(out.iterdir())}")
                tables = [(out / name).read_bytes() for name in ("de.h5ad", "de.csv")]
                if first is None:
                    check_csv(report, out)
                first = first or tables
                report.check(tables == first, f"{screen} {options}: {ranks} ranks, {file} {memory}: other bytes")


def check_refusals(report):
    """A sentence, exit 2, nothing written, on one rank and on three."""
    bulk = report.folder / "bulk.h5ad"
    harness.run(1, "ingest", report.folder / "csr.cfg", "--pseudobulk", bulk)
    (report.folder / "bulk.cfg").write_text("path = bulk.h5ad\nrows = pseudobulk\ncontext-column = context\n")
    latent = harness.ROOT / "inputs" / "datasets" / "norman-latent.cfg"
    (report.folder / "orphan.cfg").write_text("path = csr.h5ad\ncontrol = nobody\n")
    for screen, options, word in (
            ("csr.cfg", "--method anova", "--method"), ("csr.cfg", "--epsilon -1", "--epsilon"), ("csr.cfg", "--continuity", "--continuity"),
            ("csr.cfg", "--stratify batch", "--method wilcoxon"), ("csr.cfg", "--method wilcoxon --stratify batch", "batch-column"),
            ("matched.cfg", "--method t-test", "control-matching"),
            ("bulk.cfg", "--method wilcoxon", "needs cells"), ("bulk.cfg", "--fold-change arithmetic", "needs cells"),
            (latent, "--method t-test", "latent"), ("orphan.cfg", "--method wilcoxon", "control"), ("absent.cfg", "", "absent.cfg")):
        for ranks in (1, 3) if word.startswith("--") or word == "needs cells" else (3,):
            out = report.folder / "refused"
            done = harness.run(ranks, "de", report.folder / screen, *options.split(), "--out", out)
            lines = harness.own_lines(done.stderr)
            report.check(done.returncode == 2 and len(lines) >= 1 and word in done.stderr, f"{screen} {options} on {ranks} ranks: {done.returncode} {done.stderr}")
            report.check(not out.exists() or not list(out.iterdir()), f"{screen} {options}: something was written")
    done = harness.run(1, "de", report.folder / "bulk.cfg", "--out", report.folder / "bulk")
    report.check(done.returncode == 0, f"a t-test of profiles with variances: {done.stderr}")
    if done.returncode == 0:
        found, cells = (anndata.read_h5ad(report.folder / name / "de.h5ad") for name in ("bulk", "bytes-norman-1-csr-t-test"))
        close(report, "t-test of profiles", found.X, cells.X, 1e-9)


def main():
    report = harness.Report()
    if report.needs_shared(PAPALEXI, NORMAN, GOLDEN + "scanpy.csv.gz", GOLDEN + "pdex.csv.gz", GOLDEN + "illico.csv.gz"):
        screens, groups = Screens(report), read("groups")
        check_scanpy(report, screens, groups)
        check_pdex(report, screens)
        check_illico(report, screens, groups)
        check_twins(report, screens)
        check_strata(report, screens)
        check_bytes(report)
        check_refusals(report)
    report.end()


main()
