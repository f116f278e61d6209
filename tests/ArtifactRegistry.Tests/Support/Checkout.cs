namespace ArtifactRegistry.Tests.Support;

/// <summary>Where the files of this checkout are.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string Manifest => Path.Combine(Root, "ArtifactRegistry.psd1");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ArtifactRegistry.psd1")))
                return folder.FullName;
        throw new InvalidOperationException($"No ArtifactRegistry.psd1 above '{AppContext.BaseDirectory}'.");
    }
}
