using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>The base class of the clients of Google APIs: addresses, paging, and the form of a call.</summary>
internal abstract class RestClient
{
    private const int MaxPageSize = 1000; // of every list; the default is not documented

    private const int InUsePageSize = 500; // of lists whose items are large

    private readonly RestTransport _transport;
    private readonly Uri _endpoint;

    private protected RestClient(RestTransport transport, Uri endpoint)
    {
        _transport = transport;
        _endpoint = endpoint;
    }

    /// <summary>The time that an operation may take to finish.</summary>
    internal TimeSpan OperationTimeout => _transport.OperationTimeout;

    /// <summary>Gets how far this machine's clock is ahead of the service's; zero if it is not.</summary>
    internal TimeSpan ClockAhead => _transport.ClockAhead;

    /// <summary>Gets the time by the service's clock, which sets the times of digests.</summary>
    internal DateTimeOffset ServiceTime => _transport.ServiceTime;

    private protected Task<T> GetAsync<T>(
        string path, Func<JsonElement, T> read, CancellationToken stop, string? needs = null) =>
        SendAsync(HttpMethod.Get, path, null, Repeat.Freely, read, stop, needs: needs);

    /// <summary>Gets from an address of another version or region of the service.</summary>
    private protected Task<T> GetAsync<T>(
        Uri address, Func<JsonElement, T> read, string needs, CancellationToken stop) =>
        _transport.SendAsync(new Call<T>(HttpMethod.Get, address, null, Repeat.Freely, read) { Needs = needs }, stop);

