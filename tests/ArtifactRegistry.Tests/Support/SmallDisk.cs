using System.Diagnostics;

namespace ArtifactRegistry.Tests.Support;

/// <summary>Lets a process run out of room for its files.</summary>
internal static class SmallDisk
{
    /// <summary>
    /// Refuses files larger than this, as a full disk does: a write takes what fits, and the rest is an error. Every
    /// user may set this limit, but not on Windows.
    /// </summary>
    public static ProcessStartInfo WithFileSizeLimit(this ProcessStartInfo start, int kilobytes)
    {
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // which needs a file in memory that is larger
        return start.Through("trap '' XFSZ; ulimit -f $0; exec \"$@\"", $"{kilobytes}");
    }

    /// <summary>
    /// Mounts a disk of this size at a folder, for the process alone. At its end, what is there is copied to another
    /// folder.
    /// </summary>
    public static ProcessStartInfo WithDiskAt(
        this ProcessStartInfo start, string folder, int kilobytes, string copyTo)
    {
        Directory.CreateDirectory(folder);
        start.Through(
            $"mount -t tmpfs -o size={kilobytes}k tmpfs \"$0\" || exit\n"
                + "copy=$1; shift; \"$@\"; code=$?; cp -r \"$0\" \"$copy\"; exit $code",
            folder, copyTo);
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--mount");
        start.ArgumentList.Insert(0, "--map-root-user");
        start.FileName = "unshare";
        return start;
    }

    /// <summary>Returns whether this user may mount such a disk; not every system lets them.</summary>
    public static async Task<bool> CanMountAsync(string folder)
    {
        if (!OperatingSystem.IsLinux()) return false;
        ProcessResult result = await ProcessResult.OfAsync(
            new ProcessStartInfo("bash", ["-c", "true"]).WithDiskAt(folder, 64, copyTo: folder + ".copy"));
        return result.ExitCode == 0;
    }

    /// <summary>Starts it from a shell script, whose arguments precede its command line.</summary>
    private static ProcessStartInfo Through(this ProcessStartInfo start, string script, params string[] arguments)
    {
        string[] all = ["-c", script, .. arguments, start.FileName, .. start.ArgumentList];
        start.FileName = "bash";
        start.ArgumentList.Clear();
        foreach (string argument in all) start.ArgumentList.Add(argument);
        return start;
    }
}
