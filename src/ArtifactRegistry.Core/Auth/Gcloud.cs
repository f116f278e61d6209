using System.ComponentModel;
using System.Diagnostics;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>The account that gcloud is signed in with: <c>gcloud auth print-access-token</c>.</summary>
internal sealed class Gcloud : ICredential
{
    private const int MaxErrorLength = 400;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly SignIn _signIn;
    private readonly bool _impersonates;

    /// <param name="signIn">The environment.</param>
    /// <param name="impersonates">Whether gcloud impersonates the account in its configuration.</param>
    public Gcloud(SignIn signIn, bool impersonates)
    {
        (_signIn, _impersonates) = (signIn, impersonates);
        GcloudConfiguration configuration = new(signIn);
        Account =
            impersonates && configuration.Impersonated is string chain
                ? chain.Split(',')[^1].Trim()
                : configuration.Account;
    }

    public string Description => "the account that gcloud is signed in with";

    public string? Account { get; }

    // The first start of gcloud after a reboot of Windows takes a quarter of this time.
    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    /// <summary>Finds the path of gcloud; null if it is not on the PATH.</summary>
    public static string? Find(SignIn signIn)
    {
        string[] names = OperatingSystem.IsWindows() ? ["gcloud.cmd", "gcloud.exe"] : ["gcloud"];
        // Only full paths: nobody intends a gcloud in the current folder. Windows allows folders in quotes, too.
        return (signIn.Variable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathFullyQualified)
            .SelectMany(_ => names, Path.Combine)
            .FirstOrDefault(File.Exists);
    }

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        string program = Find(_signIn) ?? throw Failed("gcloud is not on the PATH.", null);
        ProcessStartInfo start = new(program)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // User input is never an argument: on Windows gcloud is a batch file, and cmd would interpret it.
        foreach (string argument in new[] { "auth", "print-access-token", "--quiet" }) start.ArgumentList.Add(argument);
        start.Environment["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1";
        if (!_impersonates) start.Environment[TokenSources.ImpersonateVariable] = "";
        trace?.Invoke($"Running {program} auth print-access-token");

        using Process process = new() { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed($"'{program}' cannot be started: {e.Message}", e);
        }

        try
        {
            // It must not wait for input that nobody will provide.
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop),
                errors = process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            if (process.ExitCode != 0)
                throw Failed($"gcloud auth print-access-token failed: {Shortened(await errors)}", null);
            return AccessToken.Parse(await output, "the output of gcloud auth print-access-token");
        }
        finally
        {
            await EndAsync(process);
        }
    }

    // No process of ours may keep running after the prompt is back.
    private static async Task EndAsync(Process process)
    {
        if (process.HasExited) return;
        using CancellationTokenSource grace = new(Grace);
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(grace.Token);
        }
        catch (Exception e)
            when (e is InvalidOperationException or Win32Exception or OperationCanceledException or AggregateException)
        {
            // It has ended by itself, or the system cannot end it or one of its children; there is nothing left to try.
        }
    }

    // gcloud writes its message after ERROR, before many lines of advice.
    private static string Shortened(string errors)
    {
        string text = errors[Math.Max(0, errors.IndexOf("ERROR:", StringComparison.Ordinal))..];
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length == 0 ? "it said nothing."
            : text.Length <= MaxErrorLength ? text
            : text[..MaxErrorLength] + SafeText.Ellipsis;
    }

    private static RegistryException Failed(string message, Exception? cause) =>
        new(RegistryErrorKind.Unauthenticated, message, cause)
        {
            Advice =
                "A person signs in with: gcloud auth login. A scheduled script uses: Connect-ArRegistry "
                    + "-CredentialFile KEY.json",
        };
}
