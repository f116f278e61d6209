using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Seeding;

namespace ArtifactRegistry.Shell.Demo;

/// <summary>An emulator of the service in this process, which the module then takes for the service.</summary>
/// <remarks>Apart from the rest, so that the emulator's assemblies are loaded only when it is asked for.</remarks>
internal static class DemoEmulator
{
    /// <summary>Starts it, with the sample in it, and points this process to it.</summary>
    public static IAsyncDisposable Start()
    {
        EmulatorOptions options = new() { State = new RegistryState(TimeProvider.System).AddSample() };
        EmulatorServer server = EmulatorServer.StartAsync(options, CancellationToken.None).GetAwaiter().GetResult();
        DemoImages.PushAsync(server.Url, CancellationToken.None).GetAwaiter().GetResult();
        foreach ((string name, string value) in ClientEnvironment.For(server.Url))
            Environment.SetEnvironmentVariable(name, value);
        return server;
    }
}
