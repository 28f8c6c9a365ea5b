#!/usr/bin/env bash
# image.sh OUT VERSION: builds the OCI image from OUT/dossier, as OUT/dossier-image.tar. Nothing is fetched. It needs
# no daemon, and its own storage is removed afterwards.
set -euo pipefail
cd "$(dirname "$0")"
out=$1 version=$2
work=$(mktemp -d)
buildah() { command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }
trap 'rm -rf "$work"' EXIT

context=$work/context
install -D -m 0755 "$out/dossier" "$context/usr/bin/dossier"
# Endpoints of webhooks have certificates of public authorities.
install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$context/etc/ssl/certs/ca-certificates.crt"
printf 'dossier:x:65532:65532::/data:/nonexistent\n' >"$context/etc/passwd"
printf 'dossier:x:65532:\n' >"$context/etc/group"
install -d -m 0700 "$context/data"

# The format of Docker, because OCI's has no health checks. Both are read by Docker, Podman and containerd.
buildah build --quiet --isolation chroot --format docker --timestamp "$SOURCE_DATE_EPOCH" \
    --label org.opencontainers.image.title=Dossier --label org.opencontainers.image.version="$version" \
    --label org.opencontainers.image.revision="${DOSSIER_COMMIT:-unknown}" \
    --label org.opencontainers.image.licenses=Apache-2.0 \
    --file Containerfile --tag "dossier:$version" "$context" >/dev/null
buildah push --quiet "dossier:$version" "docker-archive:$work/image.tar:dossier:$version"
./repeatable.py "$work/image.tar" "$out/dossier-image.tar" "dossier:$version"
