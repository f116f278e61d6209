using System.Globalization;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator;

/// <summary>The flags for <see cref="Behaviour"/>.</summary>
internal static class CommandLineBehaviour
{
    private const string FaultForm = "KIND[:RATE][:xTIMES]";

    private static readonly Dictionary<string, FaultKind> Kinds = new()
    {
        ["429"] = FaultKind.TooManyRequests,
        ["403"] = FaultKind.Forbidden,
        ["409"] = FaultKind.Aborted,
        ["500"] = FaultKind.InternalError,
        ["502"] = FaultKind.BadGateway,
        ["503"] = FaultKind.Unavailable,
        ["504"] = FaultKind.GatewayTimeout,
        ["reset-before"] = FaultKind.ResetBefore,
        ["reset-after"] = FaultKind.ResetAfter,
        ["cut-body"] = FaultKind.CutBody,
        ["malformed-json"] = FaultKind.MalformedJson,
        ["slow"] = FaultKind.Slow,
        ["repeated-page-token"] = FaultKind.RepeatedPageToken,
    };

    public static IReadOnlyList<CommandLineOption> Options { get; } =
    [
        Of("--latency", "DURATION", "how long every request takes at least",
            (b, text) => b.Latency = Duration.Parse(text)),
        new("--fault", FaultForm, $"one of {string.Join(", ", Kinds.Keys)}",
            (line, text) => line.Behaviour.Faults.Add(Fault(text, line.FaultSeed++))),
        Of("--retry-after", "TEXT", "the Retry-After header of 429 and 503; none without",
            (b, text) => b.RetryAfter = text),
        Of("--require-token", "TOKEN", "answer 401 without this bearer token; may be repeated", (b, text) =>
        {
            b.RequireToken = true;
            b.AcceptedTokens = [.. b.AcceptedTokens, text];
        }),
        Of("--external-user", "USER:PASSWORD", "sign in to /v2/ with it for a token, as elsewhere than at Google",
            (b, text) => b.ExternalSignIn = External(text, usesBasic: false)),
        Of("--external-basic", "USER:PASSWORD", "the same with each request",
            (b, text) => b.ExternalSignIn = External(text, usesBasic: true)),
        Of("--deny", "PERMISSION[@RESOURCE]", "the caller lacks it; * for anything; may be repeated", (b, text) =>
            b.Denials = [.. b.Denials, Denied(text)]
        ),
        Of("--missing-member", "MEMBER", "a user or group that IAM does not know; may be repeated", (b, text) =>
            b.MissingMembers = [.. b.MissingMembers, text]
        ),
        Of(
            "--forbidden-member",
            "MEMBER",
            "the organization permits no such member; * for any text; may be repeated",
            (b, text) => b.ForbiddenMembers = [.. b.ForbiddenMembers, text]
        ),
        Of(
            "--perimeter",
            "PERMISSION[@RESOURCE]",
            "VPC Service Controls keeps it from the caller; may be repeated",
            (b, text) => b.Perimeter = [.. b.Perimeter, Denied(text)]
        ),
        Of(
            "--cluster-fault",
            $"{Names<ClusterFaultKind>()}[@CLUSTER]",
            "what is wrong with a cluster, * for any; may be repeated",
            (b, text) => b.ClusterFaults = [.. b.ClusterFaults, OfCluster(text)]
        ),
        Of("--image-ids", Names<ImageIdForm>(), "how clusters report the imageID of containers", (b, text) =>
            b.ImageIds = Choice<ImageIdForm>(text)
        ),
        Of("--expired-continues", "N", "so many further pages of Kubernetes lists get 410 Expired", (b, text) =>
            b.ExpiredContinues = Number(text)
        ),
        Of("--new-account-refusals", "N", "policies refused for naming a service account just created", (b, text) =>
            b.NewAccountRefusals = Number(text)
        ),
        Of("--page-size", "N", "page size where the request names none", (b, text) => b.PageSize = Number(text)),
        Of("--max-page-size", "N", "largest page size that may be asked for",
            (b, text) => b.MaximumPageSize = Number(text)),
        Of("--page-size-cap", "N", "pages hold no more, whatever was asked for",
            (b, text) => b.PageSizeCap = Number(text)),
        Of("--referrers-page-size", "N", "pages of the referrers of a digest hold no more",
            (b, text) => b.ReferrersPageSize = Number(text)),
        Of("--repeat-page-token", null, "a page's token leads to itself", (b, _) => b.RepeatPageToken = true),
        Of("--deletes-per-second", "N", "more deletions get 429", (b, text) => b.DeletesPerSecond = Number(text)),
        Of("--batch-delete-limit", "N", "names that versions:batchDelete takes",
            (b, text) => b.BatchDeleteLimit = Number(text)),
        Of("--tagged-delete", Names<TaggedDeleteRefusal>(), "how a tagged version refuses deletion",
            (b, text) => b.TaggedDelete = Choice<TaggedDeleteRefusal>(text)),
        Of("--tag-conflict-text", "TEXT", "what the creation of a tag that exists says",
            (b, text) => b.TagConflictText = text),
        Of("--patch-creates-tag", null, "PATCH of a tag that does not exist creates it",
            (b, _) => b.PatchCreatesTag = true),
        Of("--force-beats-immutability", null, "force deletes tagged versions in spite of immutable tags",
            (b, _) => b.ForceBeatsImmutability = true),
        Of("--image-manifests", Names<ImageManifestsField>(), "when imageManifests is filled",
            (b, text) => b.ImageManifests = Choice<ImageManifestsField>(text)),
        Of("--subject-digest", null, "fill subjectDigest", (b, _) => b.SubjectDigest = true),
        Of("--ignore-unknown-parameters", null, "pass over query parameters that a method does not have", (b, _) =>
            b.IgnoresUnknownParameters = true
        ),
        Of("--ignore-accept", null, "serve manifests of types that Accept does not name", (b, _) =>
            b.IgnoresAccept = true
        ),
        Of("--older-shape", Names<OlderShapes>(), "answer as the emulator did before; may be repeated", (b, text) =>
            b.OlderShapes |= Choice<OlderShapes>(text)
        ),
        Of("--no-mount", null, "blobs are not mounted from other repositories", (b, _) => b.RefusesMounts = true),
        Of("--redirect-blobs", null, "blobs are downloaded from another host, without a token", (b, _) =>
            b.RedirectsBlobs = true
        ),
        Of("--expired-uploads", "N", "so many uploads expire before their content comes", (b, text) =>
            b.ExpiredUploads = Number(text)
        ),
        Of("--children-go-with-index", null, "an index takes its children along", (b, _) =>
            b.ChildrenGoWithIndex = true
        ),
        Of("--listing-lag", "DURATION", "listings do not show what is newer", (b, text) =>
            b.ListingLag = Duration.Parse(text)
        ),
        Of("--page-overlap", "N", "a page shows the last N items of the page before again", (b, text) =>
            b.PageOverlap = Number(text)
        ),
        Of("--docker-image-filter", Names<FilterSupport>(), "what dockerImages.list does with a filter", (b, text) =>
            b.DockerImageFilter = Choice<FilterSupport>(text)
        ),
        Of("--docker-image-tag-cap", "N", "DockerImage.tags holds no more", (b, text) =>
            b.DockerImageTagCap = Number(text)
        ),
        Of("--package-delete", Names<PackageDelete>(), "what packages.delete does with an index", (b, text) =>
            b.PackageDelete = Choice<PackageDelete>(text)
        ),
        Of(
            "--conditional-policies",
            Names<ConditionalPolicies>(),
            "how conditions look to callers without version 3",
            (b, text) => b.ConditionalPolicies = Choice<ConditionalPolicies>(text)
        ),
        Of("--operation-polls", "N", "an operation is done when asked for the Nth time; 0 at once", (b, text) =>
            b.OperationPolls = Number(text, least: 0)
        ),
        Of("--operation-time", "DURATION", "... or after this time", (b, text) =>
            b.OperationTime = Duration.Parse(text)
        ),
        Of("--operation-fate", Names<OperationFate>(), "what becomes of operations", (b, text) =>
        {
            OperationFate fate = Choice<OperationFate>(text);
            b.OperationFate = _ => fate;
        }),
        Of("--stale-listings", "N", "deleted digests show in so many further listings",
            (b, text) => b.StaleListings = Number(text)),
        Of("--settle-attempts", "N", "a child refuses deletion so many times after its parent went",
            (b, text) => b.SettleAttempts = Number(text)),
        Of("--collect-blobs-after", "DURATION", "blobs stay so long after the last manifest that refers to them",
            (b, text) => b.CollectBlobsAfter = Duration.Parse(text)),
        Of("--remember-collected-blobs", null, "HEAD sees blobs that were collected",
            (b, _) => b.RemembersCollectedBlobs = true),
        Of("--settle-time", "TIME", "a child refuses deletion so long after its parent went",
            (b, text) => b.SettleTime = Duration.Parse(text)),
    ];

