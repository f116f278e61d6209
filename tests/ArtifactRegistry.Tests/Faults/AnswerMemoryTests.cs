using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// The memory of a whole pwsh that gets hostile answers, sixteen at once, as the operating system measured it.
/// </summary>
public sealed class AnswerMemoryTests
{
    private const long Limit = 300_000_000;

    private static readonly byte[] Spaces = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));

    public static TheoryData<string> Answers => ["endless", "zipped", "values", "texts", "depth", "errors"];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whatever_a_server_sends_pwsh_stays_below_300_MB(string kind)
    {
        const int Images = 32;
        StringBuilder list = new();
        for (int i = 0; i < Images; i++)
            list.Append(
                CultureInfo.InvariantCulture,
                $$"""
                {{(i > 0 ? "," : "")}}
                {"name":"projects/shop/locations/us/repositories/apps/dockerImages/web@sha256:{{i:x64}}",
                "mediaType":"application/vnd.oci.image.index.v1+json","uploadTime":"2024-01-01T00:00:00Z"}
                """);
        RawReply hostile = Hostile(kind);
        await using RawServer server = RawServer.Start(request =>
            request.Target.Contains("/dockerImages?", StringComparison.Ordinal)
                ? RawReply.Of(200, $$"""{"dockerImages":[{{list}}]}""")
                : hostile
        );
        ProcessStartInfo start = PowerShellProgram.Start(
            "-NoProfile", "-NonInteractive", "-Command",
            $$"""
            Import-Module '{{Checkout.Manifest}}'
            [Console]::Out.WriteLine("before $([System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)")
            $null = Connect-ArRegistry -AccessToken 'ya29.test-token' -Endpoint '{{server.Url}}' -TimeoutSec 20
            Get-ArUntaggedImage us-docker.pkg.dev/shop/apps/web 2>&1 | Out-Null
            Get-ArRepository -Project shop -Location us 2>&1 | Out-Null
            [Console]::Out.WriteLine("errors $($Error.Count)")
            [Console]::Out.WriteLine("peak $([System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)")
            """);

        ProcessResult result = await ProcessResult.OfAsync(start, "");

        TestContext.Current.SendDiagnosticMessage($"{kind}: {result.Output.ReplaceLineEndings(" ")}");
        Assert.True(Number(result, "errors") >= 1, result.Output + result.Error);
        Assert.InRange(Number(result, "peak"), 1, Limit);
    }

    private static long Number(ProcessResult result, string name) =>
        long.Parse(
            result
                .Output.ReplaceLineEndings("\n")
                .Split('\n')
                .Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..],
            CultureInfo.InvariantCulture
        );

    private static RawReply Hostile(string kind) =>
        kind switch
        {
            "endless" => RawReply.Endless(200, "{"u8.ToArray(), Spaces),
            "errors" => RawReply.Endless(403, "{"u8.ToArray(), Spaces),
            "zipped" => RawReply.Endless(200, [], Zipped(), "Content-Encoding: gzip"),
            "values" => RawReply.Of(200, $$"""{"repositories":[],"x":[{{Repeated("1,", 3_900_000)}}1]}"""),
            "texts" => RawReply.Of(
                200,
                $$"""{"repositories":[],"manifests":[],"tags":[{{Repeated("\"abcdefg\",", 700_000)}}""]}"""
            ),
            _ => RawReply.Of(200, $$"""{"x":{{Repeated("[", 7_000_000)}}"""),
        };

    private static string Repeated(string text, int times) =>
        new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static byte[] Zipped()
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Optimal, leaveOpen: true))
            for (int i = 0; i < 256; i++) gzip.Write(Spaces);
        return zipped.ToArray();
    }
}
