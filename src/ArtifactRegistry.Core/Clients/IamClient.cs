using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// IAM Admin API v1: service accounts. See
/// https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class IamClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.Iam)
{
    internal const string AnyProject = "-";

    /// <summary>
    /// GET v1/projects/P/serviceAccounts/EMAIL. The project may be <c>-</c> if it is not known; the service then
    /// answers 403 if an account does not exist.
    /// </summary>
    internal Task<ServiceAccountMessage> GetServiceAccountAsync(string project, string email, CancellationToken stop) =>
        GetAsync(
            $"projects/{(project is AnyProject ? project : Project(project))}/serviceAccounts/{Uri.EscapeDataString(email)}",
            ServiceAccountMessage.Read,
            stop,
            needs: "iam.serviceAccounts.get"
        );

    /// <summary>GET v1/projects/P/serviceAccounts.</summary>
    internal IAsyncEnumerable<ServiceAccountMessage> ListServiceAccountsAsync(string project, CancellationToken stop) =>
        ListAsync(
            $"projects/{Project(project)}/serviceAccounts", "accounts", ServiceAccountMessage.Read, null, stop);

    /// <summary>
    /// POST v1/projects/P/serviceAccounts. May be repeated: a 409 may then be due to the first attempt having
    /// succeeded.
    /// </summary>
    internal Task<ServiceAccountMessage> CreateServiceAccountAsync(
        string project, string accountId, string? displayName, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"projects/{Project(project)}/serviceAccounts",
            new JsonObject
            {
                ["accountId"] = accountId,
                ["serviceAccount"] = displayName is null
                    ? new JsonObject()
                    : new JsonObject { ["displayName"] = displayName },
            },
            Repeat.Freely, ServiceAccountMessage.Read, stop, needs: "iam.serviceAccounts.create");
}
