#!/usr/bin/env bash
# Packs a built meshctl as a plugin of kubectl and writes the krew manifest that installs it.
#
#   deploy/krew.sh BINARY VERSION BASE_URL OUT_DIR [OS/ARCH]
#
# BASE_URL is where the archive will be published; OUT_DIR gets the archive and `meshctl.yaml`. To try it:
# kubectl krew install --manifest=OUT_DIR/meshctl.yaml --archive=OUT_DIR/ARCHIVE
set -euo pipefail

if [ $# -lt 4 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
binary=$1 version=${2#v} base_url=${3%/} out=$4 platform=${5:-linux/amd64}
os=${platform%%/*} arch=${platform##*/}
name=kubectl-meshctl
[ "$os" = windows ] && name=$name.exe
archive=meshctl-$version-$os-$arch.tar.gz

mkdir -p "$out"
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
install -m 0755 "$binary" "$staging/$name"
install -m 0644 "$here/LICENSE" "$staging/LICENSE"
# The same input gives the same archive.
tar -C "$staging" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - "$name" LICENSE |
    gzip -n >"$out/$archive"
sum=$(sha256sum "$out/$archive" | cut -d' ' -f1)

cat >"$out/meshctl.yaml" <<MANIFEST
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: meshctl
spec:
  version: v$version
  homepage: $base_url
  shortDescription: What service-mesh metrics cost and hide
  description: |
    Counts, checks and explains the metrics that Linkerd and Istio proxies expose: what they cost in series,
    which label is worth what, and what an OpenTelemetry Collector's filter keeps of them, stage by stage.
    Nothing is installed in the cluster.
  caveats: |
    Needs to list pods and to forward ports to them (or to use their proxy subresource):
    \`kubectl meshctl rbac\` prints the least Role for the flags that you use.
  platforms:
    - selector:
        matchLabels:
          os: $os
          arch: $arch
      uri: $base_url/$archive
      sha256: $sum
      bin: $name
      files:
        - from: $name
          to: .
        - from: LICENSE
          to: .
MANIFEST
echo "$out/meshctl.yaml"
echo "$out/$archive"
