using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// The text of an object and of all that can be reached from it, as a debugger or a serializer would show it.
/// </summary>
internal static class Everything
{
    private const int MaxDepth = 6;

    public static string In(object? value)
    {
        StringBuilder text = new();
        Add(text, value, [], 0);
        return text.ToString();
    }

    private static void Add(StringBuilder text, object? value, HashSet<object> seen, int depth)
    {
        if (value is PSObject wrapped) value = wrapped.BaseObject;
        if (value is null || depth > MaxDepth || (!value.GetType().IsValueType && !seen.Add(value))) return;
        text.Append(value).Append('\n');
        if (value is string) return;
        if (value is IDictionary entries)
        {
            foreach (DictionaryEntry entry in entries)
            {
                Add(text, entry.Key, seen, depth + 1);
                Add(text, entry.Value, seen, depth + 1);
            }
        }
        else if (value is IEnumerable items and not Uri)
        {
            foreach (object? item in items) Add(text, item, seen, depth + 1);
        }
        else if (IsOpened(value))
        {
            foreach (
                PropertyInfo property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            )
                if (property.GetIndexParameters().Length == 0)
                    Add(text, Get(value, property), seen, depth + 1);
        }
    }

    // The engine's own objects lead to the whole session, with the variables in which the secrets of the test are.
    private static bool IsOpened(object value) =>
        value is Exception or InvocationInfo
        || value.GetType().Namespace?.StartsWith("ArtifactRegistry", StringComparison.Ordinal) is true;

    private static object? Get(object value, PropertyInfo property)
    {
        try
        {
            // What code was running says nothing of its data; what a cmdlet has from the engine leads to the session.
            return property.Name is "TargetSite"
                || property.DeclaringType == typeof(PSCmdlet)
                || property.DeclaringType == typeof(Cmdlet)
                ? null
                : property.GetValue(value);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
