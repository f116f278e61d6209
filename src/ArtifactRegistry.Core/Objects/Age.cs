namespace ArtifactRegistry;

/// <summary>How long ago something was, as people say it.</summary>
public static class Age
{
    /// <summary>For example "3 hours ago"; empty if the time is not known.</summary>
    /// <param name="time">A local time, as the objects of this module have it.</param>
    public static string Format(DateTime? time) => time is DateTime known ? Format(known, DateTime.Now) : "";

    internal static string Format(DateTime time, DateTime now)
    {
        TimeSpan age = now - time;
        return age switch
        {
            // The clocks of two machines differ a little; an upload in the future is one that has just been made.
            { TotalSeconds: < 60 } => "just now",
            { TotalMinutes: < 60 } => Count((int)age.TotalMinutes, "minute"),
            { TotalHours: < 24 } => Count((int)age.TotalHours, "hour"),
            { TotalDays: < 60 } => Count((int)age.TotalDays, "day"),
            { TotalDays: < 730 } => Count((int)(age.TotalDays / 30.44), "month"),
            _ => Count((int)(age.TotalDays / 365.25), "year"),
        };
    }

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")} ago";
}
