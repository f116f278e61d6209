namespace ArtifactRegistry.Emulator;

/// <summary>How an emulator is started.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Where it listens: a loopback address, always; port 0 takes any free port.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:0/");

    /// <summary>What it knows at first; empty if absent.</summary>
    public RegistryState? State { get; init; }

    /// <summary>How it behaves at first.</summary>
    public Behaviour Behaviour { get; init; } = new();

    /// <summary>Whether <see cref="EmulatorServer.Requests"/> keeps every request; else it only counts open ones.</summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>Where its times come from. Latency and slow answers take real time whatever this says.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
