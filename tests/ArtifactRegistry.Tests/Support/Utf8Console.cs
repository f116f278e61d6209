using System.Runtime.CompilerServices;
using System.Text;

namespace ArtifactRegistry.Tests.Support;

/// <summary>
/// The encoding of what this process and those that it starts write: on Windows it would be a code page.
/// </summary>
internal static class Utf8Console
{
    [ModuleInitializer]
    internal static void Set() => Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
}
