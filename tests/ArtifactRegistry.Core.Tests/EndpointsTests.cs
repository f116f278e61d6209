using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Which addresses the services have.</summary>
public sealed class EndpointsTests
{
    private const string RegistryVariable = "CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY";
    private const string ManagerVariable = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER";
    private const string Google = "https://artifactregistry.googleapis.com/";
    private const string GoogleManager = "https://cloudresourcemanager.googleapis.com/";

    [Theory]
    [InlineData(null, null, null, Google, GoogleManager)]
    [InlineData(null, "", "", Google, GoogleManager)]
    [InlineData(null, "https://a.example/", null, "https://a.example/", GoogleManager)]
    [InlineData(null, " https://a.example\n", null, "https://a.example/", GoogleManager)]
    [InlineData(null, "https://a.example/base", null, "https://a.example/base/", GoogleManager)]
    [InlineData(null, "http://127.0.0.1:8085", null, "http://127.0.0.1:8085/", "http://127.0.0.1:8085/")]
    [InlineData(null, "http://[::1]:8085/", null, "http://[::1]:8085/", "http://[::1]:8085/")]
    [InlineData(null, "http://localhost:8085/", "https://b.example/", "http://localhost:8085/", "https://b.example/")]
    [InlineData(null, null, "https://b.example", Google, "https://b.example/")]
    [InlineData("https://c.example", "https://a.example/", null, "https://c.example/", GoogleManager)]
    [InlineData("https://c.example/x/y", null, null, "https://c.example/x/y/", GoogleManager)]
    [InlineData("http://127.0.0.1:1/", "https://a.example/", null, "http://127.0.0.1:1/", "http://127.0.0.1:1/")]
    public void What_is_named_wins_then_the_variable_then_Google(
        string? named, string? registry, string? manager, string expectedRegistry, string expectedManager)
    {
        Endpoints chosen = Choose(named, registry, manager);

        Assert.Equal(expectedRegistry, chosen.ArtifactRegistry.AbsoluteUri);
        Assert.Equal(expectedManager, chosen.ResourceManager.AbsoluteUri);
    }

    [Theory]
    [InlineData(null, null, "https://iam.googleapis.com/", "https://container.googleapis.com/")]
    [InlineData("http://127.0.0.1:1/", null, "http://127.0.0.1:1/", "http://127.0.0.1:1/")]
    [InlineData("http://127.0.0.1:1/", "https://b.example", "https://b.example/", "https://b.example/")]
    [InlineData(null, "http://127.0.0.1:2/", "http://127.0.0.1:2/", "http://127.0.0.1:2/")]
    public void Accounts_and_clusters_follow_the_registry_to_this_machine(
        string? registry, string? variable, string iam, string container)
    {
        Endpoints chosen = Endpoints.Choose(registry is null ? null : new Uri(registry), name => name switch
        {
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAM" or "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER" => variable,
            _ => null,
        });

        Assert.Equal((iam, container), (chosen.Iam.AbsoluteUri, chosen.Container.AbsoluteUri));
    }

    [Theory]
    [InlineData("http://artifactregistry.googleapis.com/")]
    [InlineData("http://192.0.2.1/")]
    [InlineData("artifactregistry.googleapis.com")]
    [InlineData("localhost:8085")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///tmp/x")]
    [InlineData("/v1")]
    [InlineData("https://")]
    [InlineData("https://h.example/?x=1")]
    [InlineData("https://h.example/#x")]
    [InlineData("https://user@h.example/")]
    public void What_is_no_safe_address_is_refused_by_name(string address)
    {
        AssertRefused(RegistryVariable, () => Choose(null, address, null));
        AssertRefused(ManagerVariable, () => Choose(null, null, address));
        if (Uri.TryCreate(address, UriKind.RelativeOrAbsolute, out _))
            AssertRefused("-Endpoint", () => Choose(address, null, null));

        void AssertRefused(string origin, Action choose)
        {
            RegistryException error = Assert.Throws<RegistryException>(choose);
            Assert.Equal(RegistryErrorKind.UnsafeRequest, error.Kind);
            Assert.Contains($"({origin})", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_password_in_an_address_is_refused_and_not_repeated()
    {
        const string address = "https://user:hunter2@h.example/";

        Assert.DoesNotContain(
            "hunter2",
            Assert.Throws<RegistryException>(() => Choose(address, null, null)).ToString(),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "hunter2",
            Assert.Throws<RegistryException>(() => Choose(null, address, null)).ToString(),
            StringComparison.Ordinal
        );
    }

    private static Endpoints Choose(string? named, string? registry, string? manager) => Endpoints.Choose(
        named is null ? null : new Uri(named, UriKind.RelativeOrAbsolute),
        name => name switch { RegistryVariable => registry, ManagerVariable => manager, _ => null });
}
