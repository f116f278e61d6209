namespace ArtifactRegistry.TestSupport;

/// <summary>A program that needs nothing beside it, as the root of an image: Debian's busybox-static.</summary>
internal static class Busybox
{
    private static readonly string? File = ToolRun.Find("busybox");

    /// <summary>Skips the test, or fails it in continuous integration, where busybox is not installed.</summary>
    public static void Need() => Needs.That(
        OperatingSystem.IsLinux() && File is not null && IsStatic(File),
        "No statically linked busybox is on the PATH (Debian package busybox-static).");

    /// <summary>A layer with the program in it.</summary>
    public static byte[] Layer() => OciLayout.Layer(("bin/busybox", System.IO.File.ReadAllBytes(File!)));

    /// <summary>
    /// Runs the program of an unpacked image: inside it if this user may do so, else where it lies. Files are named
    /// from the root without a slash, which is right either way.
    /// </summary>
    public static async Task<string> RunAsync(string root, string[] arguments, CancellationToken stop)
    {
        ToolRun run = Environment.IsPrivilegedProcess && ToolRun.Find("chroot") is string chroot
            ? await ToolRun.RunAsync(
                chroot, [root, "/bin/busybox", .. arguments], new Dictionary<string, string>(), null, stop)
            : await ToolRun.RunAsync(
                Path.Combine(root, "bin", "busybox"), arguments, new Dictionary<string, string>(), root, stop);
        Xunit.Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    // An ELF program without an interpreter (program header type 3) loads no library.
    private static bool IsStatic(string path)
    {
        byte[] elf = System.IO.File.ReadAllBytes(path);
        if (elf.Length < 64 || elf[0] != 0x7f || elf[4] != 2) return false;
        int at = (int)BitConverter.ToInt64(elf, 32);
        int size = BitConverter.ToUInt16(elf, 54), count = BitConverter.ToUInt16(elf, 56);
        return Enumerable.Range(0, count).All(i => BitConverter.ToInt32(elf, at + i * size) != 3);
    }
}
