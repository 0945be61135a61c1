package io.agentstream.orchestrator.secret;

/// A text that must not show: it has no way into a log line, an error or a record's `toString`. Safe for any thread.
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    public static Secret of(String value) {
        return new Secret(value);
    }

    /// The text itself, for the one place that sends or stores it.
    public String reveal() {
        return value;
    }

    public boolean isBlank() {
        return value.isBlank();
    }

    /// The last four characters, for the owner's eye; empty where showing four would show a good part of it.
    public String hint() {
        return value.length() < 16 ? "" : value.substring(value.length() - 4);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
