using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Secrets are planted in every parameter, every variable, every kind of answer and in the proxy; then every stream,
/// every detail of every error, the transcript and the journal are searched for them.
/// </summary>
[Collection(nameof(ProcessEnvironment))]
public sealed partial class PlantedSecretTests : IDisposable
{
    private const string Loud = "$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'; ";
    private const string AllOfIt =
        "; Get-ArConnection | Format-List * | Out-String -Width 4000; $Error | Format-List * -Force | Out-String "
            + "-Width 4000; $Error.Clear()";

    // What the other mandatory parameters of a cmdlet get while one of them gets a secret.
    private static readonly Dictionary<string, string> Plausible = new(StringComparer.Ordinal)
    {
        ["Image"] = "us-docker.pkg.dev/shop/apps/web",
        ["Repository"] = "us-docker.pkg.dev/shop/apps",
        ["Resource"] = "us-docker.pkg.dev/shop/apps",
        ["Project"] = "shop",
        ["Member"] = "user:ada@example.com",
        ["Tag"] = "v9",
        ["Name"] = "gke-nodes",
        ["CredentialFile"] = "none.json",
        ["Destination"] = "us-docker.pkg.dev/shop/apps",
        ["ArchivePath"] = "none",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public static TheoryData<string> Commands
    {
        get
        {
            using PowerShellSession session = new();
            return [
                .. session
                    .Run("(Get-Command -Module ArtifactRegistry -CommandType Cmdlet).Name")
                    .Output.Select(name => name.ToString()),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_secret_in_a_parameter_is_nowhere(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Session.Run($"Set-Location '{_folder.Path}'").MustSucceed();
        shop.Session.Set("texts", PlantedSecret.All.Select(secret => secret.Value).ToArray());
        CmdletInfo info = (CmdletInfo)shop.Session.Run($"Get-Command {command}").Output[0].BaseObject;
        string confirm = info.Parameters.ContainsKey("Confirm") ? "-Confirm:$false" : "";
        foreach (ParameterMetadata parameter in info.Parameters.Values.Where(TakesText))
        {
            shop.Session.Set("splat", Arguments(info, parameter.Name));

            ScriptResult result = shop.Run(
                $"{Loud} foreach ($text in $texts) {{ try {{ & {command} @splat -{parameter.Name} $text {confirm} }} "
                    + $"catch {{ Write-Error -ErrorRecord $_ }} }}{AllOfIt}"
            );

            PlantedSecret.MustNotBeIn(PlantedSecret.Seen(result), $"{command} -{parameter.Name}", PlantedSecret.All);
            if (command == "Connect-ArRegistry")
                shop.Session.Run(
                    $"Connect-ArRegistry -AccessToken {PowerShellSession.Token} -Endpoint {shop.Emulator.Url}"
                );
        }
    }

    [Fact]
    public async Task A_secret_in_a_variable_is_nowhere()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Session.Set("texts", PlantedSecret.All.Select(secret => secret.Value).ToArray());
        string[] variables = [.. VariablesOfTheSource().Order(StringComparer.Ordinal)];
        Assert.True(variables.Length > 15, string.Join(' ', variables));
        Set("CLOUDSDK_CONFIG", _folder.Path);
        Set("PATH", _folder.Path);
        foreach (string name in variables)
        {
            Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", shop.Emulator.Url.ToString());
            if (
                !name.Contains("TOKEN", StringComparison.Ordinal)
                && !name.Contains("CREDENTIAL", StringComparison.Ordinal)
            )
                Set("GOOGLE_OAUTH_ACCESS_TOKEN", PowerShellSession.Token);
            Set(name, null);

            ScriptResult result = shop.Run($$"""
                {{Loud}}
                foreach ($text in $texts)
                {
                    $env:{{name}} = $text
                    Disconnect-ArRegistry; Get-ArRepository -Project shop; Get-ArImage $app; Get-ArNodeServiceAccount; Get-ArRepository
                    Get-ArConnection | Format-List * | Out-String -Width 4000
                }
                $env:{{name}}.Length
                {{AllOfIt}}
                """);

            Assert.Contains(PlantedSecret.All[^1].Value.Length, result.Output.Select(row => row.BaseObject)); // each was set
            PlantedSecret.MustNotBeIn(PlantedSecret.Seen(result), name, PlantedSecret.All);
            Set(name, null);
            Set("GOOGLE_OAUTH_ACCESS_TOKEN", null);
        }
    }

    [Fact]
    public async Task A_short_secret_of_a_credential_file_is_nowhere_though_the_answers_repeat_it()
    {
        List<string> sent = new();
        RawServer? server = null;
        await using RawServer started = server = RawServer.Start(request =>
        {
            string all = Uri.UnescapeDataString($"{request.Head} {request.Body}");
            lock (sent) sent.Add(all);
            // The values by themselves, so that nothing beside them says that they are secret.
            IEnumerable<string> values = PlantedSecret
                .Files(server!.Url)
                .SelectMany(file => file.Secrets)
                .Select(secret => secret.Value)
                .Distinct();
            string words = System
                .Text.Json.JsonEncodedText.Encode($"not '{string.Join("' or '", values.Where(all.Contains))}': {all}")
                .ToString();
            return RawReply.Of(400, $$"""{"error":"invalid_grant","error_description":"{{words}}"}""");
        });
        using PowerShellSession session = new();
        foreach ((string name, string content, PlantedSecret[] secrets) in PlantedSecret.Files(server.Url))
        {
            sent.Clear();
            string path = Path.Combine(_folder.Path, name);
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

            ScriptResult result = session.Run($$"""
                {{Loud}}
                Connect-ArRegistry -CredentialFile '{{path}}' -Endpoint '{{server.Url}}' -TimeoutSec 5
                Get-ArRepository -Project shop -Location us
                {{AllOfIt}}
                """);

            string seen = PlantedSecret.Seen(result);
            Assert.Matches("400|invalid_grant", seen);
            Assert.Contains("not '(hidden)'", seen, StringComparison.Ordinal);
            Assert.Contains(sent, text =>
                secrets.Any(secret => text.Contains(secret.Needle, StringComparison.Ordinal))
            );
            PlantedSecret.MustNotBeIn(seen, name, secrets);
        }
    }

    [Fact]
    public async Task Ordinary_words_of_a_credential_file_are_shown()
    {
        await using RawServer server = RawServer.Start(request =>
            request.Target.StartsWith("/proof", StringComparison.Ordinal)
                ? RawReply.Of(200, "a-proof-of-identity", "text/plain")
                : RawReply.Of(
                    400,
                    """{"error":"invalid_grant","error_description":"Azure says True, """
                        + """and Elgoog says KEY and Flavour"}"""
                )
        );
        string path = Path.Combine(_folder.Path, "azure.json");
        // Azure's metadata server wants such headers; a key that is none ends in a word.
        await File.WriteAllTextAsync(path, $$"""
            {"type":"external_account",
              "audience":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
             "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"{{server.Url}}token",
               "client_secret":"not a KEY",
             "credential_source":{"url":"{{server.Url}}proof","headers":{"Metadata":"True","Metadata-Flavor":"Elgoog",
               "X-Taste":"no Flavour"} } }
            """, TestContext.Current.CancellationToken);
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"Connect-ArRegistry -CredentialFile '{path}' -Endpoint '{server.Url}'; Get-ArRepository -Project shop "
                + $"-Location us"
        );

        Assert.Contains(
            "Azure says True, and Elgoog says KEY and Flavour",
            result.Errors[^1].ErrorDetails.Message,
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string> Echoes => ["data", "error", "page", "header", "broken", "operation"];

    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task A_secret_that_an_answer_echoes_is_nowhere(string kind)
    {
        const string Token = "opaque-PLANTEDtoken-4711"; // no shape that could be recognised
        List<string> echoed = new();
        await using RawServer server = RawServer.Start(request =>
        {
            string authorization = request
                .Head.Split("\r\n")
                .First(line => line.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase));
            lock (echoed)
                echoed.Add(authorization);
            return Echo(
                kind,
                authorization
                    + " "
                    + string.Join(
                        ' ',
                        PlantedSecret.All.Select(secret => secret.Value.Replace("\n", " ", StringComparison.Ordinal))
                    )
            );
        });
        using PowerShellSession session = new();
        string journal = Path.Combine(_folder.Path, "journal.jsonl");
        session.Set("text", Token);
        session.Run($"Connect-ArRegistry -AccessToken $text -Endpoint '{server.Url}' -TimeoutSec 5").MustSucceed();

        ScriptResult result = session.Run($$"""
            {{Loud}}
            $app = 'us-docker.pkg.dev/shop/apps/web'
            Get-ArRepository -Project shop -Location us | Format-List * | Out-String
            Get-ArImage $app | Format-List * | Out-String
            Get-ArImageTag $app | Format-List * | Out-String
            Get-ArReader us-docker.pkg.dev/shop/apps | Format-List * | Out-String
            Get-ArNodeServiceAccount -Project shop | Format-List * | Out-String
            Remove-ArImageTag $app -Tag v1 -Confirm:$false | Format-List * | Out-String
            Remove-ArUntaggedImage $app -Confirm:$false -JournalPath '{{journal}}' | Format-List * | Out-String
            {{AllOfIt}}
            """);

        string seen =
            PlantedSecret.Seen(result)
            + (File.Exists(journal) ? await File.ReadAllTextAsync(journal, TestContext.Current.CancellationToken) : "");
        Assert.Contains(echoed, line => line.Contains(Token, StringComparison.Ordinal));
        if (kind is not "header")
            Assert.Contains("(hidden)", seen, StringComparison.Ordinal); // of headers nothing is shown
        PlantedSecret.MustNotBeIn(seen, kind, [new PlantedSecret("token", Token, "PLANTEDtoken-4711")]);
        Assert.DoesNotContain('\u001b', seen);
        Assert.DoesNotContain('\u202e', seen);
        // Data is shown as it is, but for secrets that are ours.
        if (kind is "data" or "operation") return;
        PlantedSecret.MustNotBeIn(seen, kind, PlantedSecret.All);
    }

    [Fact]
    public async Task A_secret_of_the_proxy_is_nowhere_and_is_sent_once()
    {
        await using RawServer proxy = RawServer.Start(
            request => RawReply.Of(407, request.Head, "text/html", "Proxy-Authenticate: Basic realm=\"corp\""));
        string transcript = Path.Combine(_folder.Path, "transcript.txt");
        string address = $"http://jo:PLANTEDproxy%2Fpassword@{proxy.Url.Authority}/";

        ProcessResult result = await ShellProcess.RunAsync(
            ["-c", $$"""
            Start-Transcript '{{transcript}}' | Out-Null
            $VerbosePreference = $DebugPreference = 'Continue'
            Get-ArRepository -Project shop -Location us
            'us', 'eu', 'asia' | ForEach-Object { Get-ArImage "$_-docker.pkg.dev/shop/apps/web" }
            $Error | Format-List * -Force | Out-String -Width 4000
            $Error | ForEach-Object { for ($e = $_.Exception; $e; $e = $e.InnerException) { "$($e.GetType()): $e" } }
            Stop-Transcript | Out-Null
            """],
            "",
            [
                ("HTTPS_PROXY", address),
                ("NO_PROXY", ""),
                ("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.PLANTEDtoken0123456789"),
                ("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", "https://registry.invalid/"),
            ]);

        string seen = result.Output + result.Error;
        string log = await File.ReadAllTextAsync(transcript, TestContext.Current.CancellationToken);
        Assert.Contains("407", seen, StringComparison.Ordinal);
        Assert.Contains("407", log, StringComparison.Ordinal);
        foreach (string needle in new[] { "PLANTEDproxy", "PLANTEDtoken" })
        {
            Assert.DoesNotContain(needle, seen, StringComparison.Ordinal);
            Assert.DoesNotContain(needle, log, StringComparison.Ordinal);
        }

        Assert.Equal(
            1,
            proxy.Requests.Count(request =>
                request.Head.Contains("Proxy-Authorization", StringComparison.OrdinalIgnoreCase)
            )
        );
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before) Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    private static bool TakesText(ParameterMetadata parameter)
    {
        Type type = parameter.ParameterType.IsArray
            ? parameter.ParameterType.GetElementType()!
            : parameter.ParameterType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return !type.IsPrimitive
            && !type.IsEnum
            && type != typeof(SwitchParameter)
            && !Cmdlet.CommonParameters.Contains(parameter.Name)
            && !Cmdlet.OptionalCommonParameters.Contains(parameter.Name);
    }

    private static Dictionary<string, object> Arguments(CmdletInfo command, string planted)
    {
        CommandParameterSetInfo set = command.ParameterSets.First(each =>
            each.Parameters.Any(parameter => parameter.Name == planted)
        );
        Dictionary<string, object> arguments = new(StringComparer.Ordinal);
        foreach (
            CommandParameterInfo parameter in set.Parameters.Where(each => each.IsMandatory && each.Name != planted)
        )
            arguments[parameter.Name] =
                parameter.ParameterType == typeof(SwitchParameter) ? true
                : Plausible.TryGetValue(parameter.Name, out string? value) ? value
                : throw new InvalidOperationException(
                    $"Nothing plausible is known for {command.Name} -{parameter.Name}; add it above."
                );
        return arguments;
    }

    private static string Digest(char each) => $"sha256:{new string(each, 64)}";

    private static RawReply Echo(string kind, string secret)
    {
        string text = System.Text.Json.JsonEncodedText.Encode(secret + " \u001b[31m \u202e").ToString();
        return kind switch
        {
            "data" => RawReply.Of(200, $$$$"""
                {
                  "name":"projects/shop/locations/us/repositories/apps","format":"DOCKER","description":"{{{{text}}}}",
                    "mode":"{{{{text}}}}","etag":"{{{{text}}}}",
                  "repositories":[{"name":"projects/shop/locations/us/repositories/apps","format":"DOCKER",
                    "description":"{{{{text}}}}","mode":"{{{{text}}}}"}],
                  "dockerImages":[
                    {"name":"projects/shop/locations/us/repositories/apps/dockerImages/web@{{{{Digest('a')}}}}",
                    "mediaType":"{{{{text}}}}","artifactType":"{{{{text}}}}","uploadTime":"2024-01-01T00:00:00Z",
                    "imageManifests":[{"architecture":"{{{{text}}}}","os":"{{{{text}}}}",
                      "digest":"{{{{Digest('b')}}}}"}]}],
                  "tags":[],"bindings":[{"role":"roles/artifactregistry.reader","members":["user:{{{{text}}}}"],
                    "condition":{"title":"{{{{text}}}}","expression":"{{{{text}}}}"}}],
                  "clusters":[{"name":"c1","location":"{{{{text}}}}","nodePools":[{"name":"{{{{text}}}}",
                    "config":{"serviceAccount":"{{{{text}}}}"}}]}],
                  "missingZones":["{{{{text}}}}"],"projectNumber":"123","projectId":"shop","done":true
                }
                """),
            "error" => RawReply.Of(
                403,
                $$$$"""
                {"error":{"code":403,"message":"{{{{text}}}}","status":"PERMISSION_DENIED",
                  "details":[{"reason":"{{{{text}}}}","metadata":{"permission":"{{{{text}}}}"}}]}}
                """
            ),
            "page" => RawReply.Of(
                403,
                $"<html><title>Blocked</title><pre>{secret}\u001b[31m\u202e</pre></html>",
                "text/html"
            ),
            "header" => RawReply.Of(
                400,
                "{}",
                "application/json",
                $"X-Echo: {secret}",
                $"Location: https://jo:{secret.Split(' ')[^1]}@x.example/"
            ),
            "broken" => RawReply.Of(403, $$$$"""{"error":{"message":"{{{{text}}}}", {{{{secret}}}}"""),
            _ => RawReply.Of(
                200,
                $$$$"""{"name":"projects/shop/locations/us/operations/1","done":true,"error":{"code":13"""
                    + $$$$""","message":"{{{{text}}}}"}}"""
            ),
        };
    }

    private static IEnumerable<string> VariablesOfTheSource() =>
        Directory
            .EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains(
                    $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal
                )
                && !file.Contains(
                    $"{Path.DirectorySeparatorChar}Emulator{Path.DirectorySeparatorChar}",
                    StringComparison.Ordinal
                )
            )
            .SelectMany(file => Variable().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .SelectMany(name =>
                name.EndsWith('_')
                    ? [name + "ARTIFACTREGISTRY", name + "IAM", name + "CONTAINER", name + "STS"]
                    : new[] { name }
            )
            .Distinct(StringComparer.Ordinal);

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    [GeneratedRegex("\"((?:CLOUDSDK|GOOGLE|GCE)_[A-Z_]+)\"")]
    private static partial Regex Variable();
}
