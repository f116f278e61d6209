using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Docker;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Emulator.Workloads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>Handles one request from its arrival to its response: log, holds, faults, identity, method.</summary>
internal sealed class Exchange(EmulatorServer server, CancellationToken stopping)
{
    private readonly RequestQuota _deletions = new();

    private RequestLog Log => server.Requests;

    public async Task HandleAsync(HttpContext context)
    {
        Log.Begin();
        RecordedRequest? request = null;
        bool open = true;
        using CancellationTokenSource linked =
            CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            request = await RecordAsync(context, linked.Token);
            Fault? fault = await WaitForTurnAsync(request, linked.Token);
            Answer? answer = fault?.Kind == FaultKind.ResetBefore
                ? null
                : await WorkAsync(request, context, fault, linked.Token);
            using Stream? content = answer?.Content;
            await server.State.SaveAsync();
            await Log.PassAsync(request, HoldPoint.BeforeAnswer, linked.Token);

            bool reset = answer is null || fault?.Kind == FaultKind.ResetAfter;
            request.Status = reset ? 0 : answer!.Status;
            request.Outcome = reset || fault?.Kind == FaultKind.CutBody
                ? RequestOutcome.AbortedByFault
                : RequestOutcome.Answered;
            open = false;
            Log.End();

            if (server.Behaviour.ClockOffset is { Ticks: not 0 } offset)
                context.Response.Headers.Date = (DateTimeOffset.UtcNow + offset).ToString(
                    "R",
                    CultureInfo.InvariantCulture
                );
            if (reset)
                context.Abort();
            else
                await SendAsync(context, answer!, fault);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            if (request is not null)
            {
                request.Outcome = stopping.IsCancellationRequested
                    ? RequestOutcome.AbortedByFault
                    : RequestOutcome.AbortedByClient;
            }
            // Otherwise an emulator that is being disposed would send an empty success.
            context.Abort();
        }
        finally
        {
            if (open) Log.End();
        }
    }

    private async Task<RecordedRequest> RecordAsync(HttpContext context, CancellationToken aborted)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string body = DockerMethods.Owns(target) ? "" : await ReadTextAsync(context.Request, aborted);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, StringValues values) in context.Request.Headers) headers[name] = values.ToString();
        return Log.Record(context.Request.Method, target, body, headers, context.Request.Protocol);
    }

    private static async Task<string> ReadTextAsync(HttpRequest request, CancellationToken aborted)
    {
        using StreamReader reader = new(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(aborted);
    }

    private async Task<Fault?> WaitForTurnAsync(RecordedRequest request, CancellationToken aborted)
    {
        await Log.PassAsync(request, HoldPoint.BeforeWork, aborted);
        Behaviour behaviour = server.Behaviour;
        if (behaviour.Latency > TimeSpan.Zero) await Task.Delay(behaviour.Latency, aborted);
        Fault? fault = request.Fault = behaviour.Faults.For(request);
        if (fault?.Kind == FaultKind.Slow) await Task.Delay(fault.Delay, aborted);
        aborted.ThrowIfCancellationRequested();
        behaviour.BeforeHandling?.Invoke(request);
        return fault;
    }

    private async Task<Answer> WorkAsync(
        RecordedRequest request,
        HttpContext context,
        Fault? fault,
        CancellationToken aborted
    )
    {
        Behaviour behaviour = server.Behaviour;
        Answer answer;
        try
        {
            fault ??=
                behaviour.DeletesPerSecond is int limit && request.Method == "DELETE" && !_deletions.Take(limit)
                    ? new Fault(FaultKind.TooManyRequests)
                    : null;
            if (fault is not null && Refusals.For(fault, request, server) is Answer refusal)
                return refusal;
            ApiCall call = new(
                request,
                RawTarget.Parse(request.PathAndQuery),
                server.State,
                behaviour,
                server.Clusters
            );
            // The registry's own protocol may take its time, and is not atomic.
            answer = context.Features.Get<ClusterListener>() is ClusterListener listener ? WorkFor(call, listener)
                : DockerMethods.Owns(request.PathAndQuery)
                ? await DockerMethods.HandleAsync(new DockerCall(call, context.Request, aborted), call.Target.Segments)
                : SignInMethods.Handle(call) ?? WorkFor(call);
        }
        catch (ApiError e)
        {
            answer = Answer.For(e, request.Path, behaviour);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException)
        {
            // Most likely a body in the wrong format, otherwise a defect of the emulator. The sender should see it.
            answer = Answer.For(
                new ApiError(500, "INTERNAL", $"The emulator could not handle this: {e.Message}"),
                request.Path,
                behaviour
            );
        }
        return fault?.Kind == FaultKind.MalformedJson
            ? answer with { Body = answer.Body[..Math.Max(1, answer.Body.Length * 2 / 3)] }
            : answer;
    }

    private Answer WorkFor(ApiCall call, ClusterListener listener)
    {
        lock (server.State.Gate) return listener.Handle(call);
    }

    private Answer WorkFor(ApiCall call)
    {
        Identity.Check(call);
        lock (server.State.Gate)
        {
            server.State.FinishDueOperations();
            return ConnectGateway.Handle(call) ?? WorkloadRoutes.Handle(call) ?? Routes.Handle(call);
        }
    }

    private static async Task SendAsync(HttpContext context, Answer answer, Fault? fault)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        foreach ((string name, string value) in answer.Headers) response.Headers[name] = value;
        // It must not have a body, not even an empty one.
        if (answer.Status == StatusCodes.Status204NoContent) return;
        response.ContentType = answer.ContentType;

        if (answer.Content is not null || answer.ContentLength > 0)
        {
            await SendContentAsync(context, answer, fault);
            return;
        }
        byte[] body = answer.Body;
        if (!answer.IsExact
            && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            body = Compress(body);
            response.Headers.ContentEncoding = "gzip";
        }
        if (!answer.IsExact) response.Headers.Vary = "Accept-Encoding";
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;

        if (fault?.Kind == FaultKind.CutBody)
        {
            await response.Body.WriteAsync(body.AsMemory(0, body.Length / 2));
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task SendContentAsync(HttpContext context, Answer answer, Fault? fault)
    {
        context.Response.ContentLength = answer.ContentLength;
        if (answer.Content is null) return;
        long left = fault?.Kind == FaultKind.CutBody ? answer.ContentLength / 2 : answer.ContentLength;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            while (left > 0)
            {
                int read = await answer.Content.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), context.RequestAborted);
                if (read == 0) break;
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (fault?.Kind == FaultKind.CutBody) context.Abort();
    }

    private static byte[] Compress(byte[] body)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest)) gzip.Write(body);
        return compressed.ToArray();
    }
}
