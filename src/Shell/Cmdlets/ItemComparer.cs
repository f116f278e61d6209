using System.Globalization;
using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Compares values as PowerShell's operators do, and as text where they cannot.</summary>
internal sealed class ItemComparer : IComparer<object?>
{
    public int Compare(object? x, object? y) =>
        LanguagePrimitives.TryCompare(x, y, ignoreCase: true, CultureInfo.CurrentCulture, out int order)
            ? order
            : CultureInfo.CurrentCulture.CompareInfo.Compare(Text(x), Text(y), CompareOptions.IgnoreCase);

    /// <summary>Whether two objects are the same to a reader: by value, or property by property.</summary>
    public static bool AreSame(PSObject left, PSObject right) =>
        left.BaseObject is PSCustomObject && right.BaseObject is PSCustomObject
            ? left.Properties.Count() == right.Properties.Count()
                && left.Properties.All(p => right.Properties[p.Name] is { } other && AreEqual(p.Value, other.Value))
            : AreEqual(left.BaseObject, right.BaseObject);

    private static bool AreEqual(object? left, object? right) =>
        LanguagePrimitives.Equals(left, right, ignoreCase: false, CultureInfo.InvariantCulture);

    private static string Text(object? value) => value is null ? "" : LanguagePrimitives.ConvertTo<string>(value);
}
