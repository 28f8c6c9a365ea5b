#!/usr/bin/env bash
# Fuzzes the parsers that read uploads: fuzz/run.sh [EXECUTIONS], for each target.
# Needs cargo-fuzz. The code under test has no unsafe block, so it needs no sanitizer and no nightly compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
executions=${1:-20000}
for target in multipart page images pdf segments; do
    mkdir -p "fuzz/corpus/$target"
    log=$(mktemp)
    if ! cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -runs="$executions" -timeout=1 -rss_limit_mb=256 -max_len=8192 -verbosity=0 -print_final_stats=1 2>"$log"; then
        cat "$log" >&2
        exit 1
    fi
    printf '%-10s %9s executions, %s new in the corpus, no finding\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(sed -n 's/^stat::new_units_added: *//p' "$log")"
    rm "$log"
done
