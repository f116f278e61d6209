using System.Reflection;
using System.Runtime.Loader;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Json;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// This process has brought another version of Google.Apis.Auth, and of Newtonsoft.Json, as another module would:
/// both are in use before and after the module has signed in with its own.
/// </summary>
public sealed class OtherVersionTests : SignInTest
{
    [Fact]
    public async Task Neither_disturbs_the_other()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        await MustWorkAsync();

        MustHaveListedAs(Deployer, Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app"));

        await MustWorkAsync();
        Version theirs = typeof(GoogleCredential).Assembly.GetName().Version!;
        Assert.Equal(new Version(1, 76, 0, 0), theirs);
        Assert.Equal(new Version(1, 78, 0, 0), Ours("Google.Apis.Auth").GetName().Version);
        // Its assembly version is the same for all of 13; the file's is not.
        Assert.StartsWith(
            "13.0.1",
            FileVersion(typeof(Newtonsoft.Json.JsonConvert).Assembly),
            StringComparison.Ordinal
        );
        Assert.StartsWith("13.0.4", FileVersion(Ours("Newtonsoft.Json")), StringComparison.Ordinal);
        Assert.Equal(
            AssemblyLoadContext.Default,
            AssemblyLoadContext.GetLoadContext(typeof(GoogleCredential).Assembly)
        );
    }

    private static async Task MustWorkAsync()
    {
        GoogleCredential credential = GoogleCredential.FromAccessToken("theirs");
        Assert.Equal("theirs", await ((ITokenAccess)credential).GetAccessTokenForRequestAsync(null, Stop));
        Assert.Equal("{\"a\":1}", NewtonsoftJsonSerializer.Instance.Serialize(new { a = 1 }));
    }

    private static string FileVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version;

    private static Assembly Ours(string name) =>
        Assert.Single(
            AssemblyLoadContext
                .All.Where(context => context.Name == "ArtifactRegistry.GoogleAuth")
                .SelectMany(context => context.Assemblies),
            assembly => assembly.GetName().Name == name
        );
}
