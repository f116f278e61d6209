using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>Variables and files that are wrong on purpose: an error, and nothing is sent.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class HostileEnvironmentTests : IDisposable
{
    private const string Prefix = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";
    private const string TokenFile = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public static TheoryData<string, string, string[]> Variables =>
        new()
        {
            { Prefix + "ARTIFACTREGISTRY", "Get-ArRepository shop", Addresses },
            { Prefix + "IAM", "New-ArNodeServiceAccount gke-nodes -Project shop", Addresses },
            { Prefix + "CONTAINER", "Get-ArNodeServiceAccount shop", Addresses },
            { Prefix + "CLOUDRESOURCEMANAGER", $"Get-ArReader {Shop.App[..^4]} -Inherited", Addresses },
            { "CLOUDSDK_CORE_PROJECT", "Get-ArRepository", ["a/b", "..", "Shop", "shop\n/x", "a b", "*", "shop?x=1"] },
            {
                "CLOUDSDK_CORE_PROJECT",
                "Get-ArNodeServiceAccount",
                ["a/b", "..", "Shop", "shop\n/x", "a b", "*", "shop?x=1"]
            },
            { "GOOGLE_OAUTH_ACCESS_TOKEN", "Get-ArRepository shop", Tokens },
            {
                "GOOGLE_CLOUD_QUOTA_PROJECT",
                "Get-ArRepository shop",
                ["payer\r\nX-Evil: 1", "a b", "Payer", "payer/x", "é"]
            },
            { TokenFile, "Get-ArRepository shop", ["no-such-file", "..", "/", "a|b?*", new string('x', 5000)] },
        };

    private static string[] Addresses =>
        [
            "http://evil.example/",
            "evil.example",
            "ftp://127.0.0.1/",
            "https://u:p@evil.example/",
            "https://evil.example/?x",
            "file:///etc",
            "::",
        ];

    private static string[] Tokens =>
        [
            "a b",
            "ya29\r\nX-Evil: 1",
            "ya29\ttoken",
            "{\"type\":\"service_account\"}",
            "\"quoted\"",
            "é",
            "Bearer ya29 x",
        ];

    [Theory]
    [MemberData(nameof(Variables))]
    public async Task A_variable_that_makes_no_sense_is_refused(string name, string command, string[] values)
    {
        await using Shop shop = await OpenAsync();
        foreach (string value in values)
        {
            Set(name, value);
            HostileTests.MustRefuse(shop, command, value);
        }
    }

    [Fact]
    public async Task A_token_file_that_holds_no_token_is_refused()
    {
        await using Shop shop = await OpenAsync();
        Set("GOOGLE_OAUTH_ACCESS_TOKEN", null);
        string file = Path.Combine(_folder.Path, "token");
        Set(TokenFile, file);
        foreach (
            string text in (string[])["", "\n", .. Tokens, "\0\0\0\0", "ya29.a\nya29.b", new string('\u202e', 100)]
        )
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
            HostileTests.MustRefuse(shop, "Get-ArRepository shop", text);
        }
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before) Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    /// <summary>A session that knows the emulator by variables alone.</summary>
    private async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        foreach (
            string name in (string[])
                [
                    TokenFile,
                    "CLOUDSDK_AUTH_DISABLE_CREDENTIALS",
                    "GOOGLE_CLOUD_QUOTA_PROJECT",
                    "GOOGLE_APPLICATION_CREDENTIALS",
                    "CLOUDSDK_CORE_PROJECT",
                ]
        )
            Set(name, null);
        Set(Prefix + "ARTIFACTREGISTRY", shop.Emulator.Url.ToString());
        Set("GOOGLE_OAUTH_ACCESS_TOKEN", PowerShellSession.Token);
        shop.Session.Run("Disconnect-ArRegistry").MustSucceed();
        return shop;
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
