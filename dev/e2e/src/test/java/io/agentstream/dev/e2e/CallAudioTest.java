package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.agentstream.audio.MuLaw;
import io.agentstream.calllog.audio.CallAudio;
import io.agentstream.calllog.audio.CallWav;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A call as it sounded, to the sample: the gateway's own playback on the one side, what a provider's stream and a network do on the other.
final class CallAudioTest {

    private static final int MS = 8;

    private final HeardScene scene = new HeardScene();

    /// Both sides, as they are rendered.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Sides(short[] said, short[] heard) {}

    private Sides render(long lengthMs) throws IOException {
        Iterator<MediaFrame> frames = scene.frames.iterator();
        Iterator<SocketCommand> commands = scene.commands.iterator();
        CallAudio audio = new CallAudio(
                () -> frames.hasNext() ? frames.next() : null, () -> commands.hasNext() ? commands.next() : null,
                MediaFormat.MULAW_8K, HeardScene.START_US, lengthMs * 1_000);
        Sides sides = new Sides(new short[(int) lengthMs * MS], new short[(int) lengthMs * MS]);
        int[] at = new int[1];
        boolean more = true;
        while (more) {
            more = audio.next((said, heard, count) -> {
                System.arraycopy(said, 0, sides.said(), at[0], count);
                System.arraycopy(heard, 0, sides.heard(), at[0], count);
                at[0] += count;
            });
        }
        assertEquals(sides.said().length, at[0]);
        return sides;
    }

    private static void assertSame(String side, short[] expected, short[] actual) {
        int first = Arrays.mismatch(expected, actual);
        if (first >= 0) {
            fail(side + ": sample " + first + " (" + first / (double) MS + " ms) is " + actual[first] + ", not " + expected[first]);
        }
    }

    private void isAsItSounded(long lengthMs) throws IOException {
        Sides sides = render(lengthMs);
        assertSame("what the caller heard", scene.heard((int) lengthMs * MS), sides.heard());
        assertSame("what the caller said", scene.said((int) lengthMs * MS), sides.said());
    }

    @Test
    void bothSidesStandWhereTheyWere() throws IOException {
        scene.open(400);
        for (int i = 0; i < 500; i++) {
            scene.says(1_000 + i * 20, i * 20L, 160, 1_000 + i * 20);
            if (i >= 100 && i < 300) {
                scene.order(scene.play(1, i, 160, 3), 1_000 + i * 20);
            }
        }

        isAsItSounded(12_000);
    }

    @Test
    void pausesOfTheStreamAndLostFramesAreSilence() throws IOException {
        for (int i = 0; i < 200; i++) {
            boolean isLost = i % 7 == 3;
            int pauseMs = i < 100 ? 0 : 3_000; // nothing was sent in it, and the stream's clock went on
            if (!isLost) {
                scene.says(500 + i * 20 + pauseMs, 40 + i * 20 + pauseMs, 160, 500 + i * 20 + pauseMs);
            }
        }

        isAsItSounded(8_000);
    }

    @Test
    void aStreamWhoseClockStoodStillGoesOnWhereItCame() throws IOException {
        for (int i = 0; i < 200; i++) {
            int pauseMs = i < 100 ? 0 : 6_000;
            scene.says(500 + i * 20 + pauseMs, i * 20L, 160, 500 + i * 20 + pauseMs);
        }

        isAsItSounded(11_000);
    }

    @Test
    void whatComesInABurstAfterAnOutageFallsWhereItBelongs() throws IOException {
        for (int i = 0; i < 900; i++) {
            int spokenAtMs = 500 + i * 20;
            boolean isAway = spokenAtMs >= 3_000 && spokenAtMs < 11_000;
            scene.says(isAway ? 11_000 : spokenAtMs, i * 20L, 160, spokenAtMs);
        }

        isAsItSounded(19_000);
    }

    @Test
    void anUnevenNetworkTearsNothingApart() throws IOException {
        Random dice = new Random(5);
        int arrivedAtMs = 0;
        for (int i = 0; i < 3_000; i++) {
            int delayMs = i == 1_500 ? 0 : dice.nextInt(80); // one is in time
            arrivedAtMs = Math.max(arrivedAtMs, 500 + i * 20 + delayMs);
            scene.said(i * 20L, 160, arrivedAtMs);
        }
        short[] said = render(61_000).said();

        int first = 0;
        while (said[first] == 0) {
            first++;
        }
        assertTrue(first >= 500 * MS && first < 505 * MS, "begins at sample " + first);
        byte[] all = scene.spoken.toByteArray();
        for (int i = 0; i < all.length; i++) {
            assertEquals(MuLaw.decode(all[i]), said[first + i], "sample " + i);
        }
    }

    @Test
    void aCallersClockThatRunsFastIsHeldToTheArrivals() throws IOException {
        for (int i = 0; i < 3_000; i++) { // 1,000 ppm, with a pause each minute
            int spokenAtMs = 500 + i * 20 + i / 500 * 1_000;
            scene.said(spokenAtMs + spokenAtMs / 100, 160, spokenAtMs);
        }
        short[] said = render(70_000).said();

        int last = said.length - 1;
        while (said[last] == 0) {
            last--;
        }
        int spokenAtMs = 500 + 2_999 * 20 + 2_999 / 500 * 1_000 + 20;
        assertTrue(Math.abs(last - spokenAtMs * MS) < 500 * MS, "ends at " + last / MS + " ms, came at " + spokenAtMs);
    }

