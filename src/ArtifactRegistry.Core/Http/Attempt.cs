namespace ArtifactRegistry.Http;

/// <summary>What became of one attempt: its value, or a failure that another attempt may mend.</summary>
/// <remarks>A failure that no attempt can mend is thrown instead.</remarks>
/// <param name="Failure">The failure; null if the attempt succeeded.</param>
internal abstract record Attempt(RegistryException? Failure);

/// <inheritdoc cref="Attempt"/>
internal sealed record Attempt<T> : Attempt
{
    private readonly T? _value;

    /// <summary>An attempt that succeeded.</summary>
    public Attempt(T value)
        : base((RegistryException?)null) => _value = value;

    /// <summary>An attempt that failed.</summary>
    public Attempt(RegistryException failure)
        : base(failure)
    {
    }

    /// <summary>Gets the value.</summary>
    /// <exception cref="RegistryException">The attempt failed.</exception>
    public T Value => Failure is null ? _value! : throw Failure;
}
