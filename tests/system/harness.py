"""What the system tests share: running pertscale under mpirun, and a small report at the end."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("PERTSCALE_SHARED", ROOT.parent / "shared"))
TABLES = ("scores.csv", "summary.csv", "verdict.csv", "tasks.csv")


def executable():
    if len(sys.argv) < 2:
        sys.exit("usage: TEST.py PERTSCALE_EXECUTABLE")
    return str(pathlib.Path(sys.argv[1]).resolve())


def environment(**more):
    env = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
               OMPI_MCA_rmaps_base_oversubscribe="1", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
               PERTSCALE_DATA=str(SHARED / "data"))
    env.update(more)
    return env


def command(ranks, *arguments):
    launcher = ["mpirun", "--oversubscribe", "-n", str(ranks)] if ranks > 1 else []
    return [*launcher, executable(), *map(str, arguments)]


def run(ranks, *arguments, timeout=300):
    """Runs pertscale on so many ranks; a hang is a failure of the test."""
    return subprocess.run(command(ranks, *arguments), env=environment(), capture_output=True, text=True,
                          timeout=timeout, stdin=subprocess.DEVNULL)


def own_lines(text):
    """The lines that pertscale itself wrote on standard error."""
    return [line for line in text.splitlines() if line.startswith("pertscale: ")]


def tables(folder):
    return {name: (pathlib.Path(folder) / name).read_bytes() for name in TABLES}


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pertscale-system-"))

    def check(self, fine, what):
        if fine:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED:", what)
        return fine

    def skip(self, what):
        self.skipped += 1
        print("SKIPPED:", what)

    def needs_shared(self, *paths):
        absent = [p for p in paths if not (SHARED / p).exists()]
        for path in absent:
            self.skip(f"{path} is absent (looked under {SHARED}; PERTSCALE_SHARED names another place)")
        return not absent

    def end(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)
