using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The one place that turns exceptions into error records; <see cref="ErrorCatalog"/> has their ids.</summary>
internal static class ErrorRecords
{
    // A refusal would else be read as if nothing had been changed.
    private const string MayBeDone = "An earlier try, whose answer was lost, may have been carried out.";

    /// <summary>The record for an item that could not be worked on.</summary>
    public static ErrorRecord For(Exception error, object item) => error switch
    {
        RegistryException e => For(e, item),
        ImageNameException => Record(error, ErrorCatalog.Of("InvalidImageName"), item),
        ConfirmationRequiredException => Record(error, ErrorCatalog.Of("ConfirmationRequired"), item),
        _ => Record(error, ErrorCatalog.Of("UnexpectedError"), item),
    };

    /// <summary>The record for parameters that make no sense.</summary>
    /// <param name="id">An id of the catalog.</param>
    /// <param name="message">What is wrong with the value.</param>
    /// <param name="value">The value.</param>
    public static ErrorRecord ForMisuse(string id, string message, object? value) =>
        Record(new ArgumentException(SafeText.Clean(message)), ErrorCatalog.Of(id), value);

    private static ErrorRecord For(RegistryException e, object item)
    {
        ErrorEntry entry = ErrorCatalog.Of(e.Kind);
        string advice = e.Advice ?? e.Kind switch
        {
            RegistryErrorKind.PermissionDenied => PermissionAdvice.Advice(e.Permission, item),
            RegistryErrorKind.OutsidePerimeter when e.UniqueId is { Length: > 0 } id =>
                $"VPC Service Controls refused this under the unique id {id}, and no role helps. Give that id to the administrator of the perimeter, "
                + $"who finds the request with: gcloud logging read 'log_id(\"cloudaudit.googleapis.com/policy\") AND \"{id}\"' --project=PROJECT",
            _ => entry.Advice,
        };
        string message = e.Kind switch
        {
            _ when e.NamesItsSubject => e.Message,
            RegistryErrorKind.NotFound => $"'{item}' was not found",
            // These are composed by the operations and name what they are about.
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
        // What a message says already need not be said again below it.
        if (text.EndsWith(advice, StringComparison.Ordinal)) text = text[..^advice.Length].TrimEnd();
        if (!text.EndsWith('.') && !text.EndsWith('?')) text += ".";
        return new ErrorRecord(SafeText.Clean(error), entry.Id, entry.Category, Target(item))
        {
            ErrorDetails = new ErrorDetails(ShowsAdvice ? text : $"{text} {advice}") { RecommendedAction = advice },
        };
    }

    // What was given stands in $Error beside the message, so what is hidden there is hidden here.
    private static object? Target(object? item)
    {
        // A cmdlet has all that was given to it.
        if (item is PSCmdlet cmdlet) return cmdlet.MyInvocation.MyCommand.Name;
        if (item is not string and IEnumerable list)
        {
            object?[] items = [.. list.Cast<object?>()], targets = [.. items.Select(Target)];
            return items.SequenceEqual(targets) ? item : targets;
        }

        return item?.ToString() is string text && SafeText.Clean(text) is string clean && clean != text ? clean : item;
    }

    // From 7.5 on, PowerShell shows RecommendedAction below the message; before, nobody would see it.
    private static bool ShowsAdvice { get; } = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 5);
}
