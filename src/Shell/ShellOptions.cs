using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Shell;

/// <summary>The command line, read as pwsh reads its own.</summary>
internal sealed partial record ShellOptions
{
    public const string Usage = """
        ArtifactRegistry.Shell [-NonInteractive] [-NoExit] [-Demo] [-Command <text> | -File <script.ps1> [arguments]]

        PowerShell's engine and cmdlets with the ArtifactRegistry module loaded, for machines without pwsh.

          -Command, -c         Runs the rest of the command line as PowerShell; "-" reads commands from standard input.
          -File, -f            Runs a script with the arguments that follow it; "-File" can be left out before .ps1.
          -Demo, -d            Starts an emulator of the service and, without a command, a walk through the module.
          -NonInteractive      Never asks; a command that has to ask fails instead.
          -NoExit              Stays at the prompt after the command.
          -Help, -Version

        Without a command or a script it is a prompt, or runs the commands that standard input has. The environment
        variable ARTIFACTREGISTRY_MODULE names another folder to load the module from.

        Exit codes: what "exit" says; 0; 1 after an error; 64 if this command line is wrong.
        """;

    public string? Command { get; private init; }

    public string? File { get; private init; }

    /// <summary>The arguments of the script, as PowerShell text.</summary>
    public string FileArguments { get; private init; } = "";

    public bool CommandFromStandardInput { get; private init; }

    public bool NonInteractive { get; private init; }

    public bool NoExit { get; private init; }

    public bool Demo { get; private init; }

    public bool Help { get; private init; }

    public bool Version { get; private init; }

    /// <summary>What is wrong with the command line; null if nothing is.</summary>
    public string? Error { get; private init; }

    public static ShellOptions Parse(IReadOnlyList<string> args)
    {
        ShellOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            if (i == 0 && args[i].EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
                return options.WithFile(args, i);

            string? name = NameOf(args[i]);
            if (name is "command") return options.WithCommand(args, i + 1);
            if (name is "file") return options.WithFile(args, i + 1);
            options = name switch
            {
                "noninteractive" => options with { NonInteractive = true },
                "noexit" => options with { NoExit = true },
                "demo" => options with { Demo = true },
                "help" => options with { Help = true },
                "version" => options with { Version = true },
                // Command lines are copied from those of pwsh. There are no profiles and no logo to leave out.
                "noprofile" or "nologo" => options,
                _ => options with { Error = $"The argument '{args[i]}' is not known here." },
            };
            if (options.Error is not null) return options;
        }

        return options;
    }

    private ShellOptions WithCommand(IReadOnlyList<string> args, int first)
    {
        if (first >= args.Count) return this with { Error = "-Command needs the text of a command." };
        if (args[first] != "-") return this with { Command = string.Join(' ', args.Skip(first)) };
        return args.Count == first + 1
            ? this with { CommandFromStandardInput = true }
            : this with { Error = "\"-Command -\" takes nothing after it." };
    }

    private ShellOptions WithFile(IReadOnlyList<string> args, int first)
    {
        if (first >= args.Count) return this with { Error = "-File needs the path of a script." };
        string path = Path.GetFullPath(args[first]);
        if (!path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
            return this with { Error = $"The script '{args[first]}' does not have the extension .ps1." };
        if (!System.IO.File.Exists(path))
            return this with { Error = $"'{args[first]}' is not recognized as the name of a script file." };
        return this with { File = path, FileArguments = string.Join(' ', ScriptArguments(args.Skip(first + 1))) };
    }

    // "-Name value", "-Flag", "-Flag:$false" and "-Name: value", as PowerShell text. All values are strings, as in
    // pwsh -File, but for booleans after a colon: no other type could turn a switch off.
    private static IEnumerable<string> ScriptArguments(IEnumerable<string> args)
    {
        string pending = "";
        foreach (string arg in args)
        {
            Match parameter = ParameterName().Match(arg);
            if (pending.Length > 0 || !parameter.Success)
            {
                yield return pending + Quoted(arg);
                pending = "";
                continue;
            }

            string value = arg[parameter.Length..];
            if (!parameter.Value.EndsWith(':')) yield return arg;
            else if (value.Length == 0) pending = arg;
            else yield return parameter.Value + BooleanOrText(value);
        }

        if (pending.Length > 0) yield return Quoted(pending);
    }

    private static string BooleanOrText(string text) =>
        bool.TryParse(text.AsSpan(text.StartsWith('$') ? 1 : 0), out bool value) ? $"${value}" : Quoted(text);

    private static string Quoted(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    [GeneratedRegex("^-[A-Za-z_]\\w*(:|$)")]
    private static partial Regex ParameterName();

    // Any beginning that is long enough, as in pwsh: -c, -com, -Command.
    private static string? NameOf(string arg)
    {
        if (!arg.StartsWith('-')) return null;
        string given = arg.TrimStart('-').ToLowerInvariant();
        if (given == "?") return "help";
        ReadOnlySpan<(string Name, int Shortest)> names =
        [
            ("command", 1), ("file", 1), ("help", 1), ("version", 1), ("demo", 1),
            ("noninteractive", 4), ("noexit", 3), ("noprofile", 3), ("nologo", 3),
        ];
        foreach ((string name, int shortest) in names)
            if (given.Length >= shortest && name.StartsWith(given, StringComparison.Ordinal)) return name;
        return null;
    }
}
