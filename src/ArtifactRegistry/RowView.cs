using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace ArtifactRegistry;

/// <summary>
/// The members that ArtifactRegistry.types.ps1xml adds to rows. Views read these members instead of calling methods, so
/// that they show the same in Constrained Language Mode, and for rows that come back from a job.
/// </summary>
public static class RowView
{
    /// <summary>The type name that is added to times, so that <see cref="TimeText"/> converts them to text.</summary>
    private const string TimeType = "ArtifactRegistry.Time";

    // The longest label of a list with a text that is broken here, and " : " after it.
    private static readonly int BeforeInList = "NodePoolCommand".Length + 3;

    /// <summary>Gets the short digest, such as sha256:77d0…12ef.</summary>
    public static string DigestText(PSObject row) =>
        Value(row, "Digest") is string digest ? Digest.Shorten(digest) : "";

    /// <summary>Gets the size with a unit, such as 84 MB.</summary>
    public static string SizeText(PSObject row) => Value(row, "SizeBytes") is long size ? ByteSize.Format(size) : "";

    /// <summary>Gets the size of what was uploaded with a unit.</summary>
    public static string UploadedText(PSObject row) =>
        Value(row, "BytesUploaded") is long size ? ByteSize.Format(size) : "";

    /// <summary>Gets the detail for the last column of a table, broken at spaces.</summary>
    public static string DetailText(PSObject row) => LastColumn(Value(row, "Detail") as string, before: 30);

    /// <summary>Gets the reason for the last column of a table, broken at spaces.</summary>
    public static string ReasonText(PSObject row) =>
        LastColumn(Value(row, "Reason") as string, before: row.Properties["Decision"] is null ? 38 : 50);

    /// <summary>Gets the reason for the last column of the table of stale images, broken at spaces.</summary>
    public static string StaleReasonText(PSObject row) => LastColumn(Value(row, "Reason") as string, before: 57);

    /// <summary>Gets the detail for the last column of the table of tested rules, broken at spaces.</summary>
    public static string RuleDetailText(PSObject row) => LastColumn(Value(row, "Detail") as string, before: 18);

    /// <summary>Gets the tags for a column of 14 characters, each on a line of its own.</summary>
    public static string TagLines(PSObject row) =>
        string.Join('\n', LanguagePrimitives.ConvertTo<string[]>(Value(row, "Tags")));

    /// <summary>Gets the tags for the last column of a table, broken at spaces.</summary>
    public static string TagsText(PSObject row) =>
        LastColumn(string.Join(", ", LanguagePrimitives.ConvertTo<string[]>(Value(row, "Tags"))), before: 53);

    /// <summary>Gets the tags for the last column of the table of quarantined images, broken at spaces.</summary>
    public static string QuarantinedTagsText(PSObject row) =>
        LastColumn(string.Join(", ", LanguagePrimitives.ConvertTo<string[]>(Value(row, "Tags"))), before: 60);

    /// <summary>Gets the e-mail address for the last column of a table, broken after the at sign.</summary>
    public static string EmailText(PSObject row)
    {
        string? spaced = (Value(row, "Email") as string)?.Replace("@", "@ ", StringComparison.Ordinal);
        return LastColumn(spaced, before: 49).Replace("@ ", "@", StringComparison.Ordinal);
    }

    /// <summary>Gets the detail for a list, broken at spaces.</summary>
    public static string DetailLines(PSObject row) => LastColumn(Value(row, "Detail") as string, BeforeInList);

    /// <summary>Gets the command for a list, in lines that can be pasted.</summary>
    public static string CommandLines(PSObject row) => Continued(Value(row, "Command") as string);

    /// <summary>Gets the command that creates a node pool for a list, in lines that can be pasted.</summary>
    public static string NodePoolCommandLines(PSObject row) => Continued(Value(row, "NodePoolCommand") as string);

    // PowerShell takes a backtick at the end of a line as its continuation. Each line of the text is a command.
    private static string Continued(string? commands) => string.Join(
        '\n',
        (commands ?? "").Split('\n').Select(command =>
            LastColumn(command, BeforeInList + " `".Length).Replace("\n", " `\n", StringComparison.Ordinal)));

