namespace ArtifactRegistry;

/// <summary>
/// Matches a complete text against a pattern in which <c>*</c> is any sequence of characters and <c>?</c> any single
/// one.
/// </summary>
/// <remarks>
/// Every other character matches literally and case-sensitively, and a slash is a character like any other.
/// </remarks>
internal static class ImagePatternGlob
{
    internal static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Only the last star ever has to backtrack, because whatever an earlier one could match, the last one can match
        // too. So there is no recursion, and no pattern costs more than its length times the length of the text.
        int p = 0, t = 0, star = -1, starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                starText = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++starText;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }
}
