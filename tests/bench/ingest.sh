#!/usr/bin/env bash
# Time and peak memory of ingesting a simulated CSR screen under a 1 GiB bound, beside bare reads of the same file.
#   bash tests/bench/ingest.sh [CELLS GENES FOLDER]      (default 200000 8000 /tmp; needs a release build)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../jobscripts/environment.sh"
cells=${1:-200000} genes=${2:-8000} folder=${3:-/tmp}
cd "$clone"
cmake --build --preset release --target pertscale >/dev/null
screen=$folder/pertscale-bench-$cells-$genes.h5ad
[ -f "$screen" ] || mpirun -n 2 build/pertscale simulate --cells "$cells" --genes "$genes" --perturbations 400 \
  --doubles 100 --out "$screen"
printf 'path = %s\nvalues = counts\n' "$screen" >"$folder/pertscale-bench.cfg"
mpirun -n 1 build/pertscale bench io "$screen"
for ranks in 1 2; do
  echo "--- ingest on $ranks rank(s), --memory-per-rank 1GiB"
  mpirun -n "$ranks" build/pertscale ingest "$folder/pertscale-bench.cfg" --memory-per-rank 1GiB \
    --pseudobulk "$folder/pertscale-bench-$ranks.h5ad" | grep -E '^(cells|read|peak)'
done
cmp "$folder/pertscale-bench-1.h5ad" "$folder/pertscale-bench-2.h5ad" && echo "both files are the same bytes"
