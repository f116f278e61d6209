#!/usr/bin/env bash
# The loop that people use today and one pipeline, each over the same emulated state: 12 digests of garbage, and a tagged
# image for two platforms with its attestation and its signature. Needs gcloud, and the projects built (Debug).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
app=us-docker.pkg.dev/shop/apps/web
url=http://127.0.0.1:${PORT:-8097}
work=$(mktemp -d)
emulator=

end() { if [ -n "$emulator" ]; then kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true; fi; emulator=; }
trap 'end; rm -rf "$work"' EXIT

cat > "$work/seed.json" <<'JSON'
{ "repositories": [ { "name": "us-docker.pkg.dev/shop/apps", "images": [
  { "package": "web", "tags": ["v3"], "age": "3d", "platforms": ["linux/amd64", "linux/arm64", "unknown/unknown"],
    "referrers": [ { "artifactType": "application/vnd.cncf.notary.signature", "age": "3d" } ] },
  { "package": "web", "age": "10d", "count": 12 } ] } ] }
JSON

for name in $(compgen -v | grep '^CLOUDSDK_' || true); do unset "$name"; done
export CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY=$url/ CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true
export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_PROJECT=shop CLOUDSDK_CONFIG=$work/gcloud
export CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=true

begin() {
    coproc EMULATOR { exec dotnet "$root/src/Emulator/bin/Debug/net10.0/ArtifactRegistry.Emulator.dll" \
        --urls "$url" --seed "$work/seed.json" --settle-attempts 1; }
    emulator=$EMULATOR_PID
    read -r line <&"${EMULATOR[0]}" # its first line comes when it listens
    echo "$line" >/dev/null
}
shell() { dotnet "$root/src/Shell/bin/Debug/net10.0/ArtifactRegistry.Shell.dll" -Command "$1"; }
left() { shell "Get-ArImage $app | ForEach-Object { \"\$(\$_.Digest) \$(\$_.Kind) \$(\$_.Tags)\" }" | sort; }

begin
left > "$work/before"
started=$(date +%s%N) tried=0 refused=0
for d in $(gcloud artifacts docker images list $app --include-tags --filter='-tags:*' --format='get(version)'); do
    tried=$((tried + 1))
    gcloud artifacts docker images delete $app@$d --quiet >"$work/said" 2>&1 || refused=$((refused + 1))
done
took=$(( ($(date +%s%N) - started) / 1000000 ))
left > "$work/loop"
end
echo "before:   $(wc -l < "$work/before") digests"
echo "loop:     tried $tried, refused $refused, left $(wc -l < "$work/loop"), $took ms"
echo "          live and gone: $(comm -23 "$work/before" "$work/loop" | grep -v ' Image ' | tr '\n' ';')"

begin
started=$(date +%s%N)
shell "Remove-ArUntaggedImage $app -Confirm:\$false | ForEach-Object { \"\$(\$_.Status) \$(\$_.Reason)\" }" > "$work/rows"
took=$(( ($(date +%s%N) - started) / 1000000 ))
left > "$work/pipeline"
end
echo "pipeline: left $(wc -l < "$work/pipeline"), $took ms with the start of the shell"
sed -E 's/sha256:[0-9a-f…]+ ?/… /' "$work/rows" | sort | uniq -c
