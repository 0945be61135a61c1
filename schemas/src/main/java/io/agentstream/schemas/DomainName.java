package io.agentstream.schemas;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A provider account's domain in its one spelling, the one that is stored and compared.
public record DomainName(String value) {
    private static final String HOME = ".cloudonix.net";
    private static final int MAX_CHARACTERS = 253;
    private static final Pattern FORM =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+");

    public DomainName {
        if (value.length() > MAX_CHARACTERS || !FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a normalised domain name");
        }
    }

    /// `text` without spaces around it and dots behind it, in lower case; a name without a dot gets `.cloudonix.net`.
    /// Empty where nothing is left. The result need not be a name that can exist.
    public static String normalise(String text) {
        String name = text.strip();
        while (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1).stripTrailing();
        }
        if (name.isEmpty()) {
            return "";
        }
        name = name.toLowerCase(Locale.ROOT);
        return name.indexOf('.') < 0 ? name + HOME : name;
    }

    /// The domain that `text` names once it is normalised; nothing where it is not a host name.
    public static Optional<DomainName> parse(String text) {
        if (text.length() > 4 * MAX_CHARACTERS) {
            return Optional.empty();
        }
        String name = normalise(text);
        return name.length() <= MAX_CHARACTERS && FORM.matcher(name).matches()
                ? Optional.of(new DomainName(name))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
