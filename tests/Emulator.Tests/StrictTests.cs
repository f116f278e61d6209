using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>
/// What Google refuses, leaves out or words in its own way, and the switches for servers that differ.
/// </summary>
public sealed class StrictTests : RegistryTest
{
    private const string Schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    [Theory]
    [InlineData("dockerImages?pageSize=2&subjects=x", "subjects")]
    [InlineData("packages?view=FULL", "view")]
    [InlineData("packages/web/tags?view=FULL", "view")]
    [InlineData("packages/web?force=true", "force")]
    [InlineData("?filter=x", "filter")]
    public async Task A_query_parameter_that_the_method_does_not_have_is_refused(string path, string name)
    {
        State.AddImage(Apps, "web", "v1");

        Reply reply = await GetAsync($"{AppsPath}/{path}".Replace("/?", "?", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_ARGUMENT"), (reply.Status, reply.ErrorStatus));
        Assert.Contains(
            $"Unknown name \"{name}\": Cannot bind query parameter.",
            reply.Message,
            StringComparison.Ordinal
        );
        JsonNode detail = reply.Body["error"]!["details"]![0]!;
        Assert.Equal(reply.Message, (string?)detail["fieldViolations"]![0]!["description"]);
        Behaviour.IgnoresUnknownParameters = true;
        Assert.Equal(
            HttpStatusCode.OK,
            (await GetAsync($"{AppsPath}/{path}".Replace("/?", "?", StringComparison.Ordinal))).Status
        );
    }

    [Theory]
    [InlineData("dockerImages?page_size=2&$alt=json%3Benum-encoding%3Dint&prettyPrint=false&fields=dockerImages")]
    [InlineData("packages/web/versions?view=FULL&key=k&alt=json")]
    public async Task Parameters_of_every_method_and_names_with_underscores_are_taken(string path)
    {
        State.AddImage(Apps, "web", "v1");

        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"{AppsPath}/{path}")).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData(Oci.Manifest)]
    [InlineData(Schema1 + ";q=0.9")]
    public async Task A_manifest_of_a_type_that_Accept_does_not_name_is_unknown(string? accept)
    {
        string digest = State.AddImage(Apps, "web", new ImageOptions { Tags = ["v1"], MediaType = Schema1 });
        (string, string)[] header = [("Accept", accept ?? "")];

        foreach (string reference in (string[])[digest, "v1"])
        {
            Got got = await AskAsync("GET", $"{Web}/manifests/{reference}", null, null, header);
            Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), (got.Status, got.Code));
            Assert.EndsWith(
                $"has media type '{Schema1}', but client accepts '{accept}'.",
                got.Message,
                StringComparison.Ordinal
            );
        }

        Got named = await AskAsync("GET", $"{Web}/manifests/v1", null, null, ("Accept", $"text/x, {Schema1}"));
        Assert.Equal((HttpStatusCode.OK, Schema1), (named.Status, named.Headers["Content-Type"]));
        Behaviour.IgnoresAccept = true;
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/manifests/v1", null, null, header)).Status);
    }

    [Fact]
    public async Task The_registry_may_serve_other_bytes_than_those_of_the_digest()
    {
        string digest = State.AddImage(Apps, "web", "v1");
        Behaviour.ServedManifest = (_, served, _) =>
            served == digest ? Oci.Bytes("{}") : throw new InvalidOperationException();

        Got got = await AskAsync("GET", $"{Web}/manifests/v1");

        Assert.Equal(Oci.Bytes("{}"), got.Content);
        Assert.Equal(digest, got.Headers["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task A_manifest_is_made_of_the_text_that_is_wanted()
    {
        string digest = State.AddImage(
            Apps,
            "web",
            new ImageOptions { MediaType = Oci.Index, Manifest = """{"manifests":null}""" }
        );

        Got got = await AskAsync("GET", $"{Web}/manifests/{digest}");

        Assert.Equal(Oci.DigestOf(got.Content), digest);
        Assert.Equal("""{"manifests":null}""", System.Text.Encoding.UTF8.GetString(got.Content));
    }

    [Theory]
    [InlineData("serviceAccounts/gone@shop.iam.gserviceaccount.com", "Unknown service account", "notFound")]
    [InlineData(
        "locations/us-central1/clusters/c",
        "Not found: projects/shop/locations/us-central1/clusters/c.",
        "notFound"
    )]
    [InlineData(
        "locations/us-central1-a/clusters/c",
        "Not found: projects/shop/zones/us-central1-a/clusters/c.",
        "notFound"
    )]
    public async Task Iam_and_gke_repeat_an_error_as_older_clients_read_it(string path, string message, string reason)
    {
        JsonNode error = (await GetAsync($"v1/projects/shop/{path}")).Body["error"]!;

        Assert.Equal(message, (string?)error["message"]);
        Assert.Equal(
            new JsonArray(
                new JsonObject
                {
                    ["message"] = message,
                    ["domain"] = "global",
                    ["reason"] = reason,
                }
            ).ToJsonString(),
            error["errors"]!.ToJsonString()
        );
        Assert.Null((await GetAsync($"{AppsPath}x")).Body["error"]!["errors"]);
    }

    [Fact]
    public async Task Each_shape_that_is_Googles_has_a_switch_for_the_one_before_it()
    {
        State.AddImage(Apps, "web", "v1");
        State.AddRepository("shop", "us", "empty");
        Behaviour.Denials = [new Denial("artifactregistry.repositories.downloadArtifacts")];
        JsonObject policy = new() { ["policy"] = new JsonObject { ["version"] = 3, ["bindings"] = new JsonArray() } };

        Assert.Equal(("\"", 1, true, false), await ShapesAsync());
        Behaviour.OlderShapes =
            OlderShapes.DeniedInSingleQuotes
            | OlderShapes.PolicyVersionAsSent
            | OlderShapes.NoErrorList
            | OlderShapes.SizeOfEmptyRepository;
        Assert.Equal(("'", 3, false, true), await ShapesAsync());

        async Task<(string Quote, int Version, bool HasErrors, bool HasSize)> ShapesAsync()
        {
            Got denied = await AskAsync("GET", $"{Web}/manifests/v1");
            Reply written = await SendAsync("POST", $"{AppsPath}:setIamPolicy", policy);
            Reply missing = await GetAsync("v1/projects/shop/serviceAccounts/gone@shop.iam.gserviceaccount.com");
            Reply empty = await GetAsync("v1/projects/shop/locations/us/repositories/empty");
            return (denied.Message!.Split("ermission ")[1][..1], (int)written.Body["version"]!,
                missing.Body["error"]!["errors"] is not null, empty.Body["sizeBytes"] is not null);
        }
    }

    [Fact]
    public async Task Times_have_as_many_groups_of_three_digits_as_they_need()
    {
        DateTimeOffset second = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        string digest = State.AddImage(Apps, "web", new ImageOptions
        {
            UploadTime = second.AddMilliseconds(250),
            UpdateTime = second.AddTicks(10),
            BuildTime = second.AddTicks(7_128_241),
        });

        JsonObject image = (await GetAsync($"{AppsPath}/dockerImages/web@{digest}")).Body;

        Assert.Equal("2026-01-02T03:04:05.250Z", (string?)image["uploadTime"]);
        Assert.Equal("2026-01-02T03:04:05.000001Z", (string?)image["updateTime"]);
        Assert.Equal("2026-01-02T03:04:05.712824100Z", (string?)image["buildTime"]);
    }
}
