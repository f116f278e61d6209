using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What all cmdlets and all sources have in common.</summary>
public sealed partial class ConventionTests
{
    // What takes images or access away.
    private static readonly string[] Destructive =
    [
        "Remove-ArImage", "Remove-ArStaleImage", "Remove-ArUntaggedImage", "Revoke-ArReader", "Unprotect-ArImage",
    ];
    // What needs no view of ours, and no type: a credential is what other commands take.
    private static readonly string?[] OfPowerShell =
    [
        typeof(void).FullName,
        typeof(bool).FullName,
        typeof(PSCredential).FullName,
    ];
    private static readonly string[] Changing =
    [
        "Add", "Copy", "Grant", "New", "Protect", "Remove", "Restore", "Revoke", "Set", "Unprotect",
    ];
    private static readonly string[] NotBuilt =
    [
        "bin",
        "obj",
        ".git",
        ".vs",
        "node_modules",
        "TestResults",
        "artifacts",
        "dist",
    ];

    private static readonly Lazy<IReadOnlyList<CommandInfo>> AllCommands = new(() =>
    {
        using PowerShellSession session = new();
        return [
            .. session
                .Run("Get-Command -Module ArtifactRegistry")
                .MustSucceed()
                .Output.Select(each => (CommandInfo)each.BaseObject),
        ];
    });

