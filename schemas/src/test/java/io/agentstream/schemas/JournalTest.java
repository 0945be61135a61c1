package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.JournalDecoder.BadEntriesException;
import io.agentstream.schemas.Sealing.Opened;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The entries of a journal: whatever a machine takes in comes back as it was, and what often comes takes a few bytes.
final class JournalTest {

    private static final JournalTemplate FRAME = JournalTemplate.of(
            "{\"in\":{\"type\":\"frame\",\"seq\":{\"#\":0},\"at\":{\"#\":1}},\"out\":[{\"type\":\"hear\",\"seq\":{\"#\":0}}]}");
    private static final long T0 = 1_795_000_000_000L;

    private static JournalBatch batch(long atMs, Slice entries) {
        return new JournalBatch(Samples.CALL, "any", 1, 7, 3, 1, atMs, false, null, false, entries);
    }

    private static List<JournalEntry> read(long atMs, Slice entries) throws BadEntriesException {
        JournalDecoder in = new JournalDecoder(batch(atMs, entries));
        List<JournalEntry> all = new ArrayList<>();
        JournalEntry next;
        while ((next = in.next()) != null) {
            all.add(next);
        }
        return all;
    }

    private static JournalEntry json(long atMs, String in, String... out) {
        return new JournalEntry(atMs, Json.MAPPER.readTree(in), Arrays.stream(out).map(Json.MAPPER::readTree).toList());
    }

    @Test
    void whatWasWrittenIsReadAlsoOfInputsThatNobodyHasThoughtOfYet() throws BadEntriesException {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            // given entries of every form, with numbers and times that go anywhere
            JournalEncoder out = new JournalEncoder(List.of(FRAME, FRAME));
            List<String> written = new ArrayList<>();
            long atMs = T0;
            for (int n = 0; n < 100; n++) {
                atMs += random.nextInt(5) == 0 ? random.nextLong() >> random.nextInt(64) : random.nextInt(40);
                if (random.nextInt(4) == 0) {
                    JournalEntry entry = json(atMs, "{\"type\":\"of_tomorrow\",\"n\":" + n + "}", "{\"type\":\"x\"}", "{\"type\":\"y\"}");
                    out.add(entry);
                    written.add(entry.toString());
                } else {
                    long seq = random.nextInt(3) == 0 ? random.nextLong() : n;
                    out.number(0, seq);
                    out.number(1, atMs - 5);
                    out.add(random.nextInt(2), atMs);
                    written.add(json(
                            atMs, "{\"type\":\"frame\",\"seq\":" + seq + ",\"at\":" + (atMs - 5) + "}",
                            "{\"type\":\"hear\",\"seq\":" + seq + "}").toString());
                }
            }
            long firstMs = out.firstMs();

            // when
            List<JournalEntry> read = read(firstMs, out.take());

            // then
            assertEquals(written, read.stream().map(JournalEntry::toString).toList());
        }
    }

    @Test
    void eachBatchIsReadWithoutTheOthers() throws BadEntriesException {
        JournalEncoder out = new JournalEncoder(List.of(FRAME));
        for (int n = 0; n < 10; n++) {
            out.number(0, n);
            out.add(0, T0 + n);
        }
        out.take();
        out.number(0, 11);
        out.number(1, 12);
        out.add(0, T0 + 13);

        assertEquals(
                List.of(json(T0 + 13, "{\"type\":\"frame\",\"seq\":11,\"at\":12}", "{\"type\":\"hear\",\"seq\":11}").toString()),
                read(out.firstMs(), out.take()).stream().map(JournalEntry::toString).toList());
    }

    @Test
    void aFrameTakesFourBytes() {
        JournalEncoder out = new JournalEncoder(List.of(FRAME));
        Random random = new Random(7);
        for (int n = 0; n < 250; n++) {
            out.number(0, 100 + n);
            out.number(1, T0 + 20L * n + random.nextInt(3));
            out.add(0, T0 + 20L * n + 6 + random.nextInt(3));
        }

        assertTrue(out.length() <= 250 * 4 + 120, () -> out.length() + " bytes");
    }

    @Test
    void anEntryThatIsTooLongIsSaidToBeMissing() throws BadEntriesException {
        JournalEncoder out = new JournalEncoder(List.of());
        out.add(json(T0, "{\"type\":\"words\",\"text\":\"" + "x".repeat(JournalEncoder.MAX_ENTRY_BYTES) + "\"}"));

        assertEquals(JournalEncoder.OMITTED, read(T0, out.take()).getFirst().input().path("type").asString());
    }

    @Test
    void damagedEntriesAreSaidToBeAndNothingElseHappens() {
        Random random = new Random(20_261_127);
        byte[] good = Samples.JOURNAL.getFirst().entries().copy();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = Arrays.copyOf(good, round % 3 == 0 ? random.nextInt(good.length) : good.length);
            for (int hit = 0; hit < round % 4 && bytes.length > 0; hit++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                read(T0, Slice.of(bytes));
            } catch (BadEntriesException said) {
                assertTrue(said.getMessage().length() < 100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "[]", "7", "null", "{\"in\":{},\"out\":{}}", "{\"in\":{\"a\":{\"#\":16}},\"out\":[]}",
        "{\"in\":{\"a\":{\"#\":2147483647}},\"out\":[]}",
    })
    void aTemplateThatIsNoneIsRefused(String json) {
        assertThrows(IllegalArgumentException.class, () -> JournalTemplate.of(json));
    }

    @Test
    void whatClaimsToBeLongerThanItIsIsRefusedBeforeAnythingIsMadeOfIt() {
        byte[] huge = {0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7, '{'};
        byte[] endless = new byte[1 << 20];
        Arrays.fill(endless, (byte) 0x80);
        byte[] manyTemplates = new byte[65 * (2 + FRAME.json.length)];
        for (int n = 0; n < 65; n++) {
            int at = n * (2 + FRAME.json.length);
            manyTemplates[at] = 1;
            manyTemplates[at + 1] = (byte) FRAME.json.length;
            System.arraycopy(FRAME.json, 0, manyTemplates, at + 2, FRAME.json.length);
        }

        assertThrows(BadEntriesException.class, () -> read(T0, Slice.of(huge)));
        assertThrows(BadEntriesException.class, () -> read(T0, Slice.of(endless)));
        assertThrows(BadEntriesException.class, () -> read(T0, Slice.of(manyTemplates)));
    }

    @Test
    void sealedEntriesAreReadWithTheKeyAndInTheirPlaceOnly() {
        SecureRandom random = new SecureRandom();
        SealKey key = SealKey.generate(random);
        JournalBatch clear = Samples.JOURNAL.getFirst();
        JournalBatch sealed = Sealing.seal(clear, key);
        JournalBatch moved = new JournalBatch(
                sealed.callId(), sealed.machine(), sealed.version(), sealed.epoch(), sealed.number() + 1, sealed.after(), sealed.atMs(),
                false, null, true, sealed.entries());

        assertFalse(new String(Topics.CALL_JOURNAL.codec().encode(sealed), StandardCharsets.UTF_8).contains("run_started"));
        assertEquals(new Opened.Clear<>(clear), Sealing.open(sealed, key));
        assertInstanceOf(Opened.Foreign.class, Sealing.open(sealed, SealKey.generate(random)));
        assertInstanceOf(Opened.Foreign.class, Sealing.open(moved, key));
    }
}
