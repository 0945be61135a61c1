package io.agentstream.calllog.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.calllog.verify.Verification.Difference;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.JournalEncoder;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Slice;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

final class VerifierTest {

    private static final SealKey KEY = SealKey.generate(new SecureRandom());

    private static Verification verify(CallId callId, List<JournalBatch> batches, SealKey words) {
        Verifier verifier = new Verifier(callId, words, Dialogue.OUTSIDE);
        batches.forEach(verifier::take);
        return verifier.done(true);
    }

    private static Verification verify(SimulatedCall call, List<JournalBatch> batches) {
        return verify(call.callId, batches, null);
    }

    /// A call that nobody took over, of some batches.
    private static SimulatedCall plain() {
        for (long seed = 0; ; seed++) {
            SimulatedCall call = new SimulatedCall(seed, null).run(400);
            if (call.takeOvers == 0 && call.topic.size() >= 6) {
                return call;
            }
        }
    }

    private static JournalBatch changed(JournalBatch of, int epoch, int number, int version, Slice entries) {
        return new JournalBatch(
                of.callId(), of.machine(), version, epoch, number, of.after(), of.atMs(), of.last(), of.definitionKey(), of.sealed(),
                entries);
    }

    private static List<JournalEntry> entries(JournalBatch of) throws Exception {
        List<JournalEntry> all = new ArrayList<>();
        JournalDecoder in = new JournalDecoder(of);
        JournalEntry next;
        while ((next = in.next()) != null) {
            all.add(next);
        }
        return all;
    }

    private static Slice written(List<JournalEntry> entries) {
        JournalEncoder out = new JournalEncoder(List.of());
        entries.forEach(out::add);
        return out.take();
    }

