namespace ArtifactRegistry.Emulator;

/// <summary>Patterns in which <c>*</c> stands for any text.</summary>
internal static class Wildcard
{
    public static bool Matches(string pattern, string text)
    {
        string[] parts = pattern.Split('*');
        if (parts.Length == 1) return text.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        if (!text.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase)) return false;

        int at = parts[0].Length;
        foreach (string part in parts[1..^1])
        {
            int found = text.IndexOf(part, at, StringComparison.OrdinalIgnoreCase);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.OrdinalIgnoreCase);
    }
}
