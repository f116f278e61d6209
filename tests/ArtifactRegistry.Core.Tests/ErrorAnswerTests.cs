using System.Net;
using System.Text;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What becomes of an answer that is an error, whoever wrote it.</summary>
public sealed class ErrorAnswerTests : CoreTest
{
    [Fact]
    public async Task A_missing_permission_is_reported_with_its_name_in_the_words_of_the_service()
    {
        Behaviour.Denials = [new Denial("artifactregistry.tags.get")];

        RegistryException error = await RefusedAsync(() => Client().GetTagAsync(Web.WithTag("v1"), Stop));

        Assert.Equal(RegistryErrorKind.PermissionDenied, error.Kind);
        Assert.Equal(HttpStatusCode.Forbidden, error.Status);
        Assert.Equal("IAM_PERMISSION_DENIED", error.Reason);
        Assert.Equal("artifactregistry.tags.get", error.Permission);
        Assert.Equal(
            "Permission 'artifactregistry.tags.get' denied on resource "
            + "'//artifactregistry.googleapis.com/projects/shop/locations/us/repositories/apps' (or it may not exist).",
            error.Message);
        Assert.Equal(
            $"GET {Emulator.Url}v1/projects/shop/locations/us/repositories/apps/packages/web/tags/v1", error.Request);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task The_request_is_reported_without_its_query()
    {
        RegistryException error = await RefusedAsync(
            () => Client().GetIamPolicyAsync(ImageName.Parse("us-docker.pkg.dev/shop/absent"), Stop));

        Assert.Equal(
            $"GET {Emulator.Url}v1/projects/shop/locations/us/repositories/absent:getIamPolicy",
            error.Request
        );
    }

    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", RegistryErrorKind.InvalidArgument)]
    [InlineData(400, "FAILED_PRECONDITION", RegistryErrorKind.FailedPrecondition)]
    [InlineData(400, "OUT_OF_RANGE", RegistryErrorKind.InvalidArgument)]
    [InlineData(400, null, RegistryErrorKind.InvalidArgument)]
    [InlineData(401, "UNAUTHENTICATED", RegistryErrorKind.Unauthenticated)]
    [InlineData(403, "PERMISSION_DENIED", RegistryErrorKind.PermissionDenied)]
    [InlineData(404, "NOT_FOUND", RegistryErrorKind.NotFound)]
    [InlineData(404, null, RegistryErrorKind.UnexpectedAnswer)]
    [InlineData(409, "ALREADY_EXISTS", RegistryErrorKind.AlreadyExists)]
    [InlineData(409, "ABORTED", RegistryErrorKind.Aborted)]
    [InlineData(412, null, RegistryErrorKind.FailedPrecondition)]
    [InlineData(429, "RESOURCE_EXHAUSTED", RegistryErrorKind.QuotaExceeded)]
    [InlineData(500, "INTERNAL", RegistryErrorKind.Unavailable)]
    [InlineData(500, "UNKNOWN", RegistryErrorKind.Unavailable)]
    [InlineData(501, "UNIMPLEMENTED", RegistryErrorKind.UnexpectedAnswer)]
    [InlineData(502, null, RegistryErrorKind.Unavailable)]
    [InlineData(503, "UNAVAILABLE", RegistryErrorKind.Unavailable)]
    [InlineData(504, "DEADLINE_EXCEEDED", RegistryErrorKind.Unavailable)]
    [InlineData(302, null, RegistryErrorKind.UnexpectedAnswer)]
    [InlineData(418, null, RegistryErrorKind.UnexpectedAnswer)]
    public async Task A_status_has_its_kind(int status, string? rpcStatus, RegistryErrorKind kind)
    {
        string body = rpcStatus is null
            ? ""
            : $$$"""{"error":{"code":{{{status}}},"message":"why","status":"{{{rpcStatus}}}"}}""";

        RegistryException error = await AnsweredAsync(status, body);

        Assert.Equal(kind, error.Kind);
        Assert.Equal(status, (int?)error.Status);
        Assert.Equal(rpcStatus is null ? $"The service answered {status}." : "why", error.Message);
    }

    [Theory]
    [InlineData(1, RegistryErrorKind.Unavailable)]
    [InlineData(2, RegistryErrorKind.Unavailable)]
    [InlineData(3, RegistryErrorKind.InvalidArgument)]
    [InlineData(4, RegistryErrorKind.TimedOut)]
    [InlineData(5, RegistryErrorKind.NotFound)]
    [InlineData(6, RegistryErrorKind.AlreadyExists)]
    [InlineData(7, RegistryErrorKind.PermissionDenied)]
    [InlineData(8, RegistryErrorKind.QuotaExceeded)]
    [InlineData(9, RegistryErrorKind.FailedPrecondition)]
    [InlineData(10, RegistryErrorKind.Aborted)]
    [InlineData(11, RegistryErrorKind.InvalidArgument)]
    [InlineData(13, RegistryErrorKind.Unavailable)]
    [InlineData(14, RegistryErrorKind.Unavailable)]
    [InlineData(16, RegistryErrorKind.Unauthenticated)]
    public void A_code_of_an_operation_has_its_kind(int code, RegistryErrorKind kind) =>
        Assert.Equal(kind, ErrorEnvelope.KindOfRpcCode(code));

    [Theory]
    [InlineData("""{"error":{"code":403,"message":"no","details":"none"}}""", "no")]
    [InlineData(
        """{"error":{"code":403,"message":"no","details":[null,1,"x",[],{"reason":7},{"metadata":"x"}]}}""",
        "no"
    )]
    [InlineData("""{"error":{"code":403,"message":"no","details":{"reason":"X"}}}""", "no")]
    [InlineData("""{"error":{"message":7}}""", """{"error":{"message":7}}""")]
    [InlineData("""{"error":{"message":""}}""", """{"error":{"message":""}}""")]
    [InlineData("""{"error":"invalid_grant"}""", """{"error":"invalid_grant"}""")]
    [InlineData("""{"error":{"message":"cut of""", """{"error":{"message":"cut of""")]
    [InlineData("""{"error":{"message":"\ud83d"}}""", """{"error":{"message":"\ud83d"}}""")]
    [InlineData("""{"errors":[{"code":"DENIED"}]}""", """{"errors":[{"code":"DENIED"}]}""")]
    [InlineData("""{"errors":["x"]}""", """{"errors":["x"]}""")]
    [InlineData("""{"errors":[]}""", """{"errors":[]}""")]
    [InlineData("""{"errors":[{"code":"DENIED","message":"no"}]}""", "no")]
    [InlineData("""["error"]""", """["error"]""")]
    [InlineData("null", "null")]
    [InlineData("", "The service answered 403.")]
    [InlineData(" \r\n ", "The service answered 403.")]
    [InlineData("<html>\r\n  <title>Blocked\u001b[31m</title>\r\n</html>\n", "Blocked\\u001b[31m")]
    [InlineData(
        "<html><style>p { color: red }</style><title>Error 502</title><p>Try again in 30\nseconds.</html>",
        "Error 502 Try again in 30 seconds."
    )]
    [InlineData("<html><body><img src=x></body></html>", "The service answered 403.")]
    public async Task A_body_of_any_shape_becomes_an_error_in_its_own_words(string body, string message)
    {
        RegistryException error = await AnsweredAsync(403, body);

        Assert.Equal(RegistryErrorKind.PermissionDenied, error.Kind);
        Assert.Equal(HttpStatusCode.Forbidden, error.Status);
        Assert.Equal(message, error.Message);
        Assert.Null(error.Permission);
    }

    [Theory]
    [InlineData("""{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}""", true)]
    [InlineData("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Failed to fetch"}]}""", true)]
    [InlineData("<html><title>Not Found</title></html>", false)]
    [InlineData("""{"error":{"code":404,"mess""", false)]
    [InlineData("404 page not found", false)]
    public async Task Only_the_service_itself_can_say_that_something_does_not_exist(string body, bool isTheService)
    {
        RegistryException error = await AnsweredAsync(404, body);

        Assert.Equal(isTheService ? RegistryErrorKind.NotFound : RegistryErrorKind.UnexpectedAnswer, error.Kind);
    }

