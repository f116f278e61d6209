using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists the repositories of a project.</summary>
[Cmdlet(VerbsCommon.Get, "ArRepository")]
[OutputType(typeof(Repository))]
public sealed class GetArRepositoryCommand : RegistryCmdlet
{
    /// <summary>
    /// Specifies the ids of projects, by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT; or the name of a
    /// repository, such as us-docker.pkg.dev/shop/apps.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [RegistryArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string[] Project { get; set; } = [];

    /// <summary>A region or multi-region; by default all of them.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>Specifies names of repositories; wildcards are permitted.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RepositoryNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    private protected override string MeaningOfProject => "the project of the repositories";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Project.Length == 0) List(CheckedProject(null, Location), Location, Name);
        foreach (string given in Project)
        {
            if (ImageName.TryParse(given, out ImageName? name)) List(name.Project, name.Location, [name.Repository]);
            else List(CheckedProject(given, Location), Location, Name);
        }
    }

    private void List(string project, string? location, string[] names)
    {
        int before = Progress.Emitted;
        WildcardPattern[] wanted = [.. names.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        HashSet<string> missing = new(
            names.Where(name => !WildcardPattern.ContainsWildcardCharacters(name)),
            StringComparer.OrdinalIgnoreCase
        );
        Start(location is null ? $"projects/{project}" : $"projects/{project}/locations/{location}", async () =>
        {
            List<(string Location, RegistryException Error)> failures = new();
            await EmitAsync(
                Matching(
                    FindRepositories.ListAsync(
                        Client,
                        project,
                        location,
                        (where, error) => failures.Add((where, error)),
                        StopToken
                    ),
                    wanted,
                    missing
                )
            );
            foreach ((string where, RegistryException error) in failures)
            {
                string place = $"projects/{project}/locations/{where}";
                ErrorRecord record = await ExplainAsync(
                    error.WithMessage(
                        $"The location '{where}' of project '{project}' cannot be listed: {error.Message}",
                        error.Advice
                    ),
                    place
                );
                await PostAsync(() => WriteError(record));
            }

            // If a location could not be listed, a missing repository may be there.
            foreach (string name in failures.Count > 0 ? [] : missing)
                await PostAsync(() => WriteError(ErrorRecords.For(Missing(name), name)));
        });
        Drain();
        if (
            Progress.Emitted == before
            && location is not null
            && !KnownLocations.All.Contains(location)
            && Nearest.To(location, KnownLocations.All) is string near
        )
            WriteWarning(
                $"There is nothing in the location '{location}', which this module does not know. Did you mean {near}?"
            );

        RegistryException Missing(string name) => new(
            RegistryErrorKind.NotFound,
            $"The project '{project}' has no repository '{name}'"
                + $"{(location is null ? "" : $" in the location '{location}'")}.")
        {
            NamesItsSubject = true,
        };
    }

    private static async IAsyncEnumerable<Repository> Matching(
        IAsyncEnumerable<Repository> all, WildcardPattern[] wanted, HashSet<string> missing)
    {
        await foreach (Repository repository in all)
        {
            missing.Remove(repository.Name);
            if (wanted.Any(pattern => pattern.IsMatch(repository.Name))) yield return repository;
        }
    }
}
