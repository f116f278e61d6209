using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ArtifactRegistry;

/// <summary>
/// Converts the argument of a parameter for tags, so that a regular expression as an object, [regex]'^v', is written
/// between slashes, as it is in text, with its options. Without this it would become a text that no tag matches.
/// </summary>
public sealed class TagPatternArgumentAttribute : ArgumentTransformationAttribute
{
    private const RegexOptions WithoutMeaning = RegexOptions.Compiled | RegexOptions.CultureInvariant;

    private static readonly (RegexOptions Option, char Letter)[] Letters =
    [
        (RegexOptions.IgnoreCase, 'i'),
        (RegexOptions.Multiline, 'm'),
        (RegexOptions.Singleline, 's'),
        (RegexOptions.ExplicitCapture, 'n'),
        (RegexOptions.IgnorePatternWhitespace, 'x'),
    ];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) is IList items ? items.Cast<object?>().Select(One).ToArray() : One(inputData);

    private static object? One(object? item) =>
        Unwrap(item) is Regex expression ? $"/{Inline(expression.Options)}{expression}/" : item;

    private static object? Unwrap(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;

    private static string Inline(RegexOptions options)
    {
        string letters = string.Concat(Letters.Where(each => options.HasFlag(each.Option)).Select(each => each.Letter));
        RegexOptions rest = Letters.Aggregate(options & ~WithoutMeaning, (left, each) => left & ~each.Option);
        if (rest is not RegexOptions.None)
            throw new ArgumentTransformationMetadataException($"A regular expression with {rest} is not accepted "
                + $"here.");
        return letters.Length == 0 ? "" : $"(?{letters})";
    }
}
