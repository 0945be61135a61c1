package io.agentstream.orchestrator.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Marks the place where a page ended, in a form that clients do not read. A cursor of one list is none of another.
enum Cursor {
    AGENTS(1),
    VERSIONS(1),
    CONFIGURATIONS(1),
    RUNS(2),
    USAGE(2),
    EVENTS(1),
    ORGANIZATIONS(1),
    USERS(1),
    KEYS(1),
    LEDGER(1),
    AUDIT(1),
    WEBHOOKS(1),
    DELIVERIES(1),
    DEAD_LETTERS(1),
    SERVICE_KEYS(1),
    /// How far one has come on each of a call's topics, and how many entries of what follows one has.
    TIMELINE(6);

    static final int MAX_CHARACTERS = 200;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final int numbers;

    Cursor(int numbers) {
        this.numbers = numbers;
    }

    /// @param position as many numbers as this list's order has, none below zero
    String text(long... position) {
        String plain = name() + Arrays.stream(position).mapToObj(n -> ":" + n).collect(Collectors.joining());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }

    /// What [#text] was made of; of [#RUNS] also a run's number alone, as older versions made it: a client may be in the middle of a
    /// list while this service is replaced.
    Optional<long[]> position(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        String plain;
        try {
            plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
        List<String> parts = List.of(plain.split(":", -1));
        List<String> position = parts.subList(1, parts.size());
        return parts.getFirst().equals(name())
                        && (position.size() == numbers || (this == RUNS && position.size() == 1))
                        && position.stream().allMatch(part -> NUMBER.matcher(part).matches())
                ? Optional.of(position.stream().mapToLong(Long::parseLong).toArray())
                : Optional.empty();
    }
}