    private static readonly Lazy<Type[]> CmdletTypes = new(() =>
        [.. AllCommands.Value.Cast<CmdletInfo>().First().ImplementingType.Assembly.GetExportedTypes()
            .Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)]);

    public static TheoryData<string> Cmdlets => [.. AllCommands.Value.Select(command => command.Name)];

    [Fact]
    public void The_manifest_exports_every_cmdlet_by_name_and_nothing_else()
    {
        // The file is data; read as the engine reads it.
        Ast manifest = Parser.ParseFile(Checkout.Manifest, out _, out ParseError[] errors);
        Assert.Empty(errors);
        System.Collections.Hashtable content = (System.Collections.Hashtable)
            ((ScriptBlockAst)manifest).EndBlock.Find(node => node is HashtableAst, false)!.SafeGetValue();

        string[] written = [.. CmdletTypes.Value.Select(type => type.GetCustomAttribute<CmdletAttribute>()!)
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}").Order()];
        Assert.Equal(written, ((object[])content["CmdletsToExport"]!).Cast<string>().Order());
        Assert.Equal(written, AllCommands.Value.Select(command => command.Name).Order());
        Assert.All(AllCommands.Value, command => Assert.IsType<CmdletInfo>(command));
        foreach (string none in new[] { "FunctionsToExport", "VariablesToExport", "AliasesToExport" })
            Assert.Empty((object[])content[none]!);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Names_have_an_approved_verb_and_a_singular_noun_with_the_prefix(string name)
    {
        Type[] approved =
        [
            typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic),
            typeof(VerbsLifecycle), typeof(VerbsOther), typeof(VerbsSecurity),
        ];
        string[] parts = name.Split('-');

        Assert.Contains(
            parts[0],
            approved.SelectMany(group => group.GetFields()).Select(verb => verb.GetRawConstantValue())
        );
        Assert.Matches("^Ar[A-Z][A-Za-z]+[^s]$", parts[1]);
        Assert.Equal($"{parts[0]}{parts[1]}Command", TypeOf(name).Name);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Changing_cmdlets_ask_and_those_that_take_something_away_ask_by_default(string name)
    {
        CmdletAttribute cmdlet = TypeOf(name).GetCustomAttribute<CmdletAttribute>()!;

        bool changes = Changing.Contains(cmdlet.VerbName);
        Assert.Equal(changes, cmdlet.SupportsShouldProcess);
        Assert.Equal(
            !changes ? ConfirmImpact.None : Destructive.Contains(name) ? ConfirmImpact.High : ConfirmImpact.Medium,
            cmdlet.ConfirmImpact);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void What_a_cmdlet_emits_is_declared_and_has_a_view(string name)
    {
        string[] emitted =
        [
            .. TypeOf(name)
                .GetCustomAttributes<OutputTypeAttribute>()
                .SelectMany(attribute => attribute.Type)
                .Select(type => type.Name)
                .Where(type => !OfPowerShell.Contains(type)),
        ];

        Assert.NotEmpty(TypeOf(name).GetCustomAttributes<OutputTypeAttribute>());
        string[] viewed =
        [
            .. Files("src/ArtifactRegistry", "*.format.ps1xml").SelectMany(file => XDocument.Load(file)
                .Descendants("ViewSelectedBy").Elements("TypeName").Select(type => type.Value)),
        ];
        Assert.All(emitted, type => Assert.Contains(type, viewed));
        Assert.All(emitted, type => Assert.StartsWith("ArtifactRegistry.", type, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void What_a_cmdlet_emits_has_a_list_and_if_there_are_several_a_table(string name)
    {
        XElement[] views =
        [
            .. Files("src/ArtifactRegistry", "*.format.ps1xml")
                .SelectMany(file => XDocument.Load(file).Descendants("View")),
        ];
        string[] added =
        [
            .. Files("src/ArtifactRegistry", "*.types.ps1xml")
                .SelectMany(file =>
                    XDocument.Load(file).Descendants("CodeProperty").Select(member => member.Element("Name")!.Value)
                ),
        ];
        foreach (
            Type emitted in TypeOf(name)
                .GetCustomAttributes<OutputTypeAttribute>()
                .SelectMany(attribute => attribute.Type)
                .Select(type => type.Type)
                .Where(type => !OfPowerShell.Contains(type.FullName))
        )
        {
            XElement[] own =
            [
                .. views.Where(view => view.Descendants("TypeName").Any(type => type.Value == emitted.FullName)),
            ];
            Assert.Contains(own, view => view.Element("ListControl") is not null);
            if (
                !name.Contains("Connect", StringComparison.Ordinal)
                && !name.StartsWith("New-", StringComparison.Ordinal)
            )
                Assert.NotNull(own[0].Element("TableControl")); // the first is what is shown unasked
            Assert.All(own.Descendants("PropertyName"), property => Assert.True(
                emitted.GetProperty(property.Value) is not null || added.Contains(property.Value), property.Value));
        }
    }

    [Fact]
    public void Parameters_of_one_name_mean_the_same_everywhere_and_have_no_second_name()
    {
        ILookup<string, PropertyInfo> parameters = CmdletTypes
            .Value.SelectMany(Parameters)
            .ToLookup(property => property.Name);

        foreach (IGrouping<string, PropertyInfo> same in parameters)
        {
            // A listing takes patterns and several projects, a clean-up rows with decisions, and -Name is a pattern
            // where something is listed.
            if (same.Key is "Image" or "Name" or "Project") continue;
            Assert.Single(same.Select(property => property.PropertyType).Distinct());
            Assert.Single(
                same.Select(property => property.GetCustomAttribute<ArgumentCompleterAttribute>()?.Type).Distinct()
            );
        }

        // Where it is what a command is about; Get-ArImageInUse is about projects, and -Image is a filter.
        PropertyInfo[] images =
        [
            .. parameters["Image"].Where(property => property.DeclaringType!.Name != "GetArImageInUseCommand"),
        ];
        // After the folder that the images come from.
        Assert.All(images, property =>
            Assert.Equal(
                property.DeclaringType!.Name == "RestoreArImageCommand" ? 1 : 0,
                property.GetCustomAttributes<ParameterAttribute>().First().Position));
        Assert.All(images, property =>
            Assert.All(property.GetCustomAttributes<ParameterAttribute>(), each => Assert.True(each.ValueFromPipeline))
        );
        Assert.All(parameters["Force"].Concat(parameters["All"]), property =>
            Assert.Equal(typeof(SwitchParameter), property.PropertyType)
        );
        Assert.All(CmdletTypes.Value.SelectMany(Parameters), property =>
            Assert.Null(property.GetCustomAttribute<AliasAttribute>())
        );
    }

    [Fact]
    public void Every_parameter_that_is_asked_for_says_at_the_prompt_what_it_takes() =>
        Assert.All(
            CmdletTypes
                .Value.SelectMany(Parameters)
                .Where(property => property.PropertyType != typeof(SwitchParameter)),
            property =>
                Assert.All(
                    property
                        .GetCustomAttributes<ParameterAttribute>()
                        .Where(parameter => parameter.Mandatory && parameter.ParameterSetName != "AccessToken"),
                    parameter => Assert.False(string.IsNullOrEmpty(parameter.HelpMessage), property.Name)
                )
        );

    [Fact]
    public void Every_parameter_that_names_something_that_exists_is_completed()
    {
        string[] named =
        [
            "Image",
            "Destination",
            "Repository",
            "Project",
            "Location",
            "Tag",
            "ExcludeTag",
            "Member",
            "Role",
            "Cluster",
            "ExpectedDigest",
            "OlderThan",
            "TimeLimit",
            "AbortAbove",
            "InUse",
        ];
        PropertyInfo[] found =
        [
            .. CmdletTypes.Value.SelectMany(Parameters).Where(property => named.Contains(property.Name)),
        ];

        Assert.Equal(named.Order(), found.Select(property => property.Name).Distinct().Order());
        Assert.All(found, property => Assert.Equal(
            "RegistryCompleter", property.GetCustomAttribute<ArgumentCompleterAttribute>()?.Type?.BaseType?.Name));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void No_parameter_takes_an_image_from_a_property(string name)
    {
        foreach (PropertyInfo property in TypeOf(name).GetProperties())
        {
            ParameterAttribute[] parameters = [.. property.GetCustomAttributes<ParameterAttribute>()];
            if (parameters.Length == 0) continue;

            bool image = property.Name is "Image" or "Repository" or "Project"
                || property.PropertyType.Name.StartsWith("Image", StringComparison.Ordinal);
            Assert.False(
                image && parameters.Any(parameter => parameter.ValueFromPipelineByPropertyName),
                $"{name} -{property.Name} would bind a column of a row, which names more than the row does.");
        }
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Wildcards_are_declared_where_and_only_where_something_is_listed_or_cleaned_up(string name)
    {
        foreach (PropertyInfo property in TypeOf(name).GetProperties())
        {
            bool declared = property.GetCustomAttribute<SupportsWildcardsAttribute>() is not null;
            bool lists = name.StartsWith("Get-", StringComparison.Ordinal)
                || name is "Remove-ArUntaggedImage" or "Remove-ArStaleImage" or "Copy-ArImage" or "Restore-ArImage"
                    or "Protect-ArImage" or "Unprotect-ArImage";
            bool listed = (lists && property.Name is "Image" or "Tag" or "ExcludeTag" or "Name")
                || (name == "Test-ArStaleRule" && property.Name == "Path");
            if (declared) Assert.True(listed, $"{name} -{property.Name}");
            if (property.PropertyType.Name == "ImagePattern[]") Assert.True(declared, $"{name} -{property.Name}");
        }
    }

    [Theory]
    [InlineData(
        @"Task\.Run\(|\.Result\b(?!\s*=)|GetAwaiter\(\)\.GetResult\(\)|\.Wait\(|\.WaitAll\(|\.WaitAny\(|Thread\.Sleep",
        "src/ArtifactRegistry/WorkLoop.cs"
    )]
    [InlineData(@"\.ConfigureAwait\(", null)]
    [InlineData(@"CancellationToken \w+ = default|CancellationToken\.None(?!, TaskContinuationOptions)", null)]
    [InlineData(@"force=true|[?&]force=|""force""", null)]
    [InlineData(@"Console\.Write", null)]
    public void The_sources_of_the_module_leave_out(string pattern, string? except)
    {
        string[] folders = ["src/ArtifactRegistry", "src/ArtifactRegistry.Core"];
        string[] files = [.. folders.SelectMany(folder => Files(folder, "*.cs"))];

        // The pattern must find something where it is allowed, or it would find nothing anywhere.
        if (except is not null) Assert.Matches(pattern, File.ReadAllText(Path.Combine(Checkout.Root, except)));
        Assert.True(files.Length > 40);
        Assert.Empty(
            from file in files
            where except is null || file != Path.GetFullPath(Path.Combine(Checkout.Root, except))
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where Regex.IsMatch(WithoutComment().Replace(line.Text, ""), pattern)
            select $"{file}:{line.Number}: {line.Text.Trim()}");
    }

    // What the analyzers cannot hold; the rest of the dialect is in .editorconfig.
    [Theory]
    [InlineData(@"^\s*=>")]
    [InlineData(@"\bcatch \(\S+ (?!e\))\w+\)")]
    public void One_dialect_in_all_projects_leaves_out(string pattern)
    {
        string[] files = [.. Files("src", "*.cs"), .. Files("tests", "*.cs")];

        Assert.True(files.Length > 400);
        Assert.Empty(
            from file in files
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where Regex.IsMatch(line.Text, pattern)
            select $"{file}:{line.Number}: {line.Text.Trim()}");
    }

    [Fact]
    public void Core_knows_no_PowerShell_and_the_module_no_HTTP()
    {
        Assert.DoesNotContain(
            Files("src/ArtifactRegistry.Core", "*.cs"),
            file => File.ReadAllText(file).Contains("System.Management.Automation", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Files("src/ArtifactRegistry", "*.cs").Where(file => Path.GetFileName(file) != "Session.cs"),
            file => HttpWords().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void Every_PowerShell_file_of_the_checkout_parses()
    {
        string[] files = [.. Files(".", "*.ps1"), .. Files(".", "*.psd1"), .. Files(".", "*.psm1")];

        Assert.Contains(Checkout.Manifest, files);
        foreach (string file in files)
        {
            Parser.ParseFile(file, out _, out ParseError[] errors);
            Assert.Empty(errors.Select(error => $"{file}: {error.Extent.StartLineNumber}: {error.Message}"));
        }
    }

    [Fact]
    public void Importing_the_module_sends_nothing_and_shows_nothing()
    {
        using PowerShellSession session = new();

        ScriptResult result = session.Run($"Import-Module '{Checkout.Manifest}' -Force").MustSucceed();

        Assert.Empty(result.Output);
        Assert.Empty(result.Warnings);
    }

    private static Type TypeOf(string name) =>
        ((CmdletInfo)AllCommands.Value.Single(command => command.Name == name)).ImplementingType;

    private static IEnumerable<PropertyInfo> Parameters(Type cmdlet) =>
        cmdlet.GetProperties().Where(property => property.GetCustomAttributes<ParameterAttribute>().Any());

    private static IEnumerable<string> Files(string folder, string pattern)
    {
        string start = Path.GetFullPath(Path.Combine(Checkout.Root, folder));
        return Below(start);

        IEnumerable<string> Below(string directory) => Directory.EnumerateFiles(directory, pattern).Concat(
            Directory.EnumerateDirectories(directory)
                .Where(each => !NotBuilt.Contains(Path.GetFileName(each), StringComparer.Ordinal))
                .SelectMany(Below));
    }

    [GeneratedRegex(@"^\s*///?.*$|(?<!:)//\s.*$")]
    private static partial Regex WithoutComment();

    [GeneratedRegex(@"System\.Net\.Http|HttpClient|HttpMethod|HttpStatusCode")]
    private static partial Regex HttpWords();
}
