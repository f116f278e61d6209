using ArtifactRegistry.Operations;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What the module does aside at import. If it failed, nobody would notice but by the clock.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task The_listing_at_import_reads_its_own_answer_to_the_end()
    {
        ImageTag tag = await Rehearsal.RunAsync();

        Assert.Equal("us-docker.pkg.dev/project/repository/image:tag", tag.Uri);
        Assert.Equal(1, tag.SizeBytes);
        Assert.NotNull(tag.UploadTime);
    }
}
