using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// Reads the argument of -InUse: texts, rows of Get-ArImageInUse, and other objects with a Digest or Uri.
/// </summary>
internal static class InUseArgument
{
    private const string SuspectedFailure = "everything would look unused.";

    /// <summary>Gets the entries of the items, nested lists included.</summary>
    public static List<InUseEntry> EntriesOf(IEnumerable<object?>? items) => [.. (items ?? []).SelectMany(EntriesOf)];

    /// <summary>
    /// Returns whether an item is a row of Get-ArImageInUse -AllowIncomplete, also one that comes from a job or a file.
    /// </summary>
    public static bool HasIncomplete(IEnumerable<object?>? items) => (items ?? []).Any(IsIncomplete);

    private static bool IsIncomplete(object? item)
    {
        if (item is null)
            return false;
        if (PSObject.AsPSObject(item).BaseObject is IList list and not byte[])
            return HasIncomplete(list.Cast<object?>());
        return Flag(item, nameof(ImageInUse.IsComplete)) is false;
    }

    // A row that comes from a job or a file has the property as text.
    private static bool? Flag(object item, string property) =>
        PSObject.AsPSObject(item).Properties[property]?.Value?.ToString() is string text
        && bool.TryParse(text, out bool value)
            ? value
            : null;

    /// <summary>Explains why a list that names no image is an error.</summary>
    /// <param name="entries">The entries of the list.</param>
    public static string EmptyMessage(IReadOnlyList<InUseEntry> entries) =>
        entries.Count > 0
            ? $"-InUse names no digest and no image of Artifact Registry; its first entry is "
                + $"{SafeText.Quote(entries[0].Text)}. If that is the "
                + $"message of a command that failed, {SuspectedFailure}"
            : $"-InUse holds nothing. If the command that should say what runs has failed, {SuspectedFailure}";

    private static IEnumerable<InUseEntry> EntriesOf(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        return value is ImageInUse row ? [InUseEntry.From(row)]
            : value is IEnumerable list and not (string or IDictionary) ? list.Cast<object?>().SelectMany(EntriesOf)
            : AnyDigestOf(item) is InUseEntry whole ? [whole]
            : TextsOf(item).Select(text => new InUseEntry(text));
    }

    // A row whose digest is not certain stands for the image that it was written with, also after a job or a file.
    private static InUseEntry? AnyDigestOf(object? item) =>
        item is not null
        && Flag(item, nameof(ImageInUse.MayBeAnyDigest)) is true
        && PSObject.AsPSObject(item).Properties[nameof(ImageInUse.Image)]?.Value is string image
            ? new InUseEntry(image, IsAnyDigest: true)
            : null;

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
