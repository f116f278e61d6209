using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>Opaque tokens that name the position after which the next page of a list begins.</summary>
internal static class PageToken
{
    /// <summary>Writes a token.</summary>
    /// <param name="list">Identifies the list with its query; the token is valid for this list only.</param>
    /// <param name="position">The parts of the position, none of which has a line break.</param>
    public static string Write(string list, params string[] position) =>
        WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes($"{list}\n{string.Join('\n', position)}"));

    /// <summary>Reads the parts of the position; null if the token is not one of this list.</summary>
    public static string[]? Read(string token, string list)
    {
        try
        {
            string text = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
            return text.StartsWith(list + '\n', StringComparison.Ordinal)
                ? text[(list.Length + 1)..].Split('\n')
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
