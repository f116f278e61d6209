using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Examples;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What Get-Help shows.</summary>
public sealed class HelpTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public static TheoryData<string> Cmdlets => ConventionTests.Cmdlets;

    [Theory, MemberData(nameof(Cmdlets))]
    public void Every_parameter_of_every_cmdlet_has_help(string name)
    {
        PSObject help = Help(name);
        CmdletInfo command = (CmdletInfo)One($"Get-Command {name}").BaseObject;
        PSObject[] described = Items(help, "parameters", "parameter");

        string[] own =
        [
            .. command.Parameters.Keys.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter)).Order(),
        ];
        Assert.Equal(own, described.Select(parameter => Text(parameter, "name")).Order());
        Assert.All(described, parameter => Assert.Matches(@"^\S.{10,}[.]", Paragraphs(parameter, "description")));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Every_cmdlet_says_what_it_does_and_shows_three_examples(string name)
    {
        PSObject help = Help(name);

        Assert.Matches(@"^[A-Z].{20,}\.$", Text(help, "Synopsis"));
        Assert.True(Paragraphs(help, "description").Length > 100, "A description of a few sentences.");
        PSObject[] examples = Items(help, "examples", "example");
        Assert.True(examples.Length >= 3, $"{examples.Length} examples");
        Assert.All(examples, example => Assert.Matches(@"^Example \d: \w", Text(example, "title")));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void The_syntax_is_that_of_the_cmdlet(string name)
    {
        CmdletInfo command = (CmdletInfo)One($"Get-Command {name}").BaseObject;

        Assert.Equal(
            command.ParameterSets.Select(set =>
                string.Join(
                    ' ',
                    set.Parameters.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))
                        .Select(parameter =>
                            $"{parameter.Name}:{parameter.IsMandatory}:{Math.Max(-1, parameter.Position)}"
                        )
                        .Order()
                )
            ),
            Items(Help(name), "syntax", "syntaxItem")
                .Select(set =>
                    string.Join(
                        ' ',
                        Items(set, "parameter")
                            .Select(parameter =>
                                $"{Text(parameter, "name")}:{bool.Parse(Text(parameter, "required"))}:"
                                + (int.TryParse(Text(parameter, "position"), out int position) ? position : -1)
                            )
                            .Order()
                    )
                )
        );
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Whoever_reads_on_finds_what_is_named(string name)
    {
        PSObject[] all = Items(Help(name), "relatedLinks", "navigationLink");
        string[] links = Text(Assert.Single(all), "linkText").Split(", ");

        Assert.All(links, link =>
            Assert.True(
                link is "about_ArtifactRegistry"
                    || (
                        link.StartsWith("docs/", StringComparison.Ordinal)
                        && File.Exists(Path.Combine(Checkout.Root, link))
                    )
                    || Cmdlets.Any(cmdlet => cmdlet.Data == link),
                link
            )
        );
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Online_help_is_not_recommended_since_there_is_none(string name)
    {
        string help = $"{One($"Get-Help {name} | Out-String")}";

        Assert.Contains($"Get-Help {name} -Full", help, StringComparison.Ordinal);
        Assert.DoesNotContain("-Online", help, StringComparison.Ordinal);
        Assert.Contains("RELATED LINKS", help, StringComparison.Ordinal);
    }

    [Fact]
    public void The_about_page_is_where_Get_Help_looks_and_fits_a_narrow_terminal()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Checkout.Root, "en-US", "about_ArtifactRegistry.help.txt"));

        Assert.Equal(["TOPIC", "    about_ArtifactRegistry"], lines.Take(2));
        foreach (
            string part in new[]
            {
                "WHEN A CLUSTER CANNOT PULL",
                "HOW THE CLEAN-UP DECIDES",
                "EXIT CODES",
                "ENVIRONMENT VARIABLES",
                "ERROR IDS",
                "SEE ALSO",
            }
        )
            Assert.Contains(part, lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void An_example_fits_80_columns_without_a_broken_word_and_is_the_command_of_the_page(string name)
    {
        string[] shown =
        [
            .. _session.Run($"(Get-Help {name} -Full).examples.example.code").MustSucceed().Output
                .Select(code => $"{code}"),
        ];
        IReadOnlyList<Transcript> page = Transcript.In($"src/ArtifactRegistry/Help/{name}.md");

        Assert.Equal(page.Count, shown.Length);
        foreach ((Transcript written, string code) in page.Zip(shown))
        {
            // Get-Help indents an example by four columns. A word that is longer has to be broken.
            Assert.All(
                code.ReplaceLineEndings("\n").Split('\n'),
                line => Assert.True(line.Length <= 75 || !line.Trim().Contains(' '), line)
            );
            IReadOnlyList<Step> steps = new Transcript("", "", code.ReplaceLineEndings("\n")).Steps;
            Assert.Equal(
                written.Steps.Select(step => OneLine(step.Command)),
                steps.Select(step => OneLine(step.Command))
            );
            Assert.Equal(
                written.Steps.Select(step => Regex.Replace(step.Output ?? "", @"\s", "")),
                steps.Select(step => Regex.Replace(step.Output ?? "", @"\s", ""))
            );
        }

        static string OneLine(string command)
        {
            Parser.ParseInput(command, out Token[] tokens, out ParseError[] errors);
            Assert.Empty(errors.Select(error => error.Message));
            return string.Join(
                ' ',
                tokens
                    .Where(token => token.Kind is not (TokenKind.NewLine or TokenKind.LineContinuation))
                    .Select(token => token.Text)
            );
        }
    }

    public void Dispose() => _session.Dispose();

    private PSObject Help(string name) => One($"Get-Help {name} -Full");

    private PSObject One(string script) => Assert.Single(_session.Run(script).MustSucceed().Output);

    // Get-Help gives one object where there is one, and a list where there are several.
    private static PSObject[] Items(PSObject from, params string[] path)
    {
        object? value = from;
        foreach (string name in path)
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        return value switch
        {
            null => [],
            PSObject { BaseObject: IEnumerable list and not string } =>
            [
                .. list.Cast<object>().Select(PSObject.AsPSObject),
            ],
            IEnumerable list and not string => [.. list.Cast<object>().Select(PSObject.AsPSObject)],
            _ => [PSObject.AsPSObject(value)],
        };
    }

    private static string Text(PSObject from, string property) =>
        from.Properties[property]?.Value?.ToString()?.Trim() ?? "";

    private static string Paragraphs(PSObject from, string property) =>
        string.Join(' ', Items(from, property).Select(paragraph => Text(paragraph, "Text"))).Trim();
}
