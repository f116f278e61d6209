using System.Text.Json.Nodes;
using ArtifactRegistry.Operations;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Edits of a policy leave everything else as it was; members are written as IAM writes them.</summary>
public sealed class PolicyTests
{
    private const string Reader = ReaderRoles.Reader;
    private const string Anna = "user:anna@example.com";

    [Fact]
    public void Everything_but_the_granted_members_and_the_version_stays_as_it_was() =>
        Check(
            from policy in Policy
            from members in Gen.Elements(Members).NonEmptyListOf()
            select (policy, members),
            input =>
            {
                JsonObject before = input.policy.DeepClone().AsObject(), after = input.policy.DeepClone().AsObject();

                IReadOnlyList<string> added = Policies.Add(after, Reader, input.members);

                HashSet<string> unconditional = [.. Unconditional(before, Reader)];
                Assert.Equal(added, added.Distinct(StringComparer.Ordinal));
                Assert.All(added, member => Assert.DoesNotContain(member, unconditional));
                Assert.All(input.members, member =>
                    Assert.True(unconditional.Contains(member) || added.Contains(member))
                );
                Assert.Subset(Unconditional(after, Reader).ToHashSet(), unconditional);

                TakeBack(after, before, added);
                Assert.True(
                    JsonNode.DeepEquals(before, after),
                    $"{before.ToJsonString()} became {after.ToJsonString()}"
                );
            }
        );

    [Fact]
    public void Everything_but_the_revoked_members_stays_as_it_was() =>
        Check(
            from policy in Policy
            from members in Gen.Elements(Members).NonEmptyListOf()
            from condition in Gen.Elements<string?>(null, "t", "nothing like it")
            select (policy, members, condition),
            input =>
            {
                JsonObject after = input.policy.DeepClone().AsObject(), expected = input.policy.DeepClone().AsObject();

                IReadOnlyList<string> removed = Policies.Remove(after, Reader, input.members, input.condition);

                foreach (JsonObject binding in (expected["bindings"] as JsonArray ?? []).OfType<JsonObject>().ToArray())
                {
                    bool meant = (string?)binding["role"] == Reader
                        && (string?)binding["condition"]?["title"] == input.condition;
                    if (!meant || binding["members"] is not JsonArray { Count: > 0 } list) continue;
                    foreach (JsonNode? member in list.ToArray())
                        if (removed.Contains((string)member!, StringComparer.OrdinalIgnoreCase)) list.Remove(member);
                    if (list.Count == 0) expected["bindings"]!.AsArray().Remove(binding);
                }

                if (removed.Count > 0) expected["version"] = 3;
                Assert.Subset(input.members.ToHashSet(), removed.ToHashSet());
                Assert.True(
                    JsonNode.DeepEquals(expected, after),
                    $"{expected.ToJsonString()} and {after.ToJsonString()}"
                );
                Assert.Empty(Policies.Remove(after, Reader, input.members, input.condition));
            });

    [Fact]
    public void Adding_twice_adds_nothing() =>
        Check(
            from policy in Policy
            from members in Gen.Elements(Members).NonEmptyListOf()
            select (policy, members),
            input =>
            {
                JsonObject policy = input.policy.DeepClone().AsObject();
                Policies.Add(policy, Reader, input.members);
                JsonObject once = policy.DeepClone().AsObject();

                Assert.Empty(Policies.Add(policy, Reader, input.members));
                Assert.True(JsonNode.DeepEquals(once, policy));
            });

