using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>Completes the roles of Artifact Registry that let their holder pull, by any part of their name.</summary>
public sealed class RoleCompleter : RegistryCompleter
{
    private protected override bool ByAnyPart => true; // all begin with roles/artifactregistry.

    private protected override IEnumerable<Suggestion> Suggest(CompletionRequest request) =>
        ReaderRoles.ArtifactRegistry.Select(role => new Suggestion(role));
}
