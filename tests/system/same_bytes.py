"""Scores are the same bytes on 1, 2, 3 and 4 ranks, on every real screen of the reference data."""
import harness

STUDIES = {  # study file -> screens it needs
    "norman-mcfaline": ["data/norman-mcfaline-cells.h5ad"],
    "mcfaline-contexts": ["data/norman-mcfaline-cells.h5ad"],
    "papalexi": ["data/papalexi-counts.h5ad"],
    "vcc-h1": ["data/vcc-h1-pseudobulk.h5ad"],
    "norman-latent": ["data/norman-latent.h5ad"],
    "replogle-latent": ["data/replogle-k562-latent.h5ad"],
    "norman-mcfaline-all-metrics": ["data/norman-mcfaline-cells.h5ad"],
    "vcc-h1-all-metrics": ["data/vcc-h1-pseudobulk.h5ad"],
    "papalexi-all-metrics": ["data/papalexi-counts.h5ad"],
}
FEWER_RANKS = {"papalexi-all-metrics": (1, 3), "vcc-h1-all-metrics": (1, 4)}  # to keep the suite lean


def main():
    report = harness.Report()
    for study, screens in STUDIES.items():
        if not report.needs_shared(*screens):
            continue
        path = harness.ROOT / "inputs" / "studies" / f"{study}.cfg"
        first = None
        for ranks in FEWER_RANKS.get(study, (1, 2, 3, 4)):
            out = report.folder / f"{study}.{ranks}"
            done = harness.run(ranks, "run", path, "--out", out)
            if not report.check(done.returncode == 0, f"{study} on {ranks} ranks: status {done.returncode}\n{done.stderr}"):
                continue
            report.check("failed:" not in done.stdout, f"{study} on {ranks} ranks: a task failed\n{done.stdout}")
            tables = harness.tables(out)
            first = first or tables
            for name in harness.TABLES:
                report.check(tables[name] == first[name], f"{study}: {name} of {ranks} ranks differs from that of 1")
                report.check(len(tables[name].splitlines()) > 1, f"{study}: {name} holds no row")
    report.end()


main()
