using System.Globalization;

namespace ArtifactRegistry;

/// <summary>Counts the outcomes of a command that removes something, for its last line.</summary>
/// <param name="one">The noun for one item, such as digest.</param>
/// <param name="many">The noun for several items.</param>
internal sealed class RemovalTotals(string one, string many)
{
    private readonly object _lock = new();
    private readonly Dictionary<RemovalStatus, int> _counts = [];
    private readonly Dictionary<RemovalStatus, long> _bytes = [];

    /// <summary>Gets whether the items have sizes, as digests do and tags do not.</summary>
    public bool HasSizes { get; init; } = true;

    /// <summary>
    /// Gets or sets the sentence that follows if anything is removed, such as where it is saved; empty for none.
    /// </summary>
    public string Remark { get; set; } = "";

    /// <summary>Gets the number of items counted so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _counts.Values.Sum();
        }
    }

    /// <summary>Gets whether items were left, as after a No.</summary>
    public bool HasLeft
    {
        get
        {
            lock (_lock) return _counts.GetValueOrDefault(RemovalStatus.NotReached) > 0;
        }
    }

    /// <summary>Counts items. May be called from any thread.</summary>
    /// <param name="status">The outcome; <see cref="RemovalStatus.NotReached"/> after a No as well.</param>
    /// <param name="bytes">The size of the items together.</param>
    /// <param name="count">The number of items.</param>
    public void Add(RemovalStatus status, long bytes = 0, int count = 1)
    {
        lock (_lock)
        {
            _counts[status] = _counts.GetValueOrDefault(status) + count;
            _bytes[status] = _bytes.GetValueOrDefault(status) + bytes;
        }
    }

    /// <summary>Gets the size of the items with an outcome.</summary>
    public string Size(RemovalStatus status)
    {
        lock (_lock) return ByteSize.Format(_bytes.GetValueOrDefault(status));
    }

    /// <summary>Gets <see cref="Remark"/> if anything is removed; otherwise an empty string.</summary>
    /// <param name="isWhatIf">Whether the command only says what it would do.</param>
    public string RemarkOf(bool isWhatIf)
    {
        lock (_lock)
            return _counts.GetValueOrDefault(isWhatIf ? RemovalStatus.WouldRemove : RemovalStatus.Removed) > 0
                ? Remark
                : "";
    }

    /// <summary>
    /// Gets all outcomes in one line, for example "Removed 213 digests (17 GB), kept 12, failed 1, left 4 (310 MB) in
    /// 42 s." The items left were to be removed, but their removal was not begun.
    /// </summary>
    /// <param name="taken">The time of the command, without questions.</param>
    /// <param name="isWhatIf">Whether the command only says what it would do.</param>
    public string Line(TimeSpan taken, bool isWhatIf)
    {
        lock (_lock)
        {
            string remark = RemarkOf(isWhatIf) is { Length: > 0 } sentence ? " " + sentence : "";
            RemovalStatus main = isWhatIf ? RemovalStatus.WouldRemove : RemovalStatus.Removed;
            int count = _counts.GetValueOrDefault(main);
            string left = _counts.ContainsKey(RemovalStatus.NotReached) ? Bytes(RemovalStatus.NotReached) : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(isWhatIf ? "Would remove" : "Removed")} {count} "
                    + $"{(count == 1 ? one : many)}{Bytes(main)}"
                    + $"{Part("quarantined", RemovalStatus.Quarantined, withBytes: true)}"
                    + $"{Part("would quarantine", RemovalStatus.WouldMark, withBytes: true)}"
                    + $"{Part("kept", RemovalStatus.Kept)}"
                    + $"{Part("already gone", RemovalStatus.AlreadyGone)}{Part("failed", RemovalStatus.Failed)}"
                    + $"{Part("left", RemovalStatus.NotReached)}{left} in {Math.Ceiling(taken.TotalSeconds):0} s."
                    + $"{remark}"
            );
        }
    }

    private string Bytes(RemovalStatus status) =>
        HasSizes ? $" ({ByteSize.Format(_bytes.GetValueOrDefault(status))})" : "";

    private string Part(string words, RemovalStatus status, bool withBytes = false) =>
        _counts.GetValueOrDefault(status) is > 0 and int count
            ? string.Create(CultureInfo.InvariantCulture, $", {words} {count}{(withBytes ? Bytes(status) : "")}")
            : "";
}
