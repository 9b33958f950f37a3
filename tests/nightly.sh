#!/usr/bin/env bash
# What takes long: everything of run.sh, then the suite under sanitizers, every header alone, clang-tidy on all sources,
# 20 kills, and a model added as one file.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobscripts/environment.sh"
bash "$clone/tests/run.sh"
cd "$clone"

echo "nightly.sh: every header compiles alone"
cmake --build --preset release --target all_verify_interface_header_sets -j "$jobs"

echo "nightly.sh: 20 kills at random moments"
PERTSCALE_KILLS=20 python3 tests/system/interrupted.py build/pertscale

echo "nightly.sh: a model that is one new file appears with no other edit"
trap 'rm -f "$clone/src/model/nightly_probe.cpp" "$clone/tests/model/nightly_probe_test.cpp"' EXIT
sed -e 's/no-change/nightly-probe/g; s/NoChange/NightlyProbe/g' src/model/no_change.cpp >src/model/nightly_probe.cpp
printf '#include <catch2/catch.hpp>\n#include "model/model.hpp"\nTEST_CASE("the probe is registered") {\n  CHECK(pertscale::ModelRegistry::instance().contains("nightly-probe"));\n}\n' \
  >tests/model/nightly_probe_test.cpp
cmake --build --preset release -j "$jobs"
build/pertscale list models | grep -A 3 '^nightly-probe'
ctest --test-dir build -R 'nightly_probe|model_contract' --output-on-failure
rm -f src/model/nightly_probe.cpp tests/model/nightly_probe_test.cpp

echo "nightly.sh: address and undefined-behaviour sanitizers"
cmake --preset sanitize
cmake --build --preset sanitize -j "$jobs"
# Open MPI, HDF5 and PETSc leave memory at exit; leaks are not looked for.
ASAN_OPTIONS=detect_leaks=0 ctest --test-dir build/sanitize -E 'system/|sources/' --output-on-failure -j "$jobs" --timeout 900

echo "nightly.sh: clang-tidy on every source"
bash tests/tidy.sh build all
