using System.Collections.Frozen;
using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Shell.Cmdlets;

namespace ArtifactRegistry.Shell;

/// <summary>Says of a well-known command that it is this shell that lacks it, and what to do instead.</summary>
internal static partial class MissingCommands
{
    public static void Advise(object? sender, CommandLookupEventArgs lookup)
    {
        // The engine's completers name their cmdlets in full, and so do some scripts.
        string command = ModulePrefix().Replace(lookup.CommandName, "");
        lookup.Command = SmallCmdlets.Find(command) ?? (Advice.ContainsKey(command) ? Stub(command) : null);
        lookup.StopSearch = lookup.Command is not null;
    }

    public static string About(string command)
    {
        string text = $"This small shell has no {command}; PowerShell (pwsh) does.";
        return Advice.TryGetValue(command, out string? instead) && instead.Length > 0 ? $"{text} {instead}" : text;
    }

    // An exception from the look-up would be swallowed; so the command exists, and fails.
    private static CmdletInfo Stub(string command) =>
        new(command.Contains('-', StringComparison.Ordinal) ? command : "Missing-Command", typeof(MissingCommand));

    [GeneratedRegex(@"^Microsoft\.PowerShell\.(Utility|Management)\\", RegexOptions.IgnoreCase)]
    private static partial Regex ModulePrefix();

    private static IEnumerable<KeyValuePair<string, string>> Known()
    {
        foreach ((string names, string advice) in Groups)
            foreach (string name in names.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
                yield return new(name, advice);
    }

    private const string UseDotNet = ".NET is at hand: ";

    private static readonly (string Names, string Advice)[] Groups =
    [
        ("Get-Content Set-Content gc cat type", UseDotNet + "[IO.File]::ReadAllLines(path)."),
        ("Out-File Tee-Object Export-Csv Export-Clixml", UseDotNet + "[IO.File]::WriteAllLines(path, $lines)."),
        ("Get-ChildItem Test-Path Get-Item ls dir gci",
            UseDotNet + "[IO.Directory]::GetFiles(path), [IO.File]::Exists(path)."),
        ("ConvertFrom-Json", UseDotNet + "[Text.Json.JsonSerializer]."),
        ("New-Object", "Use [Type]::new(...)."),
        ("""
         Add-Member Add-Type Clear-Content Clear-Item Clear-Variable Compare-Object Convert-Path ConvertFrom-Csv
         ConvertTo-Csv ConvertTo-Html ConvertTo-Xml Copy-Item Format-Custom Format-Hex Format-Wide Get-Credential
         Get-Culture Get-Error Get-Host Get-ItemProperty Get-ItemPropertyValue Get-Member Get-Process
         Get-PSDrive Get-Random Get-Service Get-TimeZone Get-Unique Get-Variable Group-Object Import-Clixml Import-Csv
         Import-PowerShellDataFile Invoke-Expression Invoke-RestMethod Invoke-WebRequest Join-Path Join-String
         Measure-Command Move-Item New-Guid New-Item New-ItemProperty New-PSDrive New-TimeSpan New-Variable
         Out-GridView  Pop-Location Push-Location Read-Host Remove-Item Remove-Variable Rename-Item
         Resolve-Path Select-String Set-Item Set-ItemProperty Set-Variable Split-Path Start-Process
         Stop-Process Test-Connection Test-Json Trace-Command Wait-Event Write-Progress cls cp mv rm del
         group gm iex irm iwr
         """, ""),
    ];

    // Last, because fields are initialised in the order in which they stand.
    private static readonly FrozenDictionary<string, string> Advice = Known().ToFrozenDictionary(
        StringComparer.OrdinalIgnoreCase);
}

/// <summary>Stands for a command of pwsh that this shell does not have.</summary>
public sealed class MissingCommand : PSCmdlet
{
    /// <summary>Whatever the command was given.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    public object?[]? Arguments { get; set; }

    /// <summary>Whatever was piped to it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string command = MyInvocation.InvocationName;
        command = command[(command.LastIndexOf('\\') + 1)..];
        ThrowTerminatingError(new ErrorRecord(
            new CommandNotFoundException(MissingCommands.About(command)),
            nameof(CommandNotFoundException), ErrorCategory.ObjectNotFound, command));
    }
}
