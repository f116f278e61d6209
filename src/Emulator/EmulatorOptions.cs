using System.Security.Cryptography.X509Certificates;

namespace ArtifactRegistry.Emulator;

/// <summary>How an emulator is started.</summary>
public sealed record EmulatorOptions
{
    /// <summary>
    /// Where it listens: a loopback address, always, and https with a <see cref="Certificate"/>; port 0 takes any free port.
    /// </summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:0/");

    /// <summary>Serves https with this certificate, by HTTP/2 to those who can; without one, http and HTTP/1.1.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What it knows at first; empty if absent.</summary>
    public RegistryState? State { get; init; }

    /// <summary>How it behaves at first.</summary>
    public Behaviour Behaviour { get; init; } = new();

    /// <summary>Whether <see cref="EmulatorServer.Requests"/> keeps every request; else it only counts open ones.</summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>Where its times come from. Latency and slow answers take real time whatever this says.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
