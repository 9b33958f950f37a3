#!/usr/bin/env bash
# Installs, builds, and runs the main job on a simulated screen. Results: results/quickstart of the clone.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
bash "$clone/jobscripts/install.sh"
cd "$clone"

echo "quickstart: building pertscale in build/ with $jobs job(s)"
CXX=g++ cmake --preset release >build-log.txt 2>&1 || { cat build-log.txt >&2; exit 1; }
cmake --build --preset release --target pertscale -j "$jobs"
rm -f build-log.txt

ranks=$(($(nproc) < 4 ? $(nproc) : 4))
mkdir -p results/quickstart-data
echo "quickstart: simulating a screen with known effects"
mpirun -n "$ranks" build/pertscale simulate --cells 6000 --genes 1000 --perturbations 60 --doubles 40 --contexts 2 \
  --seed 1 --out results/quickstart-data/quickstart.h5ad
echo "quickstart: running inputs/studies/quickstart.cfg on $ranks rank(s)"
mpirun -n "$ranks" build/pertscale run inputs/studies/quickstart.cfg --out results/quickstart
echo "quickstart: results are in $clone/results/quickstart"