    [Theory]
    [InlineData("text/html; charset=martian")]
    [InlineData("text/html; charset=")]
    [InlineData("nonsense")]
    public async Task A_body_in_an_unknown_encoding_is_quoted_all_the_same(string type)
    {
        RegistryException error = await AnsweredAsync(403, "Blocked.", type);

        Assert.Equal(RegistryErrorKind.PermissionDenied, error.Kind);
        Assert.Equal("Blocked.", error.Message);
    }

    [Fact]
    public async Task A_long_text_is_quoted_in_part()
    {
        RegistryException error = await AnsweredAsync(
            403,
            new string('x', 499) + "\ud83d\ude00" + new string('y', 100),
            "text/plain"
        );

        Assert.Equal(new string('x', 499) + "…", error.Message);
    }

    [Fact]
    public async Task A_body_without_end_is_not_read_to_its_end()
    {
        // It announces a gigabyte, sends a tenth of a megabyte, and then waits: who wants it all never returns.
        byte[] head = Encoding.ASCII.GetBytes(
            "HTTP/1.1 403 X\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n"
        );
        byte[] reply = [.. head, .. Enumerable.Repeat((byte)'x', 100_000)];
        await using RawServer server = RawServer.Start(_ => new RawReply(reply, Stalls: true));

        RegistryException error = await RefusedAsync(() => Client(endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.PermissionDenied, error.Kind);
        Assert.Equal(new string('x', 500) + "…", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"name":"x"} trailing""")]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    public async Task A_success_that_is_not_what_the_API_documents_is_an_unexpected_answer(string body)
    {
        RegistryException error = await AnsweredAsync(200, body);

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Equal(HttpStatusCode.OK, error.Status);
        Assert.True(error.OutcomeUnknown);
    }

    [Fact]
    public async Task Fields_that_the_module_does_not_know_are_passed_over()
    {
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(200, """{"future":{"x":[1]},"name":"x","displayName":null}"""));

        Assert.Equal("x", (await Client(endpoint: server.Url).GetPackageAsync(Web, Stop)).Name);
    }

    private async Task<RegistryException> AnsweredAsync(int status, string body, string type = "application/json")
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(status, body, type));
        return await RefusedAsync(() =>
            Client(Quick with { Retries = 1 }, endpoint: server.Url).GetPackageAsync(Web, Stop)
        );
    }
}
