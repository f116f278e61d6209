using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// A company's proxy, and behind it https://registry.example.test, whose certificate is of the company's own authority.
/// What arrives there goes on to the emulator.
/// </summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    public const string Host = "registry.example.test";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly Uri _target;
    private readonly Task _work;

    public TlsProxy(Uri target)
    {
        _target = target;
        _certificate = SelfSigned.For(Host);
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}");
        _work = AcceptAsync();
    }

    /// <summary>What stands in HTTPS_PROXY.</summary>
    public Uri Url { get; }

    /// <summary>The authority, as a store of certificates has it.</summary>
    public string Authority => _certificate.ExportCertificatePem();

    /// <summary>What clients asked the proxy for, with all that they said to it in the clear.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _work;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream clear = client.GetStream();
                Asked.Enqueue(await ReadHeadAsync(clear));
                await clear.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
                using SslStream tls = new(clear);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                using TcpClient onward = new();
                await onward.ConnectAsync(_target.Host, _target.Port, _stop.Token);
                NetworkStream emulator = onward.GetStream();
                await Task.WhenAny(tls.CopyToAsync(emulator, _stop.Token), emulator.CopyToAsync(tls, _stop.Token));
            }
            catch (Exception e)
                when (e
                        is IOException
                            or System.Security.Authentication.AuthenticationException
                            or OperationCanceledException
                )
            {
                // Who does not trust the certificate hangs up, and so does who is done.
            }
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (
            !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && await stream.ReadAsync(one, _stop.Token) == 1
        )
            head.Append((char)one[0]);
        return head.ToString();
    }
}
