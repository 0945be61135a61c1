package io.agentstream.agents.dialogue;

import static io.agentstream.agents.dialogue.CascadeState.NONE;

import io.agentstream.agents.conversation.ConversationEffect.PressKeys;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.Services;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Template;
import io.agentstream.agents.dialogue.CascadeState.Piece;
import io.agentstream.agents.dialogue.CascadeState.Press;
import io.agentstream.agents.dialogue.CascadeState.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What has to do with the mouth, in one step. Texts are spoken one after the other: audio comes faster than it sounds, and each can be given to
/// another mouth where one fails.
final class Speaking {

    /// How long a mouth may take for its next audio; longer than its own patience, which ends first where the adapter is well.
    static final long LIMIT_MS = 7_000;

    /// How long a mouth may take for a text from its beginning to its end, whatever comes of it meanwhile; longer than its adapter lets it.
    static final long WHOLE_LIMIT_MS = 90_000;

    /// As long as the audio of an answer may be.
    private static final long LIVE_WHOLE_LIMIT_MS = 300_000;

    /// Words of a text that a mouth may tell, by its length, of which a number may be several; what it tells beyond them is not kept.
    private static final int WORDS_PER_CHAR = 2;
    private static final int SPARE_WORDS = 64;

    /// What a mouth says in a second, where it is not known better: slowly, so that nothing counts as said that nobody has heard.
    private static final int CHARS_PER_SECOND = 14;

    /// Bytes in a millisecond of telephone audio.
    static final int MS_BYTES = 8;

    /// Fillers of one turn.
    private static final int MAX_FILLERS = 3;

    /// How often more are said while somebody else is asked to take the call: that may last for minutes, and has a limit of its own.
    private static final int HOLD_MS = 10_000;

    private final CascadeStep step;
    private final CascadeState s;

    Speaking(CascadeStep step) {
        this.step = step;
        this.s = step.s;
    }

    /// A fixed text, and what follows it.
    void line(String text, Then then) {
        texts(Sentences.all(text), then);
    }

    void texts(List<String> texts, Then then) {
        s.turns = added(s.turns, Round.TALK);
        pieces(texts);
        finish(then);
    }

    /// What is said where the call is ended and nothing else was to be said.
    void farewell() {
        line(step.line(step.graph.settings().farewell()), Then.HANG_UP);
    }

    /// What is complete, to be said in the newest part of the turn.
    void sentences(String text) {
        pieces(Sentences.all(text));
    }

    /// One that thinks and speaks in one speaks a text as a whole.
    private void pieces(List<String> texts) {
        pieces(texts, s.turns.size() - 1);
    }

    private void pieces(List<String> texts, int round) {
        if (step.isLive() && !texts.isEmpty()) {
            add(String.join(" ", texts), round);
        } else {
            texts.forEach(text -> add(text, round));
        }
    }

    /// Something to be said in the newest part of the turn.
    void add(String text) {
        add(text, s.turns.size() - 1);
    }

    private void add(String text, int round) {
        s.pieces = added(s.pieces, new Piece(round, text));
        s.fillerDueMs = Dialogue.NEVER;
    }

    /// What another worker had begun to say.
    void again(List<Unheard> sentences) {
        if (!sentences.isEmpty()) {
            s.turns = added(s.turns, Round.TALK);
            pieces(Unheard.texts(sentences));
            s.owed = sentences;
            go();
        }
    }

    /// The caller has heard more of that than the other worker knew: what was heard to its end is not said, as long as nothing is.
    void heardElsewhere(long heardMs) {
        int heard = Unheard.heard(s.owed, heardMs);
        int pieces = step.isLive() ? 1 : s.owed.size();
        if (heard == 0 || s.spoken > 0 || s.pieces.size() < pieces || s.pieces.getFirst().audioMs() > 0) {
            return;
        }
        List<Piece> behind = s.pieces.subList(pieces, s.pieces.size());
        List<Unheard> rest = s.owed.subList(heard, s.owed.size());
        step.remember(Remark.agent(String.join(" ", Unheard.texts(s.owed.subList(0, heard))), List.of()));
        if (s.speaking != NONE) {
            step.effects.add(new StopSpeaking(s.turn));
            s.speaking = NONE;
            s.mouthDueMs = Dialogue.NEVER;
        }
        s.pieces = List.of();
        pieces(Unheard.texts(rest), 0);
        s.pieces = Stream.concat(s.pieces.stream(), behind.stream()).toList();
        s.owed = List.copyOf(rest);
        step.save();
        go();
        asksBehind();
    }

