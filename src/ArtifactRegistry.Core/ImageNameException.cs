using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// The exception for text that is not a valid image name, or is a name that is not accepted in its place.
/// </summary>
/// <remarks>
/// The message says what is wrong and where, what was expected, and shows an example. It quotes the text, so characters
/// that could affect a terminal or a log are shown as their code points.
/// </remarks>
public sealed class ImageNameException : FormatException
{
    private const string Expected =
        "Expected LOCATION-docker.pkg.dev/PROJECT/REPOSITORY[/IMAGE[:TAG][@sha256:DIGEST]], "
        + "for example us-docker.pkg.dev/my-project/my-repo/web:v1.";

    internal ImageNameException(string? text, string problem, string expected = Expected)
        : base($"{SafeText.Quote(text)} is not accepted as an image name: {problem}. {expected}")
    {
        Text = SafeText.Clean(text ?? "");
        Problem = problem;
    }

    /// <summary>
    /// Gets the text that was refused, with secrets hidden and control characters shown as their code points; empty for
    /// null.
    /// </summary>
    public string Text { get; }

    /// <summary>The problem, as a part of a sentence without capital letter and period.</summary>
    public string Problem { get; }
}
