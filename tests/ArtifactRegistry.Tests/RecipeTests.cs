using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The files for schedulers, docs/unattended: their command lines run, and their readers take them.</summary>
public sealed partial class RecipeTests
{
    private static string Folder => Path.Combine(Checkout.Root, "docs", "unattended");

    public static TheoryData<string> Recipes =>
    [
        .. Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)!)
            .Where(name => name is not ("clean-up.ps1" or "clean-up.timer" or "Containerfile")),
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task The_command_line_of_a_recipe_cleans_up(string recipe)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, recipe), stop);
        string[] arguments = Arguments(text);
        Behaviour behaviour = new() { RequireToken = true, OperationTime = TimeSpan.Zero };
        await using UnattendedRun run = await UnattendedRun.OpenAsync(behaviour);
        string running = $"{Shop.App}@{run.Garbage[0]}";
        run.Shop.AddCluster().Add(Kube.Pod("web", running, running));
        // A user's file, since not every system of the tests can make a key.
        string key = run.File("account.json");
        await File.WriteAllTextAsync(
            key, run.Shop.State.SignIn.AddUser("cleaner@example.com").ToJsonString(), stop);
        // On a platform with an identity of its own, the recipe names no key.
        if (!arguments.Contains("-CredentialFile")) arguments = [.. arguments, "-CredentialFile", key];

        ProcessResult result = await run.RunWholeAsync([
            "-NoProfile", "-NonInteractive", "-File", UnattendedRun.Script, .. arguments.Select(Here),
        ]);

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(run.Garbage[0], run.Shop.Left());
        Assert.DoesNotContain(run.Garbage[1], run.Shop.Left());
        Assert.Equal(1, run.Shop.State.SignIn.Issued);
        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(run.Log, stop), StringComparison.Ordinal);

        // The files are where they can be here.
        string Here(string argument) => Path.GetExtension(argument) switch
        {
            ".jsonl" => run.Log,
            ".json" => key,
            ".md" => run.File("summary.md"),
            _ => argument,
        };
    }

    /// <summary>
    /// Runs the steps below a folder of this test, where nobody is made and nothing belongs to anybody else.
    /// </summary>
    [Theory]
    [InlineData("For cron", "clean-up.cron", "/etc/cron.d/clean-up")]
    [InlineData("For systemd", "clean-up.service", "/etc/systemd/system/clean-up.service")]
    public async Task The_steps_of_the_page_make_what_a_recipe_of_Linux_names(
        string steps,
        string recipe,
        string target)
    {
        if (OperatingSystem.IsWindows()) return; // install and sh are of Unix
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TemporaryFolder folder = new();
        string root = Path.Combine(folder.Path, "root"), work = Path.Combine(folder.Path, "work");
        Directory.CreateDirectory(Path.Combine(work, "out", "ArtifactRegistry"));
        Directory.CreateSymbolicLink(Path.Combine(work, "docs"), Path.Combine(Checkout.Root, "docs"));
        await File.WriteAllTextAsync(Path.Combine(work, "account.json"), "{}", stop);
        foreach (string there in new[] { "etc/cron.d", "etc/systemd/system" })
            Directory.CreateDirectory(Path.Combine(root, there));
        string page = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "unattended.md"), stop);
        string script = "useradd() { :; }; runuser() { :; }; systemctl() { :; }\n"
            + Roots().Replace(Owners().Replace(Block("The module") + Block(steps), ""), $" {root}/");

        ToolRun run = await ToolRun.RunAsync("/bin/sh", ["-ec", script], new Dictionary<string, string>(), work, stop);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        Assert.True(File.Exists(root + target), target);
        Assert.True(Directory.Exists($"{root}/usr/local/share/powershell/Modules/ArtifactRegistry"));
        string text = await File.ReadAllTextAsync(Path.Combine(Folder, recipe), stop);
        Assert.Contains("-File /opt/registry/clean-up.ps1 ", text, StringComparison.Ordinal);
        Assert.True(File.Exists($"{root}/opt/registry/clean-up.ps1"));
        Assert.Contains("/etc/registry/account.json", text, StringComparison.Ordinal);
        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode($"{root}/etc/registry/account.json")
                & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
        Assert.Contains("-Log /var/log/registry/", text, StringComparison.Ordinal);
        // systemd makes it.
        Assert.NotEqual(Directory.Exists($"{root}/var/log/registry"), text.Contains("LogsDirectory=registry"));

        string Block(string start) => page[page.IndexOf($"\n{start}", StringComparison.Ordinal)..].Split("```")[1][2..];
    }

    [Fact]
    public async Task Systemd_takes_the_service_and_the_timer()
    {
        string? analyze = ToolRun.Find("systemd-analyze");
        Needs.That(analyze is not null, "systemd-analyze is not on the PATH (Debian package systemd).");
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TemporaryFolder folder = new();
        foreach (string unit in new[] { "clean-up.service", "clean-up.timer" })
        {
            // A program that is there: it is looked for.
            string text = await File.ReadAllTextAsync(Path.Combine(Folder, unit), stop);
            await File.WriteAllTextAsync(
                Path.Combine(folder.Path, unit),
                text.Replace("/usr/bin/pwsh", "/bin/true", StringComparison.Ordinal),
                stop);
        }

        ToolRun run = await ToolRun.RunAsync(
            analyze!, ["verify", "--man=no", "./clean-up.service", "./clean-up.timer"],
            new Dictionary<string, string>(), folder.Path, stop);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void PowerShell_can_parse_the_registration_of_the_task()
    {
        using PowerShellSession session = new();

        Assert.Empty(session.Run($$"""
            $errors = $null
            $path = '{{Path.Combine(Folder, "Register-CleanUpTask.ps1")}}'
            $null = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $errors)
            $errors
            """).MustSucceed().Output);
    }

    /// <summary>Gets the arguments of clean-up.ps1: words of a line, or items of a list in YAML.</summary>
    private static string[] Arguments(string recipe)
    {
        string[] items = [.. Items().Matches(recipe).Select(item => item.Groups[1].Value)];
        if (items.Length > 0) return items;
        // A line that PowerShell continues, with a folder in a variable, in quotes.
        string line = Continued().Replace(recipe, " ").Replace("$Folder\\", "", StringComparison.Ordinal)
            .Replace("`\"", "", StringComparison.Ordinal);
        string words = Assert.Single(Lines().Matches(line)).Groups[1].Value;
        // The event log is one of Windows.
        return [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word != "-EventLog")];
    }

    [GeneratedRegex(@"^ +- (-[A-Z]\w+|[\w./-]+(?<=apps|jsonl|games))$", RegexOptions.Multiline)]
    private static partial Regex Items();

    [GeneratedRegex(" -[og] [a-z]+")]
    private static partial Regex Owners();

    [GeneratedRegex(" /(?=etc|opt|usr|var)")]
    private static partial Regex Roots();

    [GeneratedRegex(" \" \\+\r?\n +\"")]
    private static partial Regex Continued();

    [GeneratedRegex(@"(?:clean-up\.ps1|\$script) (-Image [^""\r\n]+)")]
    private static partial Regex Lines();
}
