package io.agentstream.agents.dialogue;

import static io.agentstream.agents.dialogue.CascadeState.NONE;

import io.agentstream.agents.conversation.ConversationEffect.CutShort;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.TellSpeech;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.dialogue.CascadeState.Piece;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;

/// What has to do with a service that hears, thinks and speaks in one, in one step. It is asked as a brain is, and its answer is audio with words
/// beside it; fixed lines are spoken by it too. Who may speak the floor says, so that it hears the caller's turns and nothing else.
///
/// Of what the caller says it answers the sound. The words come later, for the record and for whoever goes on with the call.
final class Living {

    /// How long the words of a turn may take that was answered by its sound.
    static final long WORDS_LIMIT_MS = 10_000;

    /// Turns of which the words are waited for; of those before them none will come.
    private static final int MAX_UNWORDED = 8;

    /// Longest words of a turn; what is beyond them is not kept.
    static final int MAX_WORDS_CHARS = 8_000;

    /// Audio that is kept back until the next comes: no words can be told without some.
    private static final int KEPT_BYTES = 160;

    private final CascadeStep step;
    private final CascadeState s;

    Living(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// @param speechMs how long the caller spoke
    record Unworded(int turn, long speechMs, long dueMs) {

        /// As another worker left it: the words would have come to that one, and will not come any more.
        static Unworded lost(CascadeState.Spoken spoken) {
            return new Unworded(spoken.turn(), spoken.speechMs(), 0);
        }
    }

    /// What stands in the history for the words of a turn.
    static String unworded(int turn) {
        return Remark.unworded(turn).text();
    }

    /// Sees to it that the service is open that is asked next. Without any the agent is deaf.
    void ready() {
        if (!step.thinking().hasBrain()) {
            s.deaf = true;
        } else if (s.opened != s.brain) {
            s.opened = s.brain;
            s.cutTurn = NONE; // it is told with the rest
            step.effects.add(new OpenSpeech(++s.earNumber, s.brain, step.thinking().beginning()));
        }
    }

    /// Before anything is asked of it, it has to know what was heard of what it said last.
    void prepare() {
        if (!step.isLive()) {
            return;
        }
        ready();
        if (s.cutTurn != NONE) {
            step.effects.add(new CutShort(s.cutTurn, s.cutHeardMs));
            s.cutTurn = NONE;
        }
    }

    void cut(long heardMs) {
        if (step.isLive() && heardMs != Dialogue.NEVER) {
            s.cutTurn = s.turn;
            s.cutHeardMs = heardMs;
        }
    }

    /// Whoever hears this turn has to know what was said before it.
    void callerBegan(int turn, long agoMs) {
        ready();
        if (!s.deaf) {
            step.effects.add(new HearTurn(turn, agoMs));
        }
    }

    /// The caller has said something, and is answered.
    void speechEnded(long speechMs) {
        if (s.deaf) {
            step.hearing().told("");
            step.hearing().nobodyHears();
            return;
        }
        s.unheard = null; // it is told with its words
        step.effects.add(new FinishHearing(s.earNumber));
        if (s.unworded.size() >= MAX_UNWORDED) {
            wordless(s.unworded.getFirst());
        }
        s.unworded = Speaking.added(s.unworded, new Unworded(s.turn, speechMs, step.nowMs + WORDS_LIMIT_MS));
        s.forgetCutOff();
        step.way().sound(unworded(s.turn));
    }

    /// A key that leads nowhere is something that the caller says.
    void pressed(Node.Agent agent, char digit) {
        if (s.deaf) {
            step.hearing().nobodyHears();
            return;
        }
        String text = "The caller pressed " + digit + ".";
        prepare();
        step.effects.add(new TellSpeech(text));
        step.remember(Remark.caller(text));
        step.way().answer(agent);
    }

    void quoted(CallerQuoted quoted) {
        s.unworded.stream().filter(each -> each.turn() == quoted.turn()).findFirst().ifPresent(spoken -> {
            step.save();
            if (quoted.text().isBlank()) {
                wordless(spoken);
                return;
            }
            forget(spoken);
            String text = WellFormed.beginning(quoted.text().strip(), MAX_WORDS_CHARS);
            s.history = s.history.stream()
                    .map(remark -> remark.equals(Remark.caller(unworded(spoken.turn()))) ? Remark.caller(text) : remark)
                    .toList();
            step.effects.add(new Tell(new Fact.Understood(spoken.turn(), text, spoken.speechMs())));
        });
    }

    /// The words that have not come by now will not.
    void late() {
        for (Unworded each : s.unworded) {
            if (each.dueMs() <= step.nowMs) {
                wordless(each);
                step.save();
            }
        }
    }

    /// The call ends before them.
    void over() {
        s.unworded.forEach(this::wordless);
    }

    private void wordless(Unworded spoken) {
        forget(spoken);
        step.effects.add(new Tell(new Fact.Heard(spoken.turn(), null, spoken.speechMs())));
    }

    private void forget(Unworded spoken) {
        s.unworded = s.unworded.stream().filter(each -> !each.equals(spoken)).toList();
    }

    void spoke(BrainSpoke spoke) {
        s.brainDueMs = step.nowMs + Thinking.LIMIT_MS;
        String text = WellFormed.beginning(spoke.text(), Math.max(0, Thinking.MAX_ANSWER_CHARS - s.answerChars));
        s.answerChars += spoke.text().length();
        s.untold += text;
        Slice audio = spoke.audio();
        if (s.live != NONE) {
            grow(text, audio.length());
        } else if (audio.length() > 0) {
            s.live = s.pieces.size();
            step.speaking().add("");
            s.spoken = s.pieces.size();
            grow(s.untold, audio.length());
        }
        if (audio.length() > 0) {
            int kept = Math.min(KEPT_BYTES, audio.length());
            tell(audio.part(0, audio.length() - kept));
            s.kept = audio.part(audio.length() - kept, kept);
        }
    }

    private void grow(String text, int bytes) {
        Piece piece = s.pieces.get(s.live);
        List<Piece> pieces = new ArrayList<>(s.pieces);
        pieces.set(s.live, new Piece(piece.round(), piece.text() + text, piece.audioMs() + bytes / Speaking.MS_BYTES, List.of(), null));
        s.pieces = List.copyOf(pieces);
    }

    /// Gives the floor what was kept and what is new, with the words that are complete by now.
    private void tell(Slice audio) {
        int words = s.untold.lastIndexOf(' ') + 1;
        String told = s.untold.substring(0, words).strip();
        s.untold = s.untold.substring(words);
        if (s.kept.length() > 0) {
            step.replies.add(new ReplyPart(s.turn, told, s.kept));
            told = "";
        }
        if (audio.length() > 0) {
            step.replies.add(new ReplyPart(s.turn, told, audio));
        } else if (!told.isEmpty()) {
            s.untold = told + " " + s.untold;
        }
    }

    /// Nothing more comes of an answer.
    void ended() {
        if (s.kept.length() > 0) {
            step.replies.add(new ReplyPart(s.turn, s.untold.strip(), s.kept));
        }
        s.forgetLive();
    }

    /// The service is lost for good, whatever it was doing: what it has begun to say is left at that, and the rest is the next one's. That one is
    /// opened when somebody needs it: then it is known what became of what is being said and done now.
    void lost() {
        if (s.opened != s.brain) {
            return; // it was left before
        }
        ServiceFailure forGood = new ServiceFailure(ServiceFailure.Kind.REFUSED);
        int lost = s.brain;
        if (s.asking != NONE) {
            step.thinking().failed(forGood);
        } else if (s.speaking != NONE) {
            step.speaking().failed(forGood);
        }
        if (s.brain == lost) { // nothing is asked of the next one yet
            s.brain++;
            s.brainTries = 0;
        }
        s.deaf |= !step.thinking().hasBrain();
    }
}
