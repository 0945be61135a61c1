package io.agentstream.dev.e2e;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a run when it is over. Immutable.
///
/// @param said on `run.events.v1`
/// @param told whether the provider was told to hang up
/// @param elsewhere what `runs.v1`, the ledger and the message `run.ended` say otherwise
record HangUpFacts(
        String state, @Nullable String end, @Nullable String failure, String disconnectedBy, @Nullable String outcome,
        boolean began, boolean ended, boolean priced, List<String> story, List<String> said, boolean told,
        List<String> elsewhere) {

    static HangUpFacts failed(String failure, String by) {
        return new HangUpFacts(
                "failed", null, failure, by, null, false, true, false, List.of("offered", "created", "ended", "failed"),
                List.of("Created", "Failed"), false, List.of());
    }

    static HangUpFacts completed(String end, String by) {
        return new HangUpFacts(
                "completed", end, null, by, null, true, true, true,
                List.of("offered", "created", "started", "running", "ended", "completed"),
                List.of("Created", "Running", "Completed"), false, List.of());
    }

    /// Of a call that came to talk first.
    static HangUpFacts brokenAfterTalk(String failure, String by) {
        return new HangUpFacts(
                "failed", null, failure, by, null, true, true, true,
                List.of("offered", "created", "started", "running", "ended", "failed"),
                List.of("Created", "Running", "Failed"), false, List.of());
    }

    HangUpFacts achieving(String what) {
        return new HangUpFacts(state, end, failure, disconnectedBy, what, began, ended, priced, story, said, told, elsewhere);
    }

    /// As it is where the call would go on at the provider.
    HangUpFacts hungUp() {
        return new HangUpFacts(
                state, end, failure, disconnectedBy, outcome, began, ended, priced, with(story, "hang_up"), with(said, "HangUp"), true,
                elsewhere);
    }

    /// As it is where the decision came before the socket's end.
    HangUpFacts decidedFirst() {
        return new HangUpFacts(
                state, end, failure, disconnectedBy, outcome, began, ended, priced, with(withoutTheSocketsEnd().story, "ended"), said, told,
                elsewhere);
    }

    /// As it is where nobody was left to say how the socket ended.
    HangUpFacts withoutTheSocketsEnd() {
        List<String> shorter = new ArrayList<>(story);
        shorter.remove("ended");
        return new HangUpFacts(state, end, failure, disconnectedBy, outcome, began, ended, priced, shorter, said, told, elsewhere);
    }

    /// As it is where this was said of the call while it talked.
    HangUpFacts saying(String what) {
        List<String> longer = new ArrayList<>(said);
        longer.add(longer.size() - 1, what);
        return new HangUpFacts(state, end, failure, disconnectedBy, outcome, began, ended, priced, story, longer, told, elsewhere);
    }

    private static List<String> with(List<String> list, String last) {
        List<String> longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }
}
