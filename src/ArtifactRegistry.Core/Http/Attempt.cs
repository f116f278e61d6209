namespace ArtifactRegistry.Http;

/// <summary>The outcome of one attempt: a value, or a failure that another attempt may resolve.</summary>
/// <remarks>A failure that no further attempt can resolve is thrown instead.</remarks>
/// <param name="Failure">The failure; null if the attempt succeeded.</param>
internal abstract record Attempt(RegistryException? Failure);

/// <inheritdoc cref="Attempt"/>
internal sealed record Attempt<T> : Attempt
{
    private readonly T? _value;

    /// <summary>Creates the outcome of an attempt that succeeded.</summary>
    public Attempt(T value)
        : base((RegistryException?)null) => _value = value;

    /// <summary>Creates the outcome of an attempt that failed.</summary>
    public Attempt(RegistryException failure)
        : base(failure)
    {
    }

    /// <summary>Gets the value.</summary>
    /// <exception cref="RegistryException">The attempt failed.</exception>
    public T Value => Failure is null ? _value! : throw Failure;
}
