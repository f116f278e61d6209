using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>
/// The clock of a session, which stands until a test advances it, so that no test waits for time to pass. Thread-safe.
/// </summary>
internal sealed class TestClock : FakeTimeProvider
{
    private readonly SemaphoreSlim _read = new(0);

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        _read.Release();
        return base.GetTimestamp();
    }

    /// <summary>Makes the commands of a session measure time by this clock.</summary>
    public void Rule(PowerShellSession session)
    {
        session.Set("clock", this);
        session.Run("""
            $type = (Get-Command Remove-ArUntaggedImage).ImplementingType.Assembly.GetType('ArtifactRegistry.Session')
            $session = $type.GetProperty('Current').GetValue($null)
            $type.GetProperty('Clock').SetValue($session, $clock)
            """).MustSucceed();
    }

    /// <summary>Waits until the clock has been read so many times more.</summary>
    public async Task WaitForLooksAsync(int count, CancellationToken stop)
    {
        while (_read.CurrentCount > 0) await _read.WaitAsync(stop);
        for (int i = 0; i < count; i++)
            Assert.True(await _read.WaitAsync(RunningScript.HangLimit, stop), "The clock was not read.");
    }
}
