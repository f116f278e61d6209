# The images of a shop, in an emulator of Artifact Registry on this machine: real commands and their real output,
# a made-up registry.

# What runs in production is tagged. Which tags does the image have?
$app = 'us-docker.pkg.dev/shop/apps/web'
Get-ArImageTag $app -Tag *

# Builds that have lost their tag pile up. How many are there, and what do they weigh?
$untagged = Get-ArImageTag $app | Where-Object { -not $_.Tags }
"$($untagged.Count) untagged digests, $([int](($untagged | Measure-Object SizeBytes -Sum).Sum / 1MB)) MB"

# Give the newest version a second tag. It can be moved, but never by accident.
Add-ArImageTag "${app}:v42" -Tag production

#! A tag that points elsewhere stays where it is without -Force:
Add-ArImageTag "${app}:v41" -Tag production

#! An image name without a digest or tag deletes nothing:
Remove-ArImage $app

# The clean-up is one pipeline. -WhatIf says what it would do, here for the first three:
$untagged | Select-Object -First 3 | Remove-ArUntaggedImage -WhatIf | Format-Table Status, Tags, SizeBytes, Reason

# Does one of them still run? Read it where it runs: in every cluster and every region of Cloud Run of a project.
Get-ArImageInUse games

# A pod in arena was started before its tag moved. Delete all that nothing needs and that does not run there, without a
# question. A person at the prompt would be asked once for the image.
$done = $untagged | Remove-ArUntaggedImage -InUseFrom games -Confirm:$false
$removed = @($done | Where-Object Status -eq Removed)
$kept = @($done | Where-Object Status -eq Kept)
"$($removed.Count) removed, $($kept.Count) kept"

# Why were some kept? One runs. Signatures and SBOMs have no tag of their own, but they belong to images that do.
$kept | Format-Table Status, Reason

# This is what is left:
Get-ArImageTag $app

# In a multi-platform image the images of the platforms are untagged, too. Those that a tagged index needs stay.
$api = 'us-docker.pkg.dev/shop/apps/api'
$plan = Get-ArUntaggedImage $api -OlderThan 7d
$plan | Where-Object Decision -eq Keep | Select-Object -First 4
$plan | Where-Object Decision -eq Delete | Select-Object -First 4
"$(@($plan | Where-Object Decision -eq Delete).Count) would be removed. They stay for you to try it."

# Can the rest still be pulled? These images are real: twenty builds, pushed as docker does it, that share a base layer.
$hello = 'us-docker.pkg.dev/shop/apps/hello'
$done = Remove-ArUntaggedImage $hello -OlderThan 0s -Confirm:$false
"$(@($done | Where-Object Status -eq Removed).Count) builds removed"

# Fetch each layer of each tag that is left from the registry, and compare its digest with what was fetched:
$registry = $env:CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY + 'v2/us/shop/apps/hello'
$accept = @{ Accept = 'application/vnd.oci.image.manifest.v1+json' }
foreach ($tag in (Get-ArImageTag $hello).Tag | Sort-Object) {
    foreach ($layer in (Invoke-RestMethod "$registry/manifests/$tag" -Headers $accept).layers) {
        $blob = (Invoke-WebRequest "$registry/blobs/$($layer.digest)").RawContentStream
        $hash = (Get-FileHash -InputStream $blob).Hash
        "{0,-6} {1,7} bytes, digest as it should be: {2}" -f $tag, $blob.Length, ("sha256:$hash" -eq $layer.digest)
    }
}

# A cluster in another project pulls as the service account of its nodes. Can the nodes of lobby pull?
Test-ArPull "${app}:v42" -Project games -Cluster lobby

# No policy that was read lets them. What helps is a grant for the account that these nodes use:
$nodes = (Get-ArNodeServiceAccount games -Cluster lobby -WarningAction Ignore).Email | Sort-Object -Unique
Grant-ArReader us-docker.pkg.dev/shop/apps -Member $nodes
Get-ArReader us-docker.pkg.dev/shop/apps

# Granting it again changes nothing, as the row says:
Grant-ArReader us-docker.pkg.dev/shop/apps -Member $nodes

# Now the nodes can pull:
Test-ArPull "${app}:v42" -Project games -Cluster lobby
