#!/bin/sh
# Builds the API server that tests/kube_apiserver.rs asks, into target/kube-apiserver. Installs nothing.
set -eu
cd "$(dirname "$0")"
out=../../target/kube-apiserver

if ! command -v go >/dev/null 2>&1; then
    echo "go is missing: https://go.dev/doc/install (any version that fetches the one in go.mod, since 1.21)" >&2
    exit 1
fi
if ! command -v etcd >/dev/null 2>&1 && [ ! -x "$out/etcd" ]; then
    echo "etcd is missing: put it on PATH (Debian, Ubuntu: apt-get install etcd-server) or into target/kube-apiserver;" \
        "the tests skip without it" >&2
fi

version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
minor=${minor%%.*}
stamp=k8s.io/component-base/version
mkdir -p "$out"
echo "building kube-apiserver $version: some minutes, once" >&2
go build -trimpath -o "$out/kube-apiserver" \
    -ldflags "-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=$minor" .
"$out/kube-apiserver" --version
