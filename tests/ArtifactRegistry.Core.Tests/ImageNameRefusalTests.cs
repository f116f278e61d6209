using ArtifactRegistry.Text;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

public sealed class ImageNameRefusalTests
{
    private const string Hex = "4be1a3f0c2d5968778695a4b3c2d1e0f00112233445566778899aabbccdd9c0a";
    private const string Image = "us-docker.pkg.dev/p/r/a";
    private const string Api = "projects/p/locations/us/repositories/r";

    /// <summary>A refused text, and what its message must say.</summary>
    public static TheoryData<string?, string> Refusals => new()
    {
        // nothing, and what PowerShell leaves of "$app:latest"
        { null, "${app}:latest" },
        { "", "it is empty (if it was written as \"$app:latest\"" },
        { "us-docker.pkg.dev/p/r/", "${app}:latest" },

        // other registries and bare names
        { "nginx", "'nginx' is not an Artifact Registry host" },
        { "nginx:latest", "'nginx:latest' is not an Artifact Registry host" },
        { $"sha256:{Hex}", "it is a digest alone, which does not say of which image" },
        { "library/nginx", "only names in Artifact Registry are accepted" },
        { "docker.io/library/nginx", "'docker.io' is not an Artifact Registry host" },
        { "ghcr.io/owner/app:v1", "'ghcr.io' is not an Artifact Registry host" },
        { "mirror.gcr.io/library/nginx", "'mirror.gcr.io' is not an Artifact Registry host" },
        { "localhost:5000/app", "'localhost:5000' is not an Artifact Registry host" },
        { "us-npm.pkg.dev/p/r/a", "'us-npm.pkg.dev' is not one for container images" },
        { "us-docker.pkg.dev.evil.com/p/r/a", "is not an Artifact Registry host" },
        { "evil.com.us-docker.pkg.dev/p/r/a", "the location 'evil.com.us' is malformed" },
        { "docker.evil.com.rep.pkg.dev/p/r/a", "the location 'evil.com' is malformed" },
        { "docker..rep.pkg.dev/p/r/a", "the location is missing" },
        { "docker.rep.pkg.dev/p/r/a", "is not one for container images" },
        { "-docker.pkg.dev/p/r/a", "the location is missing" },

        // schemes, ports, user names
        { "http://us-docker.pkg.dev/p/r/a", "write https:// or nothing" },
        { "HTTPS://us-docker.pkg.dev/p/r/a", "write https:// or nothing" },
        { "docker://us-docker.pkg.dev/p/r/a", "'docker://' is not accepted in front" },
        { "https://https://us-docker.pkg.dev/p/r/a", "it contains '//'" },
        { $"https://{Api}", "'projects' is not an Artifact Registry host" },
        { "us-docker.pkg.dev:443/p/r/a", "has a port; leave it out" },
        { "gcr.io:443/p/a", "has a port; leave it out" },
        { "user@us-docker.pkg.dev/p/r/a", "user name or password" },
        { "https://us-docker.pkg.dev@evil.com/p/r/a", "user name or password" },
        { "us-docker.pkg.dev/p/r/a@evil.com/b", "must be a digest that begins with 'sha256:'" },

        // parts missing or too many slashes
        { "us-docker.pkg.dev", "the project is missing" },
        { "gcr.io", "the project is missing" },
        { "us-docker.pkg.dev/p", "the repository is missing after the project 'p'" },
        { "us-docker.pkg.dev/example.com/p", "the repository is missing after the project 'example.com:p'" },
        { "gcr.io/example.com", "the project is missing after the domain 'example.com'" },
        { $"{Image}/", "it ends with '/'" },
        { $"{Image}/:latest", "it has '/' before the tag: remove the slash" },
        { $"{Image}@sha256:0aa6…34ed", "it contains an ellipsis" },
        { "us-docker.pkg.dev/p/r//a", "it contains '//'" },
        { "us-docker.pkg.dev//r/a", "it contains '//'" },
        { "/p/r/a", "it begins with '/'" },
        { "https://", "not an Artifact Registry host" },

        // path tricks
        { "us-docker.pkg.dev/p/r/..", "the image '..' is malformed" },
        { "us-docker.pkg.dev/p/../r/a", "the repository '..' is malformed" },
        { "us-docker.pkg.dev/../r/a", "project '..:r' is malformed" },
        { "us-docker.pkg.dev/p/r/a/../../x/b", "image 'a/../../x/b' is malformed" },
        { "us-docker.pkg.dev/p/r/./a", "the image './a' is malformed" },
        { "us-docker.pkg.dev/p/r/%2e%2e/a", "it contains '%'" },
        { "us-docker.pkg.dev/p/r/a%2Fb", "only the API's names" },
        { $"{Image}:..", "the tag '..' is malformed" },
        { "us-docker.pkg.dev\\p\\r\\a", "backslash" },
        { $"{Image}#v1", "it contains '#'" },
        { $"{Image}&force=true", "it contains '&'" },
        { $"{Image};b", "it contains ';'" },
        { $"{Image}+b", "it contains '+'" },
        { $"{Image} ", "it contains a space" },
        { $" {Image}", "it contains a space" },
        { $"{Image}\n", "control character U+000A" },
        { $"{Image}\u001b[31m", "control character U+001B" },
        { $"{Image}\0", "control character U+0000" },
        { "us-docker.pkg.dev/p/r/caf\u00e9", "character U+00E9" },
        { "us-docker.pkg.dev/p/r/\u0430", "character U+0430" },
        { "us-docker.pkg.dev/p/r\uff0fa", "character U+FF0F" },
        { "us-docker.pkg.dev/p/r/a\u00a0", "it contains a space" },

        // wildcards
        { "us-docker.pkg.dev/p/r/a*", "takes no wildcards" },
        { $"{Image}:v?", "takes no wildcards" },
        { $"{Image}?x=1", "takes no wildcards" },

        // case
        { "US-docker.pkg.dev/p/r/a", "the location 'US' has upper-case letters; write it in lower case" },
        { "GCR.io/p/a", "the host 'GCR.io' has upper-case letters" },
        { "us-docker.pkg.dev/P/r/a", "the project 'P' has upper-case letters" },
        { "us-docker.pkg.dev/p/R/a", "the repository 'R' has upper-case letters" },
        { "us-docker.pkg.dev/p/r/Web_", "the image 'Web_' is malformed" },
        { "us-docker.pkg.dev/p/r/Web", "the image 'Web' has upper-case letters" },

        // grammar of the parts
        { "us-docker.pkg.dev/1p/r/a", "the project '1p' is malformed" },
        { "us-docker.pkg.dev/p-/r/a", "the project 'p-' is malformed" },
        { "us-docker.pkg.dev/p:x/r/a", "the project 'p:x' is malformed" },
        { "us-docker.pkg.dev/.com/p/r/a", "the project '.com:p' is malformed" },
        { "us-docker.pkg.dev/example.com:a:b/r/a", "the project 'example.com:a:b' is malformed" },
        { "gcr.io/p:v1", "a tag needs an image" },
        { "gcr.io/p:v1.0", "a tag needs an image" },
        { "gcr.io/example.com/p:v1", "a tag needs an image" },
        { "gcr.io/example.com:p:v1", "the project 'example.com:p:v1' is malformed" },
        { "us-docker.pkg.dev/p/1r/a", "the repository '1r' is malformed" },
        { "us-docker.pkg.dev/p/my_repo/a", "the repository 'my_repo' is malformed" },
        { $"us-docker.pkg.dev/p/{new string('r', 64)}/a", "has 64 characters, and 63 is the limit" },
        { "europe-docker.pkg.dev/p/gcr.io/a", "the repository 'gcr.io' exists in the location 'us' only" },
        { "us-docker.pkg.dev/p/k8s.gcr.io/a", "the repository 'k8s.gcr.io' is malformed" },
        { "us-docker.pkg.dev/p/r/a.", "the image 'a.' is malformed" },
        { "us-docker.pkg.dev/p/r/_a", "the image '_a' is malformed" },
        { "us-docker.pkg.dev/p/r/a___b", "the image 'a___b' is malformed" },
        { "us-docker.pkg.dev/p/r/a:v1/b", "the image 'a:v1/b' is malformed" },
        { $"us-docker.pkg.dev/p/r/{new string('a', 256)}", "has 256 characters, and 255 is the limit" },
        { $"{Image}:", "the tag is missing" },
        { $"{Image}:-v1", "the tag '-v1' is malformed" },
        { $"{Image}:v1:v2", "the tag 'v1:v2' is malformed" },
        { $"{Image}:{new string('v', 129)}", "has 129 characters, and 128 is the limit" },
        { new string('a', 100_000), "it has 100000 characters" },

        // digests
        { $"{Image}@", "must be a digest that begins with 'sha256:'" },
        { $"{Image}@{Hex}", "must be a digest that begins with 'sha256:'" },
        { $"{Image}@sha512:{Hex}{Hex}", "must be a digest that begins with 'sha256:'" },
        { $"{Image}@sha256:{Hex.ToUpperInvariant()}", $"write it in lower case: sha256:{Hex}" },
        { $"{Image}@SHA256:{Hex}", $"write it in lower case: sha256:{Hex}" },
        { $"{Image}@sha256:4be1", "has 4 characters after 'sha256:' instead of 64" },
        { $"{Image}@sha256:{Hex}0", "has 65 characters after 'sha256:' instead of 64" },
        { $"{Image}@sha256:{Hex[..63]}g", "may only have the hexadecimal digits" },
        { $"{Image}@sha256:4be1…9c0a", "ellipsis" },
        { $"{Image}@sha256:{Hex}@sha256:{Hex}", "after 'sha256:' instead of 64" },
        { $"{Image}@sha256:{Hex}:v1", "after 'sha256:' instead of 64" },

        // a tag or digest of a repository
        { "us-docker.pkg.dev/p/r:v1", "a tag needs an image" },
        { $"us-docker.pkg.dev/p/r@sha256:{Hex}", "needs an image in front" },
        { $"gcr.io/p@sha256:{Hex}", "needs an image in front" },

        // the API's names
        { "projects/p", "begins projects/PROJECT/locations/LOCATION/repositories/REPOSITORY" },
        { "projects/p/locations/us", "begins projects/PROJECT/locations/LOCATION/repositories/REPOSITORY" },
        { "projects/p/regions/us/repositories/r", "begins projects/PROJECT/locations" },
        { "projects/example.com/p/locations/us/repositories/r", "begins projects/PROJECT/locations" },
        { "projects/../locations/us/repositories/r", "the project '..' is malformed" },
        { "projects/p%2Fq/locations/us/repositories/r", "only slashes in the image are escaped" },
        { "projects/p/locations/-/repositories/r", "the location '-' is malformed" },
        { $"{Api}/", "it ends with '/'" },
        { $"{Api}/packages", "after the repository comes packages/IMAGE" },
        { $"{Api}/packages/-", "the image '-' is malformed" },
        { $"{Api}/packages/a/b", "slashes in IMAGE written as %2F" },
        { $"{Api}/packages/a/b/tags/v1", "slashes in IMAGE written as %2F" },
        { $"{Api}/packages/a%252Fb", "escaped once, as %2F" },
        { $"{Api}/packages/%2e%2e", "escaped once, as %2F" },
        { $"{Api}/packages/..%2F..%2Fq", "the image '../../q' is malformed" },
        { $"{Api}/packages/%2F", "the image '/' is malformed" },
        { $"{Api}/packages/a/tags/v%2F1", "escaped once, as %2F" },
        { $"{Api}/packages/a/versions/v1", "must be a digest" },
        { $"{Api}/packages/a/tags", "after the repository comes packages/IMAGE" },
        { $"{Api}/packages/a/files/b", "after the repository comes packages/IMAGE" },
        { $"{Api}/dockerImages/a%2Fb", "the digest is missing" },
        { $"{Api}/dockerImages/a:v1@sha256:{Hex}", "the image 'a:v1' is malformed" },
        { $"{Api}:getIamPolicy", "the repository 'r:getIamPolicy' is malformed" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void Says_what_is_wrong(string? text, string expected)
    {
        ImageNameException refusal = Assert.Throws<ImageNameException>(() => ImageName.Parse(text!));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "for example us-docker.pkg.dev/my-project/my-repo/web:v1.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Message, c => c is < ' ' or (> '~' and not '…'));
        Assert.True(refusal.Message.Length < 900, $"The message has {refusal.Message.Length} characters.");
        Assert.Equal(SafeText.Clean(text ?? ""), refusal.Text);
        Assert.False(ImageName.TryParse(text, out ImageName? none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData("", "p", "r", "a", "v1", "the location is missing")]
    [InlineData("us", "example.com/p", "r", "a", "v1", "the project 'example.com/p' is malformed")]
    [InlineData("us", "p", "a/b", "a", "v1", "the repository 'a/b' is malformed")]
    [InlineData("us", "p", "r", "", "v1", "the image is missing")]
    [InlineData("us", "p", "r", "a%2Fb", "v1", "the image 'a%2Fb' is malformed")]
    [InlineData("us", "p", "r", "a", "", "the tag is missing")]
    [InlineData("us", "p", "r", "a", "v1\n", "the tag 'v1\\u000a' is malformed")]
    [InlineData("us", "p", "r", "a*", null, "the image 'a*' takes no wildcards")]
    [InlineData("us", "p", "r", null, "v1", "needs an image in front")]
    [InlineData(null, null, null, null, null, "the location is missing")]
    public void Parts_are_validated_too(
        string? location, string? project, string? repository, string? package, string? tag, string expected)
    {
        ImageNameException refusal = Assert.Throws<ImageNameException>(
            () => ImageName.Create(location!, project!, repository!, package, tag, null));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }
}
