using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Tests that change variables of the process; no other test runs beside them.</summary>
[CollectionDefinition(nameof(ProcessEnvironment), DisableParallelization = true)]
public sealed class ProcessEnvironment;

/// <summary>The variables that gcloud honours, and the time zone.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class EnvironmentTests : IDisposable
{
    private const string Endpoint = "CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY";
    private const string TokenFile = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";
    private const string NoCredentials = "CLOUDSDK_AUTH_DISABLE_CREDENTIALS";
    private const string Token = "GOOGLE_OAUTH_ACCESS_TOKEN";
    private const string Project = "CLOUDSDK_CORE_PROJECT";
    private const string QuotaProject = "GOOGLE_CLOUD_QUOTA_PROJECT";

    private readonly Dictionary<string, string?> _before = [];
    private readonly string _file = Path.GetTempFileName();

    public EnvironmentTests()
    {
        foreach (
            string name in new[]
            {
                Endpoint,
                TokenFile,
                NoCredentials,
                Token,
                Project,
                QuotaProject,
                "GOOGLE_APPLICATION_CREDENTIALS",
                "TZ",
            }
        )
            _before[name] = Environment.GetEnvironmentVariable(name);
        foreach (string name in _before.Keys.Where(name => name != "TZ"))
            Environment.SetEnvironmentVariable(name, null);
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before) Environment.SetEnvironmentVariable(name, value);
        TimeZoneInfo.ClearCachedData();
        File.Delete(_file);
    }

    [Fact]
    public async Task Endpoint_and_token_come_from_variables_without_Connect()
    {
        await using Shop shop = await OpenAsync();
        using PowerShellSession session = new();
        Environment.SetEnvironmentVariable(Endpoint, shop.Emulator.Url.ToString());
        Environment.SetEnvironmentVariable(Token, "from-variable");
        Environment.SetEnvironmentVariable(QuotaProject, "payer");

        session.Run($"Get-ArImage {Shop.App}").MustSucceed();

        RecordedRequest request = Assert.Single(shop.Emulator.Requests.Snapshot());
        Assert.Equal("Bearer from-variable", request.Authorization);
        Assert.Equal("payer", request.Headers["X-Goog-User-Project"]);
        ScriptResult connection = session.Run("Get-ArConnection").MustSucceed();
        Assert.Equal(["Connected"], connection.Values("State"));
        Assert.Equal([shop.Emulator.Url.ToString()], connection.Values("Endpoint"));
        Assert.Equal([$"the environment variable {Token}"], connection.Values("Credential"));
    }

    [Fact]
    public async Task A_token_file_beats_the_other_variables_and_is_read_again_for_each_request()
    {
        await using Shop shop = await OpenAsync();
        using PowerShellSession session = new();
        Environment.SetEnvironmentVariable(Endpoint, shop.Emulator.Url.ToString());
        Environment.SetEnvironmentVariable(TokenFile, _file);
        Environment.SetEnvironmentVariable(Token, "from-variable");
        Environment.SetEnvironmentVariable(NoCredentials, "true");

        await File.WriteAllTextAsync(_file, "first\n", TestContext.Current.CancellationToken);
        session.Run($"Get-ArImage {Shop.App}").MustSucceed();
        await File.WriteAllTextAsync(_file, "second\n", TestContext.Current.CancellationToken);
        session.Run($"Get-ArImage {Shop.App}").MustSucceed();

        Assert.Equal(
            ["Bearer first", "Bearer second"],
            shop.Emulator.Requests.Snapshot().Select(request => request.Authorization)
        );
    }

    [Fact]
    public async Task A_token_file_that_cannot_be_read_is_named()
    {
        await using Shop shop = await OpenAsync();
        using PowerShellSession session = new();
        Environment.SetEnvironmentVariable(Endpoint, shop.Emulator.Url.ToString());
        Environment.SetEnvironmentVariable(TokenFile, _file + ".none");

        ScriptResult result = session.Run($"Get-ArImage {Shop.App}");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(_file + ".none", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(TokenFile, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Without_credentials_no_token_is_sent_if_that_is_wanted()
    {
        await using Shop shop = await OpenAsync();
        using PowerShellSession session = new();
        Environment.SetEnvironmentVariable(Endpoint, shop.Emulator.Url.ToString());
        Environment.SetEnvironmentVariable(NoCredentials, "True");

        session.Run($"Get-ArImage {Shop.App}").MustSucceed();

        Assert.Null(Assert.Single(shop.Emulator.Requests.Snapshot()).Authorization);
    }

    [Fact]
    public async Task What_Connect_was_told_beats_every_variable_until_Disconnect()
    {
        await using Shop shop = await OpenAsync();
        await using Shop other = await OpenAsync();
        Environment.SetEnvironmentVariable(Endpoint, other.Emulator.Url.ToString());
        Environment.SetEnvironmentVariable(Token, "from-variable");

        shop.Run("Get-ArImage $app; Disconnect-ArRegistry; Get-ArImage $app").MustSucceed();

        Assert.Equal(
            $"Bearer {PowerShellSession.Token}",
            Assert.Single(shop.Emulator.Requests.Snapshot()).Authorization
        );
        Assert.Equal("Bearer from-variable", Assert.Single(other.Emulator.Requests.Snapshot()).Authorization);
    }

    [Theory]
    [InlineData("http://registry.example/")]
    [InlineData("not an address")]
    public void An_endpoint_variable_that_cannot_be_used_is_named(string value)
    {
        using PowerShellSession session = new();
        Environment.SetEnvironmentVariable(Endpoint, value);
        Environment.SetEnvironmentVariable(Token, "from-variable");

        foreach (string command in new[] { $"Get-ArImage {Shop.App}", "Get-ArConnection" })
        {
            ScriptResult result = session.Run(command);
            Assert.Equal("UnsafeRequest", result.ErrorId);
            Assert.Contains(Endpoint, result.ErrorText, StringComparison.Ordinal);
            Assert.Contains(value, result.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_project_comes_from_gclouds_variable()
    {
        await using Shop shop = await OpenAsync();
        Environment.SetEnvironmentVariable(Project, "shop");

        Assert.Equal(["apps"], shop.Run("Get-ArRepository").MustSucceed().Values("Name"));
    }

    [Theory]
    [InlineData("Asia/Tokyo", 9)]
    [InlineData("America/New_York", -5)]
    [InlineData("UTC", 0)]
    public async Task Times_are_local_wherever_the_command_runs(string zone, int hours)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no TZ variable that sets the zone of one process.");
        Assert.SkipUnless(
            TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _),
            $"There is no time zone {zone} on this machine."
        );
        Environment.SetEnvironmentVariable("TZ", zone);
        TimeZoneInfo.ClearCachedData();
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset uploaded = new(2024, 1, 15, 12, 0, 0, TimeSpan.Zero);
        shop.Add(new ImageOptions { UploadTime = uploaded, BuildTime = uploaded, Tags = ["v1"] });
        shop.Session.Set("utc", uploaded.UtcDateTime);

        ScriptResult result = shop.Run(
            """
            $image = Get-ArImage $app
            $image, (Get-ArImageTag $app) | ForEach-Object { $_.UploadTime; $_.UpdateTime }
            $image.BuildTime
            """).MustSucceed();

        Assert.Equal(5, result.Output.Count);
        Assert.All(result.Output, value =>
        {
            DateTime time = (DateTime)value.BaseObject;
            Assert.Equal(DateTimeKind.Local, time.Kind);
            Assert.Equal(uploaded.UtcDateTime.AddHours(hours), DateTime.SpecifyKind(time, DateTimeKind.Utc));
        });
        // On either side of a comparison, against what Get-Date gives.
        Assert.Equal(
            ["True", "True", "True", "False"],
            shop.Run(
                """
                $then = $utc.ToLocalTime()
                $image.UploadTime -eq $then
                $image.UploadTime -lt $then.AddMinutes(1)
                $then.AddMinutes(-1) -lt $image.UploadTime
                $image.UploadTime -gt [datetime]::Now
                """).MustSucceed().Output.Select(value => value.ToString()));
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        // Without the filter, the first listing of a session is refused once, and images are not listed one by one.
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported;
        shop.Add("v1");
        return shop;
    }
}
