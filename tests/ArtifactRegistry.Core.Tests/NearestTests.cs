using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>
/// What somebody may have meant: one slip in a short name, two in a longer one, and never a guess between two.
/// </summary>
public sealed class NearestTests
{
    [Theory]
    [InlineData("us-centrl1", "us-central1")]
    [InlineData("us-cnetral1", "us-central1")]
    [InlineData("europe-wset4", "europe-west4")]
    [InlineData("europa", "europe")]
    [InlineData("asai", "asia")]
    [InlineData("us-central1", null)] // known
    [InlineData("us-east3", null)] // us-east1, us-east4 and us-east5 are as near
    [InlineData("eu", null)]
    [InlineData("moon-base1", null)]
    [InlineData("", null)]
    public void A_location_is_found_by_a_slip_or_two(string typed, string? meant) =>
        Assert.Equal(meant, Nearest.To(typed, KnownLocations.All));

    [Theory]
    [InlineData("ap", "api")]
    [InlineData("wbe", "web")]
    [InlineData("xyz", null)]
    [InlineData("apii", "api")]
    [InlineData("WEB", "web")]
    [InlineData("ApII", "api")]
    public void In_a_short_name_one_slip_is_all(string typed, string? meant) =>
        Assert.Equal(meant, Nearest.To(typed, ["api", "web", "checkout"]));
}
