using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>repositories.list, get, create, patch and delete.</summary>
internal static partial class RepositoryMethods
{
    private static Listing<RepositoryEntry> Repositories(ApiCall call) => new()
    {
        Field = "repositories",
        Key = repository => ("", repository.Name.Resource),
        Show = repository => Show(repository, call.Behaviour),
        Filters = new() { ["name"] = repository => repository.Name.Resource },
        Orders = new()
        {
            ["name"] = repository => repository.Name.Resource,
            ["createTime"] = repository => Json.Time(repository.CreateTime),
            ["updateTime"] = repository => Json.Time(repository.UpdateTime),
        },
    };

    public static JsonObject List(ApiCall call, string project, string location)
    {
        call.Demand("artifactregistry.repositories.list", $"projects/{project}/locations/{location}");
        if (location == "-") throw ApiError.BadName("ListRepositories");
        if (call.State.FindProject(project) is not ProjectEntry found) throw ApiError.NotFound();
        return Repositories(call).Page(call, call.State.RepositoryTable.All.Where(
            repository => repository.Name.Project == found.Id && repository.Name.Location == location));
    }

    public static JsonObject Get(ApiCall call, RepositoryName name) =>
        Show(call.Repository(name, "repositories.get"), call.Behaviour);

    public static JsonObject Create(ApiCall call, string project, string location)
    {
        call.Demand("artifactregistry.repositories.create", $"projects/{project}/locations/{location}");
        string id = call.Query("repositoryId") ?? throw ApiError.Invalid("repository_id is required");
        RepositoryName name = new(project, location, id);
        if (location == "-" || call.State.FindProject(project) is null) throw ApiError.BadName("CreateRepository");
        if (call.State.FindRepository(name) is not null) throw ApiError.AlreadyExists("the repository already exists");

        JsonObject body = call.Body();
        return call.Start(name, "OperationMetadata", _ =>
        {
            call.State.AddRepository(name, new RepositoryOptions
            {
                Format = body.Text("format") ?? "DOCKER",
                Mode = body.Text("mode") ?? "STANDARD_REPOSITORY",
                Settings = Writable(body),
            });
            JsonObject response = Show(call.State.FindRepository(name)!, call.Behaviour);
            foreach (string later in (string[])["createTime", "updateTime", "registryUri"]) response.Remove(later);
            response.Insert(0, "@type", "type.googleapis.com/google.devtools.artifactregistry.v1.Repository");
            return response;
        });
    }

    public static JsonObject Patch(ApiCall call, RepositoryName name)
    {
        RepositoryEntry repository = call.Repository(name, "repositories.update");
        JsonObject sent = Writable(call.Body());
        string[] fields = call.Query("updateMask") is string mask and not "*"
            ? [.. mask.Split(',').Select(path => Json.CamelCase(path.Trim().Split('.')[0])).Distinct()]
            : [.. sent.Select(field => field.Key)];
        foreach (string field in fields)
        {
            repository.Settings.Remove(field);
            if (sent[field] is JsonNode value) repository.Settings[field] = value.DeepClone();
        }
        repository.UpdateTime = call.State.Now;
        repository.Record();
        JsonObject answer = Show(repository, call.Behaviour);
        answer.Remove("registryUri");
        return answer;
    }

    public static JsonObject Delete(ApiCall call, RepositoryName name)
    {
        call.Repository(name, "repositories.delete");
        return call.Start(name, "OperationMetadata", _ =>
        {
            call.State.DeleteRepository(name);
            return ApiCall.Empty();
        });
    }

    private static JsonObject Show(RepositoryEntry repository, Behaviour behaviour)
    {
        JsonObject json = new() { ["name"] = repository.Name.Resource };
        foreach ((string name, JsonNode? value) in repository.Settings) json[name] = value?.DeepClone();
        json["createTime"] = Json.Time(repository.CreateTime);
        json["updateTime"] = Json.Time(repository.UpdateTime);
        long size = repository.Versions.Sum(version => version.Size);
        if (size > 0 || behaviour.OlderShapes.HasFlag(OlderShapes.SizeOfEmptyRepository))
            json["sizeBytes"] = Json.Long(size);
        json["registryUri"] = repository.Name.Uri;
        return json;
    }

    /// <summary>Gets the fields that a client may set; gcloud sends back all fields that it has read.</summary>
    private static JsonObject Writable(JsonObject body)
    {
        JsonObject settings = body.DeepClone().AsObject();
        foreach (string computed in (string[])["name", "createTime", "updateTime", "sizeBytes", "registryUri"])
            settings.Remove(computed);
        if (settings["cleanupPolicies"] is JsonObject policies)
        {
            foreach ((string id, JsonNode? node) in policies)
            {
                if (node is not JsonObject policy)
                    throw ApiError.Invalid("Invalid value at 'repository.cleanup_policies'");
                policy["id"] = id;
                Normalise(policy);
            }
        }
        return settings;
    }

    /// <summary>
    /// Converts enums in any case, and durations with a zero fraction, to their canonical form.
    /// </summary>
    private static void Normalise(JsonObject policy)
    {
        foreach (string name in policy.Select(field => field.Key).ToArray())
        {
            if (policy[name] is JsonObject inner) Normalise(inner);
            if (policy.Text(name) is not string text) continue;
            if (name is "action" or "tagState") policy[name] = text.ToUpperInvariant();
            else if (Duration().Match(text) is { Success: true } duration)
                policy[name] = string.Create(CultureInfo.InvariantCulture, $"{duration.Groups[1].Value}s");
        }
    }

    [GeneratedRegex(@"^(\d+)(?:\.0+)?s$")]
    private static partial Regex Duration();
}
