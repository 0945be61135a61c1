package io.agentstream.agents.journal;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.schemas.JournalEncoder;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.JournalTemplate;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The journal of one conversation as its worker keeps it, up to the next batch. What comes with every frame takes a few bytes and
/// makes no object. Never throws: what cannot be written is said to be missing. One thread.
public final class ConversationJournal {

    /// Type of the input that says: the state was set by hand, because the machine could not be asked any more.
    public static final String GIVEN_UP = "given_up";

    private static final int HEARD = 0;
    private static final int NOT_HEARD = 1;
    private static final int PLAYED_BACK = 2;
    private static final int PROGRESS = 3;

    private static final List<JournalTemplate> TEMPLATES = List.of(
            JournalTemplate.of("""
                    {"in":{"type":"audio_heard","seq":{"#":0},"at_ms":{"#":1}},"out":[{"type":"hear","seq":{"#":0}}]}"""),
            JournalTemplate.of("""
                    {"in":{"type":"audio_heard","seq":{"#":0},"at_ms":{"#":1}},"out":[]}"""),
            JournalTemplate.of("""
                    {"in":{"type":"reply_part","turn":{"#":0},"text":"","offset":{"#":1},"length":{"#":2}},\
                    "out":[{"type":"play","turn":{"#":3},"frame_bytes":{"#":4},"offset":{"#":5},"length":{"#":6}}]}"""),
            JournalTemplate.of("""
                    {"in":{"type":"played","turn":{"#":0},"played_ms":{"#":1},"finished":false},"out":[]}"""));

    private final JournalEncoder out = new JournalEncoder(TEMPLATES);

    /// Adds a step of the machine.
    @SuppressWarnings("ReferenceEquality") // the very frame
    public void add(long nowMs, ConversationInput input, List<ConversationEffect> effects) {
        if (input instanceof ConversationInput.AudioHeard heard && effects.size() <= 1) {
            out.number(0, heard.frame().seq());
            out.number(1, heard.frame().atMs());
            if (effects.isEmpty()) {
                out.add(NOT_HEARD, nowMs);
                return;
            }
            if (effects.getFirst() instanceof ConversationEffect.Hear hear && hear.frame() == heard.frame()) {
                out.add(HEARD, nowMs);
                return;
            }
        } else if (input instanceof ConversationInput.ReplyPart part
                && effects.size() == 1
                && part.text().isEmpty()
                && effects.getFirst() instanceof ConversationEffect.Play play) {
            out.number(0, part.turn());
            out.number(1, part.audio().offset());
            out.number(2, part.audio().length());
            out.number(3, play.turn());
            out.number(4, play.frameBytes());
            out.number(5, play.audio().offset());
            out.number(6, play.audio().length());
            out.add(PLAYED_BACK, nowMs);
            return;
        } else if (input instanceof ConversationInput.Played played && effects.isEmpty() && !played.finished()) {
            out.number(0, played.turn());
            out.number(1, played.playedMs());
            out.add(PROGRESS, nowMs);
            return;
        }
        rare(nowMs, input, effects);
    }

    private void rare(long nowMs, ConversationInput input, List<ConversationEffect> effects) {
        try {
            List<JsonNode> wanted = new ArrayList<>(effects.size());
            effects.forEach(each -> wanted.add(ConversationForms.of(each)));
            out.add(new JournalEntry(nowMs, ConversationForms.of(input), wanted));
        } catch (RuntimeException unwritable) { // half of a character is one reason
            out.omit(nowMs, unwritable.getClass().getSimpleName());
        }
    }

    /// Adds an input that the machine threw at; its state stays as it was.
    public void threw(long nowMs, ConversationInput input, Throwable bug) {
        try {
            out.add(new JournalEntry(nowMs, ConversationForms.of(input), ConversationForms.threw(bug)));
        } catch (RuntimeException unwritable) {
            out.omit(nowMs, unwritable.getClass().getSimpleName());
        }
    }

    /// Says that the conversation was ended beside the machine.
    public void givenUp(long nowMs) {
        out.add(new JournalEntry(nowMs, Json.MAPPER.createObjectNode().put("type", GIVEN_UP), List.of()));
    }

    /// Bytes that wait to be written; 0: nothing.
    public int length() {
        return out.length();
    }

    /// Time of the first step that waits.
    public long firstMs() {
        return out.firstMs();
    }

    /// The steps that wait, and begins anew.
    public Slice take() {
        return out.take();
    }
}