    /// Something to be said while more may come.
    void some(String text) {
        s.turns = added(s.turns, Round.TALK);
        sentences(text);
        go();
    }

    /// Keys whose tones are made in the newest part of the turn.
    void press(Press press) {
        s.pieces = added(s.pieces, new Piece(s.turns.size() - 1, "", 0, List.of(), press));
    }

    /// Nothing more is to be said, and this follows.
    void finish(Then then) {
        s.then = then;
        go();
    }

    /// Speaks what is next, or says that all was spoken.
    void go() {
        if (s.speaking != NONE) {
            return;
        }
        if (s.spoken < s.pieces.size()) {
            step.living().prepare();
            s.speaking = s.next++;
            s.mouthDueMs = step.nowMs + limitMs();
            s.mouthEndsMs = step.nowMs + (step.isLive() ? LIVE_WHOLE_LIMIT_MS : WHOLE_LIMIT_MS);
            Piece piece = s.pieces.get(s.spoken);
            step.effects.add(piece.press() == null
                    ? new Speak(s.turn, s.speaking, step.isLive() ? s.brain : s.mouth, piece.text())
                    : new PressKeys(s.turn, s.speaking, piece.press().keys()));
        } else if (s.then != null && !s.finished) {
            s.finished = true;
            step.replies.add(new ReplyFinished(s.turn, s.then == Then.HANG_UP ? ends() : s.then));
        }
    }

    private Then ends() {
        return s.transferred ? Then.TRANSFERRED : s.overtime ? Then.TIME_UP : Then.HANG_UP;
    }

    void spoke(MouthSpoke part) {
        Piece piece = s.pieces.get(s.spoken);
        Piece now = new Piece(
                piece.round(), piece.text(), piece.audioMs() + part.audio().length() / MS_BYTES, words(piece, part.words()), piece.press());
        List<Piece> pieces = new ArrayList<>(s.pieces);
        pieces.set(s.spoken, now);
        s.pieces = List.copyOf(pieces);
        if (part.audio().length() > 0) {
            s.mouthDueMs = Math.min(step.nowMs + limitMs(), s.mouthEndsMs); // words alone are nothing to wait for
            step.replies.add(new ReplyPart(s.turn, piece.audioMs() == 0 ? piece.text() : "", part.audio()));
        }
    }

    private static List<Word> words(Piece piece, List<Word> more) {
        if (more.isEmpty() || piece.words().size() + more.size() > WORDS_PER_CHAR * piece.text().length() + SPARE_WORDS) {
            return piece.words();
        }
        List<Word> words = new ArrayList<>(piece.words());
        words.addAll(more);
        return List.copyOf(words);
    }

    void done() {
        s.mouthTries = 0;
        next();
    }

    private void next() {
        Press press = s.pieces.get(s.spoken).press();
        step.saveSoon(); // now it is known where it ends
        s.speaking = NONE;
        s.mouthDueMs = Dialogue.NEVER;
        s.spoken++;
        go();
        if (press != null) {
            step.tooling().answered(press.number(), Tooling.OK);
        }
        asksBehind();
    }

    private void asksBehind() {
        if (s.asksBehind && s.speaking == NONE) {
            s.asksBehind = false;
            step.thinking().send();
        }
    }

    void silent() {
        step.effects.add(new StopSpeaking(s.turn));
        if (s.pieces.get(s.spoken).press() == null) { // tones are ours
            step.gaveUp(step.isLive() ? ServiceKind.SPEECH : ServiceKind.MOUTH, step.isLive() ? s.brain : s.mouth, limitMs(), s.mouthDueMs);
        }
        failed(new ServiceFailure(ServiceFailure.Kind.SILENT));
    }

    /// The same text once more, then with the next mouth. A text of which some was heard is left at that: nobody wants to hear it twice. Behind the
    /// agent's last mouth the voice that needs none takes the way for trouble, or ends what was about to end.
    void failed(ServiceFailure failure) {
        boolean isBegun = s.pieces.get(s.spoken).audioMs() > 0;
        if (isBegun) {
            breakOff();
        }
        boolean wasOnlyOwn = isOnlyOwn();
        if (!failure.passes() || s.mouthTries > 0) {
            nextMouth();
            s.mouthTries = 0;
        } else {
            s.mouthTries++;
        }
        if (!hasMouth()) {
            mute(isBegun);
        } else if (isOnlyOwn() && !wasOnlyOwn && !s.ending && s.transfer == null) {
            leaveAll(isBegun);
            step.way().trouble();
        } else if (isBegun) {
            next();
        } else {
            s.speaking = NONE;
            go();
        }
    }

