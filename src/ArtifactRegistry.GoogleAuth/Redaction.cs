using System.Text.RegularExpressions;

namespace ArtifactRegistry.GoogleAuth;

/// <summary>What a service says about a failure, without what it may have repeated of our secrets.</summary>
internal static partial class Redaction
{
    private const int Longest = 400;

    public static string Of(string text)
    {
        string shown = Secret().Replace(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), "(hidden)");
        return shown.Length <= Longest ? shown : shown[..Longest] + "…";
    }

    // Signed tokens, Google's access and refresh tokens, client secrets, keys, and whatever else is long and without a word in it.
    [GeneratedRegex(@"eyJ[\w-]+(\.[\w-]*)*|ya29\.[\w.~+/-]+|1//[\w-]+|GOCSPX-[\w-]+|-----BEGIN.*|[A-Za-z0-9+_=-]{48,}")]
    private static partial Regex Secret();
}
