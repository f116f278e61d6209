using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>The readers take what Google's services have really answered.</summary>
public sealed class RecordedAnswerTests
{
    [Theory]
    [InlineData("ar-repository-standard-raw", "STANDARD_REPOSITORY", "2024-04-25T01:18:01.028989Z")]
    [InlineData("ar-repository-virtual-raw", "VIRTUAL_REPOSITORY", "2024-04-25T01:18:03.577229Z")]
    [InlineData("ar-repository-standard", "STANDARD_REPOSITORY", "2024-04-01T12:34:56.123456Z")]
    [InlineData("ar-repository-patched", "STANDARD_REPOSITORY", "2024-04-01T12:34:56.123456Z")]
    [InlineData("ar-repository-virtual", "VIRTUAL_REPOSITORY", "2024-04-01T12:34:56.123456Z")]
    public void A_repository_is_read(string recording, string mode, string time)
    {
        RepositoryMessage repository = RepositoryMessage.Read(Json(recording));

        Assert.Equal(
            ((string)RecordedAnswer.Read(recording)["name"]!, "DOCKER", mode),
            (repository.Name, repository.Format, repository.Mode)
        );
        Assert.Equal(DateTimeOffset.Parse(time, null), repository.CreateTime);
        // Absent, as long as there is nothing in it.
        Assert.Null(repository.SizeBytes);
    }

    [Theory]
    [InlineData("ar-operation-pending-raw", false)]
    [InlineData("ar-operation-pending", false)]
    [InlineData("ar-operation-done-raw", true)]
    [InlineData("ar-operation-done-repository", true)]
    [InlineData("ar-operation-done-empty", true)]
    public void An_operation_is_read(string recording, bool done)
    {
        OperationMessage operation = OperationMessage.Read(Json(recording));

        Assert.EndsWith("/operations/1565b925-15d2-48cf-befd-632d55b77fed", operation.Name, StringComparison.Ordinal);
        Assert.Equal(done, operation.Done);
        Assert.Null(operation.Error);
    }

    [Theory]
    [InlineData("ar-policy-never-written")]
    [InlineData("ar-policy-set-answer")]
    [InlineData("ar-policy-emptied")]
    [InlineData("crm-policy-raw")]
    [InlineData("crm-policy-set-v3-raw")]
    [InlineData("crm-policy-never-written")]
    [InlineData("crm-policy-set-answer")]
    public void A_policy_is_read_whole(string recording) =>
        Assert.True(JsonNode.DeepEquals(RecordedAnswer.Read(recording), PolicyMessage.Read(Json(recording))));

    [Fact]
    public void A_project_is_read() =>
        Assert.Equal(
            new ProjectMessage("123456789", "example-project", "ACTIVE"),
            ProjectMessage.Read(Json("crm-project-v1-raw"))
        );

    [Theory]
    [InlineData(
        "iam-serviceaccount-created-raw",
        "nodes-example@example-project.iam.gserviceaccount.com",
        "ExampleGSA"
    )]
    [InlineData("iam-serviceaccount-created", "dataproc-ab12cd34@example-project.iam.gserviceaccount.com", null)]
    public void A_service_account_is_read(string recording, string email, string? name) =>
        Assert.Equal(new ServiceAccountMessage(email, name), ServiceAccountMessage.Read(Json(recording)));

    [Theory]
    [InlineData("ar-error-404", 404, RegistryErrorKind.NotFound)]
    [InlineData("crm-error-403", 403, RegistryErrorKind.PermissionDenied)]
    [InlineData("iam-error-404-unknown", 404, RegistryErrorKind.NotFound)]
    [InlineData("iam-error-404-does-not-exist", 404, RegistryErrorKind.NotFound)]
    [InlineData("iam-error-409", 409, RegistryErrorKind.AlreadyExists)]
    [InlineData("gke-error-404-cluster", 404, RegistryErrorKind.NotFound)]
    [InlineData("made/error-400-unknown-parameter", 400, RegistryErrorKind.InvalidArgument)]
    public void An_error_is_read(string recording, int status, RegistryErrorKind kind)
    {
        RegistryException error = ErrorEnvelope.Translate(
            "GET x", (HttpStatusCode)status, RecordedAnswer.Text(recording), retryAfter: null);

        Assert.Equal(kind, error.Kind);
        Assert.Equal((string?)RecordedAnswer.Read(recording)["error"]!["message"], error.Message);
    }

    [Theory]
    [InlineData("made/operation-gone", 5)]
    [InlineData("made/operation-refused-parent", 9)]
    public void An_operation_that_failed_is_read(string recording, int code) =>
        Assert.Equal(code, OperationMessage.Read(Json(recording)).Error!.Code);

    [Fact]
    public void The_made_images_and_versions_are_read()
    {
        JsonElement listing = Json("made/dockerimages-list").GetProperty("dockerImages");

        DockerImageMessage[] images = [.. listing.EnumerateArray().Select(DockerImageMessage.Read)];

        Assert.Equal(["v1", "latest"], images[0].Tags);
        Assert.Equal(4512, images[0].ImageSizeBytes);
        Assert.Equal(3, images[0].ImageManifests!.Count);
        // Nine digits of the second; a DateTimeOffset holds seven.
        Assert.Equal(712_824, images[1].BuildTime!.Value.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000);
    }

    private static JsonElement Json(string recording)
    {
        using JsonDocument document = JsonDocument.Parse(RecordedAnswer.Text(recording));
        return document.RootElement.Clone();
    }
}
