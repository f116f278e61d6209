using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A text that is no image name, or one that is not accepted in its place.</summary>
/// <remarks>
/// The message says what is wrong and where, what was expected, and shows an example. It quotes the text, so
/// whatever could play tricks on a terminal or a log is shown as its code point.
/// </remarks>
public sealed class ImageNameException : FormatException
{
    private const string Expected =
        "Expected LOCATION-docker.pkg.dev/PROJECT/REPOSITORY[/IMAGE[:TAG][@sha256:DIGEST]], "
        + "for example us-docker.pkg.dev/my-project/my-repo/web:v1.";

    internal ImageNameException(string? text, string problem)
        : base($"{SafeText.Quote(text)} is not accepted as an image name: {problem}. {Expected}")
    {
        Text = SafeText.Clean(text ?? "");
        Problem = problem;
    }

    /// <summary>Gets the text that was refused, with secrets hidden and control characters shown as their code points; empty for null.</summary>
    public string Text { get; }

    /// <summary>What is wrong with it: part of a sentence, without capital and full stop.</summary>
    public string Problem { get; }
}
