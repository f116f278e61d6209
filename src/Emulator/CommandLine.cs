namespace ArtifactRegistry.Emulator;

/// <summary>The command line of the executable.</summary>
internal sealed class CommandLine
{
    private const int HelpColumn = 34;

    private static readonly CommandLineOption[] Options =
    [
        new("--urls", "URL", "where to listen, loopback only; default http://127.0.0.1:8085",
            (line, text) => line.Url = Address(text)),
        new("--certificate", "FILE", "for an https address: the file gets the certificate that clients are to trust",
            (line, text) => line.CertificateFile = text),
        new("--seed", "FILE", "start with what a JSON file says instead of the sample",
            (line, text) => line.SeedFile = text),
        new("--data", "FOLDER", "keep everything in a folder; a new one begins with the seed or the sample",
            (line, text) => line.DataFolder = text.Length > 0 ? text : throw new FormatException("the name is empty")),
        new("--public-authority", "FILE", "the file gets the authority of the clusters' DNS endpoints, to be trusted",
            (line, text) => line.PublicAuthorityFile = text),
        new("--empty", null, "start with nothing", (line, _) => line.Empty = true),
        new("--help", null, "show this text", (line, _) => line.Help = true),
        .. CommandLineBehaviour.Options,
    ];

    public Uri Url { get; set; } = new("http://127.0.0.1:8085/");

    /// <summary>The file to which the certificate of this run is written; null without TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The file to which the authority of DNS endpoints is written.</summary>
    public string? PublicAuthorityFile { get; set; }

    public string? SeedFile { get; set; }

    public string? DataFolder { get; set; }

    public bool Empty { get; set; }

    public bool Help { get; set; }

    public Behaviour Behaviour { get; } = new();

    public int FaultSeed { get; set; } = 1;

    /// <exception cref="FormatException">
    /// A flag or its value is invalid; the message says which one and what was expected.
    /// </exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        CommandLine line = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string[] halves = arguments[i].Split('=', 2);
            CommandLineOption option = Array.Find(Options, known => known.Name == halves[0])
                ?? throw new FormatException($"'{halves[0]}' is not an option of the emulator. Try --help.");
            string value = "";
            if (option.Argument is null)
            {
                if (halves.Length > 1) throw new FormatException($"{option.Name} takes no value.");
            }
            else if (halves.Length > 1) value = halves[1];
            else if (++i < arguments.Count) value = arguments[i];
            else throw new FormatException($"{option.Name} needs a value: {option.Argument}.");

            try
            {
                option.Apply(line, value);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new FormatException($"{option.Name}: {e.Message}", e);
            }
        }
        if (line.Empty && line.SeedFile is not null)
            throw new FormatException("--empty and --seed contradict each other.");
        if (line.CertificateFile is null != (line.Url.Scheme == "http"))
            throw new FormatException("--certificate and an https address in --urls belong together.");
        return line;
    }

    public static void WriteHelp(TextWriter writer)
    {
        writer.WriteLine(
            "Artifact Registry, Resource Manager, IAM, Kubernetes Engine with its clusters, Cloud Run and more, for "
                + "this machine only."
        );
        writer.WriteLine();
        foreach (CommandLineOption option in Options)
        {
            string flag = $"  {option.Name} {option.Argument}";
            // A flag with many choices gets a line of its own.
            if (flag.Length > HelpColumn)
            {
                writer.WriteLine(flag);
                flag = "";
            }
            writer.WriteLine($"{flag.PadRight(HelpColumn)} {option.Help}");
        }
        writer.WriteLine();
        writer.WriteLine("Durations are written 50ms, 2s, 5m, 12h or 30d; faults 503:0.1 (a tenth) or 429:x3 (three).");
        writer.WriteLine("--fault, --deny, --require-token, --missing-member and --cluster-fault may be repeated.");
        writer.WriteLine("Without --seed and --empty there is a sample.");
        writer.WriteLine(
            "Without --data everything is in memory, and blobs over 1 MiB in a temporary folder, until the end."
        );
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url!
            : throw new FormatException(
                $"'{text}' is not an HTTP address. Expected for example 'http://127.0.0.1:8085'.");
}

/// <summary>A flag.</summary>
internal sealed record CommandLineOption(string Name, string? Argument, string Help, Action<CommandLine, string> Apply);
