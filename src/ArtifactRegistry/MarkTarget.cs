using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>The images of a cmdlet about marks: a name or pattern, or a row of Get-ArImageInUse.</summary>
public sealed class MarkTarget
{
    private readonly string _text;

    internal MarkTarget(ImagePattern what) => (What, _text) = (what, what.ToString());

    internal MarkTarget(PSObject row, ImageName? image, string text) =>
        (InUse, What, _text) = (row, image is null ? null : ImagePattern.Exactly(image), text);

    /// <summary>The images; null for a row about an image in another registry.</summary>
    internal ImagePattern? What { get; }

    /// <summary>The row that says what runs; null for a name.</summary>
    internal PSObject? InUse { get; }

    /// <summary>Returns the text as it was given.</summary>
    public override string ToString() => _text;
}

/// <summary>Converts the arguments of parameters of type MarkTarget[].</summary>
public sealed class MarkTargetArgumentAttribute : ImageArgumentBaseAttribute
{
    private protected override object FromText(string text) => new MarkTarget(ImagePattern.Parse(text));

    private protected override object FromName(ImageName name) => new MarkTarget(ImagePattern.Exactly(name));

    private protected override object Collect(List<object> names) => names.Cast<MarkTarget>().ToArray();

    // Also after a job or a file, where rows about images in other registries have no Uri.
    private protected override object? FromInUse(PSObject row)
    {
        string? uri = Text(row, nameof(ImageInUse.Uri)), written = Text(row, nameof(ImageInUse.Image));
        if (written is null || row.Properties[nameof(ImageInUse.MayBeAnyDigest)] is null) return null;
        bool isHere = ImageName.TryParse(uri ?? written, out ImageName? name) && !name.IsRepository;
        return new MarkTarget(row, isHere ? name!.ToImage() : null, uri ?? written);
    }
}
