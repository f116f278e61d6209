using System.Diagnostics;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>What a process wrote and how it ended.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Gets the lines of the output, whatever ends a line on this machine.</summary>
    public string[] Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>
    /// Gets the error text in one line, without the breaks and bars that the console host puts into it.
    /// </summary>
    public string ErrorText =>
        string.Join(' ', Error.Split(['\r', '\n', ' ', '|'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs a process to its end; one that takes minutes fails the test.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="input">The text on standard input, which is closed after it.</param>
    public static async Task<ProcessResult> OfAsync(ProcessStartInfo start, string input = "")
    {
        using CancellationTokenSource stop =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(stop.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), stop.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop.Token);
            return new ProcessResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
