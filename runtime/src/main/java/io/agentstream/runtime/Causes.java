package io.agentstream.runtime;

import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A failure in one line of a log: every cause with its class and its words, because the outermost class alone ("it did not work")
/// says nothing. For failures whose words hold no secret: those of Kafka, of the database and our own.
public final class Causes {

    private static final int MOST = 5;
    private static final int LONGEST = 400;

    private Causes() {}

    /// `Outer: its words <- Inner: its words`, at most 400 characters, without line breaks.
    public static String of(Throwable failure) {
        List<String> causes = new ArrayList<>();
        @Nullable Throwable next = failure;
        while (next != null && causes.size() < MOST) {
            String words = next.getMessage();
            @Nullable Throwable cause = next.getCause();
            // A wrapper without words of its own repeats its cause.
            boolean own = words != null && !words.isBlank() && (cause == null || !words.equals(cause.toString()));
            causes.add(next.getClass().getSimpleName() + (own ? ": " + words : ""));
            next = cause;
        }
        return WellFormed.beginning(String.join(" <- ", causes).replaceAll("\\s+", " "), LONGEST);
    }
}
