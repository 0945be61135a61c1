package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.ConversationInput.WordsHeard;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;

/// Puts together what an ear has understood of a turn. Called by the ear's threads, one at a time.
final class EarAnswers implements Ear.Listener {

    private final int number;
    private final ReplySink out;
    /// What will not change any more.
    private final StringBuilder settled = new StringBuilder();
    /// Whether the newest words ended a turn.
    private boolean ended;

    EarAnswers(int number, ReplySink out) {
        this.number = number;
        this.out = out;
    }

    @Override
    public void on(Heard event) {
        switch (event) {
            case Heard.Partial partial -> {
                ended = false;
                out.post(new WordsHeard(number, partial.text(), partial.judges())); // all of the turn
            }
            case Heard.Final piece -> {
                String all = joined(piece.text());
                settled.setLength(0);
                settled.append(all);
                ended = false;
                out.post(new WordsHeard(number, all));
            }
            case Heard.TurnEnded turn -> {
                settled.setLength(0);
                ended = !turn.text().isEmpty();
                out.post(new WordsEnded(number, turn.text(), turn.judged()));
            }
            case Heard.Failed failed -> out.post(new EarFailed(number, Failures.of(failed.failure())));
            case Heard.SpeechBegan _ -> {
                if (ended) { // what stands is not all any more
                    ended = false;
                    out.post(new WordsHeard(number, ""));
                }
            }
            case Heard.TurnMayHaveEnded _, Heard.SpeechWentOn _ -> { } // the floor knows by itself who speaks
        }
    }

    private String joined(String more) {
        return settled.isEmpty() ? more : settled + " " + more;
    }
}
