namespace ArtifactRegistry.Auth;

/// <summary>Chooses the source of tokens, in the order of docs/signing-in.md.</summary>
internal static class TokenSources
{
    internal const string ImpersonateVariable = "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT";

    private const string DisableCredentials = "CLOUDSDK_AUTH_DISABLE_CREDENTIALS";
    private const string TokenFile = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";
    private const string FileOverride = "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE";
    private const string TokenVariable = "GOOGLE_OAUTH_ACCESS_TOKEN";
    private const string DefaultFile = "GOOGLE_APPLICATION_CREDENTIALS";
    private const string QuotaVariable = "GOOGLE_CLOUD_QUOTA_PROJECT";

    /// <summary>The variables that name a credential.</summary>
    internal static IReadOnlyList<string> SourceVariables { get; } =
    [TokenFile, FileOverride, TokenVariable, DefaultFile];

    private static readonly string[] FileVariables = [TokenFile, FileOverride, DefaultFile];

    /// <summary>Chooses the source for a connection. Reads files and variables; sends no request.</summary>
    /// <param name="told">The settings of Connect-ArRegistry.</param>
    /// <param name="signIn">The environment.</param>
    /// <exception cref="RegistryException">A setting, or the file that was specified, cannot be used.</exception>
    public static ITokenSource Choose(CredentialSettings told, SignIn signIn)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(signIn);
        string? quota = QuotaProject(told.QuotaProject, "-QuotaProject")
            ?? QuotaProject(signIn.Variable(QuotaVariable), $"the environment variable {QuotaVariable}");
        Impersonation? named = told.ImpersonateServiceAccount is string account
            ? new Impersonation(
                Impersonation.CheckedAccount(account, "-ImpersonateServiceAccount"),
                [.. told.Delegates.Select(each => Impersonation.CheckedAccount(each, "-Delegate"))])
            : null;
        // If the source was specified, the variable does not apply; it is for a source that is found.
        Impersonation? acting = named ?? (!told.NamesSource && signIn.IsSet(ImpersonateVariable, out string? chain)
            ? Impersonation.Parse(chain, ImpersonateVariable)
            : null);

        ITokenSource source = told switch
        {
            { AccessToken: string token } => new GivenToken(
                token,
                quota,
                "the access token given to Connect-ArRegistry"
            ),
            { CredentialFile: string path } => FromFile(path, $"the credential file {path}", quota, signIn),
            { Anonymous: true } => new NoCredentials("none: requests are sent without credentials"),
            // gcloud impersonates the account in its configuration, but this must not happen twice.
            { UseGcloud: true } => new RenewedToken(
                new Gcloud(signIn, impersonates: named is null),
                quota,
                signIn.Clock
            ),
            _ => Found(quota, signIn, isGcloudsToAct: acting is null),
        };
        return acting is null || source is NoCredentials
            ? source
            : new RenewedToken(new ImpersonatedCredential(source, acting, signIn), quota, signIn.Clock);
    }

    /// <summary>
    /// Gets the input of <see cref="Choose"/> as text for comparison: if it is the same, so is the source. Contains
    /// secrets.
    /// </summary>
    public static string Fingerprint(CredentialSettings told, SignIn signIn)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(signIn);
        GcloudConfiguration gcloud = new(signIn);
        string?[] files =
        [
            told.CredentialFile,
            .. FileVariables.Select(name =>
                signIn.IsSet(name, out string? path) ? CredentialPath.Resolve(path, signIn.Variable) : null
            ),
            gcloud.DefaultCredentials,
            gcloud.ActiveFile,
        ];
        string[] variables =
        [
            .. SourceVariables,
            DisableCredentials,
            QuotaVariable,
            ImpersonateVariable,
            "CLOUDSDK_CORE_ACCOUNT",
            "PATH",
        ];
        return string.Join(
            '\n',
            [
                signIn.Endpoints.ToString(),
                .. variables.Select(signIn.Variable),
                // A user who signs in with another account in another window expects the next command to use it.
                .. files.Select(Stamp),
            ]
        );
    }

    private static string? Stamp(string? path)
    {
        try
        {
            return path is null ? null : FormattableString.Invariant($"{path} {File.GetLastWriteTimeUtc(path):O}");
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Not a path but, for example, a key in a variable: then only its text counts.
            return path;
        }
    }

    private static ITokenSource Found(string? quota, SignIn signIn, bool isGcloudsToAct)
    {
        if (signIn.IsSet(TokenFile, out string? tokenFile))
            return new TokenInFile(PathIn(tokenFile, TokenFile, signIn), TokenFile, quota);
        if (string.Equals(signIn.Variable(DisableCredentials), "true", StringComparison.OrdinalIgnoreCase))
            return new NoCredentials($"none, since {DisableCredentials} is true");
        if (signIn.IsSet(FileOverride, out string? file)) return FromVariable(file, FileOverride, quota, signIn);
        if (signIn.IsSet(TokenVariable, out string? token))
            return new GivenToken(token, quota, $"the environment variable {TokenVariable}");
        if (signIn.IsSet(DefaultFile, out string? defaults)) return FromVariable(defaults, DefaultFile, quota, signIn);
        if (new GcloudConfiguration(signIn).DefaultCredentials is string path && File.Exists(path))
            return FromFile(path, $"the Application Default Credentials in {path}", quota, signIn);
        return new RenewedToken(new DefaultCredential(signIn, isGcloudsToAct), quota, signIn.Clock);
    }

    private static ITokenSource FromVariable(string text, string variable, string? quota, SignIn signIn)
    {
        string path = PathIn(text, variable, signIn);
        return FromFile(path, $"the file {path} that {variable} names", quota, signIn);
    }

    private static string PathIn(string text, string variable, SignIn signIn) =>
        CredentialPath.Parse(text, $"The environment variable {variable}", signIn.Variable);

    private static ITokenSource FromFile(string path, string description, string? quota, SignIn signIn)
    {
        CredentialFile file = CredentialFile.Read(path, description, signIn.Endpoints);
        ITokenSource source = new RenewedToken(
            new CredentialFileSource(file, path, description, signIn),
            quota,
            signIn.Clock
        );
        // A federated identity may impersonate an account that in turn may impersonate the target account.
        foreach (Impersonation next in file.Impersonations)
            source = new RenewedToken(new ImpersonatedCredential(source, next, signIn), quota, signIn.Clock);
        return source;
    }

    private static string? QuotaProject(string? project, string origin)
    {
        if (project is null || ImageNameGrammar.ProjectProblem(project) is not string problem) return project;
        throw new RegistryException(RegistryErrorKind.InvalidArgument, $"{origin} does not name a project: {problem}.");
    }
}
