package io.agentstream.agents.dialogue;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Caller;
import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.schemas.Slice;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Promises that nothing in the state of a conversation grows without bound. A field that is not named here has no bound, and is refused: whoever adds one to
/// [CascadeState] says what bounds it.
final class Bounds {

    /// Lines of an agent of the simulation that one turn may have beside an answer, with what is said while others work.
    private static final int LINES = 100;
    private static final int LINES_CHARS = 2_000;

    /// Pieces of one turn: an answer has no sentences that are shorter than two characters.
    private static final int PIECES = Thinking.MAX_ANSWER_CHARS / 2 + LINES;

    /// An answer is asked for so often in a turn; beside that a turn is made of lines.
    private static final int ROUNDS = Thinking.MAX_ASKS + LINES;

    private static final int TEXT_CHARS = 8_000;
    private static final int NAME_CHARS = 200;

    /// Words of turns that come behind the answer take the place of less, until the next remark.
    private static final int HISTORY_CHARS = Memories.MAX_CHARS + 8 * Living.MAX_WORDS_CHARS;

    /// Most entries of a list or map, characters of a text, bytes of audio.
    private static final Map<String, Integer> MOST = Map.ofEntries(
            entry("node", NAME_CHARS), entry("go", NAME_CHARS), entry("visits", AgentGraph.MAX_NODES), entry("variables", 1_000),
            entry("history", Memories.MAX_REMARKS), entry("keys", 40), entry("running", 4 * Tooling.MAX_USES), entry("left", Tooling.MAX_USES),
            entry("saying", PIECES), entry("owed", PIECES), entry("cutOff", PIECES), entry("pieces", PIECES), entry("turns", ROUNDS),
            entry("unworded", 8), entry("words", TEXT_CHARS), entry("heard", TEXT_CHARS), entry("heardTurns", TEXT_CHARS), entry("aside", TEXT_CHARS),
            entry("rest", 1_000), entry("untold", Thinking.MAX_ANSWER_CHARS), entry("kept", 160));

    /// What has a size of its own, or is one of a few values.
    private static final Set<String> SMALL = Set.of("boolean", "int", "long", "Pending", "Asked", "Wanted", "Then", "Spoken");

    private static final List<Field> FIELDS = List.of(CascadeState.class.getDeclaredFields()).stream()
            .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
            .toList();

    private static final int BYTES_PER_MS = 8;

    /// So far ahead of what was heard audio is sent, in records of at most a second, and told of once a second.
    private static final long AHEAD_MS = 10_000 + 2 * 1_000;

    /// Audio that may wait: of the longest answer.
    private static final long WAITING_BYTES = 4L * Thinking.MAX_ANSWER_CHARS * PoliteServices.CHAR_MS * BYTES_PER_MS;

    private Bounds() {}

    static CascadeState of(Dialogue dialogue) {
        try {
            Field state = CascadeDialogue.class.getDeclaredField("state");
            state.setAccessible(true);
            return (CascadeState) state.get(dialogue);
        } catch (ReflectiveOperationException changed) {
            throw new AssertionError(changed);
        }
    }

    static void check(Conversation conversation) {
        floor(conversation.floor());
        CascadeState state = of(conversation.dialogue());
        for (Field field : FIELDS) {
            if (!SMALL.contains(field.getType().getSimpleName())) {
                atMost(field.getName(), Objects.requireNonNull(MOST.get(field.getName()), () -> "what bounds " + field.getName() + "?"), size(field, state));
            }
        }
        atMost("characters of history", HISTORY_CHARS, state.history.stream().mapToInt(Remark::chars).sum());
        atMost("characters of pieces", Thinking.MAX_ANSWER_CHARS + LINES_CHARS, state.pieces.stream().mapToInt(piece -> piece.text().length()).sum());
        atMost("uses of an answer", Tooling.MAX_USES, state.turns.stream().mapToInt(round -> round.uses().size()).max().orElse(0));
        assertTrue(Kept.fits(Map.of(), state.variables), "more is known than can be kept");
    }

    private static int size(Field field, CascadeState state) {
        try {
            return switch (field.get(state)) {
                case null -> 0;
                case String text -> text.length();
                case List<?> list -> list.size();
                case Map<?, ?> map -> map.size();
                case Slice audio -> audio.length();
                case Object other -> throw new AssertionError("what bounds " + field.getName() + "? It is " + other.getClass().getSimpleName());
            };
        } catch (IllegalAccessException closed) {
            throw new AssertionError(closed);
        }
    }

    private static void floor(Floor floor) {
        switch (floor) {
            case Floor.Opening _, Floor.Bridged _, Floor.Ended _ -> { }
            case Floor.Thinking thinking -> caller(thinking.caller());
            case Floor.Listening listening -> caller(listening.caller());
            case Floor.Speaking line -> line(line);
            case Floor.Held held -> line(held.line());
        }
    }

    private static void line(Floor.Speaking line) {
        caller(line.caller());
        atMost("bytes that wait", WAITING_BYTES, bytes(line.waiting()));
        atMost("milliseconds that are not heard", AHEAD_MS, bytes(line.wire().unheard()) / BYTES_PER_MS);
        atMost("characters of a line", Thinking.MAX_ANSWER_CHARS + LINES_CHARS, line.text().length());
    }

    private static void caller(Caller caller) {
        atMost("keys that wait", Caller.MAX_KEYS, caller.keys().length());
    }

    private static long bytes(List<Slice> audio) {
        return audio.stream().mapToLong(Slice::length).sum();
    }

    private static void atMost(String what, long most, long size) {
        assertTrue(size <= most, () -> what + ": " + size + " where there may be " + most);
    }

    /// Keys of what another system was asked for and has not answered.
    static Set<String> underWay(Dialogue dialogue) {
        CascadeState state = of(dialogue);
        Set<String> keys = new HashSet<>();
        state.turns.stream().flatMap(round -> round.uses().stream()).filter(used -> used.result() == null).forEach(used -> keys.add(used.key()));
        state.running.stream().filter(Running.Use::goesOn).forEach(each -> keys.add(each.used().key()));
        state.left.stream().filter(used -> used.result() == null).forEach(used -> keys.add(used.key()));
        if (state.asked != null) {
            keys.add(state.asked.key());
        }
        return keys;
    }
}
