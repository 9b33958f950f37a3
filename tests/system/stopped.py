"""de, landscape and ingest that are told to stop end with status 75, leave nothing half written, and go on when asked again."""
import signal
import subprocess
import time

import harness


def started(folder, before):
    """Something new stands where the command works: its ranks run, and heed signals."""
    return bool(list(names(folder) - before))


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


def stopped(report, name, arguments, folder):
    """Status of the command when it is told to stop as soon as it has begun to write."""
    before = names(folder)
    process = subprocess.Popen(harness.command(2, *arguments), env=harness.environment(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while process.poll() is None and not started(folder, before) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGUSR1)
    try:
        _, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        report.check(False, f"{name}: no end within 30 s of the signal")
        return None
    if process.returncode == 0:
        report.skip(f"{name}: it was over before the stop came")
        return None
    report.check(process.returncode == 75, f"{name}: status {process.returncode}, not 75\n{errors}")
    report.check(any("stopped" in line for line in harness.own_lines(errors)), f"{name}: it does not say that it stopped: {errors}")
    return process.returncode


def check(report, name, make, results):
    """`make(folder)`: arguments of the command that writes `results` into `folder`."""
    whole, other = report.folder / f"{name}.whole", report.folder / f"{name}.stopped"
    for folder in (whole, other):
        folder.mkdir()
    done = harness.run(2, *make(whole))
    report.check(done.returncode == 0, f"{name}: {done.stderr}")
    if stopped(report, name, make(other), other) is not None:
        left = names(other)
        report.check(not left & set(results), f"{name}: results of a stopped command: {left}")
        report.check(not [n for n in left if ".tmp" in n or ".pertscale-" in n or n.startswith(".")],
                     f"{name}: something half written is left: {left}")
    done = harness.run(1, *make(other))
    report.check(done.returncode == 0, f"{name}, asked again: {done.stderr}")
    for result in results:
        report.check((whole / result).read_bytes() == (other / result).read_bytes(), f"{name}: {result} differs after a stop")


def main():
    report = harness.Report()
    made = harness.run(2, "simulate", "--cells", 20000, "--genes", 1500, "--perturbations", 100, "--out",
                       report.folder / "screen.h5ad")
    report.check(made.returncode == 0, made.stderr)
    cfg = report.folder / "screen.cfg"
    cfg.write_text("path = screen.h5ad\nvalues = counts\n")
    check(report, "de", lambda out: ("de", cfg, "--method", "wilcoxon", "--out", out), ["de.h5ad"])
    check(report, "landscape", lambda out: ("landscape", cfg, "--runs", 50, "--pca-genes", 300, "--out", out),
          ["landscape.csv", "landscape-summary.csv", "landscape.h5ad"])
    check(report, "ingest", lambda out: ("ingest", cfg, "--out", out / "made.store"), ["made.store"])
    check(report, "profiles", lambda out: ("ingest", cfg, "--pseudobulk", out / "made.h5ad"), ["made.h5ad"])
    report.end()


main()