    private static CommandLineOption Of(string name, string? argument, string help, Action<Behaviour, string> apply) =>
        new(name, argument, help, (line, text) => apply(line.Behaviour, text));

    private static Fault Fault(string text, int seed)
    {
        string[] parts = text.Split(':');
        if (!Kinds.TryGetValue(parts[0], out FaultKind kind))
            throw new FormatException($"'{parts[0]}' is not a fault. Expected one of {string.Join(", ", Kinds.Keys)}.");

        Fault fault = new(kind) { Seed = seed };
        foreach (string part in parts[1..])
        {
            if (part.StartsWith('x')) fault = fault with { Times = Number(part[1..]) };
            else if (double.TryParse(
                part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate)
                && rate is > 0 and <= 1) fault = fault with { Rate = rate };
            else throw new FormatException($"'{text}' is not {FaultForm}. The rate is a share such as 0.1.");
        }
        return fault;
    }

    private static ExternalSignIn External(string text, bool usesBasic) =>
        text.Split(':', 2) is [{ Length: > 0 } user, string password]
            ? new ExternalSignIn(user, password) { UsesBasic = usesBasic }
            : throw new FormatException("USER:PASSWORD was expected.");

    private static Denial Denied(string text)
    {
        string[] parts = text.Split('@', 2);
        return new Denial(parts[0], parts.Length > 1 ? parts[1] : "*");
    }

    private static ClusterFault OfCluster(string text)
    {
        string[] parts = text.Split('@', 2);
        return new ClusterFault(Choice<ClusterFaultKind>(parts[0]), parts.Length > 1 ? parts[1] : "*");
    }

    private static int Number(string text, int least = 1) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new FormatException($"'{text}' is not a number from {least} up.");

    // For example, InOperation becomes in-operation.
    private static string Dashed(string name) =>
        string.Concat(name.Select(
            (c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : $"{c}"));

    private static string Names<T>()
        where T : struct, Enum =>
        string.Join('|', Enum.GetNames<T>().Select(Dashed));

    private static T Choice<T>(string text)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
            if (Dashed(value.ToString()) == text) return value;
        throw new FormatException($"'{text}' is not one of {Names<T>()}.");
    }
}
