using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Converts exceptions to error records. <see cref="ErrorCatalog"/> contains their ids.</summary>
internal static class ErrorRecords
{
    // Without this, a refusal would read as if nothing had been changed.
    private const string MayBeDone = "An earlier try, whose answer was lost, may have been carried out.";

    /// <summary>Creates the record for an item that could not be processed.</summary>
    public static ErrorRecord For(Exception error, object item) => error switch
    {
        RegistryException e => For(e, item),
        ImageNameException => Record(error, ErrorCatalog.Of("InvalidImageName"), item),
        ConfirmationRequiredException => Record(error, ErrorCatalog.Of("ConfirmationRequired"), item),
        _ => Record(error, ErrorCatalog.Of("UnexpectedError"), item),
    };

    /// <summary>Creates the record for an invalid parameter.</summary>
    /// <param name="id">An id of the catalog.</param>
    /// <param name="message">The problem with the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="advice">Advice that fits the parameter better than that of the catalog; null for that.</param>
    public static ErrorRecord ForMisuse(string id, string message, object? value, string? advice = null) =>
        Record(new ArgumentException(SafeText.Clean(message)), ErrorCatalog.Of(id), value, advice: advice);

    private static ErrorRecord For(RegistryException e, object item)
    {
        ErrorEntry entry = ErrorCatalog.Of(e.Kind);
        string advice = e.Advice
            ?? e.Kind switch
            {
                RegistryErrorKind.PermissionDenied => PermissionAdvice.Advice(e.Permission, item),
                RegistryErrorKind.OutsidePerimeter when e.UniqueId is { Length: > 0 } id =>
                    $"VPC Service Controls refused this under the unique id {id}, and no role helps. Give that id to "
                        + $"the administrator of the perimeter, who finds the request with: gcloud logging read "
                        + $"'log_id(\"cloudaudit.googleapis.com/policy\") AND \"{id}\"' --project=PROJECT",
                _ => entry.Advice,
            };
        string message = e.Kind switch
        {
            _ when e.NamesItsSubject => e.Message,
            RegistryErrorKind.NotFound => $"'{item}' was not found",
            // The operations compose these messages, which name their subject.
            RegistryErrorKind.TagPointsElsewhere or RegistryErrorKind.TagMoved or RegistryErrorKind.StillTagged
                or RegistryErrorKind.StillReferenced or RegistryErrorKind.NameNotSpecific
                or RegistryErrorKind.Unauthenticated or RegistryErrorKind.UnsafeRequest
                or RegistryErrorKind.ClusterNotFound => e.Message,
            _ when e.Message.StartsWith($"'{item}'", StringComparison.Ordinal) => e.Message,
            _ => $"'{item}': {e.Message}",
        };
        if (e is { AfterLostAnswer: true, OutcomeUnknown: false }) message = $"{message.TrimEnd('.')}. {MayBeDone}";
        return Record(e, entry, item, message, advice);
    }

    private static ErrorRecord Record(
        Exception error, ErrorEntry entry, object? item, string? message = null, string? advice = null)
    {
        string text = SafeText.Clean(message ?? error.Message);
        advice = SafeText.Clean(advice ?? entry.Advice);
        // Do not repeat below the message what it already says.
        if (text.EndsWith(advice, StringComparison.Ordinal)) text = text[..^advice.Length].TrimEnd();
        if (!text.EndsWith('.') && !text.EndsWith('?')) text += ".";
        return new ErrorRecord(SafeText.Clean(error), entry.Id, entry.Category, Target(item))
        {
            ErrorDetails = new ErrorDetails(ShowsAdvice ? text : $"{text} {advice}") { RecommendedAction = advice },
        };
    }

    // $Error contains the target as well as the message, so hide the same secrets in both.
    private static object? Target(object? item)
    {
        // A cmdlet object contains all its parameters, secrets included.
        if (item is PSCmdlet cmdlet) return cmdlet.MyInvocation.MyCommand.Name;
        if (item is not string and IEnumerable list)
        {
            object?[] items = [.. list.Cast<object?>()], targets = [.. items.Select(Target)];
            return items.SequenceEqual(targets) ? item : targets;
        }

        return item?.ToString() is string text && SafeText.Clean(text) is string clean && clean != text ? clean : item;
    }

    // PowerShell 7.5 and later show RecommendedAction below the message; earlier versions do not show it.
    private static bool ShowsAdvice { get; } = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 5);
}
