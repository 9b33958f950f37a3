"""Screen stores: the same bytes for any ranks and memory; results from a store are those of its source; anndata reads it; what is
damaged, cut off or half-written is refused or changes nothing."""
import glob
import hashlib
import os
import random
import signal
import subprocess
import time

import harness

FLIPS = int(os.environ.get("PERTSCALE_FLIPS", "12"))  # tests/io/store_reader_test.cpp flips thousands
KILLS = int(os.environ.get("PERTSCALE_KILLS", "3"))
EVERY = ((1, "1GiB"), (2, "64MiB"), (3, "1GiB"), (4, "64MiB"))
SIMULATED = "name = sim\npath = {path}\nvalues = counts\ncontext-column = context\n"
SCREENS = {  # name -> screen of the reference data, keys beside its path
    "papalexi": ("papalexi-counts.h5ad", "values = counts\ncontrol = non-targeting\nbatch-column = replicate\n"
                 "control-matching = batch\nguide-column = guide\n"),
    "norman-mcfaline": ("norman-mcfaline-cells.h5ad", "context-column = cell_type\nmin-cells = 3\nmax-control-cells = 150\n"
                        "where = ngenes>500\nwhere = treatment!=x\n"),
}
STUDY = """\
dataset = {dataset}
protocol = cross-validation folds=2 seeds=1
model = no-change
model = perturbed-mean
metric = l2
metric = pearson-delta
"""


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path, text):
    path.write_text(text)
    return path


def ingest(report, ranks, *arguments):
    done = harness.run(ranks, "ingest", *arguments)
    report.check(done.returncode == 0, f"ingest {arguments} on {ranks} ranks: {done.stderr}")
    return done


def simulated(report):
    """CSR, dense and gzip CSC of one screen."""
    pseudobulk = set()
    for form, more in (("csr", ()), ("dense", ()), ("csc", ("--compression", "gzip"))):
        screen = report.folder / f"{form}.h5ad"
        harness.run(1, "simulate", "--cells", 4000, "--genes", 600, "--perturbations", 40, "--doubles", 5, "--contexts", 2,
                    "--format", form, *more, "--out", screen)
        cfg = write(report.folder / f"{form}.cfg", SIMULATED.format(path=screen.name))
        stores = set()
        for ranks, memory in EVERY if form == "csr" else EVERY[::3]:
            out = report.folder / f"{form}.store"
            ingest(report, ranks, cfg, "--out", out, "--memory-per-rank", memory)
            stores.add(sha256(out))
        report.check(len(stores) == 1, f"{form}: the store differs between ranks or memory bounds")
        same_results(report, form, cfg, report.folder / f"{form}.store", report.folder / form)
        pseudobulk.add(sha256(report.folder / form / "source.h5ad"))
    report.check(len(pseudobulk) == 1, "the pseudobulk of csr, dense and csc differ")


def same_results(report, name, cfg, store, folder):
    """pseudobulk and a run: from the source, from the store alone, from the cfg with another path."""
    folder.mkdir()
    lines = [line for line in cfg.read_text().splitlines() if not line.startswith(("path", "part"))]
    moved = write(folder / "moved.cfg", "\n".join([*lines, f"path = {store}"]) + "\n")
    results = {}
    for kind, dataset in (("source", cfg), ("store", store), ("moved", moved)):
        ingest(report, 1, dataset, "--pseudobulk", folder / f"{kind}.h5ad")
        study = write(folder / f"{kind}.study.cfg", STUDY.format(dataset=dataset))
        done = harness.run(2 if kind == "store" else 1, "run", study, "--out", folder / kind)
        if report.check(done.returncode == 0, f"{name}: run from the {kind}: {done.stderr}"):
            results[kind] = harness.tables(folder / kind), (folder / f"{kind}.h5ad").read_bytes()
    report.check(len(results) == 3 and all(results[kind] == results["source"] for kind in results),
                 f"{name}: results of the store differ from those of its source")
    report.check(results and len(results["source"][0]["scores.csv"].splitlines()) > 3, f"{name}: no scores")


def real(report):
    for name, (file, keys) in SCREENS.items():
        if not report.needs_shared(f"data/{file}"):
            continue
        cfg = write(report.folder / f"{name}.cfg", f"name = {name}\npath = {harness.SHARED / 'data' / file}\n{keys}")
        stores = set()
        for ranks in (1, 4):
            out = report.folder / f"{name}.store"
            ingest(report, ranks, cfg, "--out", out, "--check")
            stores.add(sha256(out))
        report.check(len(stores) == 1, f"{name}: the store differs between ranks")
        same_results(report, name, cfg, out, report.folder / name)


