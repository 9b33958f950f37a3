"""A run that is killed, stopped or widened ends with the bytes of one that was not, and no finished unit runs again."""
import glob
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import harness

KILLS = int(os.environ.get("PERTSCALE_KILLS", "5"))
STUDY = """\
dataset = screen.cfg
protocol = cross-validation folds=10 seeds=1:20
protocol = unseen-combination seeds=1:5
model = no-change
model = linear perturbation-embedding=random
model = perturbed-mean
model = additive
{more}metric = l2
metric = pearson-delta
metric = rmse genes=top-expressed:100
"""


def start(ranks, study, out, *more):
    """mpirun in a process group of its own, so that all of it can be killed."""
    return subprocess.Popen(harness.command(ranks, "run", study, "--out", out, *more), env=harness.environment(),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                            start_new_session=True)


def pids_of_ranks(out):
    lock = pathlib.Path(out) / "lock"
    return [int(line.split()[1]) for line in lock.read_text().splitlines()] if lock.exists() else []


def kill_everything(process, out):
    ranks = pids_of_ranks(out)
    os.killpg(process.pid, signal.SIGKILL)
    for pid in ranks:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()


def frames(out):
    """Keys of the frames in all journals; a key that stands twice was run twice."""
    keys = []
    for path in glob.glob(str(pathlib.Path(out) / "journal" / "*.journal")):
        text = pathlib.Path(path).read_bytes().decode("utf-8", "replace")
        keys += re.findall(r"^unit ([0-9a-f]{64}) \d+ [0-9a-f]{16}$", text, re.M)
    return keys


def whole_run(report, study, out, ranks=2):
    done = harness.run(ranks, "run", study, "--out", out)
    report.check(done.returncode == 0, f"uninterrupted run: status {done.returncode}\n{done.stderr}")
    return harness.tables(out)


def check_kills(report, study, reference, seconds):
    for k in range(KILLS):
        out = report.folder / f"killed{k}"
        ranks = 1 + k % 4
        process = start(ranks, study, out)
        time.sleep(random.Random(k).uniform(0.3, 0.3 + seconds))
        kill_everything(process, out)
        done = harness.run(1 + (k + 1) % 4, "run", study, "--out", out)
        report.check(done.returncode == 0, f"kill {k}: resumed with status {done.returncode}\n{done.stderr}")
        report.check(harness.tables(out) == reference, f"kill {k}: tables differ from the uninterrupted run")
        keys = frames(out)
        report.check(len(keys) == len(set(keys)), f"kill {k}: {len(keys) - len(set(keys))} finished units ran again")


def check_stop(report, name, study, reference, stop, *more):
    """`stop(process, out)` asks for the stop; status 75 must come within 10 s, and the rest be done later."""
    out = report.folder / f"stopped-{name}"
    process = start(2, study, out, *more)
    time.sleep(float(os.environ.get("PERTSCALE_STOP_AFTER", "1.0")))
    asked = time.monotonic()
    stop(process, out)
    try:
        status = process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        kill_everything(process, out)
        report.check(False, f"{name}: no end within 30 s")
        return
    taken = time.monotonic() - asked
    if status == 0:
        report.skip(f"{name}: the run was over before the stop came")
        return
    report.check(status == 75, f"{name}: status {status}, not 75\n{process.stderr.read()}")
    report.check(taken < 10, f"{name}: stopped after {taken:.1f} s")
    done = harness.run(3, "run", study, "--out", out)
    report.check(done.returncode == 0 and harness.tables(out) == reference, f"{name}: resumed tables differ")


def signal_ranks(process, out):
    for pid in pids_of_ranks(out):
        os.kill(pid, signal.SIGTERM)


def check_added_model(report, study, out):
    """A model added to a finished study runs alone."""
    before = frames(out)
    wider = study.with_name("wider.cfg")
    wider.write_text(STUDY.format(more="model = matching-mean\n"))
    done = harness.run(2, "run", wider, "--out", out)
    report.check(done.returncode == 0, f"added model: status {done.returncode}\n{done.stderr}")
    fresh = len(frames(out)) - len(before)
    tasks = (out / "tasks.csv").read_text()
    report.check(fresh == tasks.count(".matching-mean,") > 0, f"added model: {fresh} units ran")
    report.check(",matching-mean," in (out / "scores.csv").read_text(), "added model: no scores")


def main():
    report = harness.Report()
    simulated = harness.run(2, "simulate", "--cells", 6000, "--genes", 1200, "--perturbations", 120, "--doubles", 80,
                            "--compression", "gzip", "--out", report.folder / "screen.h5ad")
    report.check(simulated.returncode == 0, simulated.stderr)
    (report.folder / "screen.cfg").write_text("path = screen.h5ad\nvalues = counts\n")
    study = report.folder / "study.cfg"
    study.write_text(STUDY.format(more=""))

    began = time.monotonic()
    whole = report.folder / "whole"
    reference = whole_run(report, study, whole)
    check_kills(report, study, reference, time.monotonic() - began)
    check_stop(report, "USR1", study, reference, lambda process, out: process.send_signal(signal.SIGUSR1))
    check_stop(report, "TERM", study, reference, signal_ranks)
    check_stop(report, "max-time", study, reference, lambda process, out: None, "--max-time", "1s")
    check_stop(report, "STOP", study, reference, lambda process, out: (out / "STOP").write_text(""))
    check_added_model(report, study, whole)
    report.end()


main()