    /// Nobody says anything any more. A transfer, or an end that was to come, is seen to without what was to be said before it; else the call ends.
    ///
    /// @param isBegun whether some of the text was heard
    private void mute(boolean isBegun) {
        if (s.transfer == null && (!s.ending || s.apologizes)) {
            s.stop();
            step.replies.add(new EngineFailed());
            return;
        }
        s.forgetLive();
        s.speaking = NONE;
        s.mouthDueMs = Dialogue.NEVER;
        leavePieces(isBegun);
        go();
    }

    private void leavePieces(boolean isBegun) {
        s.spoken += isBegun ? 1 : 0;
        s.pieces = List.copyOf(s.pieces.subList(0, s.spoken));
        s.owed = List.of();
    }

    /// Of a text that is left at what there is of it, only that was said: by the mouth's times, or as much as the time is enough for.
    private void breakOff() {
        Piece piece = s.pieces.get(s.spoken);
        long chars = piece.audioMs() * CHARS_PER_SECOND / 1_000;
        if (piece.words().isEmpty() && chars >= piece.text().length()) {
            return; // all but its end
        }
        String said = Memories.spoken(piece, chars);
        List<Piece> pieces = new ArrayList<>(s.pieces);
        pieces.set(s.spoken, new Piece(piece.round(), said, piece.audioMs(), piece.words(), piece.press()));
        s.pieces = List.copyOf(pieces);
        s.brokenOff = true;
    }

    private long limitMs() {
        return step.isLive() ? Thinking.LIMIT_MS : LIMIT_MS;
    }

    private void nextMouth() {
        if (step.isLive()) {
            s.nextBrain();
        } else {
            s.mouth++;
        }
    }

    /// Behind the last service that speaks there is a voice that needs none.
    private boolean hasMouth() {
        Services services = step.graph.services();
        return step.isLive() ? s.brain <= services.realtime().size() : s.mouth <= services.mouths().size();
    }

    /// Whether that is the one that speaks.
    private boolean isOnlyOwn() {
        return !step.isLive() && s.mouth == step.graph.services().mouths().size();
    }

    /// What was being said and thought is left at that.
    ///
    /// @param isBegun whether some of the text was heard
    private void leaveAll(boolean isBegun) {
        if (s.asking != NONE) {
            step.effects.add(new StopBrain(s.turn));
        }
        if (s.asked != null) {
            step.effects.add(new StopTool(s.turn, s.asked.number()));
        }
        step.running().leave();
        s.stop();
        s.finished = false;
        leavePieces(isBegun);
        s.rest = "";
        s.go = null;
        s.goesOn = false;
    }

    /// Says something while the caller waits, where the agent has words for that; they are not remembered.
    void filler() {
        s.fillerDueMs = Dialogue.NEVER;
        Settings.Filler filler = words();
        boolean isFree = s.spoken == s.pieces.size() && s.then == null && !(step.isLive() && s.asking != NONE);
        if (filler != null && !filler.lines().isEmpty() && isFree) {
            String text = step.line(filler.lines().get(s.fillers++ % filler.lines().size()));
            aside(text);
            go();
            wait(filler);
        }
    }

    /// Something to be said that is not remembered.
    void aside(String text) {
        if (!text.isBlank()) {
            s.pieces = added(s.pieces, new Piece(NONE, text));
        }
    }

    /// The caller waits from now on.
    void waits() {
        Settings.Filler filler = words();
        if (filler != null && s.fillerDueMs == Dialogue.NEVER) {
            wait(filler);
        }
    }

    /// What there is to say while the caller waits; null: nothing.
    private Settings.@Nullable Filler words() {
        Template hold = step.transferring().hold();
        return hold == null ? step.graph.settings().filler() : new Settings.Filler(HOLD_MS, List.of(hold));
    }

    private void wait(Settings.Filler filler) {
        if (s.fillers < MAX_FILLERS) {
            s.fillerDueMs = step.nowMs + filler.afterMs();
        } else if (s.isTransferring()) {
            s.fillerDueMs = step.nowMs + Math.max(filler.afterMs(), HOLD_MS);
        }
    }

    static <T> List<T> added(List<T> to, T more) {
        List<T> all = new ArrayList<>(to);
        all.add(more);
        return List.copyOf(all);
    }
}
