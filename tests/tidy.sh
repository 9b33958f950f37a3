#!/usr/bin/env bash
# clang-tidy on the sources that changed since a commit (the last but one; at most 12, so that it stays quick), or on all.
#   bash tests/tidy.sh BUILD_DIR [BASE|all]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
base=${2:-$(git rev-parse -q --verify HEAD~1 || git hash-object -t tree /dev/null)}
if [ "$base" = all ]; then
  mapfile -t files < <(git ls-files 'src/*.cpp' 'drivers/*.cpp')
else
  mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp' 'drivers/*.cpp' | head -n 12)
fi
if [ ${#files[@]} -eq 0 ]; then
  echo "tidy.sh: no source changed since $base"
  exit 0
fi
echo "tidy.sh: ${#files[@]} file(s); base: $base"
# clang cannot read GCC's precompiled headers.
mkdir -p "$build/tidy"
sed -E 's/ -Winvalid-pch -include [^ ]*cmake_pch\.hxx//g' "$build/compile_commands.json" > "$build/tidy/compile_commands.json"
printf '%s\n' "${files[@]}" | xargs -P "${PERTSCALE_JOBS:-2}" -n 1 clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option -p "$build/tidy"
