using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// Converts typed or piped input to names: strings, objects of this module, and rows that come from a job,
/// Export-Clixml or a CSV. An object names one digest or one tag; only a string may name a whole image or repository.
/// </summary>
public abstract class ImageArgumentBaseAttribute : ArgumentTransformationAttribute
{
    /// <summary>Gets or sets whether a Repository object is accepted, as from Get-ArRepository.</summary>
    public bool AllowRepositoryObject { get; set; }

    /// <summary>Gets or sets whether the error for a single word suggests the -Project parameter.</summary>
    public bool SuggestProject { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            object? input = Unwrap(inputData);
            return input is IList list
                ? Collect([.. list.Cast<object?>().Select(item => Read(item))])
                : Collect([Read(inputData)]);
        }
        catch (ImageNameException e)
        {
            string hint =
                SuggestProject && Unwrap(inputData) is string word && ImageNameGrammar.ProjectProblem(word) is null
                    ? $" If you mean every repository of the project {word}, use -Project {word}."
                    : "";
            throw new ArgumentTransformationMetadataException(e.Message + hint, e);
        }
    }

    private protected abstract object FromText(string text);

    private protected abstract object FromName(ImageName name);

    private protected abstract object Collect(List<object> names);

    private protected virtual object FromRepository(ImageName name) => FromName(name);

    /// <summary>Converts an object that names one digest or tag; the row has its other properties.</summary>
    private protected virtual object FromRow(ImageName name, PSObject row) => FromName(name);

    /// <summary>Converts a row of Get-ArImageInUse; null if it is no such row, or is taken as any other.</summary>
    private protected virtual object? FromInUse(PSObject row) => null;

    private object Read(object? item)
    {
        object? value = Unwrap(item);
        if (value is not (null or string) && FromInUse(PSObject.AsPSObject(item)) is { } inUse) return inUse;
        return value switch
        {
            null => throw Refuse(
                "Expected the name of an image or an object from this module, and got nothing. Check the spelling of a "
                    + "variable, and write "
                    + "\"${app}:latest\" with braces: PowerShell reads $app:latest as a variable of its own."),
            string text => FromText(text),
            ImageName name => FromName(name),
            ImagePattern pattern => FromText(pattern.ToString()),
            DockerImage image => FromRow(image.Name, PSObject.AsPSObject(image)),
            ImageTag { Tag.Length: > 0 } tag => FromName(tag.Name.WithTagAndDigest(tag.Tag, tag.Digest)),
            QuarantinedImage quarantined => FromName(
                quarantined.Name.WithTagAndDigest(quarantined.Tag, quarantined.Digest)),
            ImageTag tag => FromRow(tag.Name, PSObject.AsPSObject(tag)),
            RemovedImage removed => FromRow(removed.Name, PSObject.AsPSObject(removed)),
            ImageInUse { ParsedName: ImageName used } => FromName(used),
            ImageInUse => throw Refuse($"'{value}' is not an image in Artifact Registry."),
            Repository repository when AllowRepositoryObject => FromRepository(repository.ParsedName),
            Repository => throw Refuse(
                $"'{value}' is a repository. Type its name as text if you mean all images in it."
            ),
            _ => FromRow(NameOf(PSObject.AsPSObject(item)), PSObject.AsPSObject(item)),
        };
    }

    /// <summary>Gets the name from an object of unknown type by its properties.</summary>
    private ImageName NameOf(PSObject row)
    {
        string? uri = Text(row, "Uri"),
            image = Text(row, "Image"),
            tag = Text(row, "Tag"),
            digest = Text(row, "Digest");
        if (uri is null && image is null)
            throw Refuse(
                $"Expected the name of an image, or an object with a Uri or with Image and Digest or Tag; got "
                    + $"{Described(row.BaseObject)}."
            );

        ImageName name = ImageName.Parse(uri ?? image!);
        if (name.IsRepository && uri is not null && AllowRepositoryObject && IsRepositoryRow(row)) return name;
        if (name.IsRepository) throw Refuse($"'{name}' is a repository; a row must name one digest or one tag.");

        if (uri is not null && image is not null && ImageName.Parse(image) is ImageName column
            && (column.IsRepository || column.ToImage() != name.ToImage()))
            throw Refuse($"The row contradicts itself: its Uri is '{name}' and its Image '{column}'.");

        tag ??= name.Tag;
        digest ??= name.Digest;
        if (tag is null && digest is null)
            throw Refuse(
                $"The row names the image '{name}' but neither a digest nor a tag. Keep the Uri or Digest column, for "
                    + $"example: Select-Object Uri, Tag");
        if ((name.Tag is not null && name.Tag != tag) || (name.Digest is not null && name.Digest != digest))
            throw Refuse(
                $"The row contradicts itself: its Uri is '{name}', its Tag '{tag}' and its Digest '{digest}'."
            );
        return name.WithTagAndDigest(tag, digest);
    }

    /// <summary>
    /// Whether a row is what became of a Repository object in a job or a file, and not of an image that lost its
    /// columns.
    /// </summary>
    private static bool IsRepositoryRow(PSObject row) =>
        row.TypeNames.Contains("Deserialized.ArtifactRegistry.Repository")
        || (row.Properties["Format"] is not null && row.Properties["Mode"] is not null
            && row.Properties["Image"] is null && row.Properties["Digest"] is null && row.Properties["Tag"] is null);

    private protected static string? Text(PSObject row, string property) =>
        Unwrap(row.Properties[property]?.Value)?.ToString() is { Length: > 0 } text ? text : null;

    private protected static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    // Format-Table and similar commands emit instructions for the screen.
    private static string Described(object value) =>
        value.GetType().FullName!.StartsWith("Microsoft.PowerShell.Commands.Internal.Format.", StringComparison.Ordinal)
            ? "what Format-Table or another Format- command made of one: leave that out"
            : value.GetType().Name;

    private static ArgumentTransformationMetadataException Refuse(string message) => new(SafeText.Clean(message));
}

/// <summary>Converts the arguments of parameters of type ImageName[]: names without wildcards.</summary>
public sealed class ImageArgumentAttribute : ImageArgumentBaseAttribute
{
    private protected override object FromText(string text) => ImageName.Parse(text);

    private protected override object FromName(ImageName name) => name;

    private protected override object Collect(List<object> names) => names.Cast<ImageName>().ToArray();
}

/// <summary>
/// Converts the arguments of parameters of type ImagePattern[]: the image and the tag may contain * and ?.
/// </summary>
public sealed class ImagePatternArgumentAttribute : ImageArgumentBaseAttribute
{
    private protected override object FromText(string text) => ImagePattern.Parse(text);

    private protected override object FromName(ImageName name) => ImagePattern.Exactly(name);

    private protected override object Collect(List<object> names) => names.Cast<ImagePattern>().ToArray();
}
