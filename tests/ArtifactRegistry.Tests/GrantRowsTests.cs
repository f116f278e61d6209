using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// Grants as rows: restored from a CSV, undone, tested; members that IAM refuses; accounts that cannot be used.
/// </summary>
public sealed class GrantRowsTests
{
    private const string Apps = "us-docker.pkg.dev/shop/apps";
    private const string Releases = "us-docker.pkg.dev/shop/releases";
    private const string Reader = "roles/artifactregistry.reader";
    private const string Nodes = "serviceAccount:game-nodes@games.iam.gserviceaccount.com";
    private const string Dead = "deleted:serviceAccount:game-nodes@games.iam.gserviceaccount.com?uid=7";

    [Theory]
    [InlineData("Repository")]
    [InlineData("Resource")]
    public async Task Rows_of_a_CSV_are_granted_where_each_says_with_one_write_a_repository(string column)
    {
        await using Shop shop = await OpenAsync();
        foreach (string name in (string[])["node-a", "node-b", "node-c"]) shop.State.AddServiceAccount("games", name);

        ScriptResult result = shop.Run(
                $$"""
                $rows = @(
                    [pscustomobject]@{{{column}}='{{Apps}}'; Member='node-a@games.iam.gserviceaccount.com'}
                    [pscustomobject]@{{{column}}='{{Releases}}'; Member='node-b@games.iam.gserviceaccount.com'}
                    [pscustomobject]@{{{column}}='{{Apps}}'; Member='node-c@games.iam.gserviceaccount.com'})
                $rows = $rows | ConvertTo-Csv | ConvertFrom-Csv
                $rows | Grant-ArReader
                $rows | Test-ArReader
                """
            )
            .MustSucceed();

        Assert.Equal([Apps, Apps, Releases], result.Output.Take(3).Select(row => row.Properties["Resource"].Value));
        Assert.Equal([true, true, true], result.Output.Skip(3).Select(row => row.BaseObject));
        Assert.Equal(
            [
                "serviceAccount:node-a@games.iam.gserviceaccount.com",
                "serviceAccount:node-c@games.iam.gserviceaccount.com",
            ],
            shop.State.Members(Apps, Reader)
        );
        Assert.Equal(["serviceAccount:node-b@games.iam.gserviceaccount.com"], shop.State.Members(Releases, Reader));
        Assert.Equal(2, shop.Changes.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("| ConvertTo-Csv | ConvertFrom-Csv")]
    [InlineData("| ConvertTo-Json -AsArray | ConvertFrom-Json")]
    public async Task What_Revoke_emits_Grant_undoes(string journey)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, Nodes).Grant(Apps, Reader, "user:a@x.example");
        string before = $"{shop.State.Members(Apps, Reader).Order().Aggregate((one, two) => one + two)}";

        ScriptResult result = shop.Run(
                $"$gone = Get-ArReader {Apps} | Revoke-ArReader -Confirm:$false; $gone {journey} | Grant-ArReader | "
                    + $"Select-Object -ExpandProperty Changed"
            )
            .MustSucceed();

