using System.Management.Automation;
using System.Text;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Appends lines to a file, as they come.</summary>
[Cmdlet(VerbsCommon.Add, "Content")]
public sealed class AddContentCommand : PSCmdlet, IDisposable
{
    private StreamWriter? _file;

    /// <summary>The file; it is made if there is none.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>The lines.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true), AllowNull, AllowEmptyString]
    public object? Value { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _file ??= Open();
        _file.WriteLine(Value);
        // Whoever ends this process finds what has come so far.
        _file.Flush();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    private StreamWriter Open()
    {
        string path = GetUnresolvedProviderPathFromPSPath(Path);
        try
        {
            return new StreamWriter(path, append: true, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(new ErrorRecord(e, "FileNotWritable", ErrorCategory.WriteError, path));
            throw;
        }
    }
}
