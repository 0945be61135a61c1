package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.Remark.Use;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a [CascadeDialogue] knows. Is changed only by the step that has made the copy, and by nobody once a dialogue has it; lists and maps in it
/// are replaced, never changed.
final class CascadeState implements Cloneable {

    static final int NONE = -1;

    // What outlives a worker.

    /// Name of the node; null before the first.
    @Nullable String node;
    SortedMap<String, Integer> visits = new TreeMap<>();
    SortedMap<String, JsonNode> variables = new TreeMap<>();
    List<Remark> history = List.of();
    /// How often in a row the caller said nothing, and how often the caller was answered in this node.
    int silences;
    int rounds;
    /// Tools that were used in the call, and systems that nodes have asked.
    int uses;
    /// How often the node's question was asked, what was keyed in as its answer so far, and what the caller is to confirm.
    int tries;
    String keys = "";
    Questions.@Nullable Pending pending;
    /// What was begun in turns that are over, and runs to its end.
    List<Running.Use> running = List.of();
    /// What a node has asked another system for.
    Requesting.@Nullable Asked asked;
    /// Whom the caller is being given to, and whether somebody else has the caller.
    Transferring.@Nullable Wanted transfer;
    boolean transferred;
    /// When the call has lasted as long as it may, and whether that is over; [Dialogue#NEVER] as long as it has not begun.
    long endsMs = Dialogue.NEVER;
    boolean overtime;
    /// Where the turn leads once the caller has heard it, instead of where its node does.
    @Nullable String go;
    /// Which of the agent's services are used; those before them have failed.
    int ear;
    int brain;
    int mouth;
    /// First of the ears that has not failed: one behind it may be used because nothing was understood.
    int firstEar;
    /// Whether the way for trouble was taken, and whether the call is being ended.
    boolean troubled;
    boolean ending;
    /// Whether that is for want of a service.
    boolean apologizes;
    /// What another worker had begun to say, and what follows it; nothing where that is not known.
    List<Unheard> saying = List.of();
    @Nullable Then sayingThen;
    /// Whether another worker had asked the brain, and the uses of tools that it had begun.
    boolean owes;
    /// Whether it had not asked yet, and waited for what was running.
    boolean awaited;
    /// Whether the caller has heard the beginning of what the brain is asked for, or is told it again.
    boolean goesOn;
    List<Used> left = List.of();
    /// What the caller has said of which nothing is told yet; null where all is.
    @Nullable Spoken unheard;
    /// What another worker had understood of it.
    String words = "";
    /// Turns of the caller that one service has heard that hears, thinks and speaks, and of which the words are to come.
    List<Living.Unworded> unworded = List.of();

    // What a worker has under way.

    int turn;
    /// Next number of the turn.
    int next;
    /// What the turn is made of: what was asked of the brain, or a fixed line, one after the other.
    List<Round> turns = List.of();
    List<Piece> pieces = List.of();
    /// How many of them are spoken, and whether of one of them less is than it was told to be.
    int spoken;
    boolean brokenOff;
    /// Those at its beginning that another worker had begun to say.
    List<Unheard> owed = List.of();
    /// Number under which the mouth speaks, and the brain answers; [#NONE]: it does not.
    int speaking = NONE;
    int asking = NONE;
    /// Failures in a row.
    int mouthTries;
    int brainTries;
    int emptyTries;
    /// Whether the brain found too long what it was told in this turn; and the characters of a conversation that it is told since.
    boolean shortened;
    int room = Memories.MAX_CHARS;
    int earTries;
    /// Turns in a row of which the ear has understood nothing.
    int wordless;
    /// What the brain has said that is no sentence yet, and characters of the whole answer.
    String rest = "";
    int answerChars;
    /// Whether the brain is asked when what is running is done.
    boolean awaits;
    /// Times the brain was asked in this turn.
    int asks;
    /// What follows once all is said; null while more may come.
    @Nullable Then then;
    boolean finished;
    int fillers;
    long mouthDueMs = Dialogue.NEVER;
    /// When all of what is being spoken has to be there.
    long mouthEndsMs = Dialogue.NEVER;
    long brainDueMs = Dialogue.NEVER;
    long wordsDueMs = Dialogue.NEVER;
    long fillerDueMs = Dialogue.NEVER;
    /// When the floor is told that something is still waited for.
    long patienceDueMs = Dialogue.NEVER;
    /// When the caller is told that the time is over; until then what is being said goes on.
    long graceDueMs = Dialogue.NEVER;
    /// What the agent was saying when the caller cut it short, from the first word on that was not heard, and what was to follow it; nothing where
    /// that was not known yet.
    List<String> cutOff = List.of();
    @Nullable Then cutThen;
    /// Whether it was thinking about an answer instead, or waiting for what it needs for that.
    boolean cutThought;
    /// Whether it had asked nobody by then, and waited for what is under way; and whether what it was saying was all but over.
    boolean cutWaited;
    boolean cutLast;
    /// Number of the ear that is open; what it has understood of the caller's turn; whether it thinks that this is all.
    int earNumber;
    String heard = "";
    /// The part of it of which the ear thinks that it is a turn, or several, although the floor has not asked for it yet.
    String heardTurns = "";
    boolean heardAll;
    /// What says only that somebody listens, said into a line: an answer only where the floor takes it for one, and no part of any other.
    String aside = "";
    boolean deaf;

