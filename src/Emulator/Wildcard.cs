namespace ArtifactRegistry.Emulator;

/// <summary>A pattern in which <c>*</c> stands for any text; it is not case-sensitive.</summary>
internal sealed class Wildcard(string pattern)
{
    private readonly string[] _parts = pattern.Split('*');

    public bool Matches(string text)
    {
        if (_parts.Length == 1) return text.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        if (!text.StartsWith(_parts[0], StringComparison.OrdinalIgnoreCase)) return false;

        int at = _parts[0].Length;
        foreach (string part in _parts.AsSpan(1..^1))
        {
            int found = text.IndexOf(part, at, StringComparison.OrdinalIgnoreCase);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return text.Length - at >= _parts[^1].Length && text.EndsWith(_parts[^1], StringComparison.OrdinalIgnoreCase);
    }
}
