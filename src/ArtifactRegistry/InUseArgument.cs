using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Reads the argument of -InUse: texts, and objects with a Digest or Uri.</summary>
internal static class InUseArgument
{
    private const string SuspectedFailure = "everything would look unused.";

    /// <summary>Gets the texts of the items, nested lists included.</summary>
    public static List<string> TextsOf(IEnumerable<object?>? items) => [.. (items ?? []).SelectMany(TextsOf)];

    /// <summary>Explains why a list that names no image is an error.</summary>
    /// <param name="texts">The texts of the list.</param>
    public static string EmptyMessage(IReadOnlyList<string> texts) => texts.Count > 0
        ? $"-InUse names no digest and no image of Artifact Registry; its first entry is {SafeText.Quote(texts[0])}. If that is the "
            + $"message of a command that failed, {SuspectedFailure}"
        : $"-InUse holds nothing. If the command that should say what runs has failed, {SuspectedFailure}";

    // An object that is not understood becomes an entry that matches nothing, which causes a warning: ignoring it
    // silently could delete an image in use.
    private static IEnumerable<string> TextsOf(object? item)
    {
        if (item is null) return [];
        PSObject row = PSObject.AsPSObject(item);
        if (row.BaseObject is string text) return string.IsNullOrWhiteSpace(text) ? [] : [text];
        if (row.BaseObject is not IDictionary and IEnumerable list) return list.Cast<object?>().SelectMany(TextsOf);

        foreach (string property in new[] { "Digest", "Uri" })
        {
            object? value = row.BaseObject is IDictionary map ? map[property] : row.Properties[property]?.Value;
            if (value is Uri address) value = address.OriginalString;
            string[] texts = [.. TextsOf(value)];
            if (texts.Length > 0) return texts;
        }

        return [item.ToString() is { Length: > 0 } name ? name : row.BaseObject.GetType().Name];
    }
}
