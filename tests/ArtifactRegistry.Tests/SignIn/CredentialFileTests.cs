using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>Every kind of credential file, from the file to a listing.</summary>
public sealed class CredentialFileTests : SignInTest
{
    [Fact]
    public void A_service_account_key_signs_in_once_for_many_commands()
    {
        Write("key.json", SignIn.AddServiceAccount(Deployer));

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; $null = Get-ArImage $app; Get-ArImage $app");

        MustHaveListedAs(Deployer, result);
        Assert.Equal(["- POST /token", Asked[1], Asked[1]], Asked);
        Assert.Equal(1, SignIn.Issued);
    }
}
