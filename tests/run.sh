#!/usr/bin/env bash
# Installs, builds and runs every test. What takes long is in tests/nightly.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../jobscripts/environment.sh"
bash "$clone/jobscripts/install.sh" --with-tests
cd "$clone"
preset=${PERTSCALE_PRESET:-release}

echo "run.sh: layout of the sources (clang-format)"
git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run -Werror

echo "run.sh: building preset $preset with $jobs job(s)"
CXX=g++ cmake --preset "$preset"
cmake --build --preset "$preset" -j "$jobs"

build=build
[ "$preset" = release ] || build=build/$preset
bash tests/tidy.sh "$build"

echo "run.sh: tests"
ctest --test-dir "$build" --output-on-failure -j "$jobs"
echo "run.sh: the log of the tests is $clone/$build/Testing/Temporary/LastTest.log"
