using System.Text;
using ArtifactRegistry.Emulator.Docker;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>The responses of faults that do no work.</summary>
internal static class Refusals
{
    public static Answer? For(Fault fault, RecordedRequest request, EmulatorServer server)
    {
        Answer? answer = fault.Kind switch
        {
            FaultKind.TooManyRequests when server.Behaviour.ExternalSignIn is not null => new DockerError(
                429,
                "TOOMANYREQUESTS",
                "You have reached your pull rate limit. https://www.docker.com/increase-rate-limit").ToAnswer(),
            FaultKind.TooManyRequests => Answer.For(
                ApiError.QuotaExceeded(NumberOfProject(request, server.State)),
                request.Path,
                server.Behaviour
            ),
            FaultKind.Forbidden => Answer.For(ApiError.ProjectDenied(), request.Path, server.Behaviour),
            FaultKind.Aborted => Answer.For(ApiError.Aborted(), request.Path, server.Behaviour),
            FaultKind.InternalError => Answer.For(ApiError.Internal(), request.Path, server.Behaviour),
            FaultKind.BadGateway => new Answer(502, FrontEndPage(), "text/html; charset=UTF-8"),
            FaultKind.Unavailable => Answer.For(ApiError.Unavailable(), request.Path, server.Behaviour),
            FaultKind.GatewayTimeout => Answer.For(ApiError.DeadlineExceeded(), request.Path, server.Behaviour),
            _ => null,
        };
        string? retryAfter = fault.RetryAfter ?? server.Behaviour.RetryAfter;
        if (answer is { Status: 429 or 503 } && retryAfter is not null) answer.Headers["Retry-After"] = retryAfter;
        return answer;
    }

    private static string NumberOfProject(RecordedRequest request, RegistryState state)
    {
        string[] segments = request.Path.Split('/');
        int at = Array.IndexOf(segments, "projects") + 1;
        lock (state.Gate)
            return at > 0 && at < segments.Length ? state.FindProject(segments[at])?.Number ?? "0" : "0";
    }

    private static byte[] FrontEndPage() => Encoding.UTF8.GetBytes(
        """
        <!DOCTYPE html>
        <html lang=en>
          <meta charset=utf-8>
          <title>Error 502 (Server Error)!!1</title>
          <p><b>502.</b> <ins>That’s an error.</ins>
          <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30
          seconds.  <ins>That’s all we know.</ins>
        </html>
        """);
}
