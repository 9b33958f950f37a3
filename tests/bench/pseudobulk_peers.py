"""Screen to pseudobulk (mean and variance of every condition) beside scanpy, one thread each, in one run.

    PEERS/bin/python tests/bench/pseudobulk_peers.py build/pertscale [--cells 60000] [--genes 2000]
        [--perturbations 500] [--repeats 5] [--folder /tmp/pseudobulk-peers] [--screen FILE.h5ad ...]

PEERS is made by tests/bench/install_peers.sh. Both run on one core of the machine, in turn, on the same file, which is in the
page cache. scanpy's time is read_h5ad and get.aggregate, without its imports. Of pertscale two times are given: `reading and
sums`, which it prints itself and which is what scanpy's holds; and the whole process, with its start, MPI and the written file.
On a machine with other work, compare the processor times. Means must agree to 1e-6.
"""

import argparse
import importlib.metadata
import os
import re
import resource
import statistics
import subprocess
import sys
import time

for name in "OMP", "OPENBLAS", "MKL", "NUMBA":
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # inherited by what is started here

import anndata  # noqa: E402
import numpy as np  # noqa: E402
import scanpy  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("pertscale")
    parser.add_argument("--cells", type=int, default=60000)
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--perturbations", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", default="/tmp/pseudobulk-peers")
    parser.add_argument("--screen", action="append", default=[], help="log1p-normalised, obs condition")
    return parser.parse_args()


def simulated(given):
    """The same screen uncompressed and gzip, simulated on the first call."""
    os.makedirs(given.folder, exist_ok=True)
    for compression in "none", "gzip":
        path = os.path.join(
            given.folder, f"{given.cells}-{given.genes}-{given.perturbations}-{compression}.h5ad")
        if not os.path.exists(path):
            subprocess.run(
                [given.pertscale, "simulate", "--cells", str(given.cells), "--genes", str(given.genes),
                 "--perturbations", str(given.perturbations), "--values", "lognormalised",
                 "--compression", compression, "--out", path], check=True, stdout=subprocess.DEVNULL)
        yield path


def by_scanpy(path):
    start, processor = time.perf_counter(), time.process_time()
    screen = anndata.read_h5ad(path)
    read = time.perf_counter()
    made = scanpy.get.aggregate(screen, by="condition", func=["mean", "var"])
    return time.perf_counter() - start, read - start, time.process_time() - processor, made


def processor_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_pertscale(program, path, out):
    start, processor = time.perf_counter(), processor_of_children()
    done = subprocess.run([program, "ingest", path, "--pseudobulk", out, "--threads", "1"],
                          check=True, capture_output=True, text=True)
    whole = time.perf_counter() - start
    phase = float(re.search(r"^read .*?([0-9.]+) s,", done.stdout, re.M).group(1))
    return phase, whole, processor_of_children() - processor


def largest_difference(made, out):
    ours = anndata.read_h5ad(out)
    theirs = made[ours.obs["condition"].astype(str).to_numpy()]
    mean = np.abs(ours.X - theirs.layers["mean"]).max()
    variance = np.nanmax(np.abs(ours.layers["variance"] - theirs.layers["var"]))
    return mean, variance


def shown(name, seconds):
    print(f"  {name:<34} min {min(seconds):6.2f} s   median {statistics.median(seconds):6.2f} s")


def compare(given, path):
    out = os.path.join(given.folder, "pseudobulk.h5ad")
    with open(path, "rb") as file:  # into the page cache
        while file.read(1 << 24):
            pass
    peer, ours = [], []
    for _ in range(given.repeats):
        *seconds, made = by_scanpy(path)
        peer.append(seconds)
        ours.append(by_pertscale(given.pertscale, path, out))
    peer, peer_read, peer_processor = zip(*peer)
    phase, whole, processor = zip(*ours)
    mean, variance = largest_difference(made, out)
    print(path)
    shown("scanpy read_h5ad + aggregate", peer)
    shown("  of that read_h5ad", peer_read)
    shown("  processor time", peer_processor)
    shown("pertscale, reading and sums", phase)
    shown("pertscale, whole process", whole)
    shown("  processor time", processor)
    print(f"  ratio of minima {min(peer) / min(phase):.1f}, of medians "
          f"{statistics.median(peer) / statistics.median(phase):.1f}; of whole processes {min(peer) / min(whole):.1f}, of "
          f"processor times {min(peer_processor) / min(processor):.1f}\n"
          f"  largest difference of a mean {mean:.1e}, of a variance {variance:.1e}", flush=True)
    return mean < 1e-6


def main():
    given = arguments()
    paths = given.screen or list(simulated(given))
    version = importlib.metadata.version
    print(f"scanpy {version('scanpy')}, anndata {version('anndata')}, one core, {given.repeats} repeats")
    agreed = [compare(given, path) for path in paths]
    if not all(agreed):
        sys.exit("means differ by more than 1e-6")


if __name__ == "__main__":
    main()
