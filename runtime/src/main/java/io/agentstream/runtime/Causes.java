package io.agentstream.runtime;

import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A failure in one line of a log: every cause with its class, and what else may be said of it, because the outermost class alone ("it did not
/// work") says nothing. At most 400 characters, without line breaks. Any thread.
public final class Causes {

    private static final int MOST = 5;
    private static final int LONGEST = 400;

    private static final String OURS = "io.agentstream.";

    /// Whose authors put no text, address or key of others into their words.
    private static final List<String> PLAIN = List.of(
            OURS, "org.apache.kafka.", "java.sql.", "org.postgresql.", "com.zaxxer.hikari.", "java.util.concurrent.", "java.net.ConnectException",
            "java.net.NoRouteToHostException", "java.net.SocketTimeoutException", "java.net.UnknownHostException", "java.net.http.Http");

    private Causes() {}

    /// `Outer: its words <- Inner: its words`. For failures whose words hold no secret: those of Kafka, of the database and our own.
    public static String of(Throwable failure) {
        return line(failure, _ -> true);
    }

    /// Of a failure of any origin, whose words may quote what it choked on: words stand where they are Kafka's, the database's, the network's or
    /// our own. Of every other cause there is its class, and the line of ours where it was met:
    /// `ServiceException: no key <- NullPointerException at RunCloser.decided:92`.
    public static String ofAny(Throwable failure) {
        return line(failure, Causes::isPlain);
    }

    private static boolean isPlain(Throwable cause) {
        String name = cause.getClass().getName();
        return PLAIN.stream().anyMatch(name::startsWith);
    }

    private static String line(Throwable failure, Predicate<Throwable> hasPlainWords) {
        List<String> causes = new ArrayList<>();
        @Nullable Throwable next = failure;
        while (next != null && causes.size() < MOST) {
            @Nullable Throwable cause = next.getCause();
            causes.add(next.getClass().getSimpleName() + (hasPlainWords.test(next) ? words(next, cause) : place(next)));
            next = cause;
        }
        return WellFormed.beginning(String.join(" <- ", causes).replaceAll("\\s+", " "), LONGEST);
    }

    /// A wrapper without words of its own repeats its cause.
    private static String words(Throwable failure, @Nullable Throwable cause) {
        String words = failure.getMessage();
        return words == null || words.isBlank() || (cause != null && words.equals(cause.toString())) ? "" : ": " + words;
    }

    private static String place(Throwable failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().startsWith(OURS)) {
                String type = frame.getClassName();
                return " at " + type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName() + ":" + frame.getLineNumber();
            }
        }
        return "";
    }
}
