using System.Net;
using System.Net.Sockets;

namespace ArtifactRegistry.Http;

/// <summary>Addresses that do not leave this machine.</summary>
internal static class Loopback
{
    private const string Localhost = "localhost";

    /// <summary>
    /// Gets whether an address stays on this machine: a loopback IP address, or the name <c>localhost</c>, for which
    /// <see cref="ConnectAsync"/> uses no resolver. No other name counts, whatever address it may currently resolve to.
    /// </summary>
    public static bool Is(Uri address) =>
        IPAddress.TryParse(address.DnsSafeHost, out IPAddress? ip) ? IPAddress.IsLoopback(ip)
            : string.Equals(address.IdnHost, Localhost, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Connects as .NET does, except that <c>localhost</c> is always a loopback address, whatever a resolver returns:
    /// https://www.rfc-editor.org/rfc/rfc6761#section-6.3.
    /// </summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        DnsEndPoint end = context.DnsEndPoint;
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (string.Equals(end.Host, Localhost, StringComparison.OrdinalIgnoreCase))
                await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], end.Port, stop);
            else
                await socket.ConnectAsync(end, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
