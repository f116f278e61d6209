using System.Text;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.StaleRules;

/// <summary>A shop, a folder for files of rules, and how tests speak of stale images.</summary>
internal sealed class RuleFiles : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RuleFiles(Shop shop) => Shop = shop;

    public Shop Shop { get; }

    public static async Task<RuleFiles> OpenAsync()
    {
        RuleFiles files = new(await Shop.OpenAsync());
        files.Shop.Session.Run($"Set-Location -LiteralPath '{files._folder.Path}'").MustSucceed();
        return files;
    }

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    public string Write(string name, string text, Encoding? encoding = null)
    {
        File.WriteAllText(PathOf(name), text, encoding ?? new UTF8Encoding(false));
        return name;
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return name;
    }

    /// <summary>Adds an image of so many days.</summary>
    public string Add(string image, int days, params string[] tags) => Shop.State.AddImage(
        Shop.Repository, image, new ImageOptions { Tags = tags, UploadTime = DateTimeOffset.UtcNow.AddDays(-days) });

    /// <summary>All tags that are left, as image:tag.</summary>
    public string Left(params string[] images) => string.Join(' ', images.SelectMany(image =>
        Shop.State.Tags(Shop.Repository, image).Keys.Select(tag => $"{image}:{tag}").Order(StringComparer.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        _folder.Dispose();
    }
}
