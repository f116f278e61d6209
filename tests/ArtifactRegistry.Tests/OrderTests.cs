using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// What is said about a piped list comes in the order of the list, although its items are worked on together.
/// </summary>
public sealed class OrderTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    // In an order that is not that of the names.
    private static readonly string[] Tags = ["c", "a", "b"],
        Images = ["z", "x", "y"],
        Repositories = ["more", "apps", "less"];
    private static readonly string[] Projects = ["shop", "arena", "depot"];
    private static readonly string[] Members = ["user:c@b.example", "user:a@b.example", "user:b@b.example"];
    private static readonly string[] Files = ["README.md", "LICENSE", "global.json"];
    private static readonly string[] Hosts = ["us-docker.pkg.dev", "asia-docker.pkg.dev", "europe-docker.pkg.dev"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// The cmdlets that work on several items at once: a list of three, and the request that changes an item.
    /// </summary>
    public static TheoryData<string, string> Changes => new()
    {
        { "$tags | Remove-ArImageTag", "DELETE /tags/" },
        { "Remove-ArImageTag -Image $tags", "DELETE /tags/" },
        { "Remove-ArImageTag $app -Tag c, a, b", "DELETE /tags/" },
        { "$rows | Remove-ArImageTag -Force", "DELETE /tags/" },
        { "$moves | Add-ArImageTag -Force", "PATCH /tags/" },
        { "$free | Remove-ArImage -Force", "DELETE /versions/" },
        { "$tags | Remove-ArImage -Force", "DELETE /versions/" },
        { "$rows | Remove-ArImage -Force", "DELETE /versions/" },
    };

    /// <summary>
    /// Every cmdlet that takes a list from the pipeline, with the property that tells its rows apart.
    /// </summary>
    public static TheoryData<string, string> Lists => new()
    {
        { "$tags | Get-ArImage", "Digest" },
        { "$tags | Get-ArImageTag", "Tag" },
        { "$tags | Remove-ArImageTag", "Tag" },
        { "$moves | Add-ArImageTag -Force", "Tag" },
        { "$free | Remove-ArImage -Force", "Digest" },
        { "$tags | Copy-ArImage -Destination $repositories[0]", "Digest" },
        { "$images | Get-ArUntaggedImage", "Image" },
        {
            "$images | Remove-ArUntaggedImage -Quarantine 14d -Confirm:$false | Out-Null; "
                + "$images | Get-ArQuarantinedImage",
            "Image"
        },
        { "$images | Get-ArStaleImage -WithoutInUse -OlderThan 0s", "Image" },
        { "$images | Remove-ArStaleImage -WithoutInUse -OlderThan 0s -WhatIf", "Image" },
        { "$images | Remove-ArUntaggedImage -WhatIf", "Image" },
        { "$images | Protect-ArImage -InUse (Get-ArImage us-docker.pkg.dev/shop/apps)", "Image" },
        {
            "$images | Protect-ArImage -InUse (Get-ArImage us-docker.pkg.dev/shop/apps) | Out-Null; "
                + "$images | Unprotect-ArImage -InUse us-docker.pkg.dev/a/b/c:v1 -AllowUnmatchedInUse -Confirm:$false",
            "Image"
        },
        { "$repositories | Get-ArReader", "Resource" },
        { "$members | Get-ArReader us-docker.pkg.dev/shop/apps -Explain", "Member" },
        { "$members | Grant-ArReader us-docker.pkg.dev/shop/apps", "Member" },
        { "$granted | Revoke-ArReader -Confirm:$false", "Member" },
        { "$granted | Test-ArReader | Select-Object @{ n = 'CanPull'; e = { $_ } }", "CanPull" },
        { "$tags | Test-ArPull -Project games", "Image" },
        { "$hosts | Get-ArRegistryCredential", "Registry" },
        { "$files | Test-ArStaleRule", "Path" },
        { "$projects | Get-ArRepository", "Project" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task Rows_come_in_the_order_of_the_list(string command, string change)
    {
        await using Shop shop = await OpenAsync();
        string[] items = Items(shop, command);
        using RequestHold first = Hold(shop, change, items[0]);
        using RequestHold last = shop.Emulator.Requests.Hold(request =>
            request.PathAndQuery.Contains(items[2], StringComparison.Ordinal)
        );

        // There is room for the third one once the second is done.
        ScriptResult result = (await RunAsync(shop, $"{command} -ThrottleLimit 2", first, last)).MustSucceed();

        Assert.Equal(items, Names(result.Output, items));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task A_row_comes_as_soon_as_it_and_those_before_it_are_known(string command, string change)
    {
        await using Shop shop = await OpenAsync();
        string[] items = Items(shop, command);
        using RequestHold first = Hold(shop, change, items[0]),
            second = Hold(shop, change, items[1]),
            third = Hold(shop, change, items[2]);
        using RunningScript script = shop.Start(command);
        await third.WaitForArrivalAsync(1, Stop);
        Assert.Empty(script.Output);

        first.Release();
        await script.WaitForOutputAsync(1, Stop);
        Assert.Equal(items[..1], Names(script.Output, items));
        second.Release();
        await script.WaitForOutputAsync(2, Stop);
        Assert.Equal(items[..2], Names(script.Output, items));
        third.Release();

        ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();
        Assert.Equal(items, Names(result.Output, items));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task The_first_row_ends_the_pipeline_though_the_second_item_takes_long(string command, string change)
    {
        await using Shop shop = await OpenAsync();
        string[] items = Items(shop, command);
        using RequestHold second = Hold(shop, change, items[1]);

        ScriptResult result = shop.Run($"{command} | Select-Object -First 1").MustSucceed();

        Assert.Equal(items[..1], Names(result.Output, items));
        await shop.MustBeQuietAsync();
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task An_error_comes_at_the_place_of_its_item(string command, string change)
    {
        await using Shop shop = await OpenAsync();
        string[] items = Items(shop, command);
        string[] request = change.Split(' ');
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.Forbidden)
            {
                When = each => each.Is(request[0], request[1]) && each.Is(request[0], items[1]),
            }
        );
        using RequestHold first = Hold(shop, change, items[0]),
            last = Hold(shop, change, items[2]);

        ScriptResult result = await RunAsync(shop, $"& {{ {command} -ThrottleLimit 2 }} 2>&1", first, last);

        Assert.Null(result.Thrown);
        int error = result.Output.ToList().FindIndex(row => row.BaseObject is ErrorRecord);
        Assert.InRange(error, 1, result.Output.Count - 2);
        Assert.Equal(items[..1], Names([.. result.Output.Take(1)], items));
        Assert.Equal(items[2..], Names([.. result.Output.TakeLast(1)], items));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task WhatIf_lines_and_questions_come_in_the_order_of_the_list(string command, string change)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string[] items = Items(shop, command);
        foreach (string asking in new[] { "-WhatIf", "-Confirm" })
        {
            using RequestHold first = shop.Emulator.Requests.Hold(request =>
                request.PathAndQuery.Contains(items[0], StringComparison.Ordinal)
            );
            using RequestHold last = shop.Emulator.Requests.Hold(
                request => request.PathAndQuery.Contains(items[2], StringComparison.Ordinal), HoldPoint.BeforeAnswer);
            using RunningScript script = shop.Start($"{command} {asking}");
            await ArriveAsync(first, last);
            last.Release();
            // The second item is read to its end by now or soon; the first has not even begun.
            Assert.Empty(host.Questions);
            first.Release();

            ScriptResult result = (await script.EndAsync(Stop)).MustSucceed();

            string[] said = asking == "-WhatIf"
                ? [.. host.Screen.Where(line => line.StartsWith("What if", StringComparison.Ordinal))]
                : [.. host.Questions.Select(question => question.Message)];
            Assert.Equal(items, said.Select(line => items.Single(item => Says(line, item))));
            if (result.Output.Count > 0)
                Assert.Equal(items, Names(result.Output, items));
            Assert.Equal(
                asking == "-WhatIf" ? 0 : 3,
                shop.Emulator.Requests.Snapshot(request =>
                        change.StartsWith(request.Method, StringComparison.Ordinal)
                        && items.Any(item => request.PathAndQuery.Contains(item, StringComparison.Ordinal))
                    )
                    .Count(request => request.IsChange && request.Is(request.Method, change.Split(' ')[1]))
            );
        }
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task What_was_done_before_CtrlC_is_told_though_the_row_before_it_never_comes(
        string command,
        string change
    )
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);
        string[] items = Items(shop, command);
        using RequestHold first = Hold(shop, change, items[0]);
        using RequestHold last = shop.Emulator.Requests.Hold(request =>
            request.PathAndQuery.Contains(items[2], StringComparison.Ordinal)
        );
        using RunningScript script = shop.Start($"{command} -ThrottleLimit 2");
        await ArriveAsync(first, last);

        script.Stop();
        ScriptResult result = await script.EndAsync(Stop);

        Assert.Empty(result.Output);
        string told = Assert.Single(host.Screen, line =>
            line.StartsWith("WARNING: Done before the command ended", StringComparison.Ordinal)
        );
        Assert.True(Says(told, items[1]), told);
        await shop.MustBeQuietAsync();
    }

    [Theory, MemberData(nameof(Lists))]
    public async Task Every_list_keeps_its_order(string command, string property)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command).MustSucceed();

        string variable = command.Split(' ')[0];
        string[] list =
        [
            .. shop
                .Session.Run(variable)
                .Output.Select(item =>
                    property switch
                    {
                        "Tag" => item.Properties["Tag"]?.Value.ToString() ?? item.ToString().Split(':')[^1],
                        "Digest" when variable == "$tags" => shop.State.Tags(shop.Repository, "web")[
                            item.ToString().Split(':')[^1]
                        ],
                        "Digest" => item.ToString().Split('@')[1],
                        "CanPull" => (item.Properties["Member"].Value.ToString() != Members[0]).ToString(),
                        _ => item.Properties[property]?.Value?.ToString() ?? item.ToString(),
                    }
                ),
        ];
        Assert.Equal(3, list.Length);
        IReadOnlyList<string?> values = result.Values(property);
        Assert.Equal(list, values.Where((value, at) => property == "CanPull" || at == 0 || value != values[at - 1]));
    }

    [Fact]
    public void Every_cmdlet_that_takes_a_list_is_tried()
    {
        using PowerShellSession session = new();
        string[] takers =
        [
            .. session
                .Run(
                    "(Get-Command -Module ArtifactRegistry -CommandType Cmdlet | Where-Object { "
                        + "$_.Parameters.Values.Attributes.ValueFromPipeline -contains $true }).Name"
                )
                .Output.Select(name => name.ToString()),
        ];

        string commands = string.Join('\n', Lists.Select(row => row.Data.Item1));
        Assert.NotEmpty(takers);
        // Get-ArImageInUse holds its rows until all is read, and sorts them by place; the order of Restore-ArImage is
        // that of its folder, by name.
        Assert.All(takers.Except(["Connect-ArRegistry", "Get-ArImageInUse", "Restore-ArImage"]), name =>
            Assert.Matches($@"\| {name}\b", commands)
        );
    }

    private static RequestHold Hold(Shop shop, string change, string item)
    {
        string[] request = change.Split(' ');
        return shop.Emulator.Requests.Hold(each => each.Is(request[0], request[1]) && each.Is(request[0], item));
    }

    /// <summary>
    /// What is in the changing requests, and tells the items of a list apart, in the order of the list.
    /// </summary>
    private static string[] Items(Shop shop, string command) =>
        command switch
        {
            _ when command.StartsWith("$free", StringComparison.Ordinal) =>
            [
                .. shop.Session.Run("$free").Output.Select(name => name.ToString().Split('@')[1]),
            ],
            _ when command.Contains("Remove-ArImage -", StringComparison.Ordinal) =>
            [
                .. Tags.Select(tag => shop.State.Tags(shop.Repository, "web")[tag]),
            ],
            _ => ["/tags/c", "/tags/a", "/tags/b"],
        };

    private static string[] Names(IEnumerable<PSObject> rows, string[] items) =>
        [
            .. rows.Select(row =>
                items.Single(item => Says($"{row.Properties["Uri"].Value} {row.Properties["Digest"].Value}", item))
            ),
        ];

    private static bool Says(string text, string item) => text.Contains(
        item.StartsWith("/tags/", StringComparison.Ordinal) ? $"web:{item[^1]}" : item, StringComparison.Ordinal);

    /// <summary>Runs a script in which the last item is let through before the first.</summary>
    private static async Task<ScriptResult> RunAsync(Shop shop, string command, RequestHold first, RequestHold last)
    {
        using RunningScript script = shop.Start(command);
        await ArriveAsync(first, last);
        last.Release();
        first.Release();
        return await script.EndAsync(Stop);
    }

    private static async Task ArriveAsync(RequestHold first, RequestHold last)
    {
        await first.WaitForArrivalAsync(1, Stop);
        await last.WaitForArrivalAsync(1, Stop);
    }

    /// <summary>Three tags and three untagged digests, listed in an order that is not that of their names.</summary>
    private static async Task<Shop> OpenAsync(ScriptedHost? host = null)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        foreach (string tag in Tags.Order()) shop.Add(tag);
        string[] free = [.. Enumerable.Range(0, 3).Select(_ => shop.Add()).Order(StringComparer.Ordinal)];
        string stays = shop.Add("stays");
        shop.Session.Set("tags", Tags.Select(tag => $"{Shop.App}:{tag}").ToArray());
        shop.Session.Set(
            "rows",
            Tags.Select(tag => shop.Session.Run($"Get-ArImageTag {Shop.App} {tag}").Output[0]).ToArray()
        );
        shop.Session.Run(
            $"$moves = 'c', 'a', 'b' | ForEach-Object {{ [pscustomobject]@{{ Image = $app; Digest = '{stays}'; Tag = "
                + $"$_ }} }}"
        );
        shop.Session.Set(
            "free",
            new[] { free[2], free[0], free[1] }.Select(digest => $"{Shop.App}@{digest}").ToArray()
        );
        AddOthers(shop);
        return shop;
    }

    private static void AddOthers(Shop shop)
    {
        foreach (string image in Images.Order())
            foreach (string[] tags in (string[][])[[], ["tagged"]])
                shop.State.AddImage(
                    shop.Repository,
                    image,
                    new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10), Tags = tags }
                );
        shop.Session.Set("images", Images.Select(image => $"{Repository}/{image}").ToArray());
        foreach (string name in Repositories)
        {
            if (name != "apps")
                shop.State.AddRepository($"us-docker.pkg.dev/shop/{name}");
            shop.State.Grant(
                $"us-docker.pkg.dev/shop/{name}",
                "roles/artifactregistry.reader",
                $"user:{name}@b.example"
            );
        }

        shop.Session.Set("repositories", Repositories.Select(name => $"us-docker.pkg.dev/shop/{name}").ToArray());
        shop.Session.Set("members", Members);
        foreach (string member in Members[1..])
            shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", member);
        shop.Session.Run(
            $"$granted = $members | ForEach-Object {{ [pscustomobject]@{{ Resource = '{Repository}'; Member = $_ }} }}"
        );
        shop.Session.Set("hosts", Hosts);
        shop.Session.Set(
            "files", Files.Select(name => Path.Combine(Checkout.Root, name)).ToArray());
        foreach (string project in Projects[1..]) shop.State.AddRepository($"us-docker.pkg.dev/{project}/apps");
        shop.Session.Set("projects", Projects);
        shop.State.AddProject("games");
        shop.State.AddCluster(
            "games",
            "us-central1",
            "arena",
            new ClusterOptions { NodePools = [new NodePoolOptions("pool")] }
        );
    }
}
