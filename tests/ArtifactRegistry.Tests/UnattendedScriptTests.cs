using System.Text.Json;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Archive;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The script for schedulers: its exit codes, its output, and the files that it leaves.</summary>
public sealed class UnattendedScriptTests
{
    private const string Page = "docs/unattended.md";

    [Fact]
    public async Task Done_is_0_with_one_line_of_output_and_a_line_of_JSON_for_each_removed_digest()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync();

        MustBeDone(result);
        Assert.Equal([run.Young], run.Shop.State.UntaggedDigests(run.Shop.Repository, "web"));
        IReadOnlyList<JsonElement> lines = run.Logged("result");
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line =>
        {
            Assert.Equal("Removed", line.GetProperty("status").GetString());
            Assert.StartsWith(Shop.App + "@sha256:", line.GetProperty("uri").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(line.GetProperty("reason").GetString()!);
            Assert.Equal(80_000_000, line.GetProperty("sizeBytes").GetInt64());
            Assert.True(line.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        });
        Assert.Equal(0, Assert.Single(run.Logged("end")).GetProperty("exitCode").GetInt32());
        Assert.Equal(6, File.ReadAllLines(run.Log + ".journal").Length);
    }

    [Fact]
    public void The_exit_codes_that_the_pages_list_are_those_that_the_script_can_have()
    {
        using PowerShellSession session = new();
        // What is assigned to $code, and not the numbers that something is compared with.
        string[] real =
        [
            .. session.Run($$"""
                $file = '{{UnattendedRun.Script}}'
                $script = [Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
                function Find-Ast($In, $Kind) { $In.FindAll({ $args[0].GetType().Name -eq $Kind }, $true) }
                Find-Ast $script AssignmentStatementAst |
                    Where-Object { "$($_.Left)" -eq '$code' } |
                    ForEach-Object { Find-Ast $_.Right ConstantExpressionAst } |
                    Where-Object { $_.Value -is [int] -and $_.Parent.GetType().Name -ne 'BinaryExpressionAst' } |
                    ForEach-Object { [string] $_.Value } | Sort-Object { [int] $_ } -Unique
                """).MustSucceed().Output.Select(code => $"{code}"),
        ];
        Dictionary<string, string> ofScript = Codes(
            File.ReadAllText(UnattendedRun.Script).Split("Exit codes:")[1].Split(".PARAMETER")[0]);
        Dictionary<string, string> ofAbout = Codes(
            File.ReadAllText(Path.Combine(Checkout.Root, "en-US", "about_ArtifactRegistry.help.txt"))
                .Split("EXIT CODES")[1].Split("ENVIRONMENT VARIABLES")[0]);
        Dictionary<string, string> ofPage = Regex
            .Matches(
                File.ReadAllText(Path.Combine(Checkout.Root, Page)),
                @"^\| (\d+) \| (.+?) \|\r?$",
                RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

        Assert.Equal(["0", "1", "2", "3", "4", "130"], real);
        Assert.Equal(real, ofScript.Keys);
        Assert.Equal(real, ofAbout.Keys);
        Assert.Equal(real, ofPage.Keys);
        foreach (string code in real)
        {
            Assert.Equal(ofScript[code], ofAbout[code]);
            Assert.StartsWith(ofScript[code], ofPage[code], StringComparison.Ordinal);
        }

        // A number, two or more spaces, and a text that may go on in further lines.
        static Dictionary<string, string> Codes(string section) => Regex
            .Matches(section, @"^ +(\d+) {2,}(\S.*(?:\r?\n {8,}(?!\d+ {2})\S.*)*)", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => Regex.Replace(row.Groups[2].Value, @"\s+", " ").Trim());
    }

    [Fact]
    public async Task The_log_has_the_keys_of_the_journal()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        await run.RunAsync();

        string[] journal = Keys(File.ReadLines(run.Log + ".journal").Last());
        Assert.Contains("sizeBytes", journal);
        Assert.Equal(journal, Keys(run.Logged("result")[0].GetRawText()));
    }

