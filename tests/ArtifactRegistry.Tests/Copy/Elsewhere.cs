using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>
/// A shop that requires Google's token, and a second emulator: a registry elsewhere, with a sign-in of its own or none.
/// </summary>
internal sealed class Elsewhere : IAsyncDisposable
{
    public const string User = "bob";
    public const string Password = "s3cret-Pa55word";

    // What the registry elsewhere calls its images, below its host.
    private const string Folder = "us/base/images";

    private static readonly RepositoryName Images = "us-docker.pkg.dev/base/images";

    private Elsewhere(Shop shop, EmulatorServer registry) => (Shop, Registry) = (shop, registry);

    public Shop Shop { get; }

    public EmulatorServer Registry { get; }

    public string Host => Registry.Url.Authority;

    /// <summary>The image that scripts know as $base, without tag.</summary>
    public string Base => $"{Host}/{Folder}/alpine";

    /// <summary>Opens both; scripts know the right user name and password as $cred.</summary>
    public static async Task<Elsewhere> OpenAsync(ExternalSignIn? signIn, Behaviour? behaviour = null)
    {
        Shop shop = await CopyShop.OpenAsync(
            new Behaviour { RequireToken = true, AcceptedTokens = [PowerShellSession.Token] });
        behaviour ??= new Behaviour();
        behaviour.ExternalSignIn = signIn;
        EmulatorServer registry = await EmulatorServer.StartAsync(
            new EmulatorOptions { Behaviour = behaviour }, TestContext.Current.CancellationToken);
        registry.State.AddRepository(Images);
        Elsewhere elsewhere = new(shop, registry);
        shop.Session.Set("base", elsewhere.Base);
        elsewhere.UsePassword(Password);
        return elsewhere;
    }

    /// <summary>A sign-in of this registry.</summary>
    public static ExternalSignIn SignIn(bool usesBasic = false) => new(User, Password) { UsesBasic = usesBasic };

    public void UsePassword(string password)
    {
        Shop.Session.Set("user", User);
        Shop.Session.Set("password", password);
        Shop.Session
            .Run("$global:cred = [pscredential]::new($user, (ConvertTo-SecureString $password -AsPlainText -Force))")
            .MustSucceed();
    }

    /// <summary>Adds an index over two platforms, and a signature of it.</summary>
    /// <returns>The digests, that of the index first.</returns>
    public string[] AddSigned(string tag)
    {
        AddedIndex index = Registry.State.AddIndex(
            Images, "alpine", ["linux/amd64", "linux/arm64"],
            new ImageOptions { HasContent = true, Size = 20_000, Tags = [tag] });
        string signature = Registry.State.AddImage(
            Images,
            "alpine",
            new ImageOptions
            {
                HasContent = true,
                Size = 1_000,
                ArtifactType = "application/vnd.cncf.notary.signature",
                SubjectDigest = index.Digest,
            });
        return [index.Digest, .. index.Children, signature];
    }

    /// <summary>Adds an image with a layer.</summary>
    public string Add(string tag) => Registry.State.AddImage(
        Images, "alpine", new ImageOptions { HasContent = true, Size = 20_000, Tags = [tag] });

    /// <summary>The digests of the copy.</summary>
    public IReadOnlyList<string> Copied() =>
        Shop.State.Packages(CopyShop.Prod).Contains($"{Folder}/alpine")
            ? Shop.State.Digests(CopyShop.Prod, $"{Folder}/alpine")
            : [];

    /// <summary>The tags of the copy, as TAG=DIGEST.</summary>
    public string[] CopiedTags() =>
        [.. Shop.State.Tags(CopyShop.Prod, $"{Folder}/alpine").Select(tag => $"{tag.Key}={tag.Value}")];

    /// <summary>Runs a script, forgetting the requests before it.</summary>
    public ScriptResult Run(string script)
    {
        Registry.Requests.Clear();
        return Shop.Run(script);
    }

    /// <summary>Asserts that Google's token stayed with Google, and what belongs to this registry with it.</summary>
    public void MustBeApart()
    {
        Assert.DoesNotContain(
            Registry.Requests.Snapshot(),
            request => request.Authorization?.Contains(PowerShellSession.Token, StringComparison.Ordinal) == true);
        Assert.All(
            Shop.Emulator.Requests.Snapshot(),
            request => Assert.True(
                request.Authorization is null or $"Bearer {PowerShellSession.Token}", request.Authorization));
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        await Shop.DisposeAsync();
    }
}