    @Test
    void anInterruptionEndsInTheMiddleOfAFrame() throws IOException {
        scene.open(100);
        scene.order(scene.play(1, 0, 16_000, 0), 1_000);
        scene.order(new SocketCommand.Clear(HeardScene.CALL, 1), 1_507);
        scene.order(scene.play(2, 0, 4_000, 0), 1_900);
        scene.pass(6_000);

        isAsItSounded(6_000);
        assertEquals(0, render(6_000).heard()[1_507 * MS + 1]);
    }

    @Test
    void anotherWorkerIsHeardFromItsFirstWordAndTheFormerNoMore() throws IOException {
        scene.open(100);
        scene.order(scene.play(4, 0, 8_000, 3), 1_000);
        scene.order(new SocketCommand.Clear(HeardScene.CALL, 3, 8), 1_400);
        SocketCommand late = scene.play(4, 1, 8_000, 3);
        scene.order(late, 1_500);
        scene.order(scene.play(4, 0, 8_000, 8), 1_700);
        scene.order(late, 1_800);
        scene.pass(4_000);

        isAsItSounded(4_000);
    }

    @Test
    void whatWasSentAgainIsHeardOnce() throws IOException {
        scene.open(100);
        List<SocketCommand> batch = List.of(scene.play(1, 0, 1_600, 2), scene.play(1, 1, 1_600, 2), scene.play(1, 2, 1_600, 2));
        batch.forEach(each -> scene.order(each, 1_000));
        batch.forEach(each -> scene.order(each, 1_050));
        scene.pass(3_000);

        isAsItSounded(3_000);
    }

    @Test
    void anEchoThatIsLateIsHeardThatMuchLater() throws IOException {
        scene.open(100);
        for (int i = 0; i < 400; i++) {
            byte[] frame = scene.says(1_000 + i * 20, i * 20L, 160, 1_000 + i * 20);
            if (i >= 15) {
                scene.order(scene.playOf(1, i, scene.saidBefore(15), 2), 1_000 + i * 20);
            }
            assertEquals(160, frame.length);
        }
        scene.pass(11_000);
        Sides sides = render(11_000);

        isAsItSounded(11_000);
        for (int i = 0; i < 385 * 160; i++) {
            assertEquals(sides.said()[1_000 * MS + i], sides.heard()[1_300 * MS + i], "sample " + i);
        }
    }

    @Test
    void aTurnThatWasTooMuchEndsWhereItWasCutOff() throws IOException {
        scene.open(100);
        for (int i = 0; i < 20; i++) {
            scene.order(scene.play(1, i, 64_000, 0), 200);
        }
        scene.pass(150_000);
        scene.order(scene.play(2, 0, 1_600, 0), 150_000);
        scene.pass(152_000);

        isAsItSounded(152_000);
    }

    @Test
    void aWordAfterALongPauseOfItsTurnIsHeardWhenItCame() throws IOException {
        scene.open(100);
        scene.order(scene.play(1, 0, 1_600, 0), 1_000);
        scene.pass(30_000); // the caller says nothing either
        scene.order(scene.play(1, 1, 1_600, 0), 30_000);
        scene.pass(31_000);

        isAsItSounded(32_000);
    }

    @Test
    void whateverHappensIsRenderedAsItSounded() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random seeds = new Random(seed);
        for (int call = 0; call < 200; call++) {
            CallAudioTest one = new CallAudioTest();
            long lengthMs = one.scene.random(new Random(seeds.nextLong())) + 3_000;
            try {
                one.isAsItSounded(lengthMs);
            } catch (AssertionError wrong) {
                throw new AssertionError("seed " + seed + ", call " + call + ": " + wrong.getMessage(), wrong);
            }
        }
    }

    @Test
    void anyPartOfTheFileIsThatPartOfIt() throws IOException {
        scene.open(400);
        for (int i = 0; i < 300; i++) {
            scene.says(1_000 + i * 20, i * 20L, 160, 1_000 + i * 20);
            scene.order(scene.play(1, i, 160, 0), 1_000 + i * 20);
        }
        for (CallWav.Channels channels : CallWav.Channels.values()) {
            long bytes = CallWav.bytes(channels, 8_000 * MS);
            byte[] whole = part(channels, 0, bytes);
            assertEquals(bytes, whole.length);
            for (long[] range : new long[][] {{0, 1}, {43, 45}, {44, bytes}, {10_001, 70_003}, {bytes - 3, bytes}}) {
                byte[] expected = Arrays.copyOfRange(whole, (int) range[0], (int) range[1]);
                assertEquals(-1, Arrays.mismatch(expected, part(channels, range[0], range[1])), channels + " from " + range[0]);
            }
        }
    }

    private byte[] part(CallWav.Channels channels, long from, long until) throws IOException {
        Iterator<MediaFrame> frames = scene.frames.iterator();
        Iterator<SocketCommand> commands = scene.commands.iterator();
        CallAudio audio = new CallAudio(
                () -> frames.hasNext() ? frames.next() : null, () -> commands.hasNext() ? commands.next() : null,
                MediaFormat.MULAW_8K, HeardScene.START_US, 8_000_000);
        CallWav wav = new CallWav(audio, channels, 8_000 * MS, from, until);
        List<byte[]> pieces = new ArrayList<>();
        byte[] piece;
        while ((piece = wav.next()) != null) {
            pieces.add(piece);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