    private protected Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        JsonObject? body,
        Repeat repeat,
        Func<JsonElement, T> read,
        CancellationToken stop,
        Pacer? pacer = null,
        string? needs = null,
        Func<CancellationToken, Task>? checkBeforeRetry = null) =>
        _transport.SendAsync(
            new Call<T>(method, Address(path), body, repeat, read)
            {
                Pacer = pacer,
                Needs = needs,
                CheckBeforeRetry = checkBeforeRetry,
            },
            stop
        );

    /// <summary>
    /// Lists page by page. The next page is requested as soon as the caller wants more than the first item of this one,
    /// so that it is on its way while this one is read; a caller that stops before that has caused no unnecessary
    /// request.
    /// </summary>
    /// <param name="path">The path of the listing; other parameters may follow it.</param>
    /// <param name="items">The field of a response that contains the items.</param>
    /// <param name="read">Reads one item.</param>
    /// <param name="filter">The filter that the service applies; null for none.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    private protected async IAsyncEnumerable<T> ListAsync<T>(
        string path,
        string items,
        Func<JsonElement, T> read,
        string? filter,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        int pageSize = MaxPageSize;
        PageWalk walk = new($"GET {Address(path)}");
        Task<Page<T>>? next = ReadPageAsync(null);
        try
        {
            while (next is not null)
            {
                Page<T> page = await next;
                next = null;
                string? token = page.NextPageToken is { Length: > 0 } more ? more : null;
                // A truncated listing must not count as a complete one.
                RegistryException? problem = walk.Problem(page.Items.Count, token);
                foreach (T item in page.Items)
                {
                    yield return item;
                    if (problem is null) next ??= NextPageAsync(token);
                }

                if (problem is not null) throw problem;
                next ??= NextPageAsync(token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            if (next is not null) await Task.WhenAny(next); // nobody is left to receive its result
        }

        Task<Page<T>>? NextPageAsync(string? token) => token is null ? null : ReadPageAsync(token);

        async Task<Page<T>> ReadPageAsync(string? token)
        {
            while (true)
            {
                string query = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}pageSize={pageSize}";
                if (filter is not null) query += $"&filter={Uri.EscapeDataString(filter)}";
                if (token is not null) query += $"&pageToken={Uri.EscapeDataString(token)}";
                try
                {
                    return await GetAsync(query, ReadPage, ended.Token);
                }
                catch (RegistryException e) when (e.IsTooLarge && pageSize > 1)
                {
                    // Items may be large, such as images with thousands of tags; request fewer of them.
                    pageSize = Math.Max(1, pageSize / 10);
                }
            }
        }

        Page<T> ReadPage(JsonElement json) =>
            new(json.List(Encoding.UTF8.GetBytes(items), read) ?? [], json.Verbatim("nextPageToken"u8));
    }

    /// <summary>
    /// Lists page by page at an address of another version or region of the service; all locations must answer.
    /// </summary>
    private protected IAsyncEnumerable<T> PagesAsync<T>(
        Uri root, string path, string items, string needs, Func<JsonElement, T> read, CancellationToken stop) =>
        PagesAsync(
            root, path, "pageSize", "pageToken", json => json.List(Encoding.UTF8.GetBytes(items), read) ?? [],
            json => json.Verbatim("nextPageToken"u8), needs, stop);

    /// <summary>The same for services that name their parameters and fields otherwise.</summary>
    /// <param name="root">The address of the service.</param>
    /// <param name="path">The path of the listing; other parameters may follow it.</param>
    /// <param name="size">The parameter with the number of items of a page.</param>
    /// <param name="from">The parameter with the token of a page.</param>
    /// <param name="items">Reads the items of a page.</param>
    /// <param name="next">Reads the token of the next page.</param>
    /// <param name="needs">The permission that the method needs.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The list is not complete, among other reasons.</exception>
    private protected async IAsyncEnumerable<T> PagesAsync<T>(
        Uri root,
        string path,
        string size,
        string from,
        Func<JsonElement, IReadOnlyList<T>> items,
        Func<JsonElement, string?> next,
        string needs,
        [EnumeratorCancellation] CancellationToken stop)
    {
        PageWalk walk = new($"GET {new Uri(root, path)}");
        string? token = null;
        do
        {
            string query = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{size}={InUsePageSize}";
            if (token is not null) query += $"&{from}={Uri.EscapeDataString(token)}";
            (IReadOnlyList<T> page, token) = await GetAsync(new Uri(root, query), ReadPage, needs, stop);
            RegistryException? problem = walk.Problem(page.Count, token);
            foreach (T item in page) yield return item;
            if (problem is not null) throw problem;
        }
        while (token is not null);

        (IReadOnlyList<T>, string?) ReadPage(JsonElement json)
        {
            foreach (string field in new[] { "unreachable", "unreachables" })
                if (json.Texts(Encoding.UTF8.GetBytes(field)) is { Count: > 0 } unreachable)
                    throw new RegistryException(
                        RegistryErrorKind.LocationUnreachable,
                        $"The list is incomplete: the service could not ask {string.Join(", ", unreachable)}."
                    );
            return (items(json), next(json) is { Length: > 0 } more ? more : null);
        }
    }

    /// <summary>
    /// Lists the items that match a filter. The service may reject a filter (400) or ignore it, so its response is
    /// filtered again here; if it was rejected, <paramref name="refused"/> is called and everything is listed and
    /// filtered here.
    /// </summary>
    private protected static async IAsyncEnumerable<T> FilteredAsync<T>(
        Func<string?, IAsyncEnumerable<T>> list,
        string filter,
        Func<T, bool> matches,
        Action? refused,
        [EnumeratorCancellation] CancellationToken stop)
    {
        IAsyncEnumerator<T> found = list(filter).GetAsyncEnumerator(stop);
        try
        {
            bool more;
            try
            {
                more = await found.MoveNextAsync();
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.InvalidArgument)
            {
                await found.DisposeAsync();
                found = list(null).GetAsyncEnumerator(stop);
                more = await found.MoveNextAsync();
                refused?.Invoke();
            }

            for (; more; more = await found.MoveNextAsync())
                if (matches(found.Current))
                    yield return found.Current;
        }
        finally
        {
            await found.DisposeAsync();
        }
    }

    // Everything else in a path comes from a value that was validated when it was created.
    private protected static string Project(string project) => Valid(project, ImageNameGrammar.ProjectProblem(project));

    private protected static string Location(string location) =>
        Valid(location, ImageNameGrammar.LocationProblem(location));

    private static string Valid(string segment, string? problem) =>
        problem is null
            ? segment
            : throw new RegistryException(
                RegistryErrorKind.InvalidArgument,
                $"Nothing can be listed there: {problem}."
            );

    // Nested package names are a%2Fb in a resource name, and sent as a%252Fb, as gcloud and Google's generated clients
    // do (the service leaves %2F alone when it decodes: google/api/http.proto). The query is escaped already.
    private Uri Address(string path)
    {
        int query = path.IndexOf('?', StringComparison.Ordinal);
        string resource = query < 0 ? path : path[..query];
        return new Uri(
            _endpoint,
            "v1/" + resource.Replace("%2F", "%252F", StringComparison.Ordinal) + (query < 0 ? "" : path[query..]));
    }

    private sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);
}
