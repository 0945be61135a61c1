package io.agentstream.agents.conversation;

import org.jspecify.annotations.Nullable;

/// What the caller may do while a line is spoken and afterwards.
///
/// @param interruptible whether what is listened to also cuts the line short
/// @param speech whether speech is listened to
/// @param digits the keys that are listened to
/// @param silenceAfterMs how long the caller may say nothing once the line is over
/// @param bargeIn what of speech cuts the line short; null: [BargeIn#BY_SPEECH]
/// @param patience when the caller's turn is over; null: [Patience#USUAL]
public record Manners(
        boolean interruptible, boolean speech, String digits, long silenceAfterMs, @Nullable BargeIn bargeIn, @Nullable Patience patience) {

    /// All keys of a telephone.
    public static final String ALL_DIGITS = "0123456789*#ABCD";

    /// Nothing is listened to. Holds until an engine says otherwise.
    public static final Manners DEAF = new Manners(false, false, "", 10_000);

    public Manners(boolean interruptible, boolean speech, String digits, long silenceAfterMs) {
        this(interruptible, speech, digits, silenceAfterMs, null, null);
    }

    /// The same, but for when the caller's speech is over and what of it interrupts.
    public Manners with(BargeIn cuts, Patience waits) {
        return new Manners(interruptible, speech, digits, silenceAfterMs, cuts, waits);
    }

    BargeIn cuts() {
        return bargeIn == null ? BargeIn.BY_SPEECH : bargeIn;
    }

    Patience waits() {
        return patience == null ? Patience.USUAL : patience;
    }

    boolean accepts(char digit) {
        return digits.indexOf(digit) >= 0;
    }

    boolean takesKeys() {
        return !digits.isEmpty();
    }

    /// Where the first of these keys stands that is listened to; -1 where none is.
    int firstAccepted(String keys) {
        for (int at = 0; at < keys.length(); at++) {
            if (accepts(keys.charAt(at))) {
                return at;
            }
        }
        return -1;
    }

    boolean cutBy(char digit) {
        return interruptible && accepts(digit);
    }

    boolean cutBySpeech() {
        return interruptible && speech;
    }
}
