#!/usr/bin/env bash
# `make images`: builds Shoal's image with docker, podman or buildah and writes its SBOM beside it.
#   IMAGE=registry/name:tag   name of the image (default shoal:<version>)
#   PUSH=1                    also push it, and print the lines for production's kustomization.yaml
set -euo pipefail
cd "$(dirname "$0")/../.."

engine=""
for candidate in docker podman buildah; do
  if command -v "$candidate" >/dev/null && "$candidate" info >/dev/null 2>&1; then
    engine=$candidate
    break
  fi
done
if [ -z "$engine" ]; then
  echo "error: no container engine runs here: start docker, or install podman or buildah" >&2
  exit 1
fi

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' shared/pyproject.toml)
image=${IMAGE:-shoal:$version}
sbom=build/image
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
export DOCKER_BUILDKIT=1
build() {
  "$engine" build --file deploy/docker/Dockerfile --build-arg VERSION="$version" --build-arg REVISION="$revision" "$@" .
}

build --tag "$image"
build --target sbom --output "type=local,dest=$sbom"
echo "$image is built; its SBOM is $sbom/shoal.cdx.json"

if [ -z "${PUSH:-}" ]; then
  echo "the digest is known after a push: make images IMAGE=registry.example.com/shoal:$version PUSH=1"
  exit 0
fi
if [ "$engine" = docker ]; then
  docker push --quiet "$image" >/dev/null
  digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$image")
  digest=${digest#*@}
else
  "$engine" push --digestfile build/digest "$image"
  digest=$(cat build/digest)
fi
cat <<LINES
images:
  - name: registry.example.com/shoal
    newName: ${image%:*}
    digest: $digest
LINES
