using ArtifactRegistry.Auth;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>When a token is renewed, and how often.</summary>
public sealed class RenewedTokenTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_its_end_and_then_renewed()
    {
        CountingCredential credential = new(_clock, Hour);
        RenewedToken tokens = Of(credential);

        string? first = await AskAsync(tokens);
        _clock.Advance(Hour - TimeSpan.FromMinutes(4));
        Assert.Equal(first, await AskAsync(tokens));
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.NotEqual(first, await AskAsync(tokens));
        Assert.Equal(2, credential.SignIns);
    }

    [Fact]
    public async Task A_token_that_lives_for_seconds_is_not_renewed_with_each_request()
    {
        CountingCredential credential = new(_clock, TimeSpan.FromSeconds(60));
        RenewedToken tokens = Of(credential);

        for (int i = 0; i < 10; i++) await AskAsync(tokens);

        Assert.Equal(1, credential.SignIns);
    }

    [Theory]
    [InlineData(-7200)]
    [InlineData(0)]
    public async Task An_end_that_has_passed_by_a_clock_that_is_wrong_does_not_renew_it_each_time(int seconds)
    {
        CountingCredential credential = new(_clock, TimeSpan.FromSeconds(seconds));
        RenewedToken tokens = Of(credential);

        for (int i = 0; i < 10; i++) await AskAsync(tokens);

        Assert.Equal(1, credential.SignIns);
    }

    [Fact]
    public async Task Many_requests_at_once_sign_in_once()
    {
        CountingCredential credential = new(_clock, Hour) { Held = new TaskCompletionSource() };
        RenewedToken tokens = Of(credential);

        Task<string?>[] all = [.. Enumerable.Range(0, 64).Select(_ => AskAsync(tokens))];
        credential.Held.SetResult();

        Assert.Single((await Task.WhenAll(all)).Distinct());
        Assert.Equal(1, credential.SignIns);
    }

    [Fact]
    public async Task Many_requests_that_are_refused_at_once_renew_the_token_once()
    {
        CountingCredential credential = new(_clock, Hour);
        RenewedToken tokens = Of(credential);
        AccessToken refused = await tokens.GetTokenAsync(null, null, Stop);
        _clock.Advance(TimeSpan.FromMinutes(1));

        AccessToken[] renewed = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(_ => tokens.GetTokenAsync(refused, null, Stop).AsTask()));

        Assert.Equal("token-2", Assert.Single(renewed.Select(token => token.Value).Distinct()));
        Assert.Equal(2, credential.SignIns);
    }

    [Fact]
    public async Task Tokens_that_are_all_refused_are_not_renewed_over_and_over()
    {
        CountingCredential credential = new(_clock, Hour);
        RenewedToken tokens = Of(credential);
        AccessToken refused = await tokens.GetTokenAsync(null, null, Stop);

        for (int i = 0; i < 10; i++) refused = await tokens.GetTokenAsync(refused, null, Stop);
        Assert.Equal(2, credential.SignIns);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(refused.Value, (await tokens.GetTokenAsync(refused, null, Stop)).Value);
    }

    [Fact]
    public async Task A_renewal_that_fails_early_leaves_the_token_that_still_holds()
    {
        CountingCredential credential = new(_clock, Hour);
        RenewedToken tokens = Of(credential);
        string? first = await AskAsync(tokens);
        credential.Failure = new RegistryException(RegistryErrorKind.Unauthenticated, "not now");
        _clock.Advance(Hour - TimeSpan.FromMinutes(3));

        Assert.Equal(first, await AskAsync(tokens));
        Assert.Equal(first, await AskAsync(tokens));
        Assert.Equal(2, credential.SignIns);

        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("not now", (await RefusedAsync(tokens)).Message);
    }

    [Fact]
    public async Task Who_waits_while_another_fails_fails_with_it_and_the_next_tries_again()
    {
        CountingCredential credential = new(_clock, Hour)
        {
            Held = new TaskCompletionSource(),
            Failure = new RegistryException(RegistryErrorKind.Unauthenticated, "revoked"),
        };
        RenewedToken tokens = Of(credential);

        Task<string?>[] all = [.. Enumerable.Range(0, 20).Select(_ => AskAsync(tokens))];
        credential.Held.SetResult();
        foreach (Task<string?> each in all) await Assert.ThrowsAsync<RegistryException>(() => each);
        Assert.Equal(1, credential.SignIns);

        credential.Failure = null;
        Assert.Equal("token-2", await AskAsync(tokens));
    }

    [Fact]
    public async Task Signing_in_that_never_ends_is_given_up_after_its_limit_and_says_so()
    {
        CountingCredential credential = new(_clock, Hour) { Held = new TaskCompletionSource() };
        RenewedToken tokens = Of(credential);
        Task<string?> call = AskAsync(tokens);

        _clock.Advance(credential.Limit);

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => call);
        Assert.Equal("No token came within 30 s from a counter.", error.Message);
        Assert.Equal(RegistryErrorKind.Unauthenticated, error.Kind);
        Assert.False(error.OutcomeUnknown);
    }

    [Fact]
    public async Task Who_is_stopped_leaves_the_others_to_sign_in()
    {
        CountingCredential credential = new(_clock, Hour) { Held = new TaskCompletionSource() };
        RenewedToken tokens = Of(credential);
        using CancellationTokenSource user = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task first = tokens.GetTokenAsync(null, null, user.Token).AsTask();
        Task<string?> second = AskAsync(tokens);

        await user.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        credential.Held.SetResult();

        Assert.Equal("token-2", await second);
    }

    private RenewedToken Of(ICredential credential) => new(credential, "payer", _clock);

    private static async Task<string?> AskAsync(RenewedToken tokens) =>
        (await tokens.GetTokenAsync(null, null, Stop)).Value;

    private static Task<RegistryException> RefusedAsync(RenewedToken tokens) =>
        Assert.ThrowsAsync<RegistryException>(() => AskAsync(tokens));

    private sealed class CountingCredential(TimeProvider clock, TimeSpan life) : ICredential
    {
        public string Description => "a counter";

        public string? Account => null;

        public TimeSpan Limit => TimeSpan.FromSeconds(30);

        public int SignIns { get; private set; }

        public TaskCompletionSource? Held { get; init; }

        public RegistryException? Failure { get; set; }

        public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
        {
            int number = ++SignIns;
            if (Held is not null) await Held.Task.WaitAsync(stop);
            if (Failure is not null) throw Failure;
            return new AccessToken($"token-{number}") { ExpiresAt = clock.GetUtcNow() + life };
        }
    }
}
