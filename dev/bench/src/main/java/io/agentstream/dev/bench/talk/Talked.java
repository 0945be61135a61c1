package io.agentstream.dev.bench.talk;

import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import java.util.ArrayList;
import java.util.List;

/// What a caller heard. Times are those of the machine's clock.
///
/// @param firstAudioAtMs when the first audio came; 0: never
/// @param answers of what the caller has said
/// @param unanswered how often nothing came
/// @param ended whether the call ended before the caller wanted
public record Talked(String session, long firstAudioAtMs, List<Answer> answers, int unanswered, boolean ended) {

    /// @param askedAtMs when the last frame with the caller's voice was sent
    /// @param afterMs from then to the arrival of the answer's first frame
    public record Answer(long askedAtMs, long afterMs) {}

    private static final long FRAME_MS = 20;

    public Talked {
        answers = List.copyOf(answers);
    }

    /// @param startedAtMs when the call began, by the machine's clock
    static Talked of(CallOutcome outcome, long startedAtMs, long speechMs) {
        List<Answer> answers = new ArrayList<>();
        int unanswered = 0;
        List<CallEvent> said = outcome.events(CallEvent.Kind.SAID);
        for (int i = 0; i < said.size(); i++) {
            long lastWordMs = said.get(i).atMs() + speechMs - FRAME_MS;
            long untilMs = i + 1 < said.size() ? said.get(i + 1).atMs() : Long.MAX_VALUE;
            long answerMs = outcome.arrivalsMs().stream().filter(at -> at > lastWordMs && at < untilMs).findFirst().orElse(-1L);
            if (answerMs >= 0) {
                answers.add(new Answer(startedAtMs + lastWordMs, answerMs - lastWordMs));
            } else if (i + 1 < said.size()) { // the last one's answer is cut off by the end
                unanswered++;
            }
        }
        long firstAudioAtMs = outcome.firstAudioMs() < 0 ? 0 : startedAtMs + outcome.firstAudioMs();
        return new Talked(outcome.session(), firstAudioAtMs, answers, unanswered, outcome.ending() != CallOutcome.Ending.LIMIT);
    }
}
