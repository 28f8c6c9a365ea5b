#!/usr/bin/env bash
# Builds everything that is shipped, in target/packages: the static binary, manual pages, completions, the list of its
# parts (CycloneDX), the Debian package and the OCI image. The same commit gives the same bytes in any folder
# (docs/decisions/0131-packages.md). ./check setup packages installs what this needs.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022

root=$PWD
out=$root/target/packages
host=$(rustc --version --verbose | sed -n 's/^host: //p')
version=$(cargo pkgid --package dossier --locked | sed 's/.*[#@]//')

DOSSIER_COMMIT=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain)" ] || DOSSIER_COMMIT+=-modified
DOSSIER_COMMIT_DATE=$(git show --no-patch --format=%cs HEAD)
SOURCE_DATE_EPOCH=$(git show --no-patch --format=%ct HEAD)
export DOSSIER_COMMIT DOSSIER_COMMIT_DATE SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC

# Paths of this machine get names that are the same everywhere, in Rust and in the C libraries.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$root=/dossier \
--remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$(rustc --print sysroot)=/rust"
export CFLAGS="-ffile-prefix-map=$root=/dossier -ffile-prefix-map=$cargo_home=/cargo"
export CXXFLAGS=$CFLAGS

rm -rf "$out"
mkdir -p "$out/man" "$out/completions" "$out/deb"

cargo auditable build --locked --profile dist --bin dossier --target "$host" --target-dir "$root/target/static"
# Panics name their place without symbols, and the list of dependencies is a section that stays.
strip --strip-all "$root/target/static/$host/dist/dossier"
install -m 0755 "$root/target/static/$host/dist/dossier" "$out/dossier"

"$out/dossier" manual "$out/man"
"$out/dossier" completions bash >"$out/completions/dossier"
"$out/dossier" completions zsh >"$out/completions/_dossier"
"$out/dossier" completions fish >"$out/completions/dossier.fish"

cargo cyclonedx --format json --spec-version 1.5 --describe binaries --target "$host" --quiet \
    --manifest-path crates/server/Cargo.toml
packages/sbom.py "$(find crates/server -name "*.cdx.json")" "$out/dossier.cdx.json" "$out/dossier"
find crates -name '*.cdx.json' -delete

printf 'dossier (%s-1) stable; urgency=medium\n\n  * Built from commit %s.\n\n -- %s  %s\n' "$version" \
    "$DOSSIER_COMMIT" 'The authors of Dossier <dossier@example.com>' \
    "$(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")" >"$out/deb/changelog"
CARGO_TARGET_DIR=$root/target/static cargo deb --package dossier --no-build --no-strip --locked --quiet \
    --profile dist --target "$host" --output "$out/dossier_${version}-1_$(dpkg --print-architecture).deb"

packages/image.sh "$out" "$version"

(cd "$out" && sha256sum dossier dossier.cdx.json ./*.deb ./*.tar >SHA256SUMS && cat SHA256SUMS)
