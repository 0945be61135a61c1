package io.agentstream.runtime;

/// A value that does not print. Safe for any thread.
public final class Secret {

    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /// The value itself; the caller must not let it reach a log, an event or an error text.
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
