using System.Diagnostics;

// Hidden PROGRAM ARGUMENTS...: runs a program with a console that has no window, as Task Scheduler does, and hands on
// its streams and its exit code. Without any console, as in Wine without a terminal, PowerShell ends at once and runs
// nothing.
ProcessStartInfo start = new(args[0], args[1..])
{
    CreateNoWindow = true,
    RedirectStandardInput = true,
    RedirectStandardOutput = true,
    RedirectStandardError = true,
};
using Process process = Process.Start(start)!;
process.StandardInput.Close();
await Task.WhenAll(
    process.StandardOutput.BaseStream.CopyToAsync(Console.OpenStandardOutput()),
    process.StandardError.BaseStream.CopyToAsync(Console.OpenStandardError()));
await process.WaitForExitAsync();
return process.ExitCode;
