using System.Buffers;
using System.IO.Pipelines;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>A request in the registry's own protocol. The method reads its body, because it may be large.</summary>
internal sealed class DockerCall(ApiCall call, HttpRequest http, CancellationToken stop)
{
    public const string PullPermission = "artifactregistry.repositories.downloadArtifacts";
    public const string PushPermission = "artifactregistry.repositories.uploadArtifacts";
    public const string DeletePermission = "artifactregistry.repositories.deleteArtifacts";

    public string Method => call.Request.Method == "HEAD" ? "GET" : call.Request.Method;

    public bool IsHead => call.Request.Method == "HEAD";

    public RecordedRequest Request => call.Request;

    public RegistryState State => call.State;

    public Behaviour Behaviour => call.Behaviour;

    public CancellationToken Stop => stop;

    public PipeReader Body => http.BodyReader;

    public long? BodyLength => http.ContentLength;

    /// <summary>The client's name for this server.</summary>
    public string? Host => Header("Host");

    public string? Header(string name) => call.Request.Headers.GetValueOrDefault(name);

    public string? Query(string name) => call.Query(name);

    public IReadOnlyList<string> Queries(string name) =>
        call.Target.Query.TryGetValue(name, out StringValues values) ? [.. values.OfType<string>()] : [];

    /// <summary>Does a part of the work with exclusive access to the state.</summary>
    public T Locked<T>(Func<T> work)
    {
        lock (State.Gate)
        {
            State.FinishDueOperations();
            return work();
        }
    }

    /// <summary>Gets the repository of a name after checking the permission. Requires the lock.</summary>
    public (RepositoryEntry Repository, string Image) Find(DockerName name, string permission)
    {
        (RepositoryEntry repository, string image) = name.In(State);
        Demand(repository.Name, permission);
        if (repository.Settings["format"]?.GetValue<string>() != "DOCKER")
            throw DockerError.Unsupported(400, $"Repository \"{repository.Name}\" is not of format DOCKER");
        if (permission == PushPermission && repository.Settings["mode"]?.GetValue<string>() != "STANDARD_REPOSITORY")
        {
            throw DockerError.Unsupported(
                405, $"Nothing can be pushed to \"{repository.Name}\": it is not a standard repository");
        }
        return (repository, image);
    }

    public void Demand(RepositoryName repository, string permission) => call.Demand(permission, repository.Resource);

    /// <summary>Gets the manifest of a version as this response serves it.</summary>
    public byte[] Served(VersionEntry version) =>
        Behaviour.ServedManifest?.Invoke(call.Request, version.Digest, version.Manifest) ?? version.Manifest;

    /// <summary>Reads a body that must be small.</summary>
    public async Task<byte[]> ReadBodyAsync(int limit)
    {
        while (true)
        {
            ReadResult read = await Body.ReadAsync(stop);
            if (read.Buffer.Length > limit)
            {
                Body.AdvanceTo(read.Buffer.End);
                throw new DockerError(413, "MANIFEST_INVALID", $"The manifest has more than {limit} bytes");
            }
            if (read.IsCompleted)
            {
                byte[] body = read.Buffer.ToArray();
                Body.AdvanceTo(read.Buffer.End);
                return body;
            }
            // Everything was examined and nothing consumed: the next read returns it again, with more data after it.
            Body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