def several_files(report):
    """A store of three files, one a context; one file holds its genes in another order."""
    if not report.needs_shared("data/norman-mcfaline-cells.h5ad"):
        return
    try:
        import anndata
    except ImportError:
        report.skip("anndata is not installed")
        return
    screen = anndata.read_h5ad(harness.SHARED / "data" / "norman-mcfaline-cells.h5ad")
    text = "name = lines\n"
    for line in ("A172", "T98G", "U87MG"):
        part = screen[screen.obs["cell_type"] == line].copy()
        genes = list(part.var_names[::-1] if line == "T98G" else part.var_names[:450])
        part[:, genes].copy().write_h5ad(report.folder / f"{line}.h5ad")
        text += f"part = path={line}.h5ad context={line}\n"
    cfg, out = write(report.folder / "lines.cfg", text), report.folder / "lines.store"
    stores = set()
    for ranks in (1, 3):
        ingest(report, ranks, cfg, "--out", out)
        stores.add(sha256(out))
    report.check(len(stores) == 1, "several files: the store differs between ranks")
    same_results(report, "several files", cfg, out, report.folder / "lines")


def anndata_reads(report):
    try:
        import anndata
        import numpy
    except ImportError:
        report.skip("anndata is not installed")
        return
    store, source = (anndata.read_h5ad(report.folder / f"csr.{kind}") for kind in ("store", "h5ad"))
    order = source.obs_names.get_indexer(store.obs_names)
    values, obs = source.X.toarray()[order], source.obs.iloc[order]
    report.check(numpy.array_equal(store.X.toarray(), values), "anndata: X differs")
    report.check(numpy.array_equal(store[::7, :5].X.toarray(), values[::7, :5]), "anndata: a view differs")
    report.check(list(store.var_names) == list(source.var_names), "anndata: genes differ")
    report.check(list(store.obs["condition"]) == list(obs["condition"]), "anndata: conditions differ")
    totals = values.sum(axis=1)
    report.check(numpy.array_equal(store.obs["library_size"], totals), "anndata: library sizes differ")
    order = list(zip(store.obs["context"], store.obs["condition"]))
    report.check(order == sorted(order), "anndata: cells are not sorted")


def refused_or_same(report, path, truth, what, use):
    """`use`: also make the profiles, which must be refused or be what they were."""
    checked = harness.run(1, "ingest", path, "--check")
    told = checked.returncode == 2 and len(harness.own_lines(checked.stderr)) == 1
    report.check(told or checked.returncode == 0, f"{what}: {checked.stdout} {checked.stderr}")
    if use or not told:
        out = report.folder / "damaged.pseudobulk.h5ad"
        out.unlink(missing_ok=True)
        done = harness.run(1, "ingest", path, "--pseudobulk", out)
        refused = done.returncode == 2 and len(harness.own_lines(done.stderr)) == 1
        report.check(refused or out.read_bytes() == truth, f"{what}: other numbers without a word: {done.stderr}")
    return told


def damage(report):
    store = (report.folder / "csr.store").read_bytes()
    truth = (report.folder / "csr" / "store.h5ad").read_bytes()
    path = report.folder / "damaged.store"
    draw = random.Random(7)
    refused = 0
    for number in range(FLIPS):
        at, bit = draw.randrange(len(store)), draw.randrange(8)
        damaged = bytearray(store)
        damaged[at] ^= 1 << bit
        path.write_bytes(damaged)
        refused += refused_or_same(report, path, truth, f"bit {bit} of byte {at} flipped", number % 5 == 0)
    report.check(refused == FLIPS, f"of {FLIPS} flipped bits only {refused} were noticed")
    for size in (2048, len(store) // 2, len(store) - 4096, len(store) - 1):
        path.write_bytes(store[:size])
        report.check(harness.run(1, "ingest", path).returncode == 2, f"a store cut to {size} bytes was taken")


def killed(report):
    """kill -9 in the middle: nothing under the name, and the next ingest clears up."""
    cfg, out = report.folder / "csr.cfg", report.folder / "killed.store"
    for attempt in range(KILLS):
        process = subprocess.Popen(harness.command(2, "ingest", cfg, "--out", out), env=harness.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        limit = time.time() + 20
        while not glob.glob(f"{out}.*") and time.time() < limit:
            time.sleep(0.002)
        time.sleep(0.02 * attempt)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(1.0)  # ranks live on for a moment after mpirun
        report.check(not out.exists() or harness.run(1, "ingest", out, "--check").returncode == 0,
                     "a killed ingest left something under the name of its store")
        for left in glob.glob(f"{out}.tmp.*"):
            report.check(harness.run(1, "ingest", left).returncode == 2, "a half-written store was taken for one")
        out.unlink(missing_ok=True)
    ingest(report, 1, cfg, "--out", out)
    report.check(sha256(out) == sha256(report.folder / "csr.store"), "the store after kills differs")
    report.check(glob.glob(f"{out}.*") == [], f"left behind: {glob.glob(f'{out}.*')}")


def main():
    report = harness.Report()
    simulated(report)
    anndata_reads(report)
    damage(report)
    killed(report)
    real(report)
    several_files(report)
    report.end()


main()
