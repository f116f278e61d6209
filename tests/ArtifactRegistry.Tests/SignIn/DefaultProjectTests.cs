using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>The project for commands that are given none, from each place, in their order.</summary>
public sealed class DefaultProjectTests : SignInTest
{
    private const string Who = "Get-ArConnection; (Get-ArRepository -Location us).Uri";

    [Fact]
    public void Each_place_beats_the_ones_after_it()
    {
        Shop.State.AddProject("other", "222222222222");
        string key = Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Set("GOOGLE_APPLICATION_CREDENTIALS", key);
        MustBe("shop", $"the file {key} that GOOGLE_APPLICATION_CREDENTIALS names");

        Write("gcloud/configurations/config_default", "[core]\nproject = shop\naccount = ada@example.com\n");
        MustBe("shop", "gcloud's configuration default");

        Set("GOOGLE_CLOUD_PROJECT", "shop");
        MustBe("shop", "the environment variable GOOGLE_CLOUD_PROJECT");

        Set("CLOUDSDK_CORE_PROJECT", "shop");
        Set("GOOGLE_CLOUD_PROJECT", "other");
        MustBe("shop", "the environment variable CLOUDSDK_CORE_PROJECT");

        Set("CLOUDSDK_CORE_PROJECT", "other");
        MustBe("shop", "Connect-ArRegistry -Project", "$null = Connect-ArRegistry -Project shop; ");
    }

    [Fact]
    public void The_configuration_that_is_active_counts()
    {
        Write("gcloud/active_config", "work");
        Write("gcloud/configurations/config_default", "[core]\nproject = other\n");
        Write("gcloud/configurations/config_work", "[core]\nproject = shop\n");
        Set("GOOGLE_APPLICATION_CREDENTIALS", Write("user.json", SignIn.AddUser("ada@example.com")));

        MustBe("shop", "gcloud's configuration work");
        Set("CLOUDSDK_ACTIVE_CONFIG_NAME", "default");
        Assert.Equal(["other"], Run("Get-ArConnection").MustSucceed().Values("Project"));
    }

    [Fact]
    public void A_machine_of_Googles_knows_its_project_and_is_asked_when_it_is_needed()
    {
        SignIn.AddServiceAccount(Deployer);
        SignIn.MachineAccount = Deployer;
        SignIn.MachineProject = "shop";

        Assert.Equal([null], Run("Get-ArConnection").MustSucceed().Values("Project"));
        Assert.Empty(Asked);
        Assert.Equal(
            [Shop.Repository.ToString()],
            Run("(Get-ArRepository -Location us).Uri").MustSucceed().Output.Select(uri => uri.ToString())
        );
        ScriptResult after = Run("Get-ArConnection").MustSucceed();
        Assert.Equal(["shop"], after.Values("Project"));
        Assert.Equal(["the metadata server of this machine"], after.Values("ProjectOrigin"));
    }

    [Fact]
    public void Without_any_the_error_says_the_ways_to_name_one()
    {
        Set("PATH", Home);
        ScriptResult result = Run("Get-ArRepository");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        foreach (
            string way in new[]
            {
                "-Project",
                "Connect-ArRegistry -Project",
                "CLOUDSDK_CORE_PROJECT",
                "GOOGLE_CLOUD_PROJECT",
                "gcloud config set project",
            }
        )
            Assert.Contains(way, result.ErrorText, StringComparison.Ordinal);
    }

    private void MustBe(string project, string origin, string before = "")
    {
        ScriptResult result = Run(before + Who).MustSucceed();
        Assert.Equal(project, result.Output[0].Properties["Project"].Value);
        Assert.Equal(origin, result.Output[0].Properties["ProjectOrigin"].Value);
        Assert.Equal(Shop.Repository.ToString(), result.Output[1].ToString());
    }
}
