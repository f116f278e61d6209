using System.Management.Automation;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Who may pull: granted, revoked, tested and explained, for the clusters of another project.</summary>
public sealed class AccessTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";
    private const string Role = "roles/artifactregistry.reader";
    private const string Runner = "serviceAccount:gke-runner@games.iam.gserviceaccount.com";
    private const string Compute = "serviceAccount:345678901234-compute@developer.gserviceaccount.com";

    private static readonly JsonObject UntilNewYear = new()
    {
        ["title"] = "until new year",
        ["expression"] = "request.time < timestamp('2030-01-01T00:00:00Z')",
    };

    [Fact]
    public async Task The_accounts_of_the_nodes_of_another_project_are_granted_the_repository_and_nothing_else()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Get-ArNodeServiceAccount -Project games | Grant-ArReader {Repository}")
            .MustSucceed();

        Assert.Equal([Compute, Runner], shop.State.Members(Repository, Role).Order());
        Assert.Equal([Repository, Repository], result.Values("Resource"));
        Assert.Equal(
            ["POST /v1/projects/shop/locations/us/repositories/apps:setIamPolicy"],
            shop.Changes.Select(PathOf)
        );
        Assert.Empty(shop.State.ProjectMembers("games", Role));
        Assert.Empty(shop.State.ProjectMembers("shop", Role));
    }

    [Fact]
    public async Task A_new_account_is_made_gets_the_role_for_nodes_and_goes_on_to_Grant()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                $"New-ArNodeServiceAccount -Project games -Name gke-nodes -DisplayName Nodes | Grant-ArReader "
                    + $"{Repository} 6> $null"
            )
            .MustSucceed();

        const string member = "serviceAccount:gke-nodes@games.iam.gserviceaccount.com";
        Assert.Equal([member], result.Values("Member"));
        Assert.Contains("gke-nodes@games.iam.gserviceaccount.com", shop.State.ServiceAccounts("games"));
        Assert.Equal([member], shop.State.ProjectMembers("games", "roles/container.defaultNodeServiceAccount"));
        Assert.Equal([member], shop.State.Members(Repository, Role));
        Assert.Empty(shop.State.ProjectMembers("games", Role));
    }

    [Fact]
    public async Task Rows_of_Get_are_revoked_where_they_are()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Compute).Grant(Repository, Role, "user:a@x.example");

        ScriptResult result = shop.Run(
                $"Get-ArReader {Repository} | Where-Object Member -like '*compute@developer*' | Revoke-ArReader "
                    + $"-Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal(["user:a@x.example"], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task Test_says_true_or_false()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Runner);

        ScriptResult result = shop.Run(
                $"Test-ArReader {Repository} -Member gke-runner@games.iam.gserviceaccount.com; Test-ArReader "
                    + $"{Repository} -Member user:no@x.example"
            )
            .MustSucceed();

        Assert.Equal([true, false], result.Output.Select(each => each.BaseObject));
        Assert.Empty(result.Warnings);
        Assert.DoesNotContain(shop.Changes, change => !change.Contains(":getIamPolicy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_project_is_granted_and_revoked_by_its_own_parameter_and_keeps_the_rest_of_its_policy()
    {
        await using Shop shop = await OpenAsync();
        shop.State.GrantOnProject("shop", "roles/owner", "user:admin@x.example")
            .GrantOnProject("shop", Role, "user:c@x.example", UntilNewYear);
        JsonObject policy = shop.State.ProjectPolicy("shop");
        policy["auditConfigs"] = JsonNode.Parse(
            """[{"service":"allServices","auditLogConfigs":[{"logType":"DATA_READ"}]}]"""
        );
        policy["somethingNew"] = JsonNode.Parse("""[1, 2.5, {"x": null}]""");
        shop.State.SetProjectPolicy("shop", policy);
        JsonObject before = WithoutEtag(shop.State.ProjectPolicy("shop"));

        ScriptResult granted = shop.Run("Grant-ArReader -Project shop -Member gke-runner@games.iam.gserviceaccount.com")
            .MustSucceed();
        Assert.Equal(["projects/shop"], granted.Values("Resource"));
        Assert.Equal(["user:c@x.example", Runner], shop.State.ProjectMembers("shop", Role));
        Assert.Equal(
            3,
            (int)JsonNode.Parse(shop.Emulator.Requests.Snapshot()[0].Body)!["options"]!["requestedPolicyVersion"]!
        );

        shop.Run("Revoke-ArReader -Project shop -Member gke-runner@games.iam.gserviceaccount.com -Confirm:$false")
            .MustSucceed();
        Assert.True(JsonNode.DeepEquals(before, WithoutEtag(shop.State.ProjectPolicy("shop"))));
        Assert.Empty(shop.State.Members(Repository, Role));
    }

    [Theory]
    [InlineData("Grant-ArReader", "Grant-ArReader us-docker.pkg.dev/shop/apps -Member $m -WhatIf")]
    [InlineData("Grant-ArReader", "Grant-ArReader -Project shop -Member $m -WhatIf")]
    [InlineData("Revoke-ArReader", "Revoke-ArReader us-docker.pkg.dev/shop/apps -Member user:a@x.example -WhatIf")]
    [InlineData("Revoke-ArReader", "Get-ArReader us-docker.pkg.dev/shop/apps | Revoke-ArReader -WhatIf")]
    [InlineData("New-ArNodeServiceAccount", "New-ArNodeServiceAccount -Project games -Name gke-nodes -WhatIf")]
    public async Task WhatIf_shows_the_difference_and_writes_nothing(string cmdlet, string script)
    {
        ScriptedHost host = new();
        await using Shop shop = await Shop.OpenAsync(host: host);
        Seed(shop);
        shop.State.Grant(Repository, Role, "user:a@x.example");
        string before = Policies(shop);

        ScriptResult result = shop.Run($"$m = 'user:a@x.example', 'user:new@x.example'; {script}").MustSucceed();

        Assert.Empty(result.Output);
        Assert.Equal(before, Policies(shop));
        Assert.DoesNotContain(shop.Changes, change => !change.Contains(":getIamPolicy", StringComparison.Ordinal));
        string shown = Assert.Single(host.Screen, line => line.Contains("What if", StringComparison.Ordinal));
        string expected = cmdlet switch
        {
            // Who has it already is not part of the difference on the repository.
            "Grant-ArReader" => script.Contains("-Project", StringComparison.Ordinal)
                ? "Grant roles/artifactregistry.reader to user:a@x.example, user:new@x.example"
                : "Grant roles/artifactregistry.reader to user:new@x.example",
            "Revoke-ArReader" => "Revoke roles/artifactregistry.reader from user:a@x.example",
            _ => "Create service account gke-nodes and grant it roles/container.defaultNodeServiceAccount",
        };
        Assert.Contains($"\"{expected}\"", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_asks_by_default_and_writes_nothing_where_nobody_can_be_asked()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Runner);

        ScriptResult result = shop.Run($"Revoke-ArReader {Repository} -Member {Runner}");

        Assert.Equal("ConfirmationRequired", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Revoke_takes_the_unconditional_reader_away_and_says_what_is_left()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Runner).Grant(Repository, Role, Runner, UntilNewYear)
            .Grant(Repository, "roles/artifactregistry.writer", Runner);

        ScriptResult result = shop.Run($"Revoke-ArReader {Repository} -Member {Runner} -Confirm:$false").MustSucceed();

        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal([Runner], shop.State.Members(Repository, Role));
        Assert.Equal([Runner], shop.State.Members(Repository, "roles/artifactregistry.writer"));
        Assert.Contains(result.Warnings, warning =>
            warning.EndsWith(
                $"Revoke-ArReader {Repository} -Member '{Runner}' -Condition 'until new year'",
                StringComparison.Ordinal));
        Assert.Contains(result.Warnings, warning =>
            warning.EndsWith(
                $"Revoke-ArReader {Repository} -Member '{Runner}' -Role roles/artifactregistry.writer",
                StringComparison.Ordinal)
        );

        shop.Run($"Revoke-ArReader {Repository} -Member {Runner} -Condition 'until new year' -Confirm:$false")
            .MustSucceed();
        Assert.Empty(shop.State.Members(Repository, Role));

        ScriptResult again = shop.Run($"Revoke-ArReader {Repository} -Member {Runner} -Confirm:$false").MustSucceed();
        Assert.Equal(["False"], again.Values("Changed"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Rows_that_are_not_what_Revoke_takes_away_are_refused_with_what_would_do_it()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, "roles/artifactregistry.writer", "user:w@x.example")
            .Grant(Repository, Role, "user:c@x.example", UntilNewYear)
            .GrantOnProject("shop", Role, "user:p@x.example")
            .GrantOnProject("shop", "roles/owner", "user:o@x.example");
        string before = Policies(shop);

        ScriptResult result = shop.Run(
            $"Get-ArReader {Repository} -Inherited -WarningAction Ignore | Revoke-ArReader -Confirm:$false"
        );

        Assert.Null(result.Thrown);
        Assert.Equal(4, result.Errors.Count);
        Assert.Equal(
            "Use -Role roles/artifactregistry.writer if you mean that.",
            result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Equal(
            "Use -Condition 'until new year' to take that away.", result.Errors[1].ErrorDetails.RecommendedAction);
        Assert.All(result.Errors.Skip(2), error => Assert.Contains(
            "on projects/shop, which counts for every repository", error.ToString(), StringComparison.Ordinal));
        Assert.Equal(before, Policies(shop));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData(Journey.Clixml)]
    [InlineData(Journey.Csv)]
    public async Task Rows_bind_also_after_a_job_or_a_CSV(string journey)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Runner).GrantOnProject("shop", Role, "user:p@x.example");

        ScriptResult result = shop.Run(
            $"$rows = @(Get-ArReader {Repository} -Inherited -WarningAction Ignore); $rows | {journey} | "
                + $"Revoke-ArReader -Confirm:$false"
        );

        Assert.Contains("-Project shop -Member user:p@x.example", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.State.Members(Repository, Role));
        Assert.Equal(["user:p@x.example"], shop.State.ProjectMembers("shop", Role));
    }

    [Fact]
    public async Task A_member_without_a_place_and_a_row_of_another_place_are_refused_by_Revoke()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/other");
        shop.State.Grant("us-docker.pkg.dev/shop/other", Role, Runner).Grant(Repository, Role, Runner);

        ScriptResult bare = shop.Run($"'{Runner}' | Revoke-ArReader -Confirm:$false");
        ScriptResult other = shop.Run(
            $"Get-ArReader us-docker.pkg.dev/shop/other | Revoke-ArReader {Repository} -Confirm:$false"
        );

        Assert.Contains("Revoke-ArReader REPOSITORY -Member", bare.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"and this is about {Repository}", other.ErrorText, StringComparison.Ordinal);
        Assert.Equal([Runner], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task Inherited_and_deleted_members_are_listed_and_what_cannot_be_seen_is_said()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "deleted:serviceAccount:gone@games.iam.gserviceaccount.com?uid=1")
            .GrantOnProject("shop", "roles/viewer", "user:v@x.example")
            .GrantOnProject("shop", "roles/browser", "user:b@x.example")
            .GrantOnProject("shop", "projects/shop/roles/pullers", "user:z@x.example");

        ScriptResult result = shop.Run($"Get-ArReader {Repository} -Inherited").MustSucceed();

        Assert.Equal(
            ["deleted:serviceAccount:gone@games.iam.gserviceaccount.com?uid=1", "user:v@x.example"],
            result.Values("Member")
        );
        Assert.Equal(["True", "False"], result.Values("Deleted"));
        Assert.Equal(["False", "True"], result.Values("Inherited"));
        Assert.Equal([Repository, "projects/shop"], result.Values("Resource"));
        Assert.Contains(result.Warnings, warning =>
            warning.Contains("projects/shop/roles/pullers", StringComparison.Ordinal)
        );
        Assert.Contains(result.Warnings, warning =>
            warning.Contains("folders and the organization", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_projects_policy_that_may_not_be_read_is_a_warning_and_an_unknown()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Denials = [new Denial("resourcemanager.projects.getIamPolicy")];
        shop.State.Grant(Repository, Role, Runner);

        ScriptResult list = shop.Run($"Get-ArReader {Repository} -Inherited").MustSucceed();
        ScriptResult known = shop.Run($"Test-ArReader {Repository} -Member {Runner}").MustSucceed();
        ScriptResult unknown = shop.Run($"Test-ArReader {Repository} -Member user:x@x.example").MustSucceed();
        ScriptResult why = shop.Run($"Get-ArReader {Repository} -Member user:x@x.example -Explain").MustSucceed();

        Assert.Equal([Runner], list.Values("Member"));
        Assert.Contains(
            list.Warnings,
            warning => warning.Contains("projects/shop cannot be read", StringComparison.Ordinal)
                && warning.Contains("resourcemanager.projects.getIamPolicy", StringComparison.Ordinal));
        Assert.True((bool)known.Output[0].BaseObject);
        Assert.False((bool)unknown.Output[0].BaseObject);
        Assert.Contains("as far as can be seen", Assert.Single(unknown.Warnings), StringComparison.Ordinal);
        Assert.Equal(["NotGrantedDirectly", "NotVisible"], why.Values("Reason"));
        Assert.Equal([null, null], why.Values("CanPull"));
    }

    [Fact]
    public async Task Explain_names_each_reason()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:here@x.example")
            .Grant(Repository, Role, "user:until@x.example", UntilNewYear)
            .GrantOnProject("shop", "roles/editor", "user:project@x.example")
            .Grant(Repository, Role, "deleted:serviceAccount:gone@games.iam.gserviceaccount.com?uid=1");

        ScriptResult result = shop.Run(
                "'user:here@x.example', 'user:project@x.example', 'user:until@x.example', "
                    + "'gone@games.iam.gserviceaccount.com', "
                    + $"'user:none@x.example' | Get-ArReader {Repository} -Explain"
            )
            .MustSucceed();

        Assert.Equal(
            [
                "GrantedAtRepository",
                "GrantedAtProject",
                "GrantedUnderCondition",
                "AccountMissing",
                "GrantedToDeleted",
                "NotGranted",
                "NotGranted",
            ],
            result.Values("Reason")
        );
        Assert.Equal(["True", "True", "True", "False", "False", "False", "False"], result.Values("CanPull"));
        Assert.Contains("takes about 2 minutes", result.Values("Detail")[0], StringComparison.Ordinal);
        Assert.Contains("request.time <", result.Values("Detail")[2], StringComparison.Ordinal);
        Assert.Equal($"Grant-ArReader {Repository} -Member user:none@x.example", result.Values("Command")[6]);
    }

    [Fact]
    public async Task Groups_that_may_hold_the_member_make_the_answer_unknown()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "group:team@x.example");

        ScriptResult result = shop.Run($"Get-ArReader {Repository} -Member user:a@x.example -Explain").MustSucceed();

        Assert.Equal(["NotGrantedDirectly", "NotVisible"], result.Values("Reason"));
        Assert.Equal([null, null], result.Values("CanPull"));
        Assert.Contains("group:team@x.example", result.Values("Detail")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scopes_that_are_too_narrow_are_named_by_Explain_by_Test_and_when_granting()
    {
        await using Shop shop = await OpenAsync();
        const string nodes = "Get-ArNodeServiceAccount -Project games -Cluster narrow -WarningAction Ignore";
        shop.State.AddCluster("games", "us-central1", "narrow", new ClusterOptions
        {
            NodePools = [new("metrics") { Scopes = ["https://www.googleapis.com/auth/monitoring"] }],
        });

        ScriptResult granted = shop.Run($"{nodes} | Grant-ArReader {Repository}").MustSucceed();
        ScriptResult why = shop.Run($"{nodes} | Get-ArReader {Repository} -Explain").MustSucceed();
        ScriptResult can = shop.Run($"{nodes} | Test-ArReader {Repository}").MustSucceed();

        Assert.Contains("pool metrics in cluster narrow", Assert.Single(granted.Warnings), StringComparison.Ordinal);
        Assert.Equal(["ScopesTooNarrow", "GrantedAtRepository"], why.Values("Reason"));
        Assert.Equal(["False", null], why.Values("CanPull"));
        Assert.False((bool)can.Output[0].BaseObject);
    }

    [Fact]
    public async Task Pools_with_one_account_are_explained_together_unless_their_scopes_differ()
    {
        await using Shop shop = await OpenAsync();
        string[] narrow = ["https://www.googleapis.com/auth/monitoring"];
        shop.State.Grant(Repository, Role, "serviceAccount:games.svc.id.goog[default/web]").AddCluster(
            "games",
            "us-central1",
            "lobby",
            new ClusterOptions
            {
                NodePools =
                [
                    new("a") { Scopes = NodePoolOptions.CloudPlatform },
                    new("metrics") { Scopes = narrow },
                    new("b") { Scopes = NodePoolOptions.CloudPlatform },
                ],
            });

        ScriptResult result = shop.Run(
                "Get-ArNodeServiceAccount games -Cluster lobby -WarningAction Ignore "
                    + $"| Get-ArReader {Repository} -Explain"
            )
            .MustSucceed();

        Assert.Equal(
            ["NotGranted", "GrantedToWorkload", "ScopesTooNarrow", "NotGranted", "GrantedToWorkload"],
            result.Values("Reason")
        );
        Assert.Equal(
            ["lobby/a, lobby/b", "lobby/a, lobby/b", "lobby/metrics", "lobby/metrics", "lobby/metrics"],
            result.Output.Select(row => $"{row.Properties["NodePools"].Value}")
        );
        Assert.StartsWith(
            "gcloud container node-pools create metrics-2 --cluster=lobby --location=us-central1 --project=games ",
            result.Values("Command")[2]!.Split('\n')[^1],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Grant-ArReader us-docker.pkg.dev/shop/apps -Member user:new@x.example", true)]
    [InlineData("Revoke-ArReader us-docker.pkg.dev/shop/apps -Member user:old@x.example -Confirm:$false", true)]
    [InlineData("Grant-ArReader us-docker.pkg.dev/shop/apps -Member user:old@x.example", false)]
    [InlineData("Grant-ArReader us-docker.pkg.dev/shop/apps -Member user:new@x.example -WhatIf", false)]
    public async Task A_change_ends_with_how_long_it_takes_to_take_effect(string command, bool isTold)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:old@x.example");

        ScriptResult result = shop.Run($"{command} 6>&1 | ForEach-Object {{ \"$_\" }}").MustSucceed();

        Assert.Equal(
            isTold,
            string.Join('\n', result.Output).EndsWith("7 or more.", StringComparison.Ordinal)
        );
        Assert.Equal(
            isTold,
            string.Join('\n', result.Output).Contains("about 2 minutes", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Each_node_pool_has_its_account_and_what_GKE_calls_default_is_resolved()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddCluster("games", "us-central1", "lobby", new ClusterOptions
        {
            Autopilot = true,
            NodePools = [new("default-pool")],
            AutoProvisioning = new("") { ServiceAccount = "gke-runner@games.iam.gserviceaccount.com" },
        });

        ScriptResult result = shop.Run("Get-ArNodeServiceAccount games").MustSucceed();

        Assert.Equal(["arena", "arena", "lobby", "lobby"], result.Values("Cluster"));
        Assert.Equal(["default-pool", "servers", "default-pool", "(auto-provisioned)"], result.Values("NodePool"));
        Assert.Equal([Compute, Runner, Compute, Runner], result.Values("Member"));
        Assert.Equal(["True", "False", "True", "False"], result.Values("IsComputeDefault"));
        Assert.Equal(["False", "False", "True", "True"], result.Values("Autopilot"));
        Assert.Equal(["True", "True", "True", "True"], result.Values("PullScope"));
        string warning = Assert.Single(result.Warnings);
        Assert.Contains("Google recommends a service account that only nodes use", warning, StringComparison.Ordinal);
        Assert.Single(shop.Emulator.Requests.Snapshot(request => request.PathAndQuery == "/v1/projects/games"));
    }

    [Fact]
    public async Task Clusters_are_narrowed_by_location_and_name_and_a_name_that_is_not_there_is_an_error()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddCluster("games", "us-central1", "lobby", new ClusterOptions { NodePools = [new("p")] });

        ScriptResult place = shop.Run("Get-ArNodeServiceAccount games -Location us-central1").MustSucceed();
        ScriptResult name = shop.Run("Get-ArNodeServiceAccount games -Cluster arena").MustSucceed();
        ScriptResult none = shop.Run("Get-ArNodeServiceAccount games -Cluster arena, nothere");

        Assert.Equal(["lobby"], place.Values("Cluster"));
        Assert.Equal(["arena", "arena"], name.Values("Cluster"));
        Assert.Equal("NotFound", none.ErrorId);
        Assert.Contains("no cluster nothere in project games", none.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zones_that_GKE_could_not_ask_are_a_warning()
    {
        await using Shop shop = await OpenAsync();
        shop.State.SetMissingZones("games", "us-east1-b", "us-east1-c");

        ScriptResult result = shop.Run("Get-ArNodeServiceAccount games").MustSucceed();

        Assert.Contains(result.Warnings, warning =>
            warning.Contains("incomplete: GKE could not ask us-east1-b, us-east1-c", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_account_that_is_there_is_used_and_said_so()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("New-ArNodeServiceAccount -Project games -Name gke-runner 6>&1").MustSucceed();

        Assert.Contains("was there already", Assert.Single(result.Warnings), StringComparison.Ordinal);
        PSObject account = result.Output.Single(each => each.TypeNames[0] == "ArtifactRegistry.NewNodeServiceAccount");
        Assert.Equal("False", account.Properties["Created"].Value.ToString());
        string line = "gcloud container node-pools create POOL --cluster=CLUSTER --location=LOCATION --project=games "
            + "--service-account gke-runner@games.iam.gserviceaccount.com";
        Assert.Equal(line, account.Properties["NodePoolCommand"].Value);
        string shown = result.Output.First(each => each.BaseObject is InformationRecord).ToString();
        Assert.Contains(line, shown, StringComparison.Ordinal);
        Assert.Contains("iam.serviceAccounts.actAs", shown, StringComparison.Ordinal);
        Assert.Equal([Runner], shop.State.ProjectMembers("games", "roles/container.defaultNodeServiceAccount"));
    }

    [Fact]
    public async Task An_account_that_IAM_does_not_know_everywhere_yet_is_waited_for()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.NewAccountRefusals = 2;

        shop.Run("New-ArNodeServiceAccount -Project games -Name gke-nodes 6> $null").MustSucceed();

        Assert.Equal(
            ["serviceAccount:gke-nodes@games.iam.gserviceaccount.com"],
            shop.State.ProjectMembers("games", "roles/container.defaultNodeServiceAccount"));
    }

    [Fact]
    public async Task An_account_that_cannot_be_given_its_role_is_emitted_with_the_error()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Denials = [new Denial("resourcemanager.projects.setIamPolicy")];

        ScriptResult result = shop.Run("New-ArNodeServiceAccount -Project games -Name gke-nodes 6> $null");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains(
            "roles/resourcemanager.projectIamAdmin on the project",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Equal(["gke-nodes@games.iam.gserviceaccount.com"], result.Values("Email"));
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("GKE-nodes")]
    [InlineData("gke-nodes-")]
    [InlineData("a/../../b")]
    public async Task What_is_no_name_for_an_account_is_refused_before_anything_is_sent(string name)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"New-ArNodeServiceAccount -Project games -Name {name}");

        Assert.Equal("InvalidArgument", result.ErrorId);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Members_that_the_organization_refuses_are_isolated_and_the_others_are_granted()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.ForbiddenMembers = ["*@outside.example"];
        string[] good = [.. Enumerable.Range(0, 20).Select(i => $"user:good{i}@x.example")];
        string[] all = [.. good[..7], "user:one@outside.example", .. good[7..], "user:two@outside.example"];

        ScriptResult result = shop.Run($"'{string.Join("', '", all)}' | Grant-ArReader {Repository}");

        Assert.Equal(good.Order(), shop.State.Members(Repository, Role).Order());
        Assert.Equal(good, result.Values("Member"));
        Assert.All(result.Output, row => Assert.Equal(true, row.Properties["Changed"].Value));
        Assert.Equal(
            ["user:one@outside.example", "user:two@outside.example"],
            result.Errors.Select(error => error.TargetObject)
        );
        Assert.All(result.ErrorIds, id => Assert.Equal("MemberNotAllowed", id));
        Assert.Contains("do not belong to a permitted customer", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "iam.allowedPolicyMemberDomains",
            result.Errors[0].ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_member_that_does_not_exist_is_reported_in_the_servers_words_and_the_others_are_granted()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddServiceAccount("games", "gone-e");

        // The name of one is the end of the other's.
        ScriptResult result = shop.Run(
            $"'gone-e@games.iam.gserviceaccount.com', 'e@games.iam.gserviceaccount.com', '{Runner}' | Grant-ArReader "
                + $"{Repository}"
        );

        Assert.Equal("MemberNotFound", result.ErrorId);
        Assert.Equal("serviceAccount:e@games.iam.gserviceaccount.com", result.Error.TargetObject);
        Assert.Contains(
            "Service account e@games.iam.gserviceaccount.com does not exist.",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "Check the spelling: Get-ArNodeServiceAccount games lists the accounts with which nodes pull. IAM may need "
                + "a minute to know a new account; one that was deleted has to be created again.",
            result.Error.ErrorDetails.RecommendedAction
        );
        Assert.Equal(
            ["serviceAccount:gone-e@games.iam.gserviceaccount.com", Runner],
            shop.State.Members(Repository, Role)
        );
        Assert.Equal(2, shop.Changes.Count);
    }

    [Theory]
    [InlineData("Grant-ArReader", "Nothing was changed: the role was granted before.")]
    [InlineData("Revoke-ArReader", "Nothing was changed: there was no such grant.")]
    public async Task The_second_time_the_table_and_the_last_line_say_that_nothing_changed(string cmdlet, string line)
    {
        await using Shop shop = await OpenAsync();
        string command = $"{cmdlet} {Repository} -Member {Runner} -Confirm:$false 6>&1 | Out-String -Width 80";

        shop.Run($"Grant-ArReader {Repository} -Member {Runner}; Revoke-ArReader {Repository} {Runner} -Confirm:$false")
            .MustSucceed();
        string first = $"{shop.Run(command).MustSucceed().Output[0]}";
        string second = $"{shop.Run(command).MustSucceed().Output[0]}";

        Assert.Equal(cmdlet == "Grant-ArReader", !first.Contains(line, StringComparison.Ordinal));
        Assert.Matches($@"\nFalse +{Runner}", second);
        Assert.Contains(line, second, StringComparison.Ordinal);
        Assert.DoesNotContain("A change of access takes", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("roles/artifactregistry.raeder", "is not supported for this resource", 1)]
    [InlineData("reader", "'reader' is not a role, which is written roles/SERVICE.NAME", 0)]
    [InlineData("reader -WhatIf", "'reader' is not a role, which is written roles/SERVICE.NAME", 0)]
    [InlineData("roles/viewer", "'roles/viewer' is not a role of Artifact Registry", 0)]
    [InlineData("storage.objectViewer", "'storage.objectViewer' is not a role of Artifact Registry", 0)]
    public async Task A_role_that_is_none_for_pulling_is_refused(string role, string words, int writes)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"'{Runner}', 'user:a@x.example' | Grant-ArReader {Repository} -Role {role}");

        Assert.Equal("RoleNotFound", result.ErrorId);
        Assert.Contains(words, result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(writes, shop.Changes.Count);
    }

    [Fact]
    public async Task A_basic_role_on_a_repository_counts_everywhere_and_another_role_makes_the_answer_unknown()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, "roles/viewer", Runner)
            .Grant(Repository, "roles/storage.admin", "user:s@x.example");

        ScriptResult list = shop.Run($"Get-ArReader {Repository}").MustSucceed();
        ScriptResult test = shop.Run($"Test-ArReader {Repository} -Member {Runner}").MustSucceed();
        ScriptResult why = shop.Run($"Get-ArReader {Repository} -Member {Runner}, user:s@x.example -Explain")
            .MustSucceed();

        Assert.Equal(["roles/viewer"], list.Values("Role"));
        Assert.True((bool)test.Output[0].BaseObject);
        Assert.Equal(["GrantedAtRepository", "NotGrantedDirectly", "NotVisible"], why.Values("Reason"));
        Assert.Contains(
            "grants roles of which it is not known whether they let pull: roles/storage.admin",
            why.Values("Detail")[2],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_without_members_explains_all_readers_and_asks_for_nothing()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:a@x.example").GrantOnProject("shop", Role, "user:p@x.example");

        ScriptResult all = shop.Run($"Get-ArReader {Repository} -Explain").MustSucceed();
        ScriptResult none = shop.Run($"@() | Get-ArReader {Repository} -Explain").MustSucceed();

        Assert.Equal(["user:a@x.example", "user:p@x.example"], all.Values("Member"));
        Assert.Empty(none.Output);
    }

    [Fact]
    public async Task A_misspelt_account_is_told_with_what_was_probably_meant()
    {
        await using Shop shop = await OpenAsync();
        const string Typo = "gke-runer@games.iam.gserviceaccount.com";
        const string Meant = "gke-runner@games.iam.gserviceaccount.com";

        ScriptResult grant = shop.Run($"Grant-ArReader {Repository} -Member {Typo}");
        ScriptResult whatIf = shop.Run($"Grant-ArReader {Repository} -Member {Typo} -WhatIf");
        ScriptResult why = shop.Run($"Get-ArReader {Repository} -Member {Typo} -Explain").MustSucceed();

        Assert.Equal(["MemberNotFound", "MemberNotFound"], [grant.ErrorId, whatIf.ErrorId]);
        Assert.Contains($"Did you mean {Meant}?", grant.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"Did you mean {Meant}?", whatIf.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"Did you mean {Meant}?", why.Values("Detail")[0], StringComparison.Ordinal);
        Assert.Equal([null, $"Grant-ArReader {Repository} -Member {Meant}"], why.Values("Command"));
    }

    [Fact]
    public async Task WhatIf_says_that_nothing_would_change()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, Runner);

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member {Runner} -WhatIf 6>&1 | Out-String");

        Assert.Contains(
            "What if: nothing would change, the role was granted before.",
            $"{result.Output[0]}",
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("europe-docker.pkg.dev/shop/apps", "Did you mean us-docker.pkg.dev/shop/apps?")]
    [InlineData(
        "gcr.io/shop",
        "gcr.io/shop is us-docker.pkg.dev/shop/gcr.io, and there is no repository 'gcr.io' in us of project shop")]
    public async Task A_repository_in_another_location_is_told_and_so_is_one_of_gcr_io(string name, string words)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Get-ArReader {name}");

        Assert.Equal("NotFound", result.ErrorId);
        Assert.Contains(words, result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Grant-ArReader us-docker.pkg.dev/shop/apps -Member $m", "artifactregistry.repositories.setIamPolicy")]
    [InlineData("Grant-ArReader -Project shop -Member $m", "resourcemanager.projects.setIamPolicy")]
    [InlineData("Get-ArNodeServiceAccount games", "container.clusters.list")]
    public async Task A_perimeter_is_named_with_its_id_and_without_advice_about_roles(string script, string permission)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Perimeter = [new Denial(permission)];

        ScriptResult result = shop.Run($"$m = '{Runner}'; {script}");

        Assert.Equal("OutsidePerimeter", result.ErrorId);
        Assert.Contains("unique id gR7n2dXc0sQ-pErimEter_5fZlqHxVtA8w", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("roles/", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData(
        "Grant-ArReader -Project shop -Member $m",
        "resourcemanager.projects.getIamPolicy",
        "roles/iam.securityReviewer"
    )]
    [InlineData("Grant-ArReader -Project nowhere -Member $m", "none", "roles/iam.securityReviewer")]
    [InlineData(
        "Grant-ArReader -Project shop -Member $m",
        "resourcemanager.projects.setIamPolicy",
        "roles/resourcemanager.projectIamAdmin"
    )]
    [InlineData("Get-ArNodeServiceAccount games", "container.clusters.list", "roles/container.clusterViewer")]
    [InlineData("Get-ArNodeServiceAccount games", "resourcemanager.projects.get", "roles/browser")]
    [InlineData(
        "New-ArNodeServiceAccount -Project games -Name gke-nodes",
        "iam.serviceAccounts.create",
        "roles/iam.serviceAccountCreator"
    )]
    public async Task Without_a_permission_the_error_says_who_must_grant_what(
        string script,
        string permission,
        string role
    )
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Denials = [new Denial(permission)];

        ScriptResult result = shop.Run($"$m = '{Runner}'; {script}");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains($"must grant you {role} on the project", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_would_be_too_large_is_reported_before_the_write()
    {
        await using Shop shop = await OpenAsync();
        shop.State.SetPolicy(
            Repository,
            new JsonObject
            {
                ["bindings"] = new JsonArray(
                    new JsonObject
                    {
                        ["role"] = "roles/artifactregistry.writer",
                        ["members"] = new JsonArray([
                            .. Enumerable.Range(0, 1_499).Select(i => JsonValue.Create($"user:{i}@x.example")),
                        ]),
                    }
                ),
            }
        );

        ScriptResult result = shop.Run($"'{Runner}', 'user:a@x.example' | Grant-ArReader {Repository}");
        Assert.Equal("PolicyFull", result.ErrorId);
        Assert.Contains("would have 1,501 members, and IAM allows 1,500", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);

        shop.Run($"Grant-ArReader {Repository} -Member {Runner}").MustSucceed();
    }

    [Theory]
    [InlineData("serviceAccount:games.svc.id.goog[default/web]", "serviceAccount:games.svc.id.goog[default/web]")]
    [InlineData("games.svc.id.goog[default/web]", "serviceAccount:games.svc.id.goog[default/web]")]
    public async Task A_workload_is_granted_with_a_warning_that_nodes_pull(string member, string expected)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member '{member}'").MustSucceed();

        Assert.Equal([expected], shop.State.Members(Repository, Role));
        Assert.Contains("kubelet", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conditional_grant_does_not_become_an_unconditional_one_by_being_piped()
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/other");
        shop.State.Grant("us-docker.pkg.dev/shop/other", Role, "user:c@x.example", UntilNewYear)
            .Grant("us-docker.pkg.dev/shop/other", Role, "user:d@x.example");

        ScriptResult result = shop.Run($"Get-ArReader us-docker.pkg.dev/shop/other | Grant-ArReader {Repository}");

        Assert.Contains("under a condition", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["user:d@x.example"], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task Roles_are_completed_and_others_than_reader_can_be_granted_and_revoked()
    {
        await using Shop shop = await OpenAsync();
        const string line = "Grant-ArReader us-docker.pkg.dev/shop/apps -Role roles/artifactregistry.r";

        CommandCompletion completion = (CommandCompletion)
            shop.Run($"[Management.Automation.CommandCompletion]::CompleteInput('{line}', {line.Length}, $null)")
                .MustSucceed()
                .Output[0]
                .BaseObject;
        shop.Run($"Grant-ArReader {Repository} -Role roles/artifactregistry.repoAdmin -Member {Runner}").MustSucceed();

        Assert.Equal(
            [Role, "roles/artifactregistry.repoAdmin"],
            completion.CompletionMatches.Select(match => match.CompletionText)
        );
        Assert.Equal([Runner], shop.State.Members(Repository, "roles/artifactregistry.repoAdmin"));
        shop.Run(
                $"Revoke-ArReader {Repository} -Role roles/artifactregistry.repoAdmin -Member {Runner} -Confirm:$false"
            )
            .MustSucceed();
        Assert.Empty(shop.State.Members(Repository, "roles/artifactregistry.repoAdmin"));
    }

    [Fact]
    public async Task Neither_project_nor_role_nor_repository_of_a_change_come_from_a_property_of_the_pipeline()
    {
        await using Shop shop = await OpenAsync();

        foreach (string name in new[] { "Grant-ArReader", "Revoke-ArReader" })
        {
            CommandInfo command = (CommandInfo)shop.Run($"Get-Command {name}").MustSucceed().Output[0].BaseObject;
            foreach (string parameter in new[] { "Project", "Role", "Repository" })
                Assert.DoesNotContain(
                    command.Parameters[parameter].ParameterSets.Values,
                    set => set.ValueFromPipeline || set.ValueFromPipelineByPropertyName);
        }
    }

    [Fact]
    public async Task Gcloud_agrees_with_our_objects()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:c@x.example", UntilNewYear);
        shop.Run($"Get-ArNodeServiceAccount games -WarningAction Ignore | Grant-ArReader {Repository}").MustSucceed();
        shop.Run("Grant-ArReader -Project shop -Member user:p@x.example").MustSucceed();
        shop.Run("New-ArNodeServiceAccount -Project games -Name gke-nodes 6> $null").MustSucceed();
        ScriptResult readers = shop.Run($"Get-ArReader {Repository} -Inherited -WarningAction Ignore").MustSucceed();
        ScriptResult nodes = shop.Run("Get-ArNodeServiceAccount games -WarningAction Ignore").MustSucceed();

        Needs.That(Gcloud.IsInstalled, "gcloud is not on the PATH.");
        Gcloud gcloud = new(shop.Emulator.Url);
        CancellationToken stop = TestContext.Current.CancellationToken;
        JsonNode policy = await gcloud.JsonAsync(
            "artifacts repositories get-iam-policy apps --location=us --project=shop",
            stop
        );
        JsonNode project = await gcloud.JsonAsync("projects get-iam-policy shop", stop);
        JsonNode clusters = await gcloud.JsonAsync("container clusters list --project=games", stop);
        JsonNode accounts = await gcloud.JsonAsync("iam service-accounts list --project=games", stop);

        // gcloud reads a repository's policy as version 1, in which a conditional binding has another role name.
        Assert.Equal(
            readers.Output.Select(row => $"{row.Properties["Member"].Value}").Order(),
            Members(policy).Concat(Members(project)).Order());
        Assert.Equal(
            nodes.Output.Where(row => !row.Properties["NodePool"].Value.ToString()!.StartsWith('('))
                .Select(row => $"{row.Properties["Cluster"].Value} {row.Properties["NodePool"].Value}"),
            clusters
                .AsArray()
                .SelectMany(cluster =>
                    cluster!["nodePools"]!.AsArray().Select(pool => $"{cluster["name"]} {pool!["name"]}")
                )
        );
        Assert.Contains(accounts.AsArray(), account =>
            (string?)account!["email"] == "gke-nodes@games.iam.gserviceaccount.com"
        );

        static IEnumerable<string> Members(JsonNode policy) =>
            policy["bindings"]!
                .AsArray()
                .SelectMany(binding => binding!["members"]!.AsArray())
                .Select(member => (string)member!);
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        Seed(shop);
        return shop;
    }

    /// <summary>A project with a cluster: one pool with the default account, one with an account of its own.</summary>
    private static void Seed(Shop shop)
    {
        shop.State.AddProject("games", "345678901234").AddServiceAccount("games", "gke-runner");
        shop.State.AddCluster("games", "europe-west1", "arena", new ClusterOptions
        {
            NodePools =
            [
                new("default-pool"),
                new("servers")
                {
                    ServiceAccount = "gke-runner@games.iam.gserviceaccount.com",
                    Scopes = NodePoolOptions.CloudPlatform,
                },
            ],
        });
    }

    private static string Policies(Shop shop) =>
        $"{shop.State.Policy(Repository)} {shop.State.ProjectPolicy("shop")} {shop.State.ProjectPolicy("games")}";

    private static JsonObject WithoutEtag(JsonObject policy)
    {
        policy.Remove("etag");
        // A policy with a condition is of version 3 anyway.
        Assert.Equal(3, (int)policy["version"]!);
        return policy;
    }

    private static string PathOf(string change) => change.Split('?')[0];
}
