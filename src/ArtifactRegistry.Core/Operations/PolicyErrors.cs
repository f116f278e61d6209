using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations;

/// <summary>Finds out what an error of the service about a policy means, and which member it is about.</summary>
/// <param name="resource">The name of the resource.</param>
/// <param name="editedRole">The role that is granted or revoked.</param>
/// <param name="members">The members in the policy as it was last read, each with its role.</param>
internal sealed class PolicyErrors(
    string resource,
    string editedRole,
    IReadOnlyList<(string Role, string Member)> members
)
{
    /// <summary>Translates an error of the service about a policy; returns null for any other error.</summary>
    /// <param name="e">The error.</param>
    /// <param name="changed">The members that the change is about.</param>
    public RegistryException? Translate(RegistryException e, IReadOnlyList<string> changed)
    {
        RegistryErrorKind? kind = e.Kind switch
        {
            // One or more users named in the policy do not belong to a permitted customer.
            RegistryErrorKind.FailedPrecondition => RegistryErrorKind.MemberNotAllowed,
            RegistryErrorKind.InvalidArgument
                when e.Message.Contains("permitted customer", StringComparison.OrdinalIgnoreCase) =>
                RegistryErrorKind.MemberNotAllowed,
            RegistryErrorKind.InvalidArgument
                when e.Message.StartsWith("The role name", StringComparison.OrdinalIgnoreCase)
                    || e.Message.Contains(editedRole, StringComparison.Ordinal) => RegistryErrorKind.RoleNotFound,
            // A policy cannot contain a deleted account together with one of the same name that is not marked as
            // deleted.
            RegistryErrorKind.InvalidArgument
                when e.Message.StartsWith("Inconsistent representation", StringComparison.OrdinalIgnoreCase) =>
                RegistryErrorKind.MemberNotFound,
            RegistryErrorKind.InvalidArgument
            or RegistryErrorKind.NotFound
                when e.Message.Contains("does not exist", StringComparison.OrdinalIgnoreCase) =>
                RegistryErrorKind.MemberNotFound,
            _ => null,
        };
        if (kind is null) return null;
        // A member that is in the policy already, and not in this change, can keep every change from being written.
        (string role, string? dead) =
            kind is RegistryErrorKind.MemberNotFound && !changed.Any(member => Names(e.Message, member))
                ? members.FirstOrDefault(each =>
                    DeadMember.FormerName(each.Member) is string former && Names(e.Message, former)
                )
                : default;
        return new RegistryException(dead is null ? kind.Value : RegistryErrorKind.FailedPrecondition, e.Message, e)
        {
            Status = e.Status,
            Reason = e.Reason,
            Request = e.Request,
            Advice = dead is null
                ? null
                : $"The policy names a deleted account, and nothing was written. "
                    + $"{DeadMember.Advice(resource, dead, role)}",
        };
    }

    /// <summary>
    /// Adds advice about a member: whether the policy grants a role to a deleted account of the same name, which is in
    /// the way or of no use to a new account, and otherwise where to find the name of an account that IAM does not know.
    /// </summary>
    public RegistryException WithAdviceOn(string member, RegistryException e)
    {
        (string role, string? dead) = members.FirstOrDefault(each =>
            MemberName.Comparer.Equals(DeadMember.FormerName(each.Member) ?? "", member)
        );
        if (dead is not null)
            return e.WithMessage(e.Message, $"The account was deleted. {DeadMember.Advice(resource, dead, role)}");
        return e.Kind is RegistryErrorKind.MemberNotFound && AccountStatus.ProjectOfOwn(member) is string project
            ? e.WithMessage(
                e.Message,
                $"Check the spelling: Get-ArNodeServiceAccount {project} lists the accounts with which nodes pull. IAM may "
                    + "need a minute to know a new account; one that was deleted has to be created again.")
            : e;
    }

    /// <summary>Returns whether a message names a member, and not only one whose name contains it.</summary>
    public static bool Names(string message, string member) =>
        Regex.IsMatch(
            message,
            @$"(?<![\w.@+-]){Regex.Escape(MemberName.IdentityOf(member))}(?![\w@+-]|\.\w)",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
