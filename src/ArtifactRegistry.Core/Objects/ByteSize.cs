using System.Globalization;

namespace ArtifactRegistry;

/// <summary>Sizes in bytes as people read them.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>
    /// Two or three significant digits and a unit of 1024, for example "84 MB" or "1.5 GB": the units that PowerShell's
    /// own literals (1MB) have.
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
