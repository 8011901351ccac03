#!/usr/bin/env bash
# Builds the tools that the tests of deploy/ use where they are found: helm, kubeconform and nfpm, from their Go modules, some minutes the first
# time. Prints the folder they are in. Needs Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v go >/dev/null || { echo "needs Go, found none on the PATH" >&2; exit 1; }

helm=v3.22.0
kubeconform=v0.8.0
nfpm=v2.48.0
# Its folder artifacts/openapi has Kubernetes' own description of its objects.
cli_runtime=v0.37.0

to=$PWD/node_modules/.cache/deploy-tools
export GOBIN=$to
mkdir -p "$to"
fetch() {
  if [ ! -x "$to/$1" ] || ! go version -m "$to/$1" | grep -qF "$3"; then go install "$2@$3" >&2; fi
}
fetch helm helm.sh/helm/v3/cmd/helm "$helm"
fetch kubeconform github.com/yannh/kubeconform/cmd/kubeconform "$kubeconform"
fetch nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm "$nfpm"
if [ ! -f "$to/kubernetes.json" ]; then
  module=$(cd "$to" && go mod download -json "k8s.io/cli-runtime@$cli_runtime" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
  cp "$module/artifacts/openapi/swagger.json" "$to/kubernetes.json"
  chmod 644 "$to/kubernetes.json"
fi
echo "$to"
