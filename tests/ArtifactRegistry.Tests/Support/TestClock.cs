using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ArtifactRegistry.Tests.Support;

/// <summary>
/// The clock of a session, which stands until a test advances it, so that no test waits for time to pass. Thread-safe.
/// </summary>
internal sealed class TestClock : FakeTimeProvider
{
    private readonly Channel<bool> _reads = Channel.CreateUnbounded<bool>();

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        _reads.Writer.TryWrite(true);
        return base.GetTimestamp();
    }

    /// <summary>Makes the commands of a session measure time by this clock.</summary>
    public void ApplyTo(PowerShellSession session)
    {
        session.Set("clock", this);
        session.Run("""
            $type = (Get-Command Remove-ArUntaggedImage).ImplementingType.Assembly.GetType('ArtifactRegistry.Session')
            $session = $type.GetProperty('Current').GetValue($null)
            $type.GetProperty('Clock').SetValue($session, $clock)
            """).MustSucceed();
    }

    /// <summary>Waits until the clock has been read so many times more.</summary>
    public async Task WaitForReadsAsync(int count, CancellationToken stop)
    {
        while (_reads.Reader.TryRead(out _))
        {
        }

        for (int i = 0; i < count; i++)
            await _reads.Reader.ReadAsync(stop).AsTask().WaitAsync(RunningScript.HangLimit, stop);
    }
}
