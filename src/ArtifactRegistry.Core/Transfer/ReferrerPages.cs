using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// The registry's list of the manifests whose subject is a digest, page by page. Not every registry has it, and it may
/// lag behind: a manifest that is not in it may refer to the digest nevertheless.
/// </summary>
/// <param name="transport">The transport.</param>
/// <param name="image">The address of the image, <c>https://HOST/v2/NAME/</c>.</param>
internal sealed partial class ReferrerPages(RestTransport transport, Uri image)
{
    /// <summary>
    /// GET /v2/PROJECT/REPOSITORY/IMAGE/referrers/sha256:… (spec.md#listing-referrers), and what the <c>Link</c> header
    /// of each answer names as the next page.
    /// </summary>
    /// <returns>The digests of each page.</returns>
    /// <exception cref="RegistryException">
    /// A page cannot be read; if that is the first one, the registry may not have the list.
    /// </exception>
    public async IAsyncEnumerable<IReadOnlyList<string>> ReadAsync(
        string digest, [EnumeratorCancellation] CancellationToken stop)
    {
        Uri first = new(image, $"referrers/{digest}");
        PageWalk walk = new($"GET {first}");
        for (Uri? page = first; page is not null;)
        {
            Uri address = page;
            (string[] digests, page) = await transport.SendAsync(
                new Call<(string[], Uri?)>(HttpMethod.Get, address, Repeat.Freely, async (answer, token) => (
                    [
                        .. (await answer.ReadJsonAsync(ReferrerMessage.ReadList, token))
                            .Select(each => each.Digest).OfType<string>().Where(Digest.IsValid),
                    ],
                    NextPage(address, answer)))
                {
                    Accept = MediaTypes.OciIndex,
                },
                stop);
            yield return digests;
            if (walk.Problem(digests.Length, page?.AbsoluteUri) is RegistryException problem) throw problem;
            if (page is not null && page.Authority != image.Authority)
                throw new RegistryException(
                    RegistryErrorKind.UnexpectedAnswer,
                    $"The list of referrers goes on at {page.Authority}, where the token is not sent.")
                {
                    Request = $"GET {first}",
                };
        }
    }

    // https://www.rfc-editor.org/rfc/rfc8288#section-3
    private static Uri? NextPage(Uri page, Answer answer) =>
        answer.Headers.TryGetValues("Link", out IEnumerable<string>? headers)
        && headers.SelectMany(header => Links().Matches(header))
            .FirstOrDefault(link => IsNext().IsMatch(link.Groups["parameters"].Value)) is Match next
            ? Uri.TryCreate(page, next.Groups["target"].Value, out Uri? address)
                ? address
                : throw new RegistryException(
                    RegistryErrorKind.UnexpectedAnswer,
                    "The Link header of the list of referrers is not a valid address.")
            : null;

    [GeneratedRegex("<(?<target>[^>]*)>(?<parameters>[^<]*)")]
    private static partial Regex Links();

    [GeneratedRegex(@";\s*rel\s*=\s*""?next\b", RegexOptions.IgnoreCase)]
    private static partial Regex IsNext();
}
