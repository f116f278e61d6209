using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ArtifactRegistry.TestSupport;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Line">The request line, for example <c>GET /v1/x HTTP/1.1</c>.</param>
/// <param name="Head">Everything before the body, the request line included.</param>
/// <param name="Body">The body as text.</param>
internal sealed record RawRequest(int Number, string Line, string Head, string Body)
{
    public string Target => Line.Split(' ')[1];
}

/// <summary>An answer, byte for byte.</summary>
/// <param name="Bytes">Status line, headers and as much of the body as there is.</param>
/// <param name="Stalls">Whether the connection then stays open without a further byte.</param>
internal sealed record RawReply(byte[] Bytes, bool Stalls = false)
{
    /// <summary>What follows, again and again until the client has enough; null for nothing.</summary>
    public byte[]? Forever { get; init; }

    /// <summary>An answer without end.</summary>
    public static RawReply Endless(int status, byte[] start, byte[] forever, params string[] headers) =>
        new([
            .. Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: "
                    + $"close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"
            ),
            .. start,
        ])
        {
            Forever = forever,
        };

    public static RawReply Of(int status, string body, string type = "application/json", params string[] headers) =>
        Of(status, Encoding.UTF8.GetBytes(body), type, headers);

    public static RawReply Of(int status, byte[] body, string type, params string[] headers) =>
        new([.. Head(status, body.Length, type, headers), .. body]);

    /// <summary>Announces more than it sends, and then waits.</summary>
    public static RawReply Stalled(int status, string body) =>
        new([.. Head(status, body.Length + 10, "application/json", []), .. Encoding.UTF8.GetBytes(body)], Stalls: true);

    private static byte[] Head(int status, int length, string type, string[] headers) =>
        Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nConnection: "
                    + $"close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"
            )
        );
}

/// <summary>A server on loopback for answers that the emulator never gives: broken, hostile, or from a proxy.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<RawRequest, RawReply> _answer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<RawRequest> _requests = [];
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    private RawServer(int port, Func<RawRequest, RawReply> answer)
    {
        _answer = answer;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>The requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<RawRequest> Requests
    {
        get { lock (_lock) return [.. _requests]; }
    }

    public static RawServer Start(Func<RawRequest, RawReply> answer, int port = 0) => new(port, answer);

    /// <summary>A port that nothing listens on.</summary>
    public static int UnusedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                if (await ReadAsync(stream) is not RawRequest request) return;
                RawReply reply = _answer(request);
                await stream.WriteAsync(reply.Bytes, _stopping.Token);
                while (reply.Forever is not null) await stream.WriteAsync(reply.Forever, _stopping.Token);
                // Nothing follows from a client that waits; so this ends when it closes the connection.
                if (reply.Stalls) await stream.ReadExactlyAsync(new byte[1], _stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
            }
        }
    }

    private async Task<RawRequest?> ReadAsync(NetworkStream stream)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, _stopping.Token);
            if (read == 0) return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            string soFar = text.ToString();
            int end = soFar.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;

            string head = soFar[..end], body = soFar[(end + 4)..];
            if (body.Length < ContentLength(head)) continue;
            lock (_lock)
            {
                RawRequest request = new(_requests.Count + 1, head.Split("\r\n")[0], head, body);
                _requests.Add(request);
                return request;
            }
        }
    }

    private static int ContentLength(string head) =>
        head.Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            is string line
            ? int.Parse(
                line.AsSpan("Content-Length:".Length),
                NumberStyles.AllowLeadingWhite,
                CultureInfo.InvariantCulture
            )
            : 0;
}
