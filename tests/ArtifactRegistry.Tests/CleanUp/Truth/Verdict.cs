using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.CleanUp.Truth;

/// <summary>Holds a clean-up against the truth.</summary>
internal static class Verdict
{
    /// <summary>What is wrong, in words; nothing if all is well.</summary>
    public static IEnumerable<string> On(Trial trial, int throttle)
    {
        foreach (string digest in trial.Live.Where(digest => !trial.Left.Contains(digest)))
            yield return $"{RandomImage.Short(digest)} was needed from the beginning and is lost";

        foreach (Event happened in trial.Liar.Events)
        {
            foreach (
                string digest in happened.Kept.Where(digest =>
                    !trial.Left.Contains(digest) && !trial.Live.Contains(digest)
                )
            )
                if (Carelessness(trial, happened, digest, throttle) is string how)
                    yield return $"{RandomImage.Short(digest)} was needed since {happened} and is lost: {how}";
        }

        foreach (Row row in trial.Rows)
        {
            bool isThere = trial.Left.Contains(row.Digest);
            if ((row.Status is "Removed" or "AlreadyGone") == isThere)
                yield return $"{RandomImage.Short(row.Digest)} is told as {row.Status} ({row.Reason}) and is "
                    + $"{(isThere ? "there" : "gone")}";
        }

        foreach (
            IGrouping<string, Row> twice in trial.Rows.GroupBy(row => row.Digest).Where(group => group.Count() > 1)
        )
            yield return $"{RandomImage.Short(twice.Key)} is told {twice.Count()} times";
        foreach (string gone in trial.Image.Digests.Except(trial.Left).Except(trial.Rows.Select(row => row.Digest)))
            yield return $"{RandomImage.Short(gone)} is gone, and no row says so";
    }

    /// <summary>
    /// How a digest was lost although it had become needed; null if that came after the last look that could be had.
    /// </summary>
    private static string? Carelessness(Trial trial, Event happened, string digest, int throttle)
    {
        RecordedRequest? deletion = trial.Requests.FirstOrDefault(request => request.Method == "DELETE"
            && request.Path.EndsWith(digest, StringComparison.Ordinal));
        // Deleted with what held it, before it was needed, or at that very moment.
        if (deletion is null || deletion.Number <= happened.Request + throttle) return null;
        RecordedRequest? look = trial.Requests.LastOrDefault(request =>
            request.Number < deletion.Number && Tells(trial.Liar.Behaviour, happened, request));
        if (look?.Number > happened.Request + throttle && deletion.Number > look.Number + throttle)
            return $"request {look.Number} ({look.Path.Split('/')[^1]}) could have told, and {deletion.Number} deleted "
                + $"it";
        if (happened.Kind is EventKind.Push)
            return null; // an image is looked at again for this once a minute, which no run here lasts
        IReadOnlySet<string> family = trial.Image.Family(digest);
        int others = trial.Requests.Count(request => request.Method == "DELETE"
            && request.Number > happened.Request && request.Number < deletion.Number
            && !family.Any(member => request.Path.EndsWith(member, StringComparison.Ordinal)));
        return others > throttle ? $"{others} deletions of others came in between, and no look" : null;
    }

    /// <summary>Whether the answer to a request shows what has happened.</summary>
    private static bool Tells(Behaviour behaviour, Event happened, RecordedRequest request)
    {
        if (request.Method != "GET") return false;
        bool isFull = request.PathAndQuery.Contains("view=FULL", StringComparison.Ordinal);
        if (
            happened.Kind is EventKind.Tag or EventKind.Push
            && (Ends($"@{happened.Digest}") || (isFull && Ends($"/versions/{happened.Digest}")))
        )
            return true;
        if (behaviour.ListingLag > TimeSpan.Zero || behaviour.ListingGap is not null) return false;
        return Ends("/dockerImages") || (happened.Kind == EventKind.Tag
            ? Ends("/tags") || (isFull && Ends("/versions"))
            : Ends("/versions"));

        bool Ends(string path) => request.Path.EndsWith(path, StringComparison.Ordinal);
    }
}
