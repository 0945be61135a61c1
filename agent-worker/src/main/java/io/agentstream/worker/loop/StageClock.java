package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.TurnStages;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When the answers of one conversation passed their stages. It looks on at what the machine takes in and gives, and decides nothing; of an
/// answer that was begun by another worker it knows nothing. Only the loop.
final class StageClock {

    /// What an answer has passed.
    enum Stage {
        /// The caller's turn is over, as the floor sees it.
        DECIDED,
        /// It is known what the caller has said: a brain is asked, or it is known what to say.
        WORDS,
        FIRST_TOKEN,
        LAST_TOKEN,
        /// A mouth is given the first text.
        SENTENCE,
        FIRST_BYTE,
        /// The first audio is given to Kafka.
        SENT,
        /// The gateway sends it.
        WIRE
    }

    /// Is told what took so long: from the stage before to this one, of one answer.
    @FunctionalInterface
    interface Taken {
        void took(Stage stage, long ms);
    }

    /// The newest, and the one before: that is told once its successor is asked for.
    private @Nullable Answer newest;
    private @Nullable Answer before;

    /// An answer that the caller waits for.
    ///
    /// @param sinceMs when the caller's last sound was over
    private record Answer(int turn, long sinceMs, Map<Stage, Long> atMs) {

        void passes(Stage stage, long nowMs, Taken taken) {
            if (atMs.containsKey(stage)) { // as for most pieces of audio
                return;
            }
            atMs.put(stage, nowMs);
            Long from = switch (stage) {
                case DECIDED -> (Long) sinceMs;
                case WORDS -> atMs.get(Stage.DECIDED);
                case FIRST_TOKEN -> atMs.get(Stage.WORDS);
                case LAST_TOKEN, SENTENCE -> atMs.get(Stage.FIRST_TOKEN);
                case FIRST_BYTE -> atMs.get(Stage.SENTENCE);
                case SENT -> atMs.get(Stage.FIRST_BYTE);
                case WIRE -> atMs.get(Stage.SENT);
            };
            if (from != null) {
                taken.took(stage, Math.max(0, nowMs - from));
            }
        }

        @Nullable Long after(Stage stage) {
            Long at = atMs.get(stage);
            return at == null ? null : (Long) Math.max(0, at - sinceMs);
        }

        TurnStages stages() {
            return new TurnStages(
                    after(Stage.DECIDED), after(Stage.WORDS), after(Stage.FIRST_TOKEN), after(Stage.LAST_TOKEN), after(Stage.SENTENCE),
                    after(Stage.FIRST_BYTE), after(Stage.SENT), after(Stage.WIRE));
        }
    }

    /// A step of the machine, before what it wants is done.
    ///
    /// @param floor that it leads to
    void step(long nowMs, ConversationInput input, Floor floor, List<ConversationEffect> effects, Taken taken) {
        if (floor instanceof Floor.Thinking thinking) {
            asked(thinking, nowMs, taken);
        }
        Answer answer = newest;
        if (answer == null) {
            return;
        }
        came(answer, nowMs, input, taken);
        for (int i = 0; i < effects.size(); i++) {
            wanted(answer, nowMs, effects.get(i), taken);
        }
    }

    /// What nobody waits for has no stages.
    private void asked(Floor.Thinking thinking, long nowMs, Taken taken) {
        if (newest == null || newest.turn() != thinking.turn()) {
            before = newest;
            newest = null;
            if (thinking.isWaitedFor()) {
                newest = new Answer(thinking.turn(), thinking.sinceMs(), new EnumMap<>(Stage.class));
                newest.passes(Stage.DECIDED, nowMs, taken);
            }
        }
    }

    private static void came(Answer answer, long nowMs, ConversationInput input, Taken taken) {
        if (input instanceof ConversationInput.BrainSaid said && said.turn() == answer.turn()) {
            answer.passes(Stage.FIRST_TOKEN, nowMs, taken);
        } else if (input instanceof ConversationInput.BrainCalled called && called.turn() == answer.turn()) {
            answer.passes(Stage.FIRST_TOKEN, nowMs, taken);
        } else if (input instanceof ConversationInput.BrainSpoke spoke && spoke.turn() == answer.turn()) {
            answer.passes(Stage.FIRST_TOKEN, nowMs, taken);
            if (spoke.audio().length() > 0) {
                answer.passes(Stage.FIRST_BYTE, nowMs, taken);
            }
        } else if (input instanceof ConversationInput.BrainDone done && done.turn() == answer.turn()) {
            answer.passes(Stage.LAST_TOKEN, nowMs, taken);
        } else if (input instanceof ConversationInput.MouthSpoke mouth && mouth.turn() == answer.turn() && mouth.audio().length() > 0) {
            answer.passes(Stage.FIRST_BYTE, nowMs, taken);
        }
    }

    private static void wanted(Answer answer, long nowMs, ConversationEffect effect, Taken taken) {
        if (effect instanceof ConversationEffect.AskBrain ask && ask.turn() == answer.turn()) {
            answer.passes(Stage.WORDS, nowMs, taken);
        } else if (effect instanceof ConversationEffect.Speak speak && speak.turn() == answer.turn()) {
            answer.passes(Stage.WORDS, nowMs, taken);
            answer.passes(Stage.SENTENCE, nowMs, taken);
        } else if (effect instanceof ConversationEffect.Play play && play.turn() == answer.turn()) {
            answer.passes(Stage.SENT, nowMs, taken);
        }
    }

    /// The gateway plays.
    void playing(MediaFrame.Playing playing, Taken taken) {
        Answer answer = newest;
        if (answer != null && answer.turn() == playing.turn() && playing.fromByte() == 0) {
            answer.passes(Stage.WIRE, playing.atMs(), taken);
        }
    }

    /// When the stages of an answer were passed; null where nobody waited for it, and where it is not known.
    @Nullable TurnStages of(int turn) {
        if (newest != null && newest.turn() == turn) {
            return newest.stages();
        }
        return before != null && before.turn() == turn ? before.stages() : null;
    }
}
