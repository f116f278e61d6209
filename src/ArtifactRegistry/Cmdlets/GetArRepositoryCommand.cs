using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists repositories of a project.</summary>
[Cmdlet(VerbsCommon.Get, "ArRepository")]
[OutputType(typeof(Repository))]
public sealed class GetArRepositoryCommand : RegistryCmdlet
{
    /// <summary>The project's id; by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>A region or multi-region; by default all of them.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>Names, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string project = CheckedProject(Project, Location);
        string? location = Location;
        WildcardPattern[] wanted = [.. Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        Start(location is null ? $"projects/{project}" : $"projects/{project}/locations/{location}", async () =>
        {
            await EmitAsync(Matching(FindRepositories.RunAsync(Client, project, location, StopToken), wanted));
        });
        Drain();
        if (Progress.Emitted == 0 && location is not null && !Locations.Known.Contains(location)
            && Nearest.To(location, Locations.Known) is string near)
            WriteWarning($"There is nothing in the location '{location}', which this module does not know. Did you mean {near}?");
    }

    private static async IAsyncEnumerable<Repository> Matching(IAsyncEnumerable<Repository> all, WildcardPattern[] wanted)
    {
        await foreach (Repository repository in all)
            if (wanted.Any(pattern => pattern.IsMatch(repository.Name)))
                yield return repository;
    }
}
