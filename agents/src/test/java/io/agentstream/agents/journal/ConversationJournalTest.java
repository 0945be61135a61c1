package io.agentstream.agents.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.journal.ConversationRerun.Outcome;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Transfer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ConversationJournalTest {

    private static final CallId CALL = CallId.of(1, 1, 1);
    private static final long T0 = 1_795_000_000_000L;
    private static final JsonNode MEMORY = Json.MAPPER.readTree("{\"node\":\"greet\"}");

    private final ConversationJournal journal = new ConversationJournal();
    private Conversation state = Conversation.NEW;

    /// The machine takes it in, and the journal has it.
    private void give(long atMs, ConversationInput input) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, atMs, input);
        state = step.state();
        journal.add(atMs, input, step.effects());
    }

    private List<JournalEntry> written() throws Exception {
        long firstMs = journal.firstMs();
        JournalDecoder in = new JournalDecoder(new JournalBatch(
                CALL, JournalBatch.CONVERSATION, ConversationMachine.VERSION, 1, 0, 1, firstMs, true, null, false, journal.take()));
        List<JournalEntry> all = new ArrayList<>();
        JournalEntry next;
        while ((next = in.next()) != null) {
            all.add(next);
        }
        return all;
    }

    private static List<Outcome> rerun(List<JournalEntry> entries) {
        ConversationRerun rerun = new ConversationRerun(CALL, Dialogue.OUTSIDE);
        return entries.stream().map(rerun::step).toList();
    }

    private static ConversationInput.AudioHeard frame(long seq, long atMs) {
        return new ConversationInput.AudioHeard(new MediaFrame.Audio(CALL, seq, atMs, seq * 20, Slice.of(new byte[160])));
    }

    @Test
    void everyKindOfInputComesBackAsItWas() throws Exception {
        // given a conversation that meets all of them
        List<ConversationInput> inputs = List.of(
                new ConversationInput.Resumed(new SavedConversation(
                        SavedConversation.Phase.LISTENING, 4, new Manners(true, true, "1", 8_000), MEMORY, "7", null), 700),
                new ConversationInput.RunStarted(true),
                frame(7, T0),
                new ConversationInput.SpeechStarted(120),
                new ConversationInput.SpeechStopped(900, 500),
                new ConversationInput.ReplyBegun(5, "greet", new Manners(true, true, "1", 8_000), MEMORY, "greeted"),
                new ConversationInput.ReplyPart(5, "Héllo \uD83D\uDE00", new Slice(new byte[20_043], 43, 20_000)),
                new ConversationInput.ReplyDelayed(5),
                new ConversationInput.CallerWords(2, false, ConversationInput.Ending.OPEN),
                new ConversationInput.ReplyFinished(5, ConversationInput.Then.LISTEN),
                new ConversationInput.MouthSpoke(
                        5, 2, new Slice(new byte[2_000], 40, 800), List.of(new ConversationInput.Word("Héllo", 0, 90))),
                new ConversationInput.MouthDone(5, 2),
                new ConversationInput.MouthFailed(5, 2, new ServiceFailure(ServiceFailure.Kind.BUSY, 700)),
                new ConversationInput.WordsHeard(1, "I want"),
                new ConversationInput.WordsEnded(1, "I want a taxi."),
                new ConversationInput.EarFailed(1, new ServiceFailure(ServiceFailure.Kind.BROKEN)),
                new ConversationInput.BrainSaid(5, 3, "Sure, "),
                new ConversationInput.BrainCalled(5, 3, "use-1", "taxi", "{\"at\":\"noon\"}"),
                new ConversationInput.BrainDone(5, 3, 900, 700, 20),
                new ConversationInput.BrainFailed(5, 3, new ServiceFailure(ServiceFailure.Kind.SILENT)),
                new ConversationInput.ToolAnswered(5, 4, false, "{\"ordered\":true}"),
                new ConversationInput.TransferAnswered("2-desk", Transfer.NO_ANSWER),
                new ConversationInput.TurnWanted(),
                new ConversationInput.Played(5, 700, false),
                new ConversationInput.DigitPressed('9'),
                new ConversationInput.MarkReached(5),
                new ConversationInput.DeadlinePassed(),
                new ConversationInput.EngineFailed(),
                new ConversationInput.Broken("bug"),
                new ConversationInput.CallEnded());

        // when
        for (int n = 0; n < inputs.size(); n++) {
            give(T0 + 10L * n, inputs.get(n));
        }
        List<JournalEntry> entries = written();

        // then each is read as the input that it was, and the machine answers as it did
        ConversationForms forms = new ConversationForms(CALL);
        for (int n = 0; n < inputs.size(); n++) {
            ConversationForms.Read read = forms.input(entries.get(n).input());
            assertEquals(ConversationForms.of(inputs.get(n)).toString(), ConversationForms.of(
                    assertInstanceOf(ConversationForms.Read.Known.class, read).input()).toString());
            assertEquals(T0 + 10L * n, entries.get(n).atMs());
        }
        assertTrue(rerun(entries).stream().allMatch(Outcome.Same.class::isInstance));
    }

    @Test
    void aSecondOfAnEchoTakesFewBytes() throws Exception {
        give(T0, new ConversationInput.RunStarted(false));
        int before = journal.length();
        for (int n = 0; n < 250; n++) {
            long atMs = T0 + 20L * n + n % 3;
            give(atMs + 5 + n % 2, frame(n + 4, atMs));
            give(atMs + 5 + n % 2, new ConversationInput.ReplyPart(1, "", new Slice(new byte[203], 43, 160)));
        }
        int bytes = journal.length() - before;

        assertTrue(bytes <= 250 * 6 + 450, () -> bytes + " bytes");
        assertTrue(rerun(written()).stream().allMatch(Outcome.Same.class::isInstance));
    }

    @Test
    void aMachineThatPlaysOtherAudioOrHearsAnotherFrameIsFound() throws Exception {
        // given a machine that played back the wrong piece, and one that heard the frame before
        List<ConversationEffect> wrong =
                List.of(new ConversationEffect.Play(1, 160, new Slice(new byte[400], 44, 160)));
        List<ConversationEffect> late = List.of(new ConversationEffect.Hear(frame(6, T0).frame()));
        journal.add(T0, new ConversationInput.RunStarted(false), begun());
        journal.add(T0, new ConversationInput.ReplyPart(1, "", new Slice(new byte[203], 43, 160)), wrong);
        List<JournalEntry> played = written();
        journal.add(T0, new ConversationInput.RunStarted(false), begun());
        journal.add(T0, frame(7, T0), late);

        assertInstanceOf(Outcome.Different.class, rerun(played).getLast());
        assertInstanceOf(Outcome.Different.class, rerun(written()).getLast());
    }

    private static List<ConversationEffect> begun() {
        return ConversationMachine.step(Conversation.NEW, T0, new ConversationInput.RunStarted(false)).effects();
    }

    @Test
    void whatCannotBeWrittenIsSaidToBeMissing() throws Exception {
        // given a memory that is nested more deeply than JSON may be
        JsonNode memory = MEMORY;
        for (int n = 0; n < 2_000; n++) {
            memory = Json.MAPPER.createArrayNode().add(memory);
        }
        journal.add(T0, new ConversationInput.ReplyBegun(1, "x", Manners.DEAF, memory, null), List.of());

        assertInstanceOf(Outcome.Impossible.class, rerun(written()).getFirst());
    }

    @Test
    void inputsOfANewerMachineAreSaidAndNotBrokenOn() {
        JournalEntry newer = new JournalEntry(T0, Json.MAPPER.readTree("{\"type\":\"transferred\",\"to\":\"+15550100\"}"), List.of());
        JournalEntry other = new JournalEntry(T0, Json.MAPPER.readTree("{\"type\":\"reply_part\",\"turn\":1}"), List.of());
        JournalEntry huge = new JournalEntry(
                T0, Json.MAPPER.readTree("{\"type\":\"reply_part\",\"turn\":1,\"text\":\"\",\"offset\":2147483647,\"length\":2147483647}"), List.of());

        for (JournalEntry each : List.of(newer, other, huge)) {
            Outcome.Impossible said = assertInstanceOf(Outcome.Impossible.class, new ConversationRerun(CALL, Dialogue.OUTSIDE).step(each));
            assertTrue(said.why().contains("does not know") && !said.why().contains("+1555"), said.why());
        }
    }

    @Test
    void aStepAtWhichTheMachineThrewIsOneToo() throws Exception {
        // given
        journal.add(T0, new ConversationInput.RunStarted(false), begun());
        journal.threw(T0, new ConversationInput.DeadlinePassed(), new IllegalStateException("a bug of that version"));

        // then this one, which does not throw there, answers otherwise
        assertInstanceOf(Outcome.Different.class, rerun(written()).getLast());
    }

    /// The same machine answers as it did: what a server is asked has the same digest as before it lost what stands in the effect as well.
    @Test
    void theUseOfAServersToolIsToldApartAsInEarlierJournals() {
        CRC32C digest = new CRC32C();
        digest.update("{\"server\":\"kb\",\"tool\":\"kb_search\",\"again\":true}".getBytes(StandardCharsets.UTF_8));

        JsonNode form = ConversationForms.of(
                new ConversationEffect.CallTool(1, 4, "1-a", "kb_search", "{}", new McpRequest("kb", "kb_search"), true));

        assertEquals(Long.toHexString(digest.getValue()), form.path("digest").asString());
    }
}
