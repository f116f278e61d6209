using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class Placeholder
{
    [Fact]
    public void Builds() => Assert.Equal(2, 1 + 1);
}
