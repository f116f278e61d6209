using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The target of a clean-up: a name or pattern as typed, or a row that names one digest.</summary>
public sealed class CleanUpTarget
{
    internal CleanUpTarget(ImagePattern what) => What = what;

    internal ImagePattern What { get; }

    /// <summary>
    /// The reason why the row stays, whatever the registry says now; null if that is still to be decided.
    /// </summary>
    internal string? Keep { get; init; }

    /// <summary>
    /// The reason why a row with tags stays if only untagged digests may go; null for a row without tags.
    /// </summary>
    internal string? KeepForTags { get; init; }

    /// <summary>True for an object of Get-ArRepository, which stands for all images in it.</summary>
    internal bool IsRepositoryObject { get; init; }

    internal TagList Tags { get; init; } = TagList.Empty;

    internal long SizeBytes { get; init; }

    /// <summary>The rules by which a cmdlet decided about the row, which carries them.</summary>
    internal CleanUpRules? Rules { get; init; }

    /// <summary>Returns the text as it was given.</summary>
    public override string ToString() => What.ToString();
}

/// <summary>Converts the arguments of parameters of type CleanUpTarget[].</summary>
public sealed class CleanUpTargetArgumentAttribute : ImageArgumentBaseAttribute
{
    /// <summary>Takes repositories too: which cmdlet may is decided there.</summary>
    public CleanUpTargetArgumentAttribute() => AllowRepositoryObject = true;

    private protected override object FromRepository(ImageName name) =>
        new CleanUpTarget(ImagePattern.Exactly(name)) { IsRepositoryObject = true };

    private protected override object FromText(string text)
    {
        ImagePattern pattern = ImagePattern.Parse(text);
        return pattern.Name is { Tag: not null, Digest: not null } name ? FromName(name) : new CleanUpTarget(pattern);
    }

    private protected override object FromName(ImageName name) => new CleanUpTarget(ImagePattern.Exactly(name))
    {
        // A digest together with a tag comes from a row such as an ImageTag, which is about something tagged.
        KeepForTags = name is { Tag: not null, Digest: not null } ? $"was given with the tag {name.Tag}" : null,
        Tags = name.Tag is null ? TagList.Empty : new TagList([name.Tag]),
    };

    private protected override object FromRow(ImageName name, PSObject row)
    {
        if (name.IsRepository) return FromRepository(name);
        TagList tags = TagsOf(row, name.Tag);
        // The clean-up itself decides about tags that only name another digest of the image, and about its own marks.
        bool mayGo =
            tags.Count == 0
            || (row.Properties["Decision"] is not null && tags.All(tag =>
                ReferrerTag.TryParse(tag, out _)
                || (name.Digest is string digest && QuarantineMark.Read(tag, digest) is not null)));
        return new CleanUpTarget(ImagePattern.Exactly(name))
        {
            Keep = MayGo(row) ? null : Text(row, "Reason") ?? "was decided to be kept",
            KeepForTags = mayGo ? null : $"was given with the {(tags.Count == 1 ? "tag" : "tags")} {tags}",
            Tags = tags,
            SizeBytes = long.TryParse(
                Text(row, "SizeBytes"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long size
            )
                ? size
                : 0,
            Rules = (row.BaseObject as DecidedImage)?.Rules,
        };
    }

    private protected override object Collect(List<object> names) => names.Cast<CleanUpTarget>().ToArray();

    // A row whose Decision is not Delete stays, and so does a row of an earlier run, perhaps with -WhatIf, whose Status
    // is Kept. Export-Clixml and JSON may convert either to its number.
    private static bool MayGo(PSObject row) =>
        (
            row.Properties["Decision"]?.Value is not object decision
            || (
                LanguagePrimitives.TryConvertTo(Unwrap(decision), out CleanUpDecision decided)
                && decided is not CleanUpDecision.Keep
            )
        )
        && !(
            row.Properties["Status"]?.Value is object status
            && LanguagePrimitives.TryConvertTo(Unwrap(status), out RemovalStatus removal)
            && removal is RemovalStatus.Kept
        );

    private static TagList TagsOf(PSObject row, string? tag)
    {
        List<string> tags = Unwrap(row.Properties["Tags"]?.Value) switch
        {
            // In a CSV the tags are one string, separated by ", ".
            string text => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            IEnumerable list => [.. list.Cast<object?>().Select(item => item?.ToString()).OfType<string>()],
            _ => [],
        };
        if (tag is not null && !tags.Contains(tag)) tags.Insert(0, tag);
        return tags.Count == 0 ? TagList.Empty : new TagList(tags);
    }
}
