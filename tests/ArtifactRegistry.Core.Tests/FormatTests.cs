using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Sizes and ages as people read them.</summary>
public sealed class FormatTests
{
    private const long K = 1024, M = K * K, G = M * K, T = G * K, P = T * K;

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1, "1 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 KB")]
    [InlineData(1023, "1 KB")]
    [InlineData(K, "1 KB")]
    [InlineData((long)(1.5 * K), "1.5 KB")]
    [InlineData((long)(9.94 * K), "9.9 KB")]
    [InlineData((long)(9.96 * K), "10 KB")]
    [InlineData(84 * M, "84 MB")]
    [InlineData(999 * K, "999 KB")]
    [InlineData(999 * K + 511, "999 KB")]
    [InlineData(999 * K + 512, "1 MB")]
    [InlineData(G + G / 2, "1.5 GB")]
    [InlineData(T, "1 TB")]
    [InlineData(P, "1 PB")]
    [InlineData(5000 * P, "5000 PB")]
    [InlineData(long.MaxValue, "8192 PB")]
    public void A_size_has_two_or_three_digits_and_a_unit(long bytes, string text) =>
        Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData("-1:00:00", "just now")]
    [InlineData("0:00:00", "just now")]
    [InlineData("0:00:59.999", "just now")]
    [InlineData("0:01:00", "1 minute ago")]
    [InlineData("0:01:59", "1 minute ago")]
    [InlineData("0:02:00", "2 minutes ago")]
    [InlineData("0:59:59", "59 minutes ago")]
    [InlineData("1:00:00", "1 hour ago")]
    [InlineData("23:59:59", "23 hours ago")]
    [InlineData("1.00:00:00", "1 day ago")]
    [InlineData("59.23:00:00", "59 days ago")]
    [InlineData("60.00:00:00", "60 days ago")]
    [InlineData("61.00:00:00", "2 months ago")]
    [InlineData("365.00:00:00", "11 months ago")]
    [InlineData("730.00:00:00", "23 months ago")]
    [InlineData("730.12:00:00", "2 years ago")]
    [InlineData("731.00:00:00", "2 years ago")]
    [InlineData("3660.00:00:00", "10 years ago")]
    public void An_age_is_in_the_unit_that_people_use_and_never_gets_shorter(string age, string text)
    {
        DateTime now = new(2024, 6, 1, 12, 0, 0, DateTimeKind.Utc);

        Assert.Equal(
            text,
            Age.Format(now - TimeSpan.Parse(age, System.Globalization.CultureInfo.InvariantCulture), now)
        );
    }

    [Fact]
    public void An_age_does_not_depend_on_the_zone_in_which_a_time_is_given()
    {
        DateTime now = new(2024, 6, 1, 12, 0, 0, DateTimeKind.Utc);
        DateTime then = now.AddHours(-5);

        Assert.Equal("5 hours ago", Age.Format(then, now.ToLocalTime()));
        Assert.Equal("5 hours ago", Age.Format(then.ToLocalTime(), now));
    }

    [Fact]
    public void An_age_counts_the_hour_that_the_clocks_skip()
    {
        // The zone of the machine decides whether there is such an hour; where there is none, this holds as well.
        for (DateTime now = new(2024, 1, 1, 12, 30, 0, DateTimeKind.Utc); now.Year == 2024; now = now.AddDays(1))
            Assert.Equal("20 hours ago", Age.Format(now.AddHours(-20).ToLocalTime(), now.ToLocalTime()));
    }

    [Fact]
    public void An_unknown_time_has_no_age() => Assert.Equal("", Age.Format(null));
}
