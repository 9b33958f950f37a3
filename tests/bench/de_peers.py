#!/usr/bin/env python3
"""Rank-sum tests of every perturbation: pertscale de beside illico and scanpy, on one file, in one run.

    PYTHON tests/bench/de_peers.py [--cells 60000 --genes 2000 --groups 500 --density 0.26] [--scanpy] [--folder /tmp]

PYTHON is that of an environment with illico (0.6), anndata and, for --scanpy, scanpy; a release build lies in build/.
The file is made here, by NumPy: a tenth of the cells is control, values are log1p(1e4 c / L) in float32. scanpy is timed
on 2 and 8 groups and extrapolated: its time grows by the same with each. Every process is pinned to as many cores as it has ranks
or threads.
"""
import argparse
import os
import pathlib
import re
import subprocess
import time

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

ROOT = pathlib.Path(__file__).resolve().parents[2]


def made_screen(path, size):
    rng = np.random.default_rng(1)
    per_cell = rng.binomial(size.genes, size.density, size.cells)
    indptr = np.concatenate([[0], np.cumsum(per_cell)])
    indices = np.concatenate([np.sort(rng.permutation(size.genes)[:n]) for n in per_cell]).astype(np.int32)
    total = np.repeat(rng.integers(2500, 10000, size.cells), per_cell)
    values = np.log1p(1e4 * rng.geometric(0.5, indptr[-1]) / total).astype(np.float32)
    names = np.array(["ctrl"] + [f"G{i}" for i in range(size.groups)])
    cell = np.arange(size.cells)
    group = np.where(cell % 10 == 0, 0, 1 + (cell - cell // 10) % size.groups)
    obs = pd.DataFrame({"condition": pd.Categorical(names[group])}, index=[f"c{i}" for i in range(size.cells)])
    var = pd.DataFrame(index=[f"G{i}" for i in range(size.genes)])
    anndata.AnnData(scipy.sparse.csr_matrix((values, indices, indptr), (size.cells, size.genes)), obs=obs, var=var).write_h5ad(path)


def ours(path, ranks, out):
    """Whole-command seconds, seconds of gathering and testing, the tables."""
    env = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OPENBLAS_NUM_THREADS="1")
    # below a shell of its own, for the system counts the memory of the process that forks as the child's
    launch = ["taskset", "-c", "0"] if ranks == 1 else ["mpirun", "-n", str(ranks), "--bind-to", "core"]
    launch = ["sh", "-c", '"$@"; exit $?', "sh", *launch]
    start = time.perf_counter()
    text = subprocess.run([*launch, ROOT / "build" / "pertscale", "de", path, "--method", "wilcoxon", "--out", out], env=env,
                          check=True, capture_output=True, text=True).stdout
    whole = time.perf_counter() - start
    found = re.search(r"gathering ([\d.]+) s, testing ([\d.]+) s", text)
    memory = re.search(r"peak memory\s+(\d+) MiB", text)
    return whole, float(found[1]) + float(found[2]), int(memory[1])


def illico_run(data, threads):
    from illico import asymptotic_wilcoxon
    from loguru import logger
    logger.disable("illico")
    os.sched_setaffinity(0, range(threads))
    options = dict(group_keys="condition", reference="ctrl", is_log1p=True, exp_post_agg=True, use_continuity=False, n_threads=threads)
    few = data[: min(2000, data.n_obs), :20].copy()
    asymptotic_wilcoxon(few, **options)  # compiles
    start = time.perf_counter()
    table = asymptotic_wilcoxon(data, **options)
    seconds = time.perf_counter() - start
    os.sched_setaffinity(0, range(os.cpu_count()))
    return seconds, table


def scanpy_seconds(data, groups):
    import scanpy
    some = [name for name in data.obs["condition"].cat.categories if name != "ctrl"][:groups]
    data.uns["log1p"] = {"base": None}
    start = time.perf_counter()
    scanpy.tl.rank_genes_groups(data, "condition", groups=some, reference="ctrl", method="wilcoxon", tie_correct=True, use_raw=False)
    return time.perf_counter() - start


def compare(out, table):
    """U to be equal, p-values to agree."""
    de = anndata.read_h5ad(out / "de.h5ad")
    theirs = table.reset_index()
    group, gene = theirs.columns[:2]
    u = theirs.pivot(index=group, columns=gene, values="statistic").loc[de.obs["condition"].astype(str), de.var_names].to_numpy()
    p = theirs.pivot(index=group, columns=gene, values="p_value").loc[de.obs["condition"].astype(str), de.var_names].to_numpy()
    off = np.abs(de.layers["pvalue"] - p) / np.maximum(p, 1e-300)
    print(f"U of {u.size} tests: {'all equal' if (u == de.layers['u']).all() else 'DIFFERENT'}; p-values differ by at most {off.max():.2g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=60000)
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--groups", type=int, default=500)
    parser.add_argument("--density", type=float, default=0.26)
    parser.add_argument("--scanpy", action="store_true", help="time scanpy on a few groups and extrapolate")
    parser.add_argument("--repeats", type=int, default=5, help="the best of so many runs")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("/tmp"))
    size = parser.parse_args()
    path = size.folder / f"pertscale-de-{size.cells}-{size.genes}-{size.groups}-{size.density}.h5ad"
    out = size.folder / "pertscale-de-peers"
    if not path.exists():
        made_screen(path, size)
    start = time.perf_counter()
    data = anndata.read_h5ad(path)
    reading = time.perf_counter() - start
    print(f"{size.cells} cells x {size.genes} genes, {data.X.nnz} values, {size.groups} groups against control; best of {size.repeats}")
    print(f"{'':28}{'tests, s':>10}{'file to table, s':>18}{'peak MiB a rank':>17}")
    theirs = {}
    for n in (1, 2):
        runs = [ours(path, n, out) for _ in range(size.repeats)]
        whole, tests = min(r[0] for r in runs), min(r[1] for r in runs)
        results = [illico_run(data, n) for _ in range(size.repeats)]
        theirs[n] = min(r[0] for r in results)
        print(f"pertscale, {n} rank(s){'':8}{tests:10.2f}{whole:18.2f}{runs[0][2]:17d}")
        print(f"illico, {n} thread(s){'':9}{theirs[n]:10.2f}{theirs[n] + reading:18.2f}")
        print(f"{'':28}{theirs[n] / tests:9.1f}x{(theirs[n] + reading) / whole:17.1f}x", flush=True)
        compare(out, results[0][1])
    if size.scanpy:
        few, more = scanpy_seconds(data, 2), scanpy_seconds(data, 8)
        each = (more - few) / 6
        print(f"scanpy{'':22}{few + (size.groups - 2) * each:10.0f}  (extrapolated: {few:.1f} s for 2 groups, {more:.1f} s for 8)")


main()
