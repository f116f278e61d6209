using System.Text.Json.Nodes;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>Finds the secrets in a credential file, so that all output hides them from then on.</summary>
internal static class CredentialSecrets
{
    private static readonly HashSet<string> Schemes = new(
        ["Basic", "Bearer", "Token"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Hides the values of the fields that hold secrets in all output.</summary>
    public static void Hide(JsonNode? node) => Hide(node, isSecret: false, evenShort: false);

    // The value of any header may be a secret; a short one is hidden only where the name says that it is one, because
    // others are words such as "True" and "Google".
    private static void Hide(JsonNode? node, bool isSecret, bool evenShort)
    {
        if (node is JsonObject fields)
        {
            foreach ((string name, JsonNode? value) in fields)
            {
                bool isNamed =
                    value is JsonValue
                    && (Secrets.IsSecretName(name) || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
                Hide(value, isSecret || isNamed || name == "headers", isNamed);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items) Hide(item, isSecret, evenShort);
        }
        else if (isSecret && node is JsonValue text && text.TryGetValue(out string? secret))
        {
            Secrets.Add(secret, evenShort);
            // In a header the secret follows its scheme. The last word of any other text may be an ordinary word.
            if (secret.Split(' ') is [string scheme, string value])
                Secrets.Add(value, evenShort && Schemes.Contains(scheme));
        }
    }
}
