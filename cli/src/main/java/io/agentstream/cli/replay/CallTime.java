package io.agentstream.cli.replay;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A time in a call as a person writes it. Pure; any thread.
public final class CallTime {

    private static final Pattern FORM = Pattern.compile("(?:(?:([0-9]{1,3}):)?([0-9]{1,4}):)?([0-9]{1,6}(?:\\.[0-9]{1,3})?)s?");

    private CallTime() {}

    /// In milliseconds: of `90`, `90s`, `1:30`, `1:30.5`, `1:00:00`.
    public static Optional<Long> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        long minutes = (form.group(1) == null ? 0 : 60L * Long.parseLong(form.group(1)))
                + (form.group(2) == null ? 0 : Long.parseLong(form.group(2)));
        return Optional.of(60_000 * minutes + new BigDecimal(form.group(3)).movePointRight(3).longValueExact());
    }
}