    @Test
    void aThousandCallsLeadToTheSame() {
        // given callers who interrupt, press keys and are silent, and workers that hand over and die; every other call is sealed
        long steps = 0;
        int takeOvers = 0;
        int interruptions = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            SealKey key = seed % 2 == 0 ? KEY : null;
            SimulatedCall call = new SimulatedCall(seed, key).run(150);

            // when
            Verification done = verify(call.callId, call.topic, key);

            // then
            String seen = "seed " + seed + " " + VerificationText.lines("call", done);
            assertTrue(done.same(), seen);
            steps += done.steps();
            takeOvers += call.takeOvers;
            interruptions += call.interruptions;
        }
        System.out.println(steps + " steps, " + takeOvers + " take-overs, " + interruptions + " interruptions");
        assertTrue(steps > 60_000 && takeOvers > 500 && interruptions > 500);
    }

    @Test
    void anEffectThatIsAnotherOneNowIsFoundWhereverItStands() throws Exception {
        Random random = new Random(20_261_127);
        SimulatedCall call = plain();
        for (int round = 0; round < 200; round++) {
            // given one effect of the call that this machine does not have there
            int at = random.nextInt(call.topic.size());
            JournalBatch batch = call.topic.get(at);
            List<JournalEntry> entries = entries(batch);
            int step = random.nextInt(entries.size());
            JournalEntry was = entries.get(step);
            List<JsonNode> effects = new ArrayList<>(was.effects());
            if (effects.isEmpty() || random.nextBoolean()) {
                effects.add(Json.MAPPER.readTree("{\"type\":\"flow\",\"turn\":" + round + "}"));
            } else {
                ObjectNode one = (ObjectNode) effects.get(random.nextInt(effects.size())).deepCopy();
                effects.set(effects.size() - 1, one.put("turn", 1_000));
            }
            entries.set(step, new JournalEntry(was.atMs(), was.input(), effects));
            List<JournalBatch> batches = new ArrayList<>(call.topic);
            batches.set(at, changed(batch, batch.epoch(), batch.number(), batch.version(), written(entries)));

            // when
            Verification done = verify(call, batches);

            // then it is that step which is shown, with what was before it
            Difference found = done.difference().orElseThrow();
            assertFalse(done.same());
            assertEquals(batch.number(), found.batch());
            assertEquals(was.input().toString(), found.entry().input().toString());
            assertEquals(was.effects().toString(), found.actual().toString());
            assertEquals(Math.min(Verifier.BEFORE, found.step() - 1), found.before().size());
            assertTrue(found.meaning().startsWith("Both are version"));
            assertTrue(String.join("\n", VerificationText.lines("call", done)).contains("! "));
        }
    }

    @Test
    void aDifferenceOfAnotherVersionOfTheMachineIsSaidToBeOne() throws Exception {
        SimulatedCall call = plain();
        List<JournalEntry> entries = entries(call.topic.getFirst());
        entries.set(0, new JournalEntry(entries.getFirst().atMs(), entries.getFirst().input(), List.of()));
        JournalBatch old = changed(call.topic.getFirst(), 1, 0, ConversationMachine.VERSION + 1, written(entries));

        Verification done = verify(call, List.of(old));

        assertTrue(done.difference().orElseThrow().meaning().contains("the code has meanwhile changed"));
    }

    @Test
    void aJournalOfAnotherVersionThatLeadsToTheSameIsTheSame() {
        SimulatedCall call = plain();
        List<JournalBatch> newer = call.topic.stream()
                .map(each -> changed(each, 1, each.number(), ConversationMachine.VERSION + 1, each.entries()))
                .toList();

        assertTrue(verify(call, newer).same());
    }

    @Test
    void aBatchThatWasLostIsSaidAndNothingBehindItIsRun() {
        SimulatedCall call = plain();
        List<JournalBatch> batches = new ArrayList<>(call.topic);
        batches.remove(2);

        Verification done = verify(call, batches);

        assertFalse(done.same());
        assertEquals(List.of("batch 2 of generation 1 is missing: what follows cannot be run again"), done.holes());
        assertEquals(2, done.batches());
        assertTrue(done.difference().isEmpty());
    }

    @Test
    void aJournalWhoseEndIsMissingIsNotTheSameWhereTheCallIsOver() {
        SimulatedCall call = plain();
        List<JournalBatch> batches = call.topic.subList(0, call.topic.size() - 1);

        Verification done = verify(call, batches);

        assertFalse(done.same());
        assertTrue(done.holes().getFirst().startsWith("the end of the journal of generation 1 is missing, behind step " + done.steps()), done.holes()::toString);
    }

    @Test
    void ofACallThatGoesOnItIsSaidHowFarItsJournalGoes() {
        SimulatedCall call = plain();
        Verifier verifier = new Verifier(call.callId, null, Dialogue.OUTSIDE);
        call.topic.subList(0, call.topic.size() - 1).forEach(verifier::take);

        Verification done = verifier.done(false);

        assertTrue(done.same());
        assertEquals(List.of("the call goes on: its journal is run up to step " + done.steps() + " of generation 1"), done.notes());
    }

    @Test
    void aBatchThatCameTwiceIsRunOnce() {
        SimulatedCall call = plain();
        List<JournalBatch> batches = new ArrayList<>(call.topic);
        batches.add(3, batches.get(2));

        Verification done = verify(call, batches);

        assertTrue(done.same());
        assertEquals(List.of("batch 2 of generation 1 came twice"), done.notes());
    }

    @Test
    void twoWorkersThatWriteTheSameBatchAreSeen() {
        SimulatedCall call = plain();
        List<JournalBatch> batches = new ArrayList<>(call.topic);
        batches.add(3, changed(batches.get(3), 1, 2, 1, batches.get(3).entries()));

        Verification done = verify(call, batches);

        assertFalse(done.same());
        assertTrue(done.holes().getFirst().contains("two workers held the call at once"), done.holes()::toString);
    }

    @Test
    void aWorkerThatHadLostTheCallIsNotBelieved() {
        // given a call whose second worker writes, and then the first one once more
        SimulatedCall call = null;
        for (long seed = 0; call == null || call.takeOvers == 0; seed++) {
            call = new SimulatedCall(seed, null).run(300);
        }
        int first = call.topic.getFirst().epoch();
        JournalBatch late = changed(call.topic.getFirst(), first, 700, 1, call.topic.getLast().entries());
        List<JournalBatch> batches = new ArrayList<>(call.topic);
        batches.add(late);

        Verification done = verify(call, batches);

        assertTrue(done.same());
        assertTrue(done.notes().getLast().contains("is not believed"), done.notes()::toString);
    }

    @Test
    void aSealedJournalIsNotRunWithoutItsKeyOrWithAnother() {
        SimulatedCall call = new SimulatedCall(3, KEY).run(300);

        Verification without = verify(call.callId, call.topic, null);
        Verification other = verify(call.callId, call.topic, SealKey.generate(new SecureRandom()));

        assertFalse(without.same() || other.same());
        assertEquals(0, without.steps() + other.steps());
        assertTrue(without.holes().getFirst().contains("the call's key is not there"));
        assertTrue(other.holes().getFirst().contains("does not open"));
    }

    @Test
    void aStepOfANewerMachineIsSaidAndNotBrokenOn() throws Exception {
        SimulatedCall call = plain();
        List<JournalEntry> entries = entries(call.topic.getFirst());
        entries.add(1, new JournalEntry(
                entries.getFirst().atMs(), Json.MAPPER.readTree("{\"type\":\"transferred\",\"to\":\"+15550100\"}"), List.of()));
        JournalBatch newer = changed(call.topic.getFirst(), 1, 0, 2, written(entries));

        Verification done = verify(call, List.of(newer));

        assertFalse(done.same());
        assertEquals(
                List.of("step 2 of generation 1 (batch 0 of generation 1) cannot be run again: it is an input of the type transferred,"
                        + " which this version does not know"),
                done.holes());
    }

    @Test
    void anybodysBytesAreSaidToBeBadAndNothingElseHappens() {
        Random random = new Random(7);
        SimulatedCall call = plain();
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = call.topic.getFirst().entries().copy();
            for (int hit = 0; hit <= round % 5; hit++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(bytes, round % 2 == 0 ? bytes.length : random.nextInt(bytes.length));

            Verification done = verify(call, List.of(changed(call.topic.getFirst(), 1, 0, 1, Slice.of(cut))));

            VerificationText.lines("call", done).forEach(line -> assertTrue(line.length() < 2_100));
        }
    }

    @Test
    void batchesOfAnotherCallOrMachineAreSaid() {
        SimulatedCall call = plain();
        CallId other = CallId.of(5, 5, 5);

        Verification done = verify(other, call.topic, null);

        assertFalse(done.same());
        assertEquals(0, done.steps());
        assertTrue(done.holes().getFirst().contains("of another call"));
    }

    @Test
    void ofACallWithoutAJournalNothingIsTheSame() {
        Verification done = verify(CallId.of(5, 5, 5), List.of(), null);

        assertFalse(done.same());
        assertEquals(List.of("call: there is no journal of it"), VerificationText.lines("call", done));
    }
}
