using System.Globalization;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The quarantine of a digest, as its tags tell it.</summary>
internal sealed class QuarantineState
{
    // An update within this time after the mark may be that of the mark itself: a request may be repeated for a while.
    private static readonly TimeSpan UpdateByMark = TimeSpan.FromMinutes(10);

    private readonly QuarantineMark _newest;

    private QuarantineState(DockerImage image, IReadOnlyList<QuarantineMark> marks)
    {
        Marks = marks;
        OtherTags = new TagList([.. image.Tags.Except(marks.Select(mark => mark.Tag))]);
        _newest = marks.MaxBy(mark => (mark.Since, mark.Period))!;
        // Who pushes a digest again or gives it a tag may have needed it in between, so that begins the time anew.
        Since = new[] { _newest.Since, Utc(image.UploadTime), Utc(image.UpdateTime) }.Max();
    }

    /// <summary>The marks; more than one only if the tags changed in between, or if two runs marked it at once.</summary>
    public IReadOnlyList<QuarantineMark> Marks { get; }

    /// <summary>The tags that are not marks.</summary>
    public TagList OtherTags { get; }

    /// <summary>Gets whether the other tags are those that the digest had when it was marked.</summary>
    public bool IsValid => _newest.OtherTags == QuarantineMark.DigitsOf(OtherTags);

    /// <summary>
    /// The time from which the quarantine is counted: when the digest was marked, or when it was pushed or changed
    /// after that.
    /// </summary>
    public DateTimeOffset Since { get; }

    /// <summary>Reads the quarantine of a digest; null if it has no mark.</summary>
    public static QuarantineState? Of(DockerImage image)
    {
        List<QuarantineMark>? marks = null;
        foreach (string tag in image.Tags)
            if (QuarantineMark.Read(tag, image.Digest) is QuarantineMark mark)
                (marks ??= []).Add(mark);
        return marks is null ? null : new QuarantineState(image, marks);
    }

    /// <summary>The reason why the mark keeps its digest where a clean-up does not know of quarantine.</summary>
    public string WhyItKeeps => $"in quarantine since {Day(Since)}";

    /// <summary>Gets when the quarantine ends: after the promised period, or after a longer one.</summary>
    public DateTimeOffset DueAfter(TimeSpan period) => Since + (period > _newest.Period ? period : _newest.Period);

    /// <summary>Gets whether adding the mark explains an update at a time.</summary>
    public bool Explains(DateTime updated) => Utc(updated) <= _newest.Since + UpdateByMark;

    /// <summary>Formats a time for a reason.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Formats a time for a reason that fits one line; Get-ArQuarantinedImage shows the hour, too.</summary>
    public static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Utc(DateTime? time) =>
        time is DateTime known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.MinValue;
}