    [Fact]
    public void Reading_gives_every_member_of_the_wanted_roles_with_its_condition() =>
        Check(Policy, policy =>
        {
            JsonObject before = policy.DeepClone().AsObject();

            Reader[] readers = [.. Policies.Read(policy, "here", role => role == Reader)];

            int expected = (policy["bindings"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Where(binding => (string?)binding["role"] == Reader)
                .Sum(binding => (binding["members"] as JsonArray)?.Count ?? 0);
            Assert.Equal(expected, readers.Length);
            Assert.All(readers, reader => Assert.Equal(("here", Reader), (reader.Resource, reader.Role)));
            Assert.True(JsonNode.DeepEquals(before, policy));
        });

    [Fact]
    public void A_grant_with_a_condition_is_no_grant_without_one()
    {
        JsonObject policy = JsonNode
            .Parse(
                $$"""
                {"version":3,"etag":"x","bindings":[{"role":"{{Reader}}","members":["{{Anna}}"],
                  "condition":{"expression":"false"} }]}
                """
            )!
            .AsObject();

        Assert.Equal([Anna], Policies.Add(policy, Reader, [Anna]));
        Assert.Equal(2, policy["bindings"]!.AsArray().Count);
        Assert.Equal(["false", null], Policies.Read(policy, "here", _ => true).Select(reader => reader.Condition));
    }

    [Fact]
    public void A_policy_in_JSON_survives_with_its_etag_and_what_the_module_does_not_know()
    {
        JsonObject policy = JsonNode
            .Parse("""{"etag":"BwX/+=","auditConfigs":[{"service":"all","n":1.50}],"x":null}""")!
            .AsObject();

        Policies.Add(policy, Reader, [Anna]);

        Assert.Equal(
            $$"""{"etag":"BwX/+=","auditConfigs":[{"service":"all","n":1.50}],"x":null"""
                + $$""","bindings":[{"role":"{{Reader}}","members":["{{Anna}}"]}],"version":3}""",
            policy.ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        );
    }

    [Theory]
    [InlineData("runner@p.iam.gserviceaccount.com", "serviceAccount:runner@p.iam.gserviceaccount.com")]
    [InlineData(
        " 123-compute@developer.gserviceaccount.com\n",
        "serviceAccount:123-compute@developer.gserviceaccount.com"
    )]
    [InlineData("SERVICEACCOUNT:x@p.iam.gserviceaccount.com", "serviceAccount:x@p.iam.gserviceaccount.com")]
    [InlineData("User:Anna@Example.com", "user:Anna@Example.com")]
    [InlineData("group:team@example.com", "group:team@example.com")]
    [InlineData("domain:example.com", "domain:example.com")]
    [InlineData("principal://iam.googleapis.com/x/subject/y", "principal://iam.googleapis.com/x/subject/y")]
    [InlineData("principalset://iam.googleapis.com/x/*", "principalSet://iam.googleapis.com/x/*")]
    [InlineData("allUsers", "allUsers")]
    [InlineData("allAuthenticatedUsers", "allAuthenticatedUsers")]
    public void A_member_is_written_as_IAM_writes_it(string text, string member) =>
        Assert.Equal(member, MemberName.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("anna")]
    [InlineData("anna@example.com")]
    [InlineData("user:")]
    [InlineData("user: anna@example.com")]
    [InlineData("user:anna@example.com\nuser:eve@example.com")]
    [InlineData("robot:x@p.iam.gserviceaccount.com")]
    [InlineData("@p.iam.gserviceaccount.com")]
    [InlineData("a@b@p.iam.gserviceaccount.com")]
    [InlineData("x@evilgserviceaccount.com")]
    [InlineData("allusers")]
    public void What_could_be_two_things_or_is_none_is_refused(string? text) =>
        Assert.Equal(
            RegistryErrorKind.InvalidArgument, Assert.Throws<RegistryException>(() => MemberName.Parse(text!)).Kind);

    [Fact]
    public void Parsing_a_member_twice_changes_nothing_and_throws_nothing_but_its_own_exception() =>
        Check(
            Gen.OneOf(
                ArbMap.Default.GeneratorFor<string?>(),
                from member in Gen.Elements(Members)
                from noise in ArbMap.Default.GeneratorFor<string?>()
                from position in Gen.Choose(0, member.Length)
                select (string?)member.Insert(position, noise ?? "")),
            text =>
            {
                string member;
                try { member = MemberName.Parse(text!); }
                catch (RegistryException e)
                {
                    Assert.Equal(RegistryErrorKind.InvalidArgument, e.Kind);
                    return;
                }

                Assert.Equal(member, MemberName.Parse(member));
                Assert.Equal(text!.Trim(), member[^text.Trim().Length..], ignoreCase: true);
            });

    private static readonly string[] Members =
    [
        Anna,
        "user:ben@example.com",
        "group:team@example.com",
        "serviceAccount:x@p.iam.gserviceaccount.com",
        "allUsers",
        "deleted:serviceAccount:y@p.iam.gserviceaccount.com?uid=1",
        "domain:example.com",
    ];

    private static Gen<JsonNode?> Value { get; } =
        Gen.Elements<Func<JsonNode?>>(
                () => null,
                () => 7,
                () => 1.25,
                () => true,
                () => "text ü \u2028 </>",
                () => "",
                () => new JsonArray(),
                () => new JsonArray(1, "a", null),
                () => new JsonObject { ["deep"] = new JsonObject { ["er"] = new JsonArray(new JsonObject()) } }
            )
            .Select(make => make());

    private static Gen<JsonObject> Extras { get; } =
        from names in Gen.Elements("auditConfigs", "rules", "x-unknown", "etag", "description").ListOf()
        from values in Value.ArrayOf(names.Count)
        select new JsonObject(names.Zip(values).DistinctBy(pair => pair.First)
            .Select(pair => KeyValuePair.Create(pair.First, pair.Second?.DeepClone())));

    private static Gen<JsonObject> Binding { get; } =
        from extras in Extras
        from role in Gen.Elements(Reader, "roles/artifactregistry.writer", "projects/p/roles/own", null)
        from members in Gen.Elements(Members).ListOf()
        from hasMembers in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from condition in Gen.Elements("", "", "true", "request.time < timestamp('2030-01-01T00:00:00Z')")
        select With(extras, binding =>
        {
            if (role is not null)
                binding["role"] = role;
            if (hasMembers)
                binding["members"] = new JsonArray([.. members.Distinct().Select(member => JsonValue.Create(member))]);
            if (condition.Length > 0)
                binding["condition"] = new JsonObject { ["title"] = "t", ["expression"] = condition };
        });

    private static Gen<JsonObject> Policy { get; } =
        from extras in Extras
        from bindings in Binding.ListOf()
        from hasBindings in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from version in Gen.Elements(0, 1, 3)
        select With(extras, policy =>
        {
            if (hasBindings) policy["bindings"] = new JsonArray([.. bindings.Select(binding => binding.DeepClone())]);
            if (version > 0) policy["version"] = version;
        });

    private static JsonObject With(JsonObject extras, Action<JsonObject> set)
    {
        JsonObject result = extras.DeepClone().AsObject();
        set(result);
        return result;
    }

    private static IEnumerable<string> Unconditional(JsonObject policy, string role) =>
        (policy["bindings"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(binding => (string?)binding["role"] == role && binding["condition"] is null)
            .Take(1)
            .SelectMany(binding => (binding["members"] as JsonArray ?? []).Select(member => (string)member!));

    // Undoes what may have changed: the members at the end of one binding, that binding if it is new, and the version.
    private static void TakeBack(JsonObject after, JsonObject before, IReadOnlyList<string> added)
    {
        if (added.Count > 0)
        {
            Assert.Equal(3, (int)after["version"]!);
            JsonObject binding = after["bindings"]!.AsArray().OfType<JsonObject>()
                .First(each => (string?)each["role"] == Reader && each["condition"] is null);
            JsonArray members = binding["members"]!.AsArray();
            Assert.Equal(added, members.TakeLast(added.Count).Select(member => (string)member!));
            for (int i = 0; i < added.Count; i++) members.RemoveAt(members.Count - 1);

            int index = after["bindings"]!.AsArray().IndexOf(binding);
            if (before["bindings"] is not JsonArray old || index >= old.Count)
                after["bindings"]!.AsArray().RemoveAt(index);
            else if (old[index]!["members"] is null)
                binding.Remove("members");

            if (before["version"] is null) after.Remove("version");
            else after["version"] = before["version"]!.DeepClone();
        }

        if (before["bindings"] is null && after["bindings"] is JsonArray { Count: 0 }) after.Remove("bindings");
    }

    private static void Check<T>(Gen<T> inputs, Action<T> property) =>
        Prop.ForAll(inputs.ToArbitrary(), property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithQuietOnSuccess(true));
}
