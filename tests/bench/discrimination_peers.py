"""Discrimination of all perturbations, L2, cosine and L1: pertscale beside cell-eval 0.8.2, one core each, in one run.

    PEERS/bin/python tests/bench/discrimination_peers.py build/pertscale [--perturbations 1000] [--genes 8000] [--repeats 3]

PEERS is made by tests/bench/install_peers.sh. Both make profiles of the same kind and size (a
prediction holds a twentieth of its own change) and leave out each perturbation's own gene. Of cell-eval only discrimination_score is
timed, once its profiles are made; of pertscale what `bench metrics` prints. On a machine with other work both are slowed; they run
in turn. That both rank alike is tested on golden files, not here.
"""

import argparse
import os
import re
import subprocess
import time

for name in "OMP", "OPENBLAS", "MKL", "NUMBA", "POLARS":
    os.environ[f"{name}_NUM_THREADS" if name != "POLARS" else "POLARS_MAX_THREADS"] = "1"
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # inherited by what is started here

import anndata  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from cell_eval._types import PerturbationAnndataPair  # noqa: E402
from cell_eval.metrics._anndata import discrimination_score  # noqa: E402

DISTANCES = "l2", "cosine", "l1"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("pertscale")
    parser.add_argument("--perturbations", type=int, default=1000)
    parser.add_argument("--genes", type=int, default=8000)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def profiles(given):
    """One row a perturbation, and a control of zeros."""
    rng = np.random.default_rng(1)
    observed = rng.normal(size=(given.perturbations, given.genes))
    predicted = 0.05 * observed + rng.normal(size=observed.shape)
    genes = [f"G{g:05}" for g in range(given.genes)]
    names = ["ctrl"] + [genes[p] if p < given.genes else f"P{p:05}" for p in range(given.perturbations)]

    def screen(rows):
        values = np.vstack([np.zeros((1, given.genes)), rows])
        obs = pd.DataFrame({"condition": names}, index=[f"c{i}" for i in range(len(names))])
        return anndata.AnnData(values, obs=obs, var=pd.DataFrame(index=genes))

    return PerturbationAnndataPair(screen(observed), screen(predicted), "condition", "ctrl")


def by_cell_eval(pair, distance):
    start, processor = time.perf_counter(), time.process_time()
    discrimination_score(pair, metric=distance)
    return time.perf_counter() - start, time.process_time() - processor


def by_pertscale(given):
    """Seconds by distance."""
    text = subprocess.run(
        [given.pertscale, "bench", "metrics", "--perturbations", str(given.perturbations), "--genes", str(given.genes)],
        check=True, capture_output=True, text=True).stdout
    return {name: float(re.search(rf"^{name} +([\d.]+) s", text, re.M)[1]) for name in DISTANCES}


def main():
    given = arguments()
    pair = profiles(given)
    list(pair.iter_bulk_arrays())  # cell-eval's profiles are made and kept here
    ours = {name: [] for name in DISTANCES}
    theirs = {name: [] for name in DISTANCES}
    for _ in range(given.repeats):
        seconds = by_pertscale(given)
        for name in DISTANCES:
            ours[name].append(seconds[name])
            theirs[name].append(by_cell_eval(pair, name))
    print(f"{given.perturbations} perturbations x {given.genes} genes, one core, best of {given.repeats}")
    print("            pertscale, s  cell-eval, s  its processor s  ratio of seconds")
    for name in DISTANCES:
        best, wall = min(ours[name]), min(taken for taken, _ in theirs[name])
        processor = min(taken for _, taken in theirs[name])
        print(f"{name:<10}  {best:12.3f}  {wall:12.2f}  {processor:15.2f}  {wall / best:15.0f}x")


main()
