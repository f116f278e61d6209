namespace ArtifactRegistry;
