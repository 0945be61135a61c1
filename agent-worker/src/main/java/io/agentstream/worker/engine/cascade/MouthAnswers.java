package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import java.util.List;

/// What a mouth makes of one text. Called by the mouth's threads, one at a time.
public final class MouthAnswers implements Mouth.Listener {

    private final int turn;
    private final int number;
    private final ReplySink out;

    public MouthAnswers(int turn, int number, ReplySink out) {
        this.turn = turn;
        this.number = number;
        this.out = out;
    }

    /// What was used is counted before anybody hears that it is over.
    static Mouth.Listener counted(Mouth.Listener listener, ServiceMeter.Use use) {
        return event -> {
            switch (event) {
                case Spoken.Done _, Spoken.Failed _ -> use.stopped();
                case Spoken.Audio _, Spoken.Words _ -> { }
            }
            listener.on(event);
        };
    }

    @Override
    public void on(Spoken event) {
        out.post(switch (event) {
            case Spoken.Audio audio -> new MouthSpoke(turn, number, audio.muLaw(), List.of());
            case Spoken.Words words -> new MouthSpoke(
                    turn, number, Slice.EMPTY,
                    words.words().stream().map(word -> new Word(word.text(), word.startMs(), word.endMs())).toList());
            case Spoken.Done done -> new MouthDone(turn, number);
            case Spoken.Failed failed -> new MouthFailed(turn, number, Failures.of(failed.failure()));
        });
    }
}
