using System.Globalization;

namespace ArtifactRegistry;

/// <summary>Formats sizes in bytes for people.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>
    /// Formats a size with two or three significant digits and a unit based on 1024, as in PowerShell's literals (1MB),
    /// for example "84 MB" or "1.5 GB".
    /// </summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit > 0 && value < 9.95 ? "0.#" : "0";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
