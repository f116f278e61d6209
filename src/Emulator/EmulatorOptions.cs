using System.Security.Cryptography.X509Certificates;

namespace ArtifactRegistry.Emulator;

/// <summary>The options for starting an emulator.</summary>
public sealed record EmulatorOptions
{
    /// <summary>
    /// The address to listen on: always a loopback address, and https with a <see cref="Certificate"/>; with port 0,
    /// any free port is used.
    /// </summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:0/");

    /// <summary>
    /// The certificate for https, with HTTP/2 for clients that support it; without one, http and HTTP/1.1 are used.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The initial state; empty if null.</summary>
    public RegistryState? State { get; init; }

    /// <summary>The initial behavior.</summary>
    public Behaviour Behaviour { get; init; } = new();

    /// <summary>
    /// Gets whether <see cref="EmulatorServer.Requests"/> keeps every request; otherwise it only counts open ones.
    /// </summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>The source of its times. Latency and slow responses always take real time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
