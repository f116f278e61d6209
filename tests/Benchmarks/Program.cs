using ArtifactRegistry.Benchmarks;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    return args switch
    {
        [] => await Benchmark.RunAsync([], stop.Token),
        ["only", .. string[] rows] => await Benchmark.RunAsync(rows, stop.Token),
        ["soak", .. string[] rest] => await Soak.RunAsync(rest, stop.Token),
        // What the benchmark starts in processes of their own.
        ["floor", string what, string url, .. string[] rest] => await Floor.RunAsync(
            what,
            new Uri(url),
            rest,
            stop.Token
        ),
        _ => Usage(),
    };
}
catch (OperationCanceledException)
{
    return 130;
}

static int Usage()
{
    Console.Error.WriteLine(
        $"""
        dotnet run -c Release --project tests/Benchmarks                    the whole table; writes {Report.File}
        dotnet run -c Release --project tests/Benchmarks -- only ROW...     some of: {string.Join(", ", Benchmark.Rows)}
        dotnet run -c Release --project tests/Benchmarks -- soak [MINUTES]  60 by default
        """);
    return 64;
}