    // Where one service hears, thinks and speaks: see [Living].

    /// Which of them is open; [#NONE]: none.
    int opened = NONE;
    /// The piece that it is saying; [#NONE]: none.
    int live = NONE;
    /// What it has said that the floor has not been given, and the newest of its audio, which is kept for the words behind it.
    String untold = "";
    Slice kept = Slice.EMPTY;
    /// Whether it is asked for an answer once the line is spoken that it is speaking.
    boolean asksBehind;
    /// The turn that was cut short, of which it is to know how much was heard; [#NONE]: none.
    int cutTurn = NONE;
    long cutHeardMs;

    /// A part of a turn.
    ///
    /// @param uses the tools that were to be used
    record Round(List<Used> uses) {
        static final Round TALK = new Round(List.of());
    }

    /// @param key see [io.agentstream.agents.conversation.ConversationEffect.CallTool#key()]; empty as long as nobody was asked
    /// @param number under which it is waited for
    /// @param result null as long as there is none
    record Used(Use use, String key, int number, long dueMs, @Nullable String result) {
        static Used wanted(Use use) {
            return new Used(use, "", NONE, Dialogue.NEVER, null);
        }

        Used with(String other) {
            return new Used(use, key, number, Dialogue.NEVER, other);
        }
    }

    /// A turn of the caller.
    record Spoken(int turn, long speechMs) {}

    /// A text for the mouth, or keys whose tones are made.
    ///
    /// @param round the part of the turn that it belongs to; [#NONE]: to none, and it is not remembered
    /// @param text empty where it is keys
    /// @param audioMs how much of it has come
    /// @param press the keys; null where it is a text
    record Piece(int round, String text, long audioMs, List<Word> words, @Nullable Press press) {
        Piece(int round, String text) {
            this(round, text, 0, List.of(), null);
        }
    }

    /// @param number of the use of a tool that wants them
    record Press(String keys, int number) {
        @Override
        public String toString() {
            return "Press[" + keys.length() + " keys, " + number + "]";
        }
    }

