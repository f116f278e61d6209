using Xunit;

namespace ArtifactRegistry.TestSupport;

/// <summary>What a test needs on the machine that runs it.</summary>
internal static class Needs
{
    /// <summary>Skips the test with a reason; where continuous integration runs, everything has to be there.</summary>
    public static void That(bool there, string reason)
    {
        if (there) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
