package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BargeIn;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.WellFormed;

/// What has to do with the ear, in one step. One ear hears the whole call; one that has failed is replaced.
final class Hearing {

    /// Longest text of the turns of an ear that the floor has not asked for; what is beyond it is cut off.
    private static final int MAX_CHARS = 8_000;

    /// Turns in a row of which an ear understands nothing, and how long somebody has to be heard in one: then it is taken for deaf.
    static final int MAX_WORDLESS = 3;
    private static final long LOUD_MS = 600;

    private final CascadeStep step;
    private final CascadeState s;

    Hearing(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    void open() {
        if (step.graph.services().ears().isEmpty()) {
            return; // keys do
        }
        s.wordless = 0;
        step.effects.add(new OpenEar(++s.earNumber, s.ear));
        s.forgetWords();
    }

    /// @param judges whether the ear will say when the turn is over
    void heard(String text, boolean judges) {
        s.heard = behind(text);
        s.heardAll = false;
        s.earTries = 0;
        s.wordless = text.isBlank() ? s.wordless : 0;
        tell(judges ? Understanding.Judgement.NOT_YET : Understanding.Judgement.NONE);
    }

    /// Who may speak hangs on the words too, as long as nobody waits for them to be complete.
    private void tell(Understanding.Judgement judgement) {
        if (s.wordsDueMs == Dialogue.NEVER) {
            CallerWords words = Understanding.of(step.graph.settings().language(), s.heard, judgement);
            boolean isAnswer = words.backChannel() && s.node != null && step.questions().isAnswer(step.here(), s.heard);
            step.replies.add(isAnswer ? new CallerWords(words.words(), false, words.ending()) : words);
        }
    }

    /// @param judges whether the ear has heard by the words that the turn is over; else it has only heard a pause, as the floor has too
    void ended(String text, boolean judges) {
        s.earTries = 0;
        if (s.wordsDueMs == Dialogue.NEVER) {
            s.heard = behind(text);
            s.heardTurns = s.heard;
            s.heardAll = !s.heard.isBlank();
            tell(judges ? Understanding.Judgement.OVER : Understanding.Judgement.NONE);
            if (speaks()
                    && Backchannels.isOne(step.graph.settings().language(), s.heard)
                    && !step.questions().isAnswer(step.here(), s.heard)) { // no answer to anything, but for what is said at the very end
                String aside = s.heard;
                s.forgetWords();
                s.aside = isKept() ? aside : "";
            }
        } else {
            String words = text.isBlank() ? known() : behind(text);
            hears(!words.isBlank());
            understood(words);
        }
    }

    /// An ear that is connected and says nothing, turn after turn, is replaced: by the next one, and the last one by the first that has not failed, which
    /// may be itself, connected anew. It may be the caller's line, so that it is held against the ear by nobody else, and that nobody is left for good.
    private void hears(boolean something) {
        CascadeState.Spoken spoken = s.unheard;
        if (something) {
            s.wordless = 0;
        } else if (spoken != null && spoken.speechMs() >= LOUD_MS && ++s.wordless >= MAX_WORDLESS) {
            step.effects.add(new GaveUp(ServiceKind.EAR, s.ear, 0));
            s.ear = s.ear + 1 < step.graph.services().ears().size() ? s.ear + 1 : s.firstEar;
            open();
        }
    }

    /// Whether something short may be said into this line that is answered behind it. Elsewhere it cuts the line, and its words come then.
    private boolean isKept() {
        return !(step.here().common().interruption() instanceof Settings.Interruption.Speech speech) || speech.ms() > BargeIn.SOUND_MS;
    }

    private boolean speaks() {
        return s.pieces.stream().anyMatch(piece -> piece.audioMs() > 0);
    }

    /// The caller has made a sound while the agent speaks.
    void sounded() {
        if (!s.deaf && s.wordsDueMs == Dialogue.NEVER) {
            step.effects.add(new FinishHearing(s.earNumber));
        }
    }

    /// The caller has said something: its words are wanted.
    void speechEnded() {
        if (s.deaf) {
            told("");
            nobodyHears();
        } else if (s.heardAll) {
            understood(s.heard);
        } else {
            s.wordsDueMs = step.nowMs + FinishHearing.LIMIT_MS;
            step.effects.add(new FinishHearing(s.earNumber));
            step.save(); // whoever takes over hears nothing of it any more
        }
    }

    /// Another worker had waited for the words of what the caller has said, and what it knew by then may be the half of them. A brain can make
    /// something of that; a value or a choice is not taken from it. Else the caller is asked to say it once more.
    ///
    /// @return whether that was what it did, and it is seen to
    boolean again(String words) {
        if (s.unheard == null) {
            return false;
        }
        if (!words.isBlank() && !s.ending && step.here() instanceof Node.Agent) {
            understood(words);
            return true;
        }
        told(words);
        return !s.ending && s.transfer == null && new Idling(step).again();
    }

    /// Where keys are taken the agent goes on without its ears.
    void nobodyHears() {
        if (Allowed.isLost(s, step.here())) {
            step.way().trouble();
        } else {
            step.way().stay();
        }
    }

    /// An ear may end its turn before the floor does: what it has understood then and what comes behind it are the caller's one turn.
    private String behind(String text) {
        return WellFormed.beginning((s.heardTurns + " " + text).strip(), MAX_CHARS);
    }

    /// What is understood by now of what the caller is saying.
    String known() {
        return s.known();
    }

    /// That the caller has said something is told once, with its words where they are known, whatever becomes of the answer. Whoever takes over
    /// does not tell it again.
    void told(String text) {
        if (s.unheard != null) {
            tell(s.unheard, text);
            step.save();
        }
    }

    private void tell(CascadeState.Spoken spoken, String text) {
        s.unheard = null;
        step.effects.add(new Tell(text.isBlank()
                ? new Fact.Heard(spoken.turn(), null, spoken.speechMs())
                : new Fact.Understood(spoken.turn(), text.strip(), spoken.speechMs())));
    }

    private void understood(String text) {
        s.wordsDueMs = Dialogue.NEVER;
        s.forgetWords();
        boolean meansNothing = text.isBlank() // a noise, or nobody knows what
                || ((!s.cutOff.isEmpty() || s.cutThought)
                        && !s.cutLast
                        && Backchannels.isOne(step.graph.settings().language(), text)
                        && !step.questions().isAnswer(step.here(), text));
        told(meansNothing ? "" : text);
        if (meansNothing) {
            step.way().stay();
        } else {
            s.forgetCutOff();
            step.way().words(text.strip());
        }
    }

    /// The call ends while the words of what the caller has said are waited for: those that are known by now are all.
    void over() {
        if (s.unheard != null) {
            s.wordsDueMs = Dialogue.NEVER;
            tell(s.unheard, known());
            s.forgetWords();
        }
    }

    void silent() {
        step.gaveUp(ServiceKind.EAR, s.ear, FinishHearing.LIMIT_MS, s.wordsDueMs);
        failed(new ServiceFailure(ServiceFailure.Kind.SILENT));
    }

    /// Another ear of the same kind, then the next one. Where there is none the agent is deaf, and apologizes as soon as it is to answer.
    void failed(ServiceFailure failure) {
        boolean isWaitedFor = s.wordsDueMs != Dialogue.NEVER;
        String words = known();
        if (!failure.passes() || s.earTries > 0) {
            s.nextEar(step.graph.services().ears().size());
            s.earTries = 0;
        } else {
            s.earTries++;
        }
        if (s.ear < step.graph.services().ears().size()) {
            open();
        } else {
            s.deaf = true;
        }
        if (isWaitedFor && s.deaf) {
            s.wordsDueMs = Dialogue.NEVER;
            told(words);
            nobodyHears();
        } else if (isWaitedFor) {
            understood(words);
        }
    }
}
