using System.Globalization;
using System.Reflection;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;
using Xunit;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>The rules of piped rows are merged with those of the parameters.</summary>
public sealed class CleanUpRulesTests
{
    // What rows do not bring: which clean-up this is, and which of the rows given here stay.
    private static readonly string[] NotMerged = [nameof(CleanUpRules.IsForTagged), nameof(CleanUpRules.Spared)];

    public static TheoryData<string> Settings => [.. Properties.Keys.Except(NotMerged)];

    private static Dictionary<string, PropertyInfo> Properties => typeof(CleanUpRules)
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(property => property.CanWrite).ToDictionary(property => property.Name);

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_counts_whether_the_parameters_or_the_rows_say_it(string setting)
    {
        PropertyInfo property = Properties[setting];
        object given = SomeOf(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        CleanUpRules saysIt = new(), saysNothing = new();
        property.SetValue(saysIt, given);

        Assert.Equal(given, property.GetValue(saysIt.MergedWith(saysNothing, ageGiven: true)));
        Assert.Equal(given, property.GetValue(saysNothing.MergedWith(saysIt, ageGiven: false)));
    }

    private static object SomeOf(Type type) =>
        type == typeof(bool) ? true
        : type.IsPrimitive ? Convert.ChangeType(3, type, CultureInfo.InvariantCulture)
        : type == typeof(TimeSpan) ? TimeSpan.FromDays(14)
        : type == typeof(MinimumAge) ? MinimumAge.Parse("30d")
        : type == typeof(InUse) ? InUse.From([new InUseEntry(new string('a', 64))])
        : type == typeof(IReadOnlyList<string>) ? new[] { "games" }
        : type == typeof(IReadOnlyList<StaleRules>) ? new StaleRules[] { new() { OlderThan = MinimumAge.Default } }
        : type == typeof(IReadOnlyList<IReadOnlyList<ImagePattern>>)
            ? new IReadOnlyList<ImagePattern>[] { [ImagePattern.Parse("us-docker.pkg.dev/shop/apps/*")] }
        : throw new ArgumentException($"Add a value of the type {type}, other than the default.", nameof(type));
}
