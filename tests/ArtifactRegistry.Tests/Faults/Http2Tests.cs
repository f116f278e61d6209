using System.Security.Cryptography.X509Certificates;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Google's own hosts speak HTTP/2. There a reset ends one request and not the connection, and many requests share
/// a connection. A store of certificates is the process's own from its start, so each test runs the shell.
/// </summary>
public sealed class Http2Tests : IAsyncLifetime
{
    private const string Clean =
        $"Remove-ArUntaggedImage {Shop.App} -Confirm:$false -ThrottleLimit 32 | ForEach-Object {{ \"$($_.Status)\" }}";

    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _certificate = SelfSigned.For();
    private EmulatorServer _emulator = null!;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only on Linux does a variable add to the store of certificates.");
        _emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { Url = new Uri("https://127.0.0.1:0/"), Certificate = _certificate },
            TestContext.Current.CancellationToken);
        RepositoryName apps = "us-docker.pkg.dev/shop/apps";
        _emulator.State.AddRepository(apps);
        _emulator.State.AddImage(
            apps,
            "web",
            new ImageOptions { Tags = ["v1"], UploadTime = DateTimeOffset.UtcNow.AddDays(-10) }
        );
        for (int i = 0; i < 150; i++)
            _emulator.State.AddImage(apps, "web", new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });
    }

    [Fact]
    public async Task Everything_is_asked_by_HTTP_2()
    {
        ProcessResult result = await RunAsync(Clean);

        Assert.True(result.Error.Length == 0, result.Error);
        Assert.Equal(Enumerable.Repeat("Removed", 150), result.Lines);
        Assert.All(_emulator.Requests.Snapshot(), request => Assert.Equal("HTTP/2", request.Protocol));
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    public async Task A_request_that_is_reset_is_sent_again_and_the_others_go_on(FaultKind kind)
    {
        _emulator.Behaviour.Faults.Add(new Fault(kind) { Rate = 0.2 });

        ProcessResult result = await RunAsync(Clean);

        Assert.True(result.Error.Length == 0, result.Error);
        Assert.Equal(150, result.Lines.Count(line => line is "Removed"));
        Assert.Single(_emulator.State.Digests("us-docker.pkg.dev/shop/apps", "web"));
        Assert.Contains(_emulator.Requests.Snapshot(), request => request.Fault is not null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_emulator is not null) await _emulator.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task<ProcessResult> RunAsync(string script)
    {
        string authority = Path.Combine(_folder.Path, "authority.pem");
        await File.WriteAllTextAsync(
            authority,
            _certificate.ExportCertificatePem(),
            TestContext.Current.CancellationToken
        );
        return await ShellProcess.RunAsync(
            ["-c", $"$ErrorActionPreference = 'Stop'; {script}"],
            "",
            [
                ("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", _emulator.Url.ToString()),
                ("GOOGLE_OAUTH_ACCESS_TOKEN", PowerShellSession.Token),
                ("SSL_CERT_FILE", authority),
            ]);
    }
}
