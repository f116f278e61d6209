namespace ArtifactRegistry;

/// <summary>Formats the time since an event in words.</summary>
public static class Age
{
    private const double DaysPerYear = 365.25;
    private const double DaysPerMonth = DaysPerYear / 12;

    /// <summary>Formats an age, for example "3 hours ago"; empty if the time is not known.</summary>
    /// <param name="time">A local time, as in the objects of this module; a UTC time is accepted too.</param>
    public static string Format(DateTime? time) => time is DateTime known ? Format(known, DateTime.UtcNow) : "";

    internal static string Format(DateTime time, DateTime now)
    {
        // The difference of two local times is wrong by an hour if the clocks were changed in between.
        TimeSpan age = now.ToUniversalTime() - time.ToUniversalTime();
        return age switch
        {
            // The clocks of two machines differ a little; an upload in the future has just been made.
            { TotalSeconds: < 60 } => "just now",
            { TotalMinutes: < 60 } => Count((int)age.TotalMinutes, "minute"),
            { TotalHours: < 24 } => Count((int)age.TotalHours, "hour"),
            { TotalDays: < 2 * DaysPerMonth } => Count((int)age.TotalDays, "day"),
            { TotalDays: < 2 * DaysPerYear } => Count((int)(age.TotalDays / DaysPerMonth), "month"),
            _ => Count((int)(age.TotalDays / DaysPerYear), "year"),
        };
    }

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")} ago";
}
