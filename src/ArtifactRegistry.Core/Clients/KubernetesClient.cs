using System.Net;
using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// The Kubernetes API of one cluster. See https://kubernetes.io/docs/reference/using-api/api-concepts/.
/// </summary>
/// <param name="transport">The transport, which trusts the certificate of this cluster only.</param>
/// <param name="root">The address of the API server; ends in a slash.</param>
internal sealed class KubernetesClient(RestTransport transport, Uri root)
{
    private const int PageSize = 500; // what kubectl asks for
    private const int MaxTimes = 5;

    /// <summary>
    /// GET {path}?limit=500&amp;continue=TOKEN: all objects of a kind, in all namespaces. Without a resourceVersion the
    /// server does not answer from a cache. A token that has expired (410) means that the list is read anew.
    /// </summary>
    /// <param name="path">The path of the list, for example <c>api/v1/pods</c>.</param>
    /// <param name="permission">The permission that it needs.</param>
    /// <param name="read">Reads what is wanted from an object.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    internal async Task<IReadOnlyCollection<T>> ListAsync<T>(
        string path, string permission, Func<JsonElement, IEnumerable<T>> read, CancellationToken stop)
    {
        for (int time = 1; ; time++)
        {
            try
            {
                return await ListOnceAsync(path, permission, read, stop);
            }
            catch (RegistryException e) when (e.Status is HttpStatusCode.Gone && time < MaxTimes)
            {
                // The objects changed while they were listed, and the server no longer has the old state.
            }
        }
    }

    private async Task<IReadOnlyCollection<T>> ListOnceAsync<T>(
        string path, string permission, Func<JsonElement, IEnumerable<T>> read, CancellationToken stop)
    {
        HashSet<T> all = new(); // the pods of a deployment run the same images
        PageWalk walk = new($"GET {new Uri(root, path)}");
        string? token = null;
        do
        {
            (List<T> items, token) = await PageAsync(path, permission, token, read, stop);
            all.UnionWith(items);
            if (walk.Problem(items.Count, token) is RegistryException problem) throw problem;
        }
        while (token is not null);

        return all;
    }

    private Task<(List<T> Items, string? Token)> PageAsync<T>(
        string path, string permission, string? token, Func<JsonElement, IEnumerable<T>> read, CancellationToken stop)
    {
        string query = $"{path}?limit={PageSize}{(token is null ? "" : $"&continue={Uri.EscapeDataString(token)}")}";
        return transport.SendAsync(
            new Call<(List<T>, string?)>(
                HttpMethod.Get, new Uri(root, query), Repeat.Freely,
                (answer, inTime) => answer.ReadStreamAsync(
                    async (body, ending) =>
                    {
                        // For each attempt anew: one that breaks off leaves nothing behind.
                        List<T> items = new();
                        string? next = await new KubernetesListReader(body, item =>
                            items.AddRange(read(item))
                        ).ReadAsync(ending);
                        return (items, next);
                    },
                    inTime))
            {
                Accept = "application/json",
                Needs = permission,
            },
            stop);
    }
}
