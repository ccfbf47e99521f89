#!/bin/sh
# Builds the program for each release: build.sh PROGRAMS_DIR
cd "$(dirname "$0")" || exit 1
export GOFLAGS="-mod=mod -buildvcs=false -p=1" GOTOOLCHAIN=local
for file in go.*.mod; do
    release=${file#go.}
    release=${release%.mod}
    case $release in
    0.101.0 | 0.103.0) tags=expand ;;
    0.104.0 | 0.105.0 | 0.106.0) tags=expand,scheme ;;
    *) tags=scheme ;;
    esac
    go build -modfile="$file" -tags "$tags" -o "$1/confmap-$release" . || echo "confmap $release does not build" >&2
done
