using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>What -Property takes: a name, a wildcard, a script block, or @{ Name = …; Expression = … }.</summary>
internal sealed record ItemProperty(string? Name, PSPropertyExpression Expression)
{
    public static ItemProperty[] Parse(IEnumerable<object> properties) => [.. properties.Select(Parse)];

    /// <summary>The properties of the item with their names; a name that it lacks has the value null.</summary>
    public IEnumerable<(string Name, object? Value)> Read(PSObject item)
    {
        List<PSPropertyExpression> found = Expression.ResolveNames(item);
        if (found.Count == 0) found = Expression.HasWildCardCharacters ? [] : [Expression];
        foreach (PSPropertyExpression expression in found)
            yield return (Name ?? expression.ToString(), Value(expression, item));
    }

    /// <summary>The one value of an item, for comparing.</summary>
    public object? ReadOne(PSObject item) => Read(item).FirstOrDefault().Value;

    private static object? Value(PSPropertyExpression expression, PSObject item) =>
        expression.GetValues(item) is [{ Exception: null } first, ..] ? first.Result : null;

    private static ItemProperty Parse(object property) =>
        (property is PSObject wrapped ? wrapped.BaseObject : property) switch
        {
            ScriptBlock script => new(null, new PSPropertyExpression(script)),
            IDictionary table => Parse(table),
            object other => new(null, new PSPropertyExpression(Convert.ToString(other, CultureInfo.InvariantCulture)!)),
        };

    private static ItemProperty Parse(IDictionary table)
    {
        string? name = null;
        ItemProperty? expression = null;
        foreach (DictionaryEntry entry in table)
        {
            string key = entry.Key.ToString()!;
            if (IsShortFor(key, "expression") && entry.Value is not null) expression = Parse(entry.Value);
            else if (IsShortFor(key, "name") || IsShortFor(key, "label")) name = entry.Value?.ToString();
            else throw new ArgumentException($"A property has a Name and an Expression, but no '{key}'.");
        }

        return expression is null
            ? throw new ArgumentException("A property given as a hashtable needs an Expression.")
            : expression with { Name = name };
    }

    private static bool IsShortFor(string key, string word) =>
        key.Length > 0 && word.StartsWith(key, StringComparison.OrdinalIgnoreCase);
}
