using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>Lets members read, so pull from, a repository.</summary>
public static class GrantReader
{
    /// <summary>The role that is granted.</summary>
    public const string ReaderRole = "roles/artifactregistry.reader";

    private const int Tries = 12;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Reads the policy, adds the members, asks, and writes it with the etag that was read. If somebody else wrote
    /// meanwhile, everything is read again. Nothing is written if nothing changes.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="members">Members as <see cref="MemberName.Parse"/> returns them.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>One row a member; none if the answer was no.</returns>
    public static async Task<IReadOnlyList<Reader>> RunAsync(
        ArtifactRegistryClient client,
        ImageName repository,
        IReadOnlyList<string> members,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(confirm);
        // What was missing when we first looked is what this command changed, even if a write of ours arrived whose
        // answer was lost and the next reading finds it there.
        IReadOnlyList<string>? missingAtFirst = null;
        for (int tried = 1; ; tried++)
        {
            JsonObject policy = await client.GetIamPolicyAsync(repository, stop);
            IReadOnlyList<string> added = Policies.Add(policy, ReaderRole, members);
            if (missingAtFirst is null && added.Count > 0)
            {
                string who = string.Join(", ", added);
                if (!await confirm(repository.ToString(), $"Grant {ReaderRole} to {who}")) return [];
            }

            missingAtFirst ??= added;
            if (added.Count == 0) return Result(repository, members, missingAtFirst);

            try
            {
                await client.SetIamPolicyAsync(repository, policy, stop);
                return Result(repository, members, missingAtFirst);
            }
            catch (RegistryException e) when (tried < Tries && (e.Kind is RegistryErrorKind.Aborted || e.OutcomeUnknown))
            {
                await Task.Delay(PauseBefore(tried + 1), stop);
            }
        }
    }

    private static TimeSpan PauseBefore(int attempt)
    {
        TimeSpan longest = TimeSpan.FromMilliseconds(50 * Math.Pow(2, attempt));
        if (longest > LongestPause) longest = LongestPause;
#pragma warning disable CA5394 // Jitter keeps writers apart; nothing depends on it being hard to guess.
        return longest * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }

    private static Reader[] Result(ImageName repository, IReadOnlyList<string> members, IReadOnlyList<string> changed) =>
    [
        .. members.Select(member => new Reader(repository.ToString(), member, ReaderRole, condition: null)
        {
            Changed = changed.Contains(member),
        }),
    ];
}