    /// Field by field, which is enough: what they hold is immutable.
    CascadeState copy() {
        try {
            return (CascadeState) clone();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Another turn, in which nothing was done yet.
    void begin(int number) {
        turn = number;
        next = 0;
        turns = List.of();
        pieces = List.of();
        spoken = 0;
        brokenOff = false;
        owed = List.of();
        speaking = NONE;
        asking = NONE;
        mouthTries = 0;
        brainTries = 0;
        shortened = false;
        rest = "";
        forgetLive();
        answerChars = 0;
        asks = 0;
        awaits = false;
        then = null;
        finished = false;
        fillers = 0;
        mouthDueMs = Dialogue.NEVER;
        brainDueMs = Dialogue.NEVER;
        wordsDueMs = Dialogue.NEVER;
        fillerDueMs = Dialogue.NEVER;
        patienceDueMs = Dialogue.NEVER;
    }

    /// What another worker had under way is nobody's concern any more.
    void forgetLeft() {
        saying = List.of();
        sayingThen = null;
        owes = false;
        awaited = false;
        goesOn = false;
        left = List.of();
        words = "";
        asked = null;
    }

    void forgetLive() {
        asksBehind = false;
        live = NONE;
        untold = "";
        kept = Slice.EMPTY;
    }

    void forgetWords() {
        heard = "";
        heardTurns = "";
        heardAll = false;
        aside = "";
    }

    void forgetCutOff() {
        cutOff = List.of();
        cutThen = null;
        cutThought = false;
        cutWaited = false;
        cutLast = false;
    }

    /// Nothing is waited for any more.
    void stop() {
        forgetLive();
        asking = NONE;
        speaking = NONE;
        then = null;
        finished = true;
        mouthDueMs = Dialogue.NEVER;
        brainDueMs = Dialogue.NEVER;
        wordsDueMs = Dialogue.NEVER;
        fillerDueMs = Dialogue.NEVER;
        patienceDueMs = Dialogue.NEVER;
        asked = null;
        awaits = false;
        transfer = isTransferring() ? null : transfer;
        turns = turns.stream()
                .map(round -> new Round(round.uses().stream()
                        .map(used -> used.result() == null ? used.with(Memories.DROPPED) : used)
                        .toList()))
                .toList();
    }

    /// Another brain, of which it is not known yet how much it can take in.
    void nextBrain() {
        brain++;
        brainTries = 0;
        shortened = false;
        room = Memories.MAX_CHARS;
    }

    /// An ear that has failed is left for the next one, or for one that was left although it was well.
    void nextEar(int ears) {
        firstEar += ear == firstEar ? 1 : 0;
        ear++;
        ear = ear == ears && firstEar < ears ? firstEar : ear;
    }

    /// The newest part of the turn is this from now on.
    void last(Round round) {
        List<Round> all = new ArrayList<>(turns);
        all.set(all.size() - 1, round);
        turns = List.copyOf(all);
    }

    /// Whether the newest part of the turn has no word.
    boolean saysNothing() {
        return pieces.stream().noneMatch(piece -> piece.round() == turns.size() - 1 && piece.press() == null);
    }

    /// What is understood by now of what the caller is saying.
    String known() {
        return (heard.isBlank() ? aside : heard).strip();
    }

    /// Whether somebody outside has been asked who has not answered yet.
    boolean isWaiting() {
        return asked != null || isTransferring() || isThinking();
    }

    /// Whether an answer is being thought out, or what it needs for that is waited for.
    boolean isThinking() {
        return asking != NONE || awaits || asksBehind
                || turns.stream().flatMap(round -> round.uses().stream()).anyMatch(used -> used.result() == null);
    }

    /// Whether a brain is asked of whose answer something has sounded: asked again it would be to go on with its own words.
    boolean isAnswering() {
        return asking != NONE && pieces.stream().anyMatch(piece -> piece.round() == turns.size() - 1 && piece.audioMs() > 0);
    }

    /// Whether the brain is asked what somebody else is to be told of the call.
    boolean isWriting() {
        return transfer != null && !transfer.asked() && asking != NONE;
    }

    /// Whether somebody was asked to give the caller to somebody else.
    boolean isTransferring() {
        return transfer != null && transfer.asked();
    }

    /// Uses of tools whose time is over.
    List<Used> late(long nowMs) {
        return turns.stream().flatMap(round -> round.uses().stream()).filter(used -> used.dueMs() <= nowMs).toList();
    }

    /// When it is looked at whether the call has lasted long enough.
    long timeDueMs() {
        return overtime ? graceDueMs : endsMs;
    }

    long dueMs() {
        long dueMs = Math.min(Math.min(mouthDueMs, brainDueMs), Math.min(wordsDueMs, fillerDueMs));
        dueMs = Math.min(Math.min(dueMs, patienceDueMs), timeDueMs());
        dueMs = Math.min(dueMs, asked == null ? Dialogue.NEVER : asked.dueMs());
        dueMs = Math.min(dueMs, transfer == null ? Dialogue.NEVER : transfer.dueMs());
        for (Living.Unworded each : unworded) {
            dueMs = Math.min(dueMs, each.dueMs());
        }
        for (Round round : turns) {
            for (Used used : round.uses()) {
                dueMs = Math.min(dueMs, used.dueMs());
            }
        }
        for (Running.Use each : running) {
            dueMs = Math.min(dueMs, each.goesOn() ? each.used().dueMs() : Dialogue.NEVER);
        }
        return dueMs;
    }
}
