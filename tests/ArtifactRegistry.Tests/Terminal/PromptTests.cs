using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Terminal;

/// <summary>The module at the prompt of the real PowerShell, with PSReadLine, as a person sees it.</summary>
public sealed class PromptTests
{
    private const string Apps = "us-docker.pkg.dev/shop/apps";

    // An answer that comes late is there at the next Tab, so the keys are pressed when it has come.
    private const string Warm =
        $"foreach ($line in 'Get-ArImage {Apps}/', 'Get-ArImage {Shop.App}:') "
        + "{ while (\"$((TabExpansion2 $line).CompletionMatches.CompletionText)\" -notmatch 'web') { } }";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task Tab_completes_what_is_typed(int columns)
    {
        await using Shop shop = await OpenAsync();
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        foreach ((string typed, string expected) in new[]
        {
            ($"Get-ArImageTag {Apps}/we", $"Get-ArImageTag {Apps}/web"),
            ($"Get-ArImageTag '{Apps}/we", $"Get-ArImageTag '{Apps}/web'"),
            ($"Get-ArImageTag \"{Apps}/we", $"Get-ArImageTag \"{Apps}/web\""),
            ("Get-ArImageTag \"${app}:v4", $"Get-ArImageTag \"{Shop.App}:v41\""),
            ("Get-ArImageTag $app -Tag v4", "Get-ArImageTag $app -Tag v41"),
            ("Remove-ArUn", "Remove-ArUntaggedImage"),
            ("Remove-ArImage x -DeleteT", "Remove-ArImage x -DeleteTags"),
        })
        {
            terminal.Send(typed + TerminalSession.Tab);
            await terminal.WaitForAsync($"> {expected}");
            terminal.Send(TerminalSession.ControlC); // clears the line
            await terminal.WaitForPromptAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(terminal.All);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task A_menu_offers_the_tags_and_its_choice_is_put_into_the_quotes(int columns)
    {
        await using Shop shop = await OpenAsync();
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        terminal.Send("Get-ArImageTag \"${app}:" + TerminalSession.ControlSpace);
        await terminal.WaitForAsync("latest");
        await terminal.WaitForAsync("v41");
        terminal.Send(TerminalSession.Down);
        await terminal.WaitForAsync($"\"{Shop.App}:v41\"");
        // The first Enter takes the choice, and the second one runs the line.
        terminal.Send("\r");
        terminal.Send(" | ForEach-Object Tag\r");
        await terminal.WaitForAsync("\nv41");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task Ctrl_C_ends_a_long_run_and_leaves_a_prompt_and_nothing_running(int columns)
    {
        await using Shop shop = await OpenAsync();
        await using TerminalSession terminal = await OpenAsync(shop, columns);
        using RequestHold hold = shop.Hold("DELETE", "/versions/");

        terminal.Send($"Remove-ArUntaggedImage {Shop.App} -Confirm:$false; 'not ' + 'here'\r");
        await terminal.WaitForAsync(hold.WaitForArrivalAsync(1, Stop));
        terminal.Send(TerminalSession.ControlC);
        await terminal.WaitForPromptAsync();
        hold.Release();

        Assert.Equal(["alive"], await terminal.RunAsync("'ali' + 've'"));
        Assert.DoesNotContain("\nnot here", terminal.All, StringComparison.Ordinal);
        await shop.MustBeIdleAsync();
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task A_question_is_explained_put_off_and_answered_with_no(int columns)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        terminal.Send($"Remove-ArUntaggedImage {Shop.App}\r");
        await terminal.WaitForAsync("(default is \"N\"):");
        Assert.All(terminal.Rows, row => Assert.InRange(row.Length, 0, columns));
        terminal.Send("?\r");
        await terminal.WaitForAsync("N - ");
        terminal.Send("s\r");
        await terminal.WaitForPromptAsync();
        Assert.Equal(["nested"], await terminal.RunAsync("'nes' + 'ted'"));
        terminal.Send("exit\r");
        await terminal.WaitForAsync("(default is \"N\"):");
        terminal.Send("n\r");
        await terminal.WaitForPromptAsync();

        Assert.Equal(before, shop.Contents());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task Yes_to_all_answers_the_questions_for_all_images(int columns)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddImage(
            shop.Repository,
            "api",
            new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-9) }
        );
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        terminal.Send($"Remove-ArUntaggedImage {Apps} | ForEach-Object Status\r");
        await terminal.WaitForAsync("(default is \"N\"):");
        terminal.Send("a\r");
        await terminal.WaitForPromptAsync();

        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "api"));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task Tables_keep_to_the_width_of_the_terminal(int columns)
    {
        await using Shop shop = await OpenAsync();
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        IReadOnlyList<string> tags = await terminal.RunAsync($"Get-ArImageTag {Shop.App}");
        IReadOnlyList<string> plan = await terminal.RunAsync($"Get-ArUntaggedImage {Shop.App}");

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', [.. tags, .. plan]));
        Assert.Contains(tags, row =>
            row.StartsWith("sha256:", StringComparison.Ordinal) && row.EndsWith("v42", StringComparison.Ordinal)
        );
        Assert.Contains(plan, row => row.StartsWith("Delete", StringComparison.Ordinal));
        // One row for each digest: a row that is too long would go on in the next line.
        Assert.Equal(3, plan.Count(row => row.Length > 0 && !row.StartsWith(' ')) - 2);
    }

