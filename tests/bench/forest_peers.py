"""A forest on all outputs together: pertscale beside scikit-learn, one core each, in one run.

    PEERS/bin/python tests/bench/forest_peers.py build/pertscale [--conditions 1000] [--features 256] [--genes 5000] [--trees 5] [--repeats 1]

PEERS is made by tests/bench/install_peers.sh. Both make conditions of the same kind and size, and fit and predict all of them; of
scikit-learn fit and predict of RandomForestRegressor are timed, of pertscale what `bench forest` prints as "together", which holds the Gram matrix, trees and prediction. They run in turn. That both
grow the same trees is tested on golden files, not here.
"""

import argparse
import os
import re
import subprocess
import time

for name in "OMP", "OPENBLAS", "MKL":
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # inherited by what is started here

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.ensemble import RandomForestRegressor  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("pertscale")
    parser.add_argument("--conditions", type=int, default=1000)
    parser.add_argument("--features", type=int, default=256)
    parser.add_argument("--genes", type=int, default=5000)
    parser.add_argument("--trees", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=1)
    return parser.parse_args()


def by_scikit_learn(given):
    """Seconds, of the processor too, nodes a tree."""
    rng = np.random.default_rng(1)

    def noise(*shape):
        return rng.uniform(-1, 1, size=shape) + rng.uniform(-1, 1, size=shape)

    x = noise(given.conditions, given.features)
    y = np.tanh(2 * x[:, :8]) @ noise(min(8, given.features), given.genes) + 0.5 * noise(given.conditions, given.genes)
    start, processor = time.perf_counter(), time.process_time()
    forest = RandomForestRegressor(given.trees, random_state=1, n_jobs=1).fit(x, y)
    forest.predict(x)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    return seconds, processor, sum(tree.tree_.node_count for tree in forest.estimators_) / given.trees


def by_pertscale(given):
    command = [given.pertscale, "bench", "forest"]
    for name in "conditions", "features", "genes", "trees":
        command += [f"--{name}", str(getattr(given, name))]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(float(re.search(form, text, re.M)[1]) for form in
                 (r"^together +([\d.]+) s", r"processor ([\d.]+) s", r"([\d.]+) nodes a tree"))


def main():
    given = arguments()
    ours, theirs = [], []
    for _ in range(given.repeats):
        ours.append(by_pertscale(given))
        theirs.append(by_scikit_learn(given))
    print(f"{given.conditions} conditions x {given.features} features x {given.genes} genes, {given.trees} tree(s),"
          f" one core, best of {given.repeats}; load {os.getloadavg()[0]:.1f}")
    for name, runs in ("pertscale", ours), (f"scikit-learn {sklearn.__version__}", theirs):
        print(f"{name:<20} {min(run[0] for run in runs):9.3f} s   processor {min(run[1] for run in runs):9.3f} s   {runs[0][2]:.0f} nodes a tree")
    ratios = [min(run[i] for run in theirs) / min(run[i] for run in ours) for i in (0, 1)]
    print(f"ratio                {ratios[0]:8.0f}x             {ratios[1]:8.0f}x")


main()
