#!/usr/bin/env bash
# Write the three lock files anew: names, versions and hashes alone, one set for Python 3.11 to 3.13.
# Needs uv (any place: UV=/path/to/uv). Pass --upgrade to take newer versions than the locks name.
set -euo pipefail
cd "$(dirname "$0")/.."
UV="${UV:-uv}"
options=(--universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
         --no-emit-index-url --no-emit-find-links)
build_needs=(hatchling setuptools wheel)   # of this project and of durable-rules

touch requirements-build.lock requirements.lock requirements-test.lock
printf '%s\n' "${build_needs[@]}" |
    "$UV" pip compile "${options[@]}" "$@" - -o requirements-build.lock >/dev/null
"$UV" pip compile "${options[@]}" "$@" pyproject.toml -c requirements-build.lock \
    -o requirements.lock >/dev/null
"$UV" pip compile "${options[@]}" "$@" pyproject.toml --extra test -c requirements.lock \
    -c requirements-build.lock -o requirements-test.lock >/dev/null

if grep -nE '://|^--|#' requirements-build.lock requirements.lock requirements-test.lock; then
    echo "锁文件里只许有名称、版本和散列值，上面几行不是。" >&2
    exit 1
fi
