#!/usr/bin/env bash
# The Debian package, release/flamegate_VERSION_all.deb. Needs nfpm: `npm run deploy:tools` builds it where Go is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PATH=$PWD/node_modules/.cache/deploy-tools:$PATH
command -v nfpm >/dev/null || { echo "needs nfpm, found none: npm run deploy:tools builds it" >&2; exit 1; }
VERSION=$(npm pkg get version | tr -d '"')
export VERSION

rm -rf release/stage
mkdir -p release/stage
npm pack --silent --pack-destination release
# What the lock file says, and not what is newest today.
lock=$(mktemp -d)
trap 'rm -rf "$lock"' EXIT
cp package.json package-lock.json .npmrc "$lock"
(cd "$lock" && npm ci --omit=dev --ignore-scripts --prefer-offline)
mv "$lock/node_modules" release/stage/node_modules
mkdir release/stage/node_modules/flamegate
tar -xzf "release/flamegate-$VERSION.tgz" -C release/stage/node_modules/flamegate --strip-components=1
rm -rf release/stage/node_modules/.bin release/stage/node_modules/.package-lock.json
nfpm package --config deploy/nfpm/nfpm.yaml --packager deb --target release
