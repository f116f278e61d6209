using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ArtifactRegistry.Clients;

/// <summary>Follows a listing from page to page, and detects if it does not end.</summary>
/// <param name="request">Method and address of the listing.</param>
internal sealed class PageWalk(string request)
{
    private const int MaxEmptyPages = 1_000; // in a row; with a filter, a service may search many items without a match
    private const int MaxPages = 100_000;
    private const int MaxTokenLength = 8 * 1024; // the length of an address is limited

    private readonly HashSet<Guid> _seen = []; // hashes of tokens, because a server may send long ones
    private int _pages;
    private int _emptyPages;

    /// <summary>Gets the problem with continuing after a page; null if there is none.</summary>
    /// <param name="items">The number of its items.</param>
    /// <param name="nextPageToken">The token of the next page; null for the last page.</param>
    public RegistryException? Problem(int items, string? nextPageToken)
    {
        if (nextPageToken is null) return null;
        _emptyPages = items == 0 ? _emptyPages + 1 : 0;
        return nextPageToken.Length > MaxTokenLength ? Unending("the token of its next page is too long to be sent")
            : !_seen.Add(Short(nextPageToken)) ? Unending("a page leads back to a page that was there before")
            : _emptyPages > MaxEmptyPages
                ? Unending(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{MaxEmptyPages} pages in a row are empty, and lead to a next one"
                    )
                )
            : ++_pages > MaxPages
                ? Unending(string.Create(CultureInfo.InvariantCulture, $"{MaxPages} pages are not all of it"))
            : null;
    }

    private RegistryException Unending(string why) =>
        new(RegistryErrorKind.UnexpectedAnswer, $"The listing cannot be completed: {why}.") { Request = request };

    private static Guid Short(string token) => new(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 16));
}
