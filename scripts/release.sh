#!/usr/bin/env bash
# A release of the npm package: tests, the tarball with its SBOM beside it and, with --publish, on the registry with provenance.
#   scripts/release.sh [--publish] [DIRECTORY]
# Provenance needs a CI that proves who it is by OpenID Connect (GitHub Actions with `id-token: write`, or GitLab): elsewhere npm refuses to publish.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

publish=no
if [ "${1:-}" = --publish ]; then
  publish=yes
  shift
fi
to=${1:-release}

[ -z "$(git status --porcelain)" ] || { echo "there are changes that are not committed: a release is made from a commit" >&2; exit 1; }
version=$(npm pkg get version | tr -d '"')
grep -qF "## $version" CHANGELOG.md || { echo "CHANGELOG.md has no section ## $version" >&2; exit 1; }

[ "$publish" = no ] || npm cit
mkdir -p "$to"
npm pack --pack-destination "$to"
# Of what is installed with it, by the lock file, and nothing that only builds or tests it: npm leaves out what is both.
aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT
mkdir "$aside/flamegate"
cp package.json package-lock.json .npmrc "$aside/flamegate"
(cd "$aside/flamegate" && npm pkg delete devDependencies && npm install --package-lock-only --ignore-scripts --prefer-offline)
for format in cyclonedx spdx; do
  (cd "$aside/flamegate" && npm sbom --package-lock-only --sbom-format="$format" --sbom-type=application) >"$to/flamegate-$version.$format.json"
done
(cd "$to" && sha256sum "flamegate-$version".* >"flamegate-$version.sha256")

[ "$publish" = no ] || npm publish --provenance --access public "$to/flamegate-$version.tgz"
