namespace ArtifactRegistry;

/// <summary>
/// Keeps the order of a list whose items are worked on together: work goes on at its own pace, and what it has to say
/// waits until the items before it have said theirs.
/// </summary>
/// <remarks>Only <see cref="Mine"/> and <see cref="RunAsync"/> are for work; the rest belongs to the pipeline
/// thread.</remarks>
internal sealed class OutputOrder
{
    private readonly AsyncLocal<int?> _mine = new();
    private int _next;

    /// <summary>Questions and -WhatIf lines: a turn passes once it has its answer and goes on with the work.</summary>
    public OutputQueue Questions { get; } = new();

    /// <summary>Rows and errors: a turn passes once the work has ended.</summary>
    public OutputQueue Rows { get; } = new();

    /// <summary>The number of items that have not passed, including those that have ended and wait for others.</summary>
    public int Count => _next - Rows.First;

    /// <summary>The turn of the work that asks; null for work that has none.</summary>
    public int? Mine => _mine.Value;

    /// <summary>Takes the next turn; in the order of the list.</summary>
    public int Take() => _next++;

    /// <summary>Runs work that has a turn.</summary>
    public async Task RunAsync(int turn, Func<Task> work)
    {
        _mine.Value = turn;
        await work();
    }

    /// <summary>Ends a turn.</summary>
    public void Leave(int turn)
    {
        Rows.Pass(turn);
        Questions.Pass(turn);
    }
}

/// <summary>
/// Performs the actions of each turn as soon as all turns before it have passed: those of the first at once.
/// </summary>
internal sealed class OutputQueue
{
    private readonly Dictionary<int, List<Action>> _held = [];
    private readonly HashSet<int> _passed = [];

    /// <summary>The turn whose actions are performed at once.</summary>
    public int First { get; private set; }

    /// <summary>Performs an action, now or when it is the turn's time. Work without a turn waits for nobody.</summary>
    public void Perform(int? turn, Action action)
    {
        if (turn is not int mine || mine <= First) action();
        else if (_held.TryGetValue(mine, out List<Action>? held)) held.Add(action);
        else _held[mine] = [action];
    }

    /// <summary>Lets the turns behind this one go on.</summary>
    public void Pass(int turn)
    {
        if (turn < First) return;
        _passed.Add(turn);
        while (_passed.Remove(First))
        {
            First++;
            if (!_held.Remove(First, out List<Action>? held)) continue;
            foreach (Action action in held) action();
        }
    }
}