    [Fact]
    public async Task A_line_is_in_the_log_while_other_digests_are_still_being_deleted()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        using RequestHold hold = run.Shop.Hold("DELETE", run.Garbage[^1]);

        ProcessResult result = await run.RunAsync(async process =>
        {
            await run.LoggedAsync(2, stop);
            Assert.False(process.HasExited);
            hold.Release();
        });

        MustBeDone(result);
    }

    [Fact]
    public async Task A_second_run_adds_to_the_log_and_LogKept_has_what_was_kept()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        await run.RunAsync();
        ProcessResult again = await run.RunAsync("-LogKept");

        Assert.Contains(
            ": 0 removed (0 KB), 0 already gone, 1 kept, 0 failed, 0 not reached, ",
            again.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(0, again.ExitCode);
        Assert.Equal("Kept", Assert.Single(run.LoggedStatus()[run.Young]));
        Assert.Equal(4, run.Logged("result").Count);
    }

    [Theory]
    [InlineData("-OlderThan", "30", "A number needs a unit")]
    [InlineData("-Image", "us-docker.pkg.dev/shop/absent", "was not found")]
    [InlineData("-CredentialFile", "absent.json", "absent.json")]
    public async Task Failed_is_1_and_says_why_in_one_line_and_in_the_log(
        string parameter,
        string value,
        string expected
    )
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync(parameter, value);

        Assert.StartsWith("clean-up: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, run.Shop.Contents());
        JsonElement end = Assert.Single(run.Logged("end"));
        Assert.Equal(1, end.GetProperty("exitCode").GetInt32());
        Assert.Contains(expected, end.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_in_the_projects_of_InUseFrom_is_kept()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string running = $"{Shop.App}@{run.Garbage[0]}";
        run.Shop.AddCluster().Add(Kube.Pod("web", running, running));

        ProcessResult result = await run.RunAsync("-InUseFrom", "games", "-LogKept");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Kept", Assert.Single(run.LoggedStatus()[run.Garbage[0]]));
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[run.Garbage[1]]));
        Assert.Contains(run.Garbage[0], run.Shop.Left());
    }

    [Fact]
    public async Task What_cannot_be_saved_to_ArchivePath_is_not_deleted_and_is_2()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string saved = run.Shop.AddBuild();

        ProcessResult result = await run.RunAsync(
            "-OlderThan", "1d", "-ArchivePath", run.File("undo"), "-IncludeLayer", "-AbortAbove", "100%");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[saved]));
        Assert.Equal("Failed", Assert.Single(run.LoggedStatus()[run.Garbage[0]])); // its configuration cannot be read
        Assert.Contains("cannot be archived", result.Error, StringComparison.Ordinal);
        new ArchiveFiles(run.File("undo")).MustHave(saved, withLayers: true);

        // What its log names comes back from there.
        run.Shop.State.CollectBlobs();
        ScriptResult restored = run.Shop.Run(
            $"Get-Content '{run.Log}' | ConvertFrom-Json | Where-Object status -eq Removed | "
                + $"Restore-ArImage '{run.File("undo")}'").MustSucceed();
        Assert.Equal([saved], restored.Values("Digest"));
        Assert.Contains(saved, run.Shop.Left());
    }

    [Fact]
    public async Task A_run_that_only_marks_is_0_and_a_later_one_deletes()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string[] options =
            ["-Quarantine", "14d", "-SummaryPath", run.File("summary.md"), "-MetricsPath", run.File("metrics.prom")];

        ProcessResult would = await run.RunAsync([.. options, "-WhatIf"]);
        Assert.Contains("3 would be quarantined", would.Output, StringComparison.Ordinal);

        ProcessResult marked = await run.RunAsync(options);
        Assert.Equal(0, marked.ExitCode);
        Assert.All(run.Garbage, digest => Assert.Equal("Quarantined", Assert.Single(run.LoggedStatus()[digest])));
        Assert.Contains("0 removed (0 KB), 0 already gone, 3 quarantined", marked.Output, StringComparison.Ordinal);
        Assert.Contains("| 0 | 3 |", await ReadAsync("summary.md"), StringComparison.Ordinal);
        Assert.Contains(
            $"digests{{repository=\"{UnattendedRun.Repository}\",status=\"Quarantined\"}} 3",
            await ReadAsync("metrics.prom"), StringComparison.Ordinal);

        run.Shop.Emulator.Behaviour.ClockOffset = TimeSpan.FromDays(15);
        ProcessResult removed = await run.RunAsync(options);
        Assert.Equal(0, removed.ExitCode);
        Assert.Contains("3 removed", removed.Output, StringComparison.Ordinal);
        Assert.All(run.Garbage, digest => Assert.DoesNotContain(digest, run.Shop.Left()));

        Task<string> ReadAsync(string name) =>
            File.ReadAllTextAsync(run.File(name), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_run_of_which_nothing_can_be_saved_is_1()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-ArchivePath", run.File("undo"), "-IncludeLayer");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, run.Shop.Contents());
    }

    [Theory]
    [InlineData("-InUseFrom")]
    [InlineData("-ArchivePath")]
    [InlineData("-Quarantine")]
    [InlineData("-CredentialFile")]
    [InlineData("-RulePath")]
    public async Task A_parameter_whose_variable_was_not_set_deletes_nothing_and_is_1(string parameter)
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync(parameter, "");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(parameter[1..], result.Error, StringComparison.Ordinal);
        Assert.Equal(before, run.Shop.Contents());
    }

    [Fact]
    public async Task A_project_in_which_nothing_runs_is_1_unless_that_is_allowed()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.AddCluster();
        string before = run.Shop.Contents();

        ProcessResult refused = await run.RunAsync("-InUseFrom", "games");
        string after = run.Shop.Contents();
        ProcessResult allowed = await run.RunAsync("-InUseFrom", "games", "-AllowEmptyInUse"); // as it advises

        Assert.Equal((1, before), (refused.ExitCode, after));
        Assert.Contains("use -AllowEmptyInUse", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("name projects in", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, allowed.ExitCode);
        Assert.DoesNotContain(run.Garbage[0], run.Shop.Left());
    }

    [Fact]
    public async Task WhatIf_of_a_misspelt_repository_is_1_as_the_run_would_be()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync("-Image", "us-docker.pkg.dev/shop/absent", "-WhatIf");

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("What if", result.Output, StringComparison.Ordinal);
        Assert.Contains("absent", result.Error, StringComparison.Ordinal);
        // Zeros would say that it looked.
        Assert.Equal(
            ["us-docker.pkg.dev/shop/absent: the preview failed, so it is not known what would be removed"],
            result.Lines);
    }

    [Fact]
    public async Task WhatIf_of_a_run_that_could_not_write_its_results_is_2()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync("-WhatIf", "-MetricsPath", run.File("absent/clean-up.prom"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("there is no folder '", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_that_cannot_be_written_is_2_in_the_log_as_well()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync("-SummaryPath", run.File("absent/summary.md"));

        Assert.Equal(2, result.ExitCode);
        JsonElement end = Assert.Single(run.Logged("end"));
        Assert.Equal(2, end.GetProperty("exitCode").GetInt32());
        Assert.Contains("could not be reported", end.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_but_cannot_be_read_completely_deletes_nothing_and_is_1()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.AddCluster();
        run.Shop.Emulator.Behaviour.Denials = [new Denial("container.pods.list")];
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-InUseFrom", "games");

        Assert.Equal(1, result.ExitCode);
        // The cause comes first.
        string[] lines = result.Error.TrimEnd().Split('\n');
        Assert.Contains("container.pods.list", lines[0], StringComparison.Ordinal);
        Assert.Contains("not known completely", lines[^1], StringComparison.Ordinal);
        Assert.Contains(
            "container.pods.list",
            Assert.Single(run.Logged("end")).GetProperty("reason").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(before, run.Shop.Contents());
    }

    [Fact]
    public async Task A_run_that_AbortAbove_lets_delete_nothing_is_1_with_its_reason_in_the_log()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.State.AddImage(UnattendedRun.Repository, "tidy", new ImageOptions { Tags = ["v1"] });
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-AbortAbove", "2");

        Assert.Contains(
            "so nothing of it was deleted",
            Assert.Single(result.Error.TrimEnd().Split('\n')),
            StringComparison.Ordinal
        );
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "so nothing of it was deleted",
            Assert.Single(run.Logged("end")).GetProperty("reason").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(before, run.Shop.Contents());
    }

    [Fact]
    public async Task An_image_above_AbortAbove_is_passed_over_and_is_2_where_others_are_cleaned()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string other = run.Shop.State.AddImage(
            UnattendedRun.Repository,
            "api",
            new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) }
        );

        ProcessResult result = await run.RunAsync("-AbortAbove", "2");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("Removed", Assert.Single(run.LoggedStatus()[other]));
        Assert.All(run.Garbage, digest => Assert.Equal("NotReached", Assert.Single(run.LoggedStatus()[digest])));
        Assert.Equal(3, run.Shop.Left().Count(digest => run.Garbage.Contains(digest)));
    }

    [Theory]
    [InlineData(
        "absent folder/log.jsonl",
        "there is no folder '",
        "absent folder'. Create it; the account of the run must")]
    [InlineData("", "it is a folder. Give a file in it, such as '", "clean-up.jsonl'.")]
    public async Task A_log_that_cannot_be_written_is_1_and_deletes_nothing_and_WhatIf_finds_it(
        string log, string problem, string advice)
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-Log", run.File(log));
        ProcessResult preview = await run.RunAsync("-WhatIf", "-Log", run.File(log));

        Assert.Contains(
            $"cannot be written, so nothing was deleted: {problem}",
            result.Error,
            StringComparison.Ordinal);
        Assert.Contains(advice, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal((result.ExitCode, result.Error), (preview.ExitCode, preview.Error));
        Assert.Empty(run.Shop.Emulator.Requests.Snapshot());
        Assert.Equal(before, run.Shop.Contents());
    }

    [Fact]
    public async Task A_module_that_cannot_be_loaded_is_1_and_its_reason_is_in_the_log()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string script = run.File("docs/unattended/clean-up.ps1");
        Directory.CreateDirectory(Path.GetDirectoryName(script)!);
        File.Copy(UnattendedRun.Script, script);
        await File.WriteAllTextAsync(run.File("ArtifactRegistry.psd1"), "@{", TestContext.Current.CancellationToken);

        ProcessResult result = await run.RunWholeAsync(
            ["-NoProfile", "-NonInteractive", "-File", script, "-Image", UnattendedRun.Repository, "-Log", run.Log]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "ArtifactRegistry.psd1",
            Assert.Single(run.Logged("end")).GetProperty("reason").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_event_log_is_one_of_Windows()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        if (OperatingSystem.IsWindows())
            await run.RunWholeAsync(
            [
                "-NoProfile", "-NonInteractive", "-Command",
                "if (-not [System.Diagnostics.EventLog]::SourceExists('ArtifactRegistry')) "
                + "{ [System.Diagnostics.EventLog]::CreateEventSource('ArtifactRegistry', 'Application') }",
            ]);

        ProcessResult result = await run.RunAsync("-EventLog");

        if (OperatingSystem.IsWindows())
        {
            MustBeDone(result);
        }
        else
        {
            Assert.Equal(1, result.ExitCode);
            Assert.Equal(
                "-EventLog needs Windows.",
                Assert.Single(run.Logged("end")).GetProperty("reason").GetString()
            );
        }
    }

    [Fact]
    public async Task A_tool_that_lets_nobody_write_can_read_the_log_meanwhile_and_no_line_is_lost()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        int deletions = 0;
        TaskCompletionSource deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method == "DELETE") Interlocked.Increment(ref deletions);
            else if (Volatile.Read(ref deletions) == 3) deleted.TrySetResult();
        };
        using RequestHold hold = run.Shop.Hold("DELETE", "/versions/");

        ProcessResult result = await run.RunAsync(async _ =>
        {
            await hold.WaitForArrivalAsync(3, stop);
            using FileStream reader = new(run.Log, FileMode.Open, FileAccess.Read, FileShare.None);
            hold.Release();
            await deleted.Task.WaitAsync(stop);
        });

        MustBeDone(result);
        Assert.Equal(3, run.Logged("result").Count);
        Assert.Single(run.Logged("end"));
    }

    [Fact]
    public async Task Nothing_that_may_be_deleted_is_1_and_the_same_error_is_told_once()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, Denials = [new Denial("artifactregistry.versions.delete")] }
        );

        ProcessResult result = await run.RunAsync();

        Assert.Contains(
            "artifactregistry.versions.delete",
            Assert.Single(result.Error.TrimEnd().Split('\n')),
            StringComparison.Ordinal
        );
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(3, run.Logged("result").Count);
    }

    [Fact]
    public async Task Some_that_failed_are_2_and_the_error_of_several_has_a_count()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.InternalError)
        {
            When = request => request.Is("DELETE", run.Garbage[0]) || request.Is("DELETE", run.Garbage[1]),
        });

        ProcessResult result = await run.RunAsync();

        Assert.Contains(
            "1 removed (76.3 MB), 0 already gone, 1 kept, 2 failed, 0 not reached",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("(2 times; see ", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("Failed", Assert.Single(run.LoggedStatus()[run.Garbage[0]]));
    }

    [Fact]
    public async Task A_digest_that_somebody_else_deletes_meanwhile_is_counted_as_already_gone()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        using RequestHold hold = run.Shop.Hold("DELETE", run.Garbage[0]);

        ProcessResult result = await run.RunAsync(async _ =>
        {
            await hold.WaitForArrivalAsync(1, stop);
            run.Shop.State.DeleteVersion(run.Shop.Repository, "web", run.Garbage[0]);
            hold.Release();
        });

        Assert.Contains(
            ": 2 removed (152.6 MB), 1 already gone, 1 kept, 0 failed",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_limit_is_3_and_the_next_run_goes_on()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync("-TimeLimit", "0s");
        ProcessResult next = await run.RunAsync();

        Assert.Contains(
            ": 0 removed (0 KB), 0 already gone, 1 kept, 0 failed, 3 not reached",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(3, result.ExitCode);
        MustBeDone(next);
    }

    [Fact]
    public async Task A_second_run_beside_the_first_is_4_and_does_nothing()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        using RequestHold hold = run.Shop.Hold("DELETE", run.Garbage[0]);
        string summary = run.File("summary.md");
        await File.WriteAllTextAsync(summary, "# Clean-up of images of yesterday", stop);

        ProcessResult first = await run.RunAsync(async _ =>
        {
            await hold.WaitForArrivalAsync(1, stop);
            ProcessResult second = await run.RunAsync("-SummaryPath", summary);

            Assert.Matches(@"^clean-up: Another run is writing to '.*', so this one did nothing\.\s*$", second.Error);
            Assert.Empty(second.Output);
            Assert.Equal(4, second.ExitCode);
            string told = await File.ReadAllTextAsync(summary, stop);
            Assert.DoesNotContain("yesterday", told, StringComparison.Ordinal);
            Assert.Contains("Exit code 4.", told, StringComparison.Ordinal);
            Assert.Contains("\n- Another run is writing to ", told, StringComparison.Ordinal);
            hold.Release();
        });

        MustBeDone(first);
        Assert.Single(run.Logged("start"));
    }

    [Fact]
    public async Task WhatIf_says_what_would_be_removed_and_writes_nothing()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-WhatIf", "-SummaryPath", run.File("summary.md"));

        Assert.StartsWith(
            $"{UnattendedRun.Repository}: 3 would be removed (228.9 MB), 1 kept",
            result.Lines[^1],
            StringComparison.Ordinal
        );
        Assert.StartsWith("What if: ", Assert.Single(result.Lines[..^1]), StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(before, run.Shop.Contents());
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(run.Log)!));
    }

    [Fact]
    public async Task Several_repositories_have_a_line_each_in_the_summary_and_in_the_metrics()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.State.AddRepository("us-docker.pkg.dev/shop/other");
        string metrics = run.File("clean-up.prom"), summary = run.File("summary.md");

        ProcessResult result = await run.RunAsync(
            "-Image",
            $"{UnattendedRun.Repository},us-docker.pkg.dev/shop/absent",
            "-MetricsPath",
            metrics,
            "-SummaryPath",
            summary
        );
        string[] first = await File.ReadAllLinesAsync(metrics, stop);
        ProcessResult next = await run.RunAsync("-MetricsPath", metrics);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(
            $"{UnattendedRun.Repository}, us-docker.pkg.dev/shop/absent: 3 removed",
            result.Output,
            StringComparison.Ordinal
        );
        string text = await File.ReadAllTextAsync(summary, stop);
        Assert.Contains(
            $"| {UnattendedRun.Repository} | 3 | 228.9 MB | 0 | 1 | 0 | 0 |\n",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("- 'us-docker.pkg.dev/shop/absent' was not found", text, StringComparison.Ordinal);
        Assert.Contains(
            $$"""artifactregistry_cleanup_digests{repository="{{UnattendedRun.Repository}}",status="Removed"} 3""",
            first
        );
        Assert.Contains("artifactregistry_cleanup_exit_code 2", first);
        Assert.DoesNotContain(first, line => line.Contains("last_success", StringComparison.Ordinal));
        Assert.Equal(0, next.ExitCode);
        string[] second = await File.ReadAllLinesAsync(metrics, stop);
        Assert.Contains(second, line =>
            line.StartsWith("artifactregistry_cleanup_last_success_timestamp_seconds 1", StringComparison.Ordinal)
        );
        // The format of node exporters: comments and samples, each name with its help and its type.
        Assert.All(second, line =>
            Assert.Matches(
                @"^(# (HELP artifactregistry_cleanup_[a-z_]+ .+|TYPE artifactregistry_cleanup_[a-z_]+ gauge)|artifactregistry_cleanup_[a-z_]+(\{[^}]+\})? \d+)$",
                line
            )
        );
    }

    [Theory]
    [InlineData("us-docker.pkg.dev/shop/apps", "", "")]
    [InlineData("us-docker.pkg.dev/shop/absent", "", "- 'us-docker.pkg.dev/shop/absent' was not found")]
    [InlineData("us-docker.pkg.dev/shop/apps", " -OlderThen 30d", "OlderThen")] // no summary is written
    public async Task The_line_with_mail_sends_errors_and_summary_of_a_run_that_is_not_done(
        string image, string more, string sent)
    {
        if (OperatingSystem.IsWindows()) return; // cron is one of Unix
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string mailed = run.File("mailed.txt"), mail = run.File("mail");
        await File.WriteAllTextAsync(mail, $"#!/bin/sh\necho \"$@\" > '{mailed}'; cat >> '{mailed}'\n", stop);
        File.SetUnixFileMode(mail, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string summary = run.File("summary.md");
        await File.WriteAllTextAsync(summary, "of yesterday", stop);
        string line = LineOfPage("15 3 * * * ", with: "| mail ")
            .Replace(" -InUseFrom games", more, StringComparison.Ordinal)
            .Replace(UnattendedRun.Repository, image, StringComparison.Ordinal)
            .Replace("/opt/registry/clean-up.ps1", UnattendedRun.Script, StringComparison.Ordinal)
            .Replace("/var/log/registry/", run.File(""), StringComparison.Ordinal)
            .Replace("mail -s", $"{mail} -s", StringComparison.Ordinal);

        await run.RunShellAsync(line);

        string text = File.Exists(mailed) ? await File.ReadAllTextAsync(mailed, stop) : "";
        if (sent.Length == 0)
        {
            Assert.Empty(text);
            return;
        }

        Assert.StartsWith("-s Clean-up of images, exit code 1 ops@example.com\n", text, StringComparison.Ordinal);
        Assert.Contains(sent, text, StringComparison.Ordinal);
        Assert.DoesNotContain("yesterday", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        if (more.Length > 0) return;
        Assert.Contains(UnattendedRun.Warning, text, StringComparison.Ordinal);
        Assert.Contains("- warning: Without -InUseFrom nobody looked at what runs", text, StringComparison.Ordinal);
        Assert.Matches(@"\nBegun at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ on \S+; log: /.*clean-up\.jsonl\n", text);
    }

    [Fact]
    public async Task A_list_with_a_blank_is_a_mistake_and_deletes_nothing()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-Image", $"{UnattendedRun.Repository},", "us-docker.pkg.dev/shop/b");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("us-docker.pkg.dev/shop/b", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(before, run.Shop.Contents());
    }

    [Fact]
    public async Task A_preview_without_InUseFrom_is_0_with_a_warning()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunWholeAsync(
        [
            "-NoProfile", "-NonInteractive", "-File", UnattendedRun.Script, "-Image", UnattendedRun.Repository,
            "-Log", run.Log, "-WhatIf",
        ]);

        Assert.StartsWith(UnattendedRun.Warning, Assert.Single(result.Error.TrimEnd().Split('\n')));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_preview_has_the_exit_code_of_the_run_that_passes_over_an_image()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.State.AddImage(
            UnattendedRun.Repository, "api", new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) });

        Assert.Equal(2, (await run.RunAsync("-AbortAbove", "2", "-WhatIf")).ExitCode);
    }

    [Theory]
    [InlineData("-MetricsPath", "-SummaryPath")]
    [InlineData("-SummaryPath", "-MetricsPath")]
    public async Task If_one_report_cannot_be_written_the_other_one_has_the_exit_code(string unwritable, string other)
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunAsync(unwritable, run.File("absent/file"), other, run.File("report"));

        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        string report = await File.ReadAllTextAsync(run.File("report"), TestContext.Current.CancellationToken);
        Assert.Contains(
            other == "-SummaryPath" ? "Exit code 2.\n" : "artifactregistry_cleanup_exit_code 2\n",
            report,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_finds_a_folder_that_cannot_be_written_to()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Even root cannot write to /sys.");
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult preview = await run.RunAsync("-WhatIf", "-Log", "/sys/clean-up.jsonl");

        Assert.Equal(1, preview.ExitCode);
        Assert.Contains("cannot be written, so nothing was deleted: ", preview.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_error_of_several_images_names_up_to_three()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string[] names = ["b", "c", "d", "e"];
        foreach (string name in names)
            run.Shop.State.AddImage(
                UnattendedRun.Repository, name, new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-40) });

        ProcessResult result = await run.RunAsync("-AbortAbove", "0");

        string line = Assert.Single(
            result.Error.Split('\n'), each => each.Contains("(4 times, also ", StringComparison.Ordinal));
        Assert.Equal(3, names.Count(name => Regex.IsMatch(line, $@"/apps/{name}\b")));
    }

    private static string LineOfPage(string start, string with) =>
        File.ReadLines(Path.Combine(Checkout.Root, Page))
            .Single(line => line.StartsWith(start, StringComparison.Ordinal) && line.Contains(with))[start.Length..];

    private static void MustBeDone(ProcessResult result)
    {
        Assert.True(result.Error.Length == 0, result.Error);
        Assert.Matches(
            @"^us-docker\.pkg\.dev/shop/apps: 3 removed \(228\.9 MB\), 0 already gone, 1 kept, 0 failed, 0 not reached, \d+ s$",
            Assert.Single(result.Lines));
        Assert.Equal(0, result.ExitCode);
    }

    private static string[] Keys(string json) =>
        [.. JsonDocument.Parse(json).RootElement.EnumerateObject().Select(property => property.Name)];
}
