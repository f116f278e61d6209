namespace ArtifactRegistry;

/// <summary>Finds the name that a user may have meant.</summary>
internal static class Nearest
{
    private const int LettersPerTypo = 4; // in a short name, two typos would make another name
    private const int MaxSlips = 2;

    /// <summary>
    /// Finds the known name that is at most two typos away: a letter missing, added, wrong, or two exchanged; otherwise
    /// the one whose last part was typed alone, as report of batch/report. Returns null if there is none, if the name
    /// itself is known, or if several names are equally near.
    /// </summary>
    public static string? To(string typed, IEnumerable<string> known)
    {
        known = [.. known];
        int most = Math.Min(MaxSlips, Math.Max(1, typed.Length / LettersPerTypo));
        string[] near = [];
        // A difference in case is not a typo: LATEST is latest.
        string small = typed.ToLowerInvariant();
        foreach (
            IGrouping<int, string> group in known.Distinct().GroupBy(name => Slips(small, name.ToLowerInvariant()))
        )
        {
            if (group.Key == 0 && group.Contains(typed)) return null;
            if (group.Key > most || (group.Key == most && near.Length > 0)) continue;
            (most, near) = (group.Key, [.. group]);
        }

        if (near.Length == 0) near = [.. known.Where(name => name.EndsWith($"/{typed}", StringComparison.Ordinal))];
        return near is [string only] ? only : null;
    }

    // The optimal string alignment distance, row by row.
    private static int Slips(string from, string to)
    {
        if (Math.Abs(from.Length - to.Length) > MaxSlips) return int.MaxValue;
        int[] before = [], above = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int[] row = new int[to.Length + 1];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                row[j] = Math.Min(
                    Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above) = (above, row);
        }

        return above[to.Length];
    }
}