        Assert.Equal([true, true], result.Output.Select(row => row.BaseObject));
        Assert.Equal(before, shop.State.Members(Apps, Reader).Order().Aggregate((one, two) => one + two));
    }

    [Theory]
    [InlineData(
        "Grant-ArReader",
        "[pscustomobject]@{ Member = 'user:a@x.example' }",
        "was given without a place. Use Grant-ArReader REPOSITORY -Member MEMBER"
    )]
    [InlineData(
        "Revoke-ArReader -Confirm:$false",
        "'user:a@x.example'",
        "was given without a place. Use Revoke-ArReader REPOSITORY -Member MEMBER"
    )]
    [InlineData(
        "Test-ArReader",
        "'user:a@x.example'",
        "was given without a place. Use Test-ArReader REPOSITORY -Member MEMBER"
    )]
    [InlineData(
        "Grant-ArReader",
        "[pscustomobject]@{ Resource = 'projects/shop'; Member = 'user:a@x.example' }",
        "If you mean that: Grant-ArReader -Project shop -Member user:a@x.example"
    )]
    [InlineData(
        "Grant-ArReader",
        "[pscustomobject]@{ Resource = 'us-docker.pkg.dev/shop/apps'; Member = 'user:a@x.example'; Role = "
            + "'roles/artifactregistry.admin' }",
        "Use -Role roles/artifactregistry.admin if you mean that."
    )]
    [InlineData(
        "Grant-ArReader",
        "[pscustomobject]@{ Resource = 'us-docker.pkg.dev/shop/apps'; Member = 'user:a@x.example'; Condition = "
            + "'request.time < x' }",
        "under a condition"
    )]
    [InlineData(
        "Grant-ArReader",
        "[pscustomobject]@{ Resource = 'nonsense'; Member = 'user:a@x.example' }",
        "is not accepted as an image name"
    )]
    public async Task A_row_that_does_not_say_enough_or_says_more_is_refused_and_the_others_are_granted(
        string cmdlet,
        string row,
        string message
    )
    {
        await using Shop shop = await OpenAsync();
        if (cmdlet.StartsWith("Revoke", StringComparison.Ordinal))
            shop.State.Grant(Apps, Reader, "user:good@x.example");

        ScriptResult result = shop.Run(
            $"@({row}; [pscustomobject]@{{ Resource = '{Apps}'; Member = 'user:good@x.example' }}) | {cmdlet}"
        );

        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
        Assert.Single(result.Output);
        Assert.DoesNotContain("user:a@x.example", shop.State.Members(Apps, Reader));
        Assert.DoesNotContain("user:a@x.example", shop.State.Members(Apps, "roles/artifactregistry.admin"));
    }

    [Fact]
    public async Task A_role_may_be_written_as_the_table_shows_it()
    {
        await using Shop shop = await OpenAsync();

        shop.Run($"Grant-ArReader {Apps} user:a@x.example -Role artifactregistry.writer").MustSucceed();
        Assert.Equal(["user:a@x.example"], shop.State.Members(Apps, "roles/artifactregistry.writer"));
        shop.Run($"Get-ArReader {Apps} | Revoke-ArReader -Role artifactregistry.writer -Confirm:$false").MustSucceed();
        Assert.Empty(shop.State.Members(Apps, "roles/artifactregistry.writer"));
    }

    [Theory]
    [InlineData("Grant-ArReader shop user:a@x.example")]
    [InlineData("Revoke-ArReader shop user:a@x.example")]
    public async Task The_name_of_a_project_in_the_place_of_a_repository_is_pointed_to_its_parameter(string command)
    {
        await using Shop shop = await OpenAsync();

        Assert.Contains("use -Project shop.", shop.Run(command).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_member_in_the_way_costs_the_others_nothing_and_the_advice_removes_it()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, Dead);
        shop.Emulator.Behaviour.InconsistentMembers = true;

        ScriptResult result = shop.Run($"Grant-ArReader {Apps} {Nodes}, user:a@x.example, user:b@x.example");

        Assert.Equal("MemberNotFound", result.ErrorId);
        Assert.Contains("Inconsistent representation of deleted member", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            $"Revoke-ArReader {Apps} -Member '{Dead}'",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"Grant-ArReader {Apps} -Member {Nodes}",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Equal([Dead, "user:a@x.example", "user:b@x.example"], shop.State.Members(Apps, Reader));
        // As it says.
        shop.Run($"Revoke-ArReader {Apps} -Member '{Dead}' -Confirm:$false; Grant-ArReader {Apps} -Member {Nodes}")
            .MustSucceed();
        Assert.Contains(Nodes, shop.State.Members(Apps, Reader));
    }

    [Fact]
    public async Task A_policy_that_holds_a_deleted_member_twice_says_so_once_and_what_removes_it()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, Dead).Grant(Apps, Reader, Nodes);
        shop.Emulator.Behaviour.InconsistentMembers = true;

        ScriptResult result = shop.Run($"Grant-ArReader {Apps} user:a@x.example, user:b@x.example");

        Assert.Equal("NotAllowedByState", result.ErrorId);
        Assert.Contains("nothing was written", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"Revoke-ArReader {Apps} -Member '{Dead}'", result.ErrorText, StringComparison.Ordinal);
        shop.Run(
                $"Revoke-ArReader {Apps} -Member '{Dead}' -Confirm:$false; Grant-ArReader {Apps} user:a@x.example, "
                    + $"user:b@x.example"
            )
            .MustSucceed();
    }

    [Fact]
    public async Task A_member_of_the_wrong_kind_costs_the_others_nothing()
    {
        string policy = """{"etag":"one"}""";
        await using RawServer server = RawServer.Start(request =>
        {
            if (!request.Target.EndsWith(":setIamPolicy", StringComparison.Ordinal)) return RawReply.Of(200, policy);
            JsonNode body = JsonNode.Parse(request.Body)!["policy"]!;
            if (request.Body.Contains("user:robot@", StringComparison.Ordinal))
                return RawReply.Of(
                    400,
                    """
                    {"error":{"code":400,"message":"Principal user:robot@x.example is of type \"serviceAccount\".",
                      "status":"INVALID_ARGUMENT"}}
                    """
                );
            policy = body.ToJsonString();
            return RawReply.Of(200, policy);
        });
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"$null = Connect-ArRegistry -AccessToken x -Endpoint {server.Url}; Grant-ArReader {Apps} "
                + $"user:a@x.example, user:robot@x.example"
        );

        Assert.Equal(["user:a@x.example"], result.Values("Member"));
        Assert.Contains("is of type \"serviceAccount\"", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_says_that_an_account_is_disabled_or_missing_and_that_it_cannot_pull_then()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, Nodes).Grant(Apps, Reader, "serviceAccount:gone@games.iam.gserviceaccount.com")
            .Grant(Apps, Reader, "serviceAccount:345678901234-compute@developer.gserviceaccount.com");
        shop.State.DisableServiceAccount("game-nodes@games.iam.gserviceaccount.com");
        shop.State.DisableServiceAccount("345678901234-compute@developer.gserviceaccount.com");

        ScriptResult result = shop.Run($"Get-ArReader {Apps} | Get-ArReader {Apps} -Explain").MustSucceed();

        Assert.Equal(
            [
                "AccountDisabled",
                "GrantedAtRepository",
                "AccountMissing",
                "GrantedAtRepository",
                "AccountDisabled",
                "GrantedAtRepository",
            ],
            result.Values("Reason")
        );
        // A grant is not what is in the way.
        Assert.Equal(["False", null, "False", null, "False", null], result.Values("CanPull"));
        Assert.Equal(
            "gcloud iam service-accounts enable game-nodes@games.iam.gserviceaccount.com --project=games",
            result.Values("Command")[0]
        );
        Assert.Equal("New-ArNodeServiceAccount -Project games -Name gone", result.Values("Command")[2]);
        Assert.Contains(
            "gcloud iam service-accounts undelete UNIQUE_ID --project=games",
            result.Values("Detail")[2],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_account_that_may_not_be_looked_at_makes_a_grant_unknown_and_says_what_is_not_seen()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, Nodes);
        shop.Emulator.Behaviour.Denials = [new Denial("iam.serviceAccounts.get")];

        ScriptResult granted = shop.Run($"Get-ArReader {Apps} -Member {Nodes} -Explain").MustSucceed();
        ScriptResult missing = shop.Run($"Get-ArReader {Releases} -Member {Nodes} -Explain").MustSucceed();

        Assert.Equal(["GrantedAtRepository", "NotVisible"], granted.Values("Reason"));
        Assert.Equal([null, null], granted.Values("CanPull"));
        Assert.Contains("needs iam.serviceAccounts.get", granted.Values("Detail")[1], StringComparison.Ordinal);
        // What is not seen there could change nothing.
        Assert.Equal(["NotGranted"], missing.Values("Reason"));
        Assert.Equal(["False"], missing.Values("CanPull"));
    }

    [Theory]
    [InlineData("domain:x.example", Nodes, "False")]
    [InlineData("domain:x.example", "user:a@x.example", null)]
    [InlineData("projectEditor:shop", Nodes, "False")]
    [InlineData("projectEditor:games", Nodes, null)]
    [InlineData("group:team@x.example", Nodes, null)]
    [InlineData(
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*",
        "user:a@x.example",
        "False"
    )]
    public async Task Only_what_could_hold_the_member_makes_the_answer_unknown(
        string crowd,
        string member,
        string? verdict
    )
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Apps, Reader, crowd);

        Assert.Equal(
            verdict,
            shop.Run($"Get-ArReader {Apps} -Member '{member}' -Explain").MustSucceed().Values("CanPull")[0]
        );
    }

    [Theory]
    [InlineData("user:z@x.example", "False")]
    [InlineData(Nodes, null)]
    public async Task A_custom_role_counts_for_its_members_alone(string holder, string? verdict)
    {
        await using Shop shop = await OpenAsync();
        shop.State.GrantOnProject("shop", "projects/shop/roles/pullers", holder);

        Assert.Equal(
            verdict,
            shop.Run($"Get-ArReader {Apps} -Member {Nodes} -Explain").MustSucceed().Values("CanPull")[0]
        );
    }


    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository(Releases);
        shop.State.AddProject("games", "345678901234").AddServiceAccount("games", "game-nodes");
        return shop;
    }
}
