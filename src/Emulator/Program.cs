using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Seeding;

CommandLine line;
RegistryState? opened = null;
try
{
    line = CommandLine.Parse(args);
    if (line.Help)
    {
        CommandLine.WriteHelp(Console.Out);
        return 0;
    }
    Seed? seed = line.SeedFile is null ? null : Seed.Parse(await File.ReadAllTextAsync(line.SeedFile));
    opened = new RegistryState(TimeProvider.System, line.DataFolder);
    // An existing state in a folder takes precedence.
    if (opened.IsEmpty)
    {
        if (seed is not null) seed.AddTo(opened);
        else if (!line.Empty) opened.AddSample();
    }
    seed?.AddWorkloadsTo(opened);
}
catch (Exception e)
    when (e is FormatException or ArgumentException or IOException or UnauthorizedAccessException)
{
    opened?.Dispose();
    return Fail(e.Message, 2);
}

using RegistryState state = opened;
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

try
{
    // Nobody can read the log from outside the process, and in one that runs for days it would only grow.
    using X509Certificate2? certificate = line.CertificateFile is null ? null : SelfSigned.For();
    if (certificate is not null)
        await File.WriteAllTextAsync(line.CertificateFile!, certificate.ExportCertificatePem());
    EmulatorOptions options = new()
    {
        Url = line.Url,
        Certificate = certificate,
        State = state,
        Behaviour = line.Behaviour,
        RecordRequests = false,
    };
    await using EmulatorServer emulator = await EmulatorServer.StartAsync(options, stop.Token);
    if (line.PublicAuthorityFile is string file)
        await File.WriteAllTextAsync(file, emulator.PublicAuthority, stop.Token);
    Announce(emulator, line.DataFolder);
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (ArgumentException e)
{
    return Fail(e.Message, 2);
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    return Fail(e.Message, 1);
}
catch (OperationCanceledException)
{
}
return 0;

static int Fail(string message, int code)
{
    Console.Error.WriteLine($"emulator: {message}");
    return code;
}

static void Announce(EmulatorServer emulator, string? folder)
{
    IReadOnlyList<RepositoryName> repositories = emulator.State.Repositories;
    Console.WriteLine(
        $"Artifact Registry emulator on {emulator.Url}: {repositories.Count} repositories, "
        + $"{repositories.Sum(emulator.State.DigestCount)} images. Ctrl+C stops it.");
    foreach (RepositoryName repository in repositories) Console.WriteLine($"  {repository}");
    if (folder is not null) Console.WriteLine($"Kept in {Path.GetFullPath(folder)}.");
    Console.WriteLine(
        $"skopeo, crane and docker write {emulator.Url.Authority}/us/PROJECT/REPOSITORY/IMAGE "
        + "for us-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE.");

    IReadOnlyDictionary<string, string> variables = ClientEnvironment.For(emulator.Url);
    Console.WriteLine("\nPowerShell:");
    foreach ((string name, string value) in variables) Console.WriteLine($"$env:{name} = '{value}'");
    Console.WriteLine("\nbash:");
    foreach ((string name, string value) in variables) Console.WriteLine($"export {name}='{value}'");
}
