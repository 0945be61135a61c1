package io.agentstream.orchestrator.replay;

import io.agentstream.calllog.CallReading;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How far somebody has come in a timeline that is followed: of each of a call's topics the offset behind the newest record that he has, in
/// the order of [CallReading#ALL]. It means the same in every process. Immutable; any thread.
///
/// @param isLast whether he was told that nothing more will be told
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
record TimelineMark(long[] behind, boolean isLast) {

    private static final int TOPICS = CallReading.ALL.size();
    private static final String LAST = ".end";
    private static final Pattern FORM = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,18}){" + (TOPICS - 1) + "}");

    static final TimelineMark NONE = new TimelineMark(new long[TOPICS], false);

    static Optional<TimelineMark> parse(String text) {
        boolean isLast = text.endsWith(LAST);
        String places = isLast ? text.substring(0, text.length() - LAST.length()) : text;
        return FORM.matcher(places).matches()
                ? Optional.of(new TimelineMark(Arrays.stream(places.split("\\.", -1)).mapToLong(Long::parseLong).toArray(), isLast))
                : Optional.empty();
    }

    TimelineMark with(int topic, long offset) {
        long[] next = behind.clone();
        next[topic] = Math.max(next[topic], offset + 1);
        return new TimelineMark(next, false);
    }

    TimelineMark last() {
        return new TimelineMark(behind, true);
    }

    boolean lacks(int topic, long offset) {
        return offset >= behind[topic];
    }

    String text() {
        return Arrays.stream(behind).mapToObj(Long::toString).collect(Collectors.joining(".", "", isLast ? LAST : ""));
    }
}
