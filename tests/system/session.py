"""How a session ends: status, one message, and never a hang, also when only one rank fails."""
import pathlib
import subprocess
import sys
import time

import harness


def main():
    report = harness.Report()
    probe = pathlib.Path(sys.argv[1]).parent / "tests" / "session_probe"
    for mode, status, sentence in (("fine", 0, ""), ("user", 2, "every rank sees this mistake"), ("stopped", 75, "asked to stop"),
                                   ("user-one", 2, "one rank sees this mistake"), ("bug-one", 3, "this is a bug: one rank breaks")):
        for ranks in (1, 3):
            began = time.monotonic()
            done = subprocess.run(["mpirun", "--oversubscribe", "-n", str(ranks), probe, mode], env=harness.environment(),
                                  capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
            report.check(done.returncode == status, f"{mode} on {ranks}: status {done.returncode}, not {status}")
            lines = harness.own_lines(done.stderr)
            report.check(len(lines) == (1 if sentence else 0) and sentence in "".join(lines), f"{mode} on {ranks}: {lines}")
            report.check(time.monotonic() - began < 25, f"{mode} on {ranks}: took {time.monotonic() - began:.0f} s")
    report.end()


main()
