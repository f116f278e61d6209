using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry;

/// <summary>Reads the parameters that say which tagged images are stale.</summary>
internal static class StaleArguments
{
    /// <summary>Makes a rule of the parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="olderThan">The age.</param>
    /// <param name="keepNewest">How many to keep; null if that was not given.</param>
    /// <exception cref="RegistryException">One of them is not valid.</exception>
    public static StaleRules Read(IStaleParameters parameters, MinimumAge olderThan, int? keepNewest)
    {
        ReleaseLine? line = parameters.KeepNewestPer is string text
            ? Read(nameof(IStaleParameters.KeepNewestPer), text, ReleaseLine.Parse)
            : null;
        return new StaleRules
        {
            OlderThan = olderThan,
            KeepNewest = keepNewest ?? StaleRules.DefaultCount(line),
            KeepNewestPer = line,
            SortBy = Read(nameof(IStaleParameters.SortBy), parameters.SortBy, StaleRules.ParseOrder),
            Tag = [.. parameters.Tag.Select(tag => Read(nameof(IStaleParameters.Tag), tag, TagPattern.Parse))],
            ExcludeTag =
            [
                .. parameters.ExcludeTag.Select(
                    tag => Read(nameof(IStaleParameters.ExcludeTag), tag, TagPattern.Parse)),
            ],
        };
    }

    private static T Read<T>(string parameter, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new RegistryException(RegistryErrorKind.InvalidRule, $"-{parameter}: {e.Message}")
            {
                NamesItsSubject = true,
            };
        }
    }
}