    [Theory]
    [InlineData("Get-ArUntaggedImage $app", "Reason", @"^linux/amd64 of\nsha256:.{9}(\n|$)")]
    [InlineData(
        "Remove-ArUntaggedImage $app -WhatIf 6> $null",
        "Reason",
        @"^linux/amd64 of sha256:.{9}\n\(a-tag-of-some-length,"
    )]
    [InlineData("Get-ArImage $app", "Tags", @"^a-tag-of-some-length,\nanother-tag-of-the-index$")]
    [InlineData(
        "Test-ArPull ${app}:v42 -Project games 6> $null",
        "Email",
        @"^345678901234-compute@\ndeveloper\.gserviceaccount\.com$"
    )]
    public async Task The_last_column_breaks_between_words_and_an_address_after_its_at_sign(
        string command,
        string header,
        string expected
    )
    {
        await using Shop shop = await OpenAsync();
        shop.Add(new ImageOptions
        {
            Tags = ["a-tag-of-some-length", "another-tag-of-the-index"],
            Children = [new ChildManifest(shop.Add()), new ChildManifest(shop.Add(), Architecture: "arm64")],
        });
        shop.State.AddProject("games", "345678901234");
        shop.State.AddCluster(
            "games",
            "us-central1",
            "arena",
            new ClusterOptions { NodePools = [new NodePoolOptions("pool")] }
        );
        await using TerminalSession terminal = await OpenAsync(shop, columns: 80);

        IReadOnlyList<string> table = await terminal.RunAsync(command);

        int column = table.Select(row => row.IndexOf($" {header}", StringComparison.Ordinal)).Max() + 1;
        string cells = string.Join('\n', table.Select(row => row.Length > column ? row[column..].TrimEnd() : ""));
        Assert.Matches($"(?m){expected}", cells);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public async Task An_explanation_breaks_at_spaces_and_its_command_can_be_copied_whole(int columns)
    {
        await using Shop shop = await OpenAsync();
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        IReadOnlyList<string> shown = await terminal.RunAsync(
            $"Get-ArReader {Apps} -Member user:somebody@example.com -Explain"
        );

        string detail = string.Join(
            ' ',
            shown
                .SkipWhile(row => !row.StartsWith("---", StringComparison.Ordinal))
                .Skip(1)
                .TakeWhile(row => row.Length > 0)
                .Select(row => row[Math.Min(30, row.Length)..].Trim())
        );
        Assert.StartsWith(
            $"Neither {Apps} nor its project grant it. Grants on folders and the organization are not examined.",
            detail,
            StringComparison.Ordinal
        );
        int helps = shown.ToList().IndexOf("What helps:");
        Assert.Equal(
            $"  Grant-ArReader {Apps} -Member user:somebody@example.com",
            string.Concat(shown.Skip(helps + 1))
        );
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public async Task A_list_breaks_at_spaces_and_its_command_can_be_pasted(int columns)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddProject("games", "345678901234").AddCluster(
            "games",
            "europe-west1",
            "arena",
            new ClusterOptions { NodePools = [new("metrics") { Scopes = ["monitoring"] }] });
        await using TerminalSession terminal = await OpenAsync(shop, columns);

        IReadOnlyList<string> shown = await terminal.RunAsync(
            $"Test-ArPull {Shop.App}:v41 -Project games 6> $null | Format-List"
        );

        Assert.Contains(
            "create another pool, move the pods there, and delete this one. Neither",
            Joined(shown, "Detail", "Command"),
            StringComparison.Ordinal
        );
        // Each line but the last ends with a backtick, and so can be pasted at the prompt.
        Assert.Equal(
            "New-ArNodeServiceAccount -Project games -Name gke-nodes "
                + $"Grant-ArReader {Apps} -Member gke-nodes@games.iam.gserviceaccount.com "
                + "gcloud container node-pools create metrics-2 --cluster=arena --location=europe-west1 "
                + "--project=games --scopes=cloud-platform --service-account gke-nodes@games.iam.gserviceaccount.com",
            Joined(shown, "Command", "\n").Replace(" `", "", StringComparison.Ordinal)
        );
        Assert.Contains(shown, row => row.EndsWith(" `", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-ArImageTag us-docker.pkg.dev/shop/apps", true)]
    [InlineData("Get-ArImageTag us-docker.pkg.dev/shop/apps -Tag *", false)]
    [InlineData("(Get-ArImageTag us-docker.pkg.dev/shop/apps).Count", false)]
    public async Task A_list_in_which_tags_are_lost_says_how_to_see_them_alone(string command, bool isSaid)
    {
        await using Shop shop = await OpenAsync();
        for (int i = 0; i < 20; i++) shop.Add();
        await using TerminalSession terminal = await OpenAsync(shop, 100);

        IReadOnlyList<string> shown = await terminal.RunAsync(command);

        string said = "23 of the 26 rows are digests without a tag. To list tags only, add -Tag *.";
        if (isSaid) Assert.Contains(said, shown);
        else Assert.DoesNotContain(said, shown);
    }

    private static string Joined(IReadOnlyList<string> list, string from, string to) =>
        string.Join(
            ' ',
            list.SkipWhile(row => !row.StartsWith(from, StringComparison.Ordinal))
                .TakeWhile(row => row.Length > 0 && !row.StartsWith(to, StringComparison.Ordinal))
                .Select(row => row.StartsWith(from, StringComparison.Ordinal) ? row.Split(" : ")[1] : row.Trim())
        );

    [Fact]
    public async Task The_demo_leaves_a_prompt_with_its_variables_and_a_plan_to_carry_out()
    {
        await using TerminalSession terminal = TerminalSession.Start(Checkout.Program("Shell", "-Demo"));

        await terminal.WaitForAsync("# Your turn");
        terminal.Send("$plan | Remove-ArUntaggedImage\r");
        await terminal.WaitForAsync("Delete 60 untagged digests");
        terminal.Send("y\r");
        await terminal.WaitForAsync("Removed 60 digests");
        // Tab and the editing of long lines are PSReadLine's.
        terminal.Send("\"it is $app\"; \"edited by $((Get-Module PSReadLine).Name)\"; exit 4\r");

        Assert.Equal(4, await terminal.WaitForExitAsync());
        Assert.Contains("\nedited by PSReadLine", terminal.All, StringComparison.Ordinal);
        Assert.Contains($"\nit is {Shop.App}", terminal.All, StringComparison.Ordinal);
    }

    private static Task<TerminalSession> OpenAsync(Shop shop, int columns = 120) =>
        TerminalSession.OpenAsync(shop.Emulator, columns, $"$app = '{Shop.App}'; {Warm}");

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("latest", "v42");
        shop.Add("v41");
        for (int i = 0; i < 3; i++) shop.Add();
        return shop;
    }
}