    // PowerShell breaks the cells of a table in the middle of words where the culture is none of the few that it
    // knows. The columns before include the spaces between them; the last column of the screen stays free.
    private static string LastColumn(string? text, int before)
    {
        int width = Console.IsOutputRedirected ? int.MaxValue : Console.WindowWidth - before - 1;
        if (text is null || text.Length <= width || width < 20) return text ?? "";
        List<string> lines = new() { "" };
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length == 0) lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length <= width) lines[^1] += " " + word;
            else lines.Add(word);
        }

        return string.Join('\n', lines);
    }

    /// <summary>Gets the age of the upload, such as 3 days ago.</summary>
    public static string UploadAge(PSObject row) => Age.Format(Value(row, "UploadTime") as DateTime?);

    /// <summary>Gets the age of the last change, such as 3 days ago.</summary>
    public static string UpdateAge(PSObject row) => Age.Format(Value(row, "UpdateTime") as DateTime?);

    /// <summary>Gets the time of the upload with its age.</summary>
    public static string UploadTimeText(PSObject row) => TimeAndAge(row);

    /// <summary>Gets the time of the last change with its age.</summary>
    public static string UpdateTimeText(PSObject row) => TimeAndAge(row);

    /// <summary>Gets the time of the build with its age.</summary>
    public static string BuildTimeText(PSObject row) => TimeAndAge(row);

    /// <summary>Gets the time of the creation with its age.</summary>
    public static string CreateTimeText(PSObject row) => TimeAndAge(row);

    /// <summary>Gets the time since which something is so, to the minute.</summary>
    public static string SinceText(PSObject row) => Minute(row);

    /// <summary>Gets the time at which something is due, to the minute.</summary>
    public static string DueText(PSObject row) => Minute(row);

    /// <summary>Gets the time since which something is so; its text includes the time zone.</summary>
    public static object? Since(PSObject row) => Time(row);

    /// <summary>Gets the time at which something is due; its text includes the time zone.</summary>
    public static object? Due(PSObject row) => Time(row);

    /// <summary>Gets the time of the upload; its text includes the time zone.</summary>
    public static object? UploadTime(PSObject row) => Time(row);

    /// <summary>Gets the time of the last change; its text includes the time zone.</summary>
    public static object? UpdateTime(PSObject row) => Time(row);

    /// <summary>Gets the time of the build; its text includes the time zone.</summary>
    public static object? BuildTime(PSObject row) => Time(row);

    /// <summary>Gets the time of the creation; its text includes the time zone.</summary>
    public static object? CreateTime(PSObject row) => Time(row);

    /// <summary>Gets the time at which it was seen; its text includes the time zone.</summary>
    public static object? SeenAt(PSObject row) => Time(row);

    /// <summary>Gets the time of expiry; its text includes the time zone.</summary>
    public static object? ExpiresAt(PSObject row) => Time(row);

    /// <summary>
    /// Gets the text of a time: ISO 8601 with the time zone, which is parsed as the same moment in every culture and
    /// zone.
    /// </summary>
    /// <param name="time">The time.</param>
    /// <param name="arguments">The arguments of DateTime.ToString: a format, a culture.</param>
    public static string TimeText(PSObject time, params object[] arguments)
    {
        DateTime value = (DateTime)time.BaseObject;
        object?[] plain =
        [
            .. arguments.Select(argument => argument is PSObject wrapped ? wrapped.BaseObject : argument),
        ];
        return plain switch
        {
            [] => value.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
            [IFormatProvider culture] => value.ToString(culture),
            [var format] => value.ToString(format?.ToString(), CultureInfo.CurrentCulture),
            [var format, IFormatProvider culture, ..] => value.ToString(format?.ToString(), culture),
            _ => throw new ArgumentException("Expected a format and a culture.", nameof(arguments)),
        };
    }

    // A DateTime loses its zone when PowerShell converts it to text, as Export-Csv does. With a type name of its own,
    // it keeps the zone.
    private static PSObject? Time(PSObject row, [CallerMemberName] string property = "")
    {
        if (row.BaseObject.GetType().GetProperty(property)?.GetValue(row.BaseObject) is not DateTime value) return null;
        PSObject time = new(value);
        time.TypeNames.Insert(0, TimeType);
        return time;
    }

    private static string TimeAndAge(PSObject row, [CallerMemberName] string member = "") =>
        Value(row, member[..^"Text".Length]) is DateTime time
            ? $"{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} ({Age.Format(time)})"
            : "";

    private static string Minute(PSObject row, [CallerMemberName] string member = "") =>
        Value(row, member[..^"Text".Length]) is DateTime time
            ? time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : "";

    private static object? Value(PSObject row, string property) =>
        row.Properties[property]?.Value is PSObject wrapped ? wrapped.BaseObject : row.Properties[property]?.Value;
}
