#!/usr/bin/env bash
# Builds target/dossier-with-defects, in which the proofs plant defects by an environment variable, and shows that the
# behaviour suite catches the one that no fault can bring about: a version that is not checked.
set -euo pipefail
cd "$(dirname "$0")/.."
# With the tests, so that the dependencies have the features that they have there, and are not built again.
build=(--workspace --bin dossier --test it --features dossier/planted-defects)
cargo build --quiet "${build[@]}"
cp target/debug/dossier target/dossier-with-defects
code=0
DOSSIER_PLANTED_DEFECT=no-version-check cargo nextest run --cargo-quiet "${build[@]}" \
    -E 'package(dossier-store) & test(=sqlite::a_stale_version_writes_nothing)' >/dev/null 2>&1 || code=$?
# 100: the tests ran, and failed.
if [ "$code" != 100 ]; then
    echo "the planted defect no-version-check was not caught (nextest ended with $code)" >&2
    exit 1
fi
echo "planted no-version-check       caught by a_stale_version_writes_nothing"
