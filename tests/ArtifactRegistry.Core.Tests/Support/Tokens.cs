using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Core.Tests.Support;

/// <summary>Hands out a token until it is refused, and then the next one, as a source that renews does.</summary>
internal sealed class RenewingTokens(params string[] values) : ITokenSource
{
    private readonly AccessToken[] _tokens =
    [
        .. values.Select(value => new AccessToken(value) { QuotaProject = "payer" }),
    ];
    private int _current;
    private int _asked;

    public string Description => "tokens that are renewed";

    /// <summary>How often a token was asked for.</summary>
    public int Asked => _asked;

    /// <summary>The tokens that were said to be refused.</summary>
    public List<AccessToken> Refused { get; } = [];

    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop)
    {
        Interlocked.Increment(ref _asked);
        if (refused is not null)
        {
            Refused.Add(refused);
            if (_current < _tokens.Length - 1) _current++;
        }

        return ValueTask.FromResult(_tokens[_current]);
    }
}

/// <summary>A source that never answers, as a metadata server that is not there.</summary>
internal sealed class EndlessTokens : ITokenSource
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Description => "a source that never answers";

    /// <summary>Ends once a token was asked for.</summary>
    public Task Asked => _asked.Task;

    public async ValueTask<AccessToken> GetTokenAsync(
        AccessToken? refused,
        Action<string>? trace,
        CancellationToken stop
    )
    {
        _asked.TrySetResult();
        await Task.Delay(Timeout.Infinite, stop);
        return AccessToken.None;
    }
}
