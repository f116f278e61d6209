using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>Finds the method for a request.</summary>
internal static class Routes
{
    public static Answer Handle(ApiCall call)
    {
        RawTarget target = call.Target;
        string method = call.Request.Method == "HEAD" ? "GET" : call.Request.Method;
        string[] path = [.. target.Segments];
        QueryParameters.Check(call, method, path);
        JsonObject body = path switch
        {
            ["v1", "projects", string p, "locations", string l, "repositories", string r, .. string[] rest] =>
                InRepository(call, method, new RepositoryName(p, l, r), rest, target.Verb),
            ["v1", "projects", string p, "locations", .. string[] rest] =>
                InLocations(call, method, p, rest, target.Verb),
            // gcloud requests locations from the beta API if it is given none.
            ["v1beta2", "projects", string p, "locations"] when method == "GET" => LocationMethods.List(call, p),
            ["v1", "projects", string p, "projectSettings"] when method == "GET" => ProjectMethods.Settings(call, p),
            // Service Usage: gcloud's images describe checks whether Container Analysis is enabled.
            ["v1", "projects", string p, "services", string s] when method == "GET" =>
                ProjectMethods.Service(call, p, s),
            ["v1", "projects"] when method == "GET" && target.Verb is null => ProjectMethods.List(call),
            ["v3", "projects"] when method == "GET" && target.Verb is null => FolderMethods.ListProjects(call),
            ["v3", "folders"] when method == "GET" && target.Verb is null => FolderMethods.ListFolders(call),
            ["v1" or "v3", "projects", string p] => InProject(call, method, p, target.Verb, path[0]),
            ["v1", "projects", string p, "serviceAccounts", .. string[] rest] when target.Verb is null =>
                InServiceAccounts(call, method, p, rest),
            _ => throw ApiError.NoSuchMethod(),
        };
        return Answer.Json(body);
    }

    private static JsonObject InProject(ApiCall call, string method, string p, string? verb, string version) =>
        (method, verb) switch
        {
            ("GET", null) => ProjectMethods.Get(call, p, version),
            ("POST", "getIamPolicy") => PolicyMethods.GetOfProject(call, p),
            ("POST", "setIamPolicy") => PolicyMethods.SetOfProject(call, p),
            ("POST", "testIamPermissions") => PolicyMethods.TestOfProject(call, p),
            _ => throw ApiError.NoSuchMethod(),
        };

    private static JsonObject InServiceAccounts(ApiCall call, string method, string p, string[] rest) =>
        (method, rest) switch
        {
            ("GET", []) => ServiceAccountMethods.List(call, p),
            ("POST", []) => ServiceAccountMethods.Create(call, p),
            ("GET", [string account]) => ServiceAccountMethods.Get(call, p, account),
            _ => throw ApiError.NoSuchMethod(),
        };

    private static JsonObject InLocations(ApiCall call, string method, string p, string[] rest, string? verb) =>
        (method, rest, verb) switch
        {
            ("GET", [], null) => LocationMethods.List(call, p),
            ("GET", [string l], null) => LocationMethods.Get(call, p, l),
            ("GET", [string l, "repositories"], null) => RepositoryMethods.List(call, p, l),
            ("POST", [string l, "repositories"], null) => RepositoryMethods.Create(call, p, l),
            ("GET", [string l, "operations", string o], null) => OperationMethods.Get(call, p, l, o),
            ("GET", [string l, "clusters"], null) => ClusterMethods.List(call, p, l),
            ("GET", [string l, "clusters", string c], null) => ClusterMethods.Get(call, p, l, c),
            ("GET", [string l, "clusters", string c, "nodePools"], null) => ClusterMethods.NodePools(call, p, l, c),
            _ => throw ApiError.NoSuchMethod(),
        };

    private static JsonObject InRepository(
        ApiCall call, string method, RepositoryName r, string[] rest, string? verb) =>
        (method, rest, verb) switch
        {
            ("GET", [], null) => RepositoryMethods.Get(call, r),
            ("PATCH", [], null) => RepositoryMethods.Patch(call, r),
            ("DELETE", [], null) => RepositoryMethods.Delete(call, r),
            ("GET", [], "getIamPolicy") => PolicyMethods.Get(call, r),
            ("POST", [], "setIamPolicy") => PolicyMethods.Set(call, r),
            ("POST", [], "testIamPermissions") => PolicyMethods.Test(call, r),

            ("GET", ["dockerImages"], null) => DockerImageMethods.List(call, r),
            ("GET", ["dockerImages", string image], null) => DockerImageMethods.Get(call, r, image),

            ("GET", ["packages"], null) => PackageMethods.List(call, r),
            ("GET", ["packages", string k], null) => PackageMethods.Get(call, r, k),
            ("PATCH", ["packages", string k], null) => PackageMethods.Patch(call, r, k),
            ("DELETE", ["packages", string k], null) => PackageMethods.Delete(call, r, k),

            ("GET", ["packages", string k, "versions"], null) => VersionMethods.List(call, r, k),
            ("POST", ["packages", string k, "versions"], "batchDelete") => BatchDelete.Run(call, r, k),
            ("POST", ["versions"], "batchDelete") => throw ApiError.Invalid("Invalid package name"),
            ("GET", ["packages", string k, "versions", string v], null) => VersionMethods.Get(call, r, k, v),
            ("PATCH", ["packages", string k, "versions", string v], null) => VersionMethods.Patch(call, r, k, v),
            ("DELETE", ["packages", string k, "versions", string v], null) => VersionMethods.Delete(call, r, k, v),

            ("GET", ["packages", string k, "tags"], null) => TagMethods.List(call, r, k),
            ("POST", ["packages", string k, "tags"], null) => TagMethods.Create(call, r, k),
            ("GET", ["packages", string k, "tags", string t], null) => TagMethods.Get(call, r, k, t),
            ("PATCH", ["packages", string k, "tags", string t], null) => TagMethods.Patch(call, r, k, t),
            ("DELETE", ["packages", string k, "tags", string t], null) => TagMethods.Delete(call, r, k, t),

            // An unescaped slash in an image name: there are more segments than any method has.
            (_, ["packages", _, _, _, ..] or ["dockerImages", _, _, ..], _) => throw ApiError.BadName("GetPackage"),
            _ => throw ApiError.NoSuchMethod(),
        };
}
