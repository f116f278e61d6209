using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Seeding;

namespace ArtifactRegistry.Shell.Demo;

/// <summary>An emulator of the service in this process, to which the processes that it starts are connected.</summary>
internal static class DemoEmulator
{
    /// <summary>Starts it with the sample in it, for as long as this process lives.</summary>
    public static async Task StartAsync()
    {
        EmulatorOptions options = new()
        {
            State = new RegistryState(TimeProvider.System).AddSample().AddPreview(),
            // Registries keep layers for some time after the last manifest that names them: an undo without them works.
            Behaviour = new Behaviour { CollectBlobsAfter = TimeSpan.FromHours(1) },
        };
        EmulatorServer server = await EmulatorServer.StartAsync(options, CancellationToken.None);
        await DemoImages.PushAsync(server.Url, CancellationToken.None);
        foreach ((string name, string value) in ClientEnvironment.For(server.Url))
            Environment.SetEnvironmentVariable(name, value);
    }
}
