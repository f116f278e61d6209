using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.SignIn;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>A metadata server that stumbles once is not taken for one that is not there.</summary>
public sealed class MetadataFaultTests : SignInTest
{
    private const string Machine = "node@shop.iam.gserviceaccount.com";

    public static TheoryData<FaultKind, string> Stumbles
    {
        get
        {
            TheoryData<FaultKind, string> stumbles = new();
            foreach (FaultKind kind in Enum.GetValues<FaultKind>()
                // The e-mail address is no JSON, and nothing is listed; a refusal for good is told (ChainTests).
                .Except([FaultKind.MalformedJson, FaultKind.RepeatedPageToken, FaultKind.Forbidden, FaultKind.Aborted]))
                foreach (string path in (string[])["/email", "/token"])
                    stumbles.Add(kind, path);
            return stumbles;
        }
    }

    [Theory]
    [MemberData(nameof(Stumbles))]
    public void One_failure_is_not_noticed(FaultKind kind, string path)
    {
        Set("PATH", Home); // without gcloud
        SignIn.AddServiceAccount(Machine);
        SignIn.MachineAccount = Machine;
        Behaviour.Faults.Add(new Fault(kind)
        {
            Times = 1,
            Delay = TimeSpan.FromSeconds(1.2),
            When = request => request.Path.EndsWith(path, StringComparison.Ordinal),
        });

        MustHaveListedAs(Machine, Run("Get-ArImage $app"));
    }

    [Theory]
    [InlineData(FaultKind.MalformedJson)]
    [InlineData(FaultKind.Forbidden)]
    public void A_token_that_cannot_be_read_is_an_error_and_no_reason_to_be_somebody_else(FaultKind kind)
    {
        Set("PATH", Home);
        SignIn.AddServiceAccount(Machine);
        SignIn.MachineAccount = Machine;
        Behaviour.Faults.Add(
            new Fault(kind) { When = request => request.Path.EndsWith("/token", StringComparison.Ordinal) }
        );

        ScriptResult result = Run("Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("metadata server", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain(Shop.Emulator.Requests.Snapshot(), request =>
            request.PathAndQuery.Contains("/projects/shop/", StringComparison.Ordinal)
        );
    }
}
