namespace ArtifactRegistry.Emulator;

/// <summary>A permission that the caller does not have.</summary>
/// <param name="Permission">For example <c>artifactregistry.tags.delete</c>; <c>*</c> stands for anything.</param>
/// <param name="Resource">
/// The repository's or project's API name, for example <c>projects/shop/locations/us/repositories/apps</c>;
/// <c>*</c> stands for anything.
/// </param>
public sealed record Denial(string Permission, string Resource = "*")
{
    internal bool Covers(string permission, string resource) =>
        new Wildcard(Permission).Matches(permission) && new Wildcard(Resource).Matches(resource);
}
