using System.Globalization;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>The position of an item in a list: by the requested order, then by its name in two parts.</summary>
internal readonly record struct Position(string Order, string Group, string Id);

/// <summary>One list method: the fields to filter and order by, and the form of an item.</summary>
/// <remarks>
/// A page token names the last item shown, not a count, so nothing is skipped if items vanish between two pages.
/// </remarks>
internal sealed class Listing<T>
{
    public required string Field { get; init; }

    public required Func<T, (string Group, string Id)> Key { get; init; }

    public required Func<T, JsonObject> Show { get; init; }

    /// <summary>Filterable fields.</summary>
    public Dictionary<string, Func<T, string>> Filters { get; init; } = [];

    /// <summary>Fields to order by, each as text that sorts correctly.</summary>
    public Dictionary<string, Func<T, string>> Orders { get; init; } = [];

    /// <summary>Gets the time of the last change of an item, for listings that lag; null if they do not.</summary>
    public Func<T, DateTimeOffset>? Since { get; init; }

    /// <summary>
    /// The page size if the request does not specify one, if it differs from that of Artifact Registry.
    /// </summary>
    public int? DefaultSize { get; init; }

    /// <summary>The maximum page size, if it differs from that of Artifact Registry.</summary>
    public int? MaximumSize { get; init; }

    /// <param name="call">The request.</param>
    /// <param name="items">All items, by name.</param>
    /// <param name="ignoreFilter">Whether to list items that do not match as well.</param>
    public JsonObject Page(ApiCall call, IEnumerable<T> items, bool ignoreFilter = false)
    {
        int size = Size(call);
        string? filter = call.Query("filter");
        string? orderBy = call.Query("orderBy") ?? call.Query("order_by");
        string? token = call.Query("pageToken") ?? call.Query("page_token");
        string list = $"{call.Target.Path}\n{filter}\n{orderBy}";
        Position? last = token is null ? null : Read(token, list);
        // Skip before filtering; otherwise the filter would examine all items of the previous pages again.
        if (last is not null && orderBy is null && items is IReadOnlyList<T> sorted)
            items = sorted.Skip(FirstAfter(sorted, last.Value));
        items = Shown(call, items);
        if (filter is not null && !ignoreFilter)
        {
            Func<T, bool> matches = Filter.Parse(filter, Filters);
            items = items.Where(matches);
        }
        Func<T, string>? order = Order(orderBy, out bool descending);
        if (order is not null)
        {
            items = descending
                ? items.OrderByDescending(order, StringComparer.Ordinal)
                : items.OrderBy(order, StringComparer.Ordinal);
        }
        if (last is Position position) items = items.Where(item => Compare(At(item, order), position, descending) > 0);

        List<T> page = [.. items.Take(size + 1)];
        bool more = page.Count > size;
        if (more) page.RemoveAt(size);

        JsonObject answer = new JsonObject().AddUnlessEmpty(Field, new JsonArray([.. page.Select(Show)]));
        if (more)
        {
            bool repeat = call.Behaviour.RepeatPageToken || call.Request.Fault is { Kind: FaultKind.RepeatedPageToken };
            Position next = At(page[^(1 + Math.Min(call.Behaviour.PageOverlap, size - 1))], order);
            answer["nextPageToken"] =
                repeat && token is not null ? token : PageToken.Write(list, next.Order, next.Group, next.Id);
        }
        return answer;
    }

    /// <summary>Gets the items without those that this listing does not show, or not yet.</summary>
    private IEnumerable<T> Shown(ApiCall call, IEnumerable<T> items)
    {
        if (call.Behaviour.ListingGap is Func<RecordedRequest, string, bool> gap)
            items = items.Where(item => !gap(call.Request, Key(item).Id));
        if (Since is not null && call.Behaviour.ListingLag > TimeSpan.Zero)
        {
            DateTimeOffset seen = call.State.Now - call.Behaviour.ListingLag;
            items = items.Where(item => Since(item) <= seen);
        }
        return items;
    }

    private int Size(ApiCall call)
    {
        int size = 0;
        string? text = call.Query("pageSize") ?? call.Query("page_size");
        if (text is not null && !int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out size))
            throw ApiError.Invalid($"Invalid value at 'page_size' (TYPE_INT32), \"{text}\"");
        if (size < 0) throw ApiError.Invalid("page_size must not be negative");
        if (size == 0) size = DefaultSize ?? call.Behaviour.PageSize;
        size = Math.Min(size, MaximumSize ?? call.Behaviour.MaximumPageSize);
        return Math.Max(1, Math.Min(size, call.Behaviour.PageSizeCap ?? int.MaxValue));
    }

    private Position At(T item, Func<T, string>? order)
    {
        (string group, string id) = Key(item);
        return new Position(order?.Invoke(item) ?? "", group, id);
    }

    /// <summary>Gets the index at which a page begins in a list that is ordered by name.</summary>
    private int FirstAfter(IReadOnlyList<T> items, Position last)
    {
        int low = 0;
        int high = items.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Compare(At(items[middle], null), last, descending: false) > 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    private static int Compare(Position a, Position b, bool descending)
    {
        int order = string.CompareOrdinal(a.Order, b.Order);
        if (order != 0) return descending ? -order : order;
        order = string.CompareOrdinal(a.Group, b.Group);
        return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
    }

    private Func<T, string>? Order(string? orderBy, out bool descending)
    {
        descending = false;
        if (orderBy is null) return null;
        string[] words = orderBy.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        descending = words is [_, "desc"];
        // One field only: the service does not support ordering by several fields yet.
        if ((words is [_] or [_, "desc" or "asc"])
            && Orders.TryGetValue(Json.CamelCase(words[0]), out Func<T, string>? order))
        {
            return order;
        }
        throw ApiError.Invalid($"Invalid order_by: \"{orderBy}\"");
    }

    private static Position Read(string token, string list) =>
        PageToken.Read(token, list) is [string order, string group, string id]
            ? new Position(order, group, id)
            : throw ApiError.Invalid("Invalid page token.");
}
