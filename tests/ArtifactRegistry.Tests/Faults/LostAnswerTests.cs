using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>Requests that were carried out although their answer never came, and operations that never end.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    public async Task An_account_whose_creation_lost_its_answer_is_told_as_created_and_gets_its_role()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("games");
        shop.Emulator.Behaviour.NewAccountRefusals = 1;
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.ResetAfter)
        {
            Times = 1,
            When = request => request.Is("POST", "/serviceAccounts"),
        });

        ScriptResult result = shop.Run("New-ArNodeServiceAccount gke-nodes -Project games").MustSucceed();

        Assert.Equal(["True"], result.Values("Created"));
        Assert.Empty(result.Warnings);
        string member = "serviceAccount:" + Assert.Single(shop.State.ServiceAccounts("games"));
        Assert.Equal([member], shop.State.ProjectMembers("games", "roles/container.defaultNodeServiceAccount"));
    }

    [Fact]
    public async Task A_deletion_that_never_ends_is_given_up_after_OperationTimeoutSec_and_the_error_names_the_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.NeverFinishes;

        ScriptResult result = shop.Run($$"""
            $service = @{ AccessToken = '{{PowerShellSession.Token}}'; Endpoint = '{{shop.Emulator.Url}}' }
            $null = Connect-ArRegistry @service -OperationTimeoutSec 1
            Remove-ArImage {{Shop.App}}:v1 -Confirm:$false
            """);

        Assert.Equal("OperationLost", result.ErrorId);
        Assert.Contains(digest, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("-OperationTimeoutSec", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["Failed"], result.Values("Status"));
        // The deletion may still be carried out, so its tag is not put back on it; the error names the tag.
        Assert.Empty(shop.State.Tags(shop.Repository, "web"));
        Assert.Contains("v1", result.ErrorText, StringComparison.Ordinal);
    }
}
