package io.agentstream.orchestrator.store;

import java.util.regex.Pattern;

/// What we take for an e-mail address: something, an at sign, something, 320 characters at most (RFC 3696 and its errata, which
/// allow 254). Whether there is a mailbox is not ours to know.
public final class Emails {
    public static final int MAX_CHARACTERS = 320;

    private static final Pattern FORM = Pattern.compile("[^@\\p{Cntrl}\\p{Z}\\s]+@[^@\\p{Cntrl}\\p{Z}\\s]+");

    private Emails() {}

    public static boolean isOne(String text) {
        return text.codePointCount(0, text.length()) <= MAX_CHARACTERS && FORM.matcher(text).matches();
    }
}
