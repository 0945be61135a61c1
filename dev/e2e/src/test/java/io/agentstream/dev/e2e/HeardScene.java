package io.agentstream.dev.e2e;

import io.agentstream.audio.MuLaw;
import io.agentstream.gateway.call.Playback;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A call on a gateway's own playback, by a clock that stands still: what it writes, and what both sides really sounded like.
final class HeardScene implements Playback.Output {

    static final CallId CALL = CallId.of(1, 2, 3);
    static final long START_US = 1_800_000_000_000_000L;
    private static final long SAMPLE_US = 125;

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Sound(long atUs, byte[] audio) {}

    final List<MediaFrame> frames = new ArrayList<>();
    final List<SocketCommand> commands = new ArrayList<>();
    final ByteArrayOutputStream spoken = new ByteArrayOutputStream();
    private final List<byte[]> words = new ArrayList<>();
    private final List<Sound> said = new ArrayList<>();
    private final List<Sound> heard = new ArrayList<>();
    private final Random random = new Random(11);
    private final Playback playback = new Playback(200_000, this);
    private long nowUs;
    private long endUs;
    private long seq;

    void open(long atMs) {
        nowUs = atMs * 1_000;
        playback.open(nowUs);
    }

    void order(SocketCommand command, long atMs) {
        orderAt(command, atMs * 1_000);
    }

    private void orderAt(SocketCommand command, long atUs) {
        passUs(atUs);
        commands.add(command);
        if (!playback.accepts(command)) {
            return;
        }
        switch (command) {
            case SocketCommand.Play play -> playback.play(play, nowUs);
            case SocketCommand.Clear clear -> playback.clear(clear.turn(), nowUs);
            case SocketCommand.Mark mark -> playback.mark(mark, nowUs);
            case SocketCommand.SealedPlay _, SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _, SocketCommand.Close _ -> {}
        }
    }

    /// Time goes by, with ticks when playback wants them.
    void pass(long untilMs) {
        passUs(untilMs * 1_000);
    }

    private void passUs(long untilUs) {
        while (Math.max(nowUs + 10_000, playback.dueUs()) < untilUs) {
            nowUs = Math.max(nowUs + 10_000, playback.dueUs());
            playback.tick(nowUs);
        }
        nowUs = Math.max(nowUs, untilUs);
    }

    SocketCommand play(int turn, int number, int bytes, int epoch) {
        return playOf(turn, number, sound(bytes), epoch);
    }

    SocketCommand playOf(int turn, int number, byte[] audio, int epoch) {
        return new SocketCommand.Play(CALL, turn, number, 160, Slice.of(audio), epoch);
    }

    /// Never silence, so that what is missing shows.
    private byte[] sound(int bytes) {
        byte[] audio = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            audio[i] = (byte) random.nextInt(0x70);
        }
        return audio;
    }

    /// The caller says something.
    ///
    /// @param spokenAtMs where it belongs
    byte[] says(long arrivesAtMs, long streamMs, int bytes, long spokenAtMs) {
        byte[] audio = said(streamMs, bytes, arrivesAtMs);
        said.add(new Sound(spokenAtMs * 1_000, audio));
        return audio;
    }

    byte[] said(long streamMs, int bytes, long arrivesAtMs) {
        passUs(arrivesAtMs * 1_000);
        byte[] audio = sound(bytes);
        spoken.writeBytes(audio);
        words.add(audio);
        frames.add(new MediaFrame.Audio(CALL, ++seq, atMs(), streamMs, Slice.of(audio)));
        return audio;
    }

    byte[] saidBefore(int framesAgo) {
        return words.get(words.size() - 1 - framesAgo);
    }

    private long atMs() {
        return (START_US + nowUs) / 1_000;
    }

    short[] heard(int samples) {
        return sides(heard, samples);
    }

    short[] said(int samples) {
        return sides(said, samples);
    }

    private static short[] sides(List<Sound> sounds, int samples) {
        short[] all = new short[samples];
        for (Sound sound : sounds) {
            int at = (int) Math.floorDiv(sound.atUs() + SAMPLE_US / 2, SAMPLE_US);
            for (int i = 0; i < sound.audio().length && at + i < samples; i++) {
                all[at + i] = MuLaw.decode(sound.audio()[i]);
            }
        }
        return all;
    }

    /// Whatever a worker orders and a network doubles; returns when it is over, in milliseconds.
    long random(Random dice) {
        int turn = 1;
        int number = 0;
        int epoch = dice.nextInt(3);
        List<SocketCommand> ordered = new ArrayList<>();
        long atUs = 500_000L + dice.nextInt(1_000_000);
        long streamMs = 0;
        open(300);
        for (int step = 0; step < 200; step++) {
            atUs += dice.nextInt(4) == 0 ? dice.nextInt(900_000) : dice.nextInt(30) * 1_000L + dice.nextInt(200);
            switch (dice.nextInt(9)) {
                case 0 -> {
                    turn++;
                    number = 0;
                }
                case 1 -> orderAt(new SocketCommand.Clear(CALL, turn - dice.nextInt(2), epoch), atUs);
                case 2 -> orderAt(new SocketCommand.Mark(CALL, turn, "m" + step, epoch), atUs);
                case 3 -> {
                    if (!ordered.isEmpty()) {
                        orderAt(ordered.get(dice.nextInt(ordered.size())), atUs);
                    }
                }
                case 4 -> {
                    if (dice.nextInt(8) == 0) {
                        epoch += 1 + dice.nextInt(3);
                        turn = Math.max(1, turn - dice.nextInt(2));
                        number = dice.nextInt(2);
                    }
                }
                case 5 -> {
                    streamMs = Math.max(streamMs + 20, atUs / 1_000);
                    atUs = streamMs * 1_000;
                    says(streamMs, streamMs, 160, streamMs);
                }
                default -> {
                    SocketCommand play = play(turn, number++, 1 + dice.nextInt(dice.nextInt(6) == 0 ? 20_000 : 800), epoch);
                    ordered.add(play);
                    orderAt(play, atUs);
                }
            }
        }
        long overMs = atUs / 1_000 + 60_000;
        pass(overMs);
        return overMs;
    }

    @Override
    public void media(byte[] audio, int from, int length) {
        long startUs = nowUs - endUs < SAMPLE_US ? endUs : nowUs;
        heard.add(new Sound(startUs, Arrays.copyOfRange(audio, from, from + length)));
        endUs = startUs + length * SAMPLE_US;
    }

    @Override
    public void clear() {
        for (int i = heard.size() - 1; i >= 0 && heard.get(i).atUs() + heard.get(i).audio().length * SAMPLE_US > nowUs; i--) {
            Sound sound = heard.get(i);
            // to the time line's nearest sample
            long samples = Math.floorDiv(nowUs + SAMPLE_US / 2, SAMPLE_US) - Math.floorDiv(sound.atUs() + SAMPLE_US / 2, SAMPLE_US);
            heard.set(i, new Sound(sound.atUs(), Arrays.copyOf(sound.audio(), (int) Math.max(0, samples))));
        }
        endUs = nowUs;
    }

    @Override
    public void playing(int turn, int epoch, long fromByte, long startsAtUs) {
        frames.add(new MediaFrame.Playing(CALL, ++seq, atMs(), turn, epoch, fromByte, START_US + startsAtUs));
    }

    @Override
    public void silence(long fromUs) {
        frames.add(new MediaFrame.Silence(CALL, ++seq, atMs(), START_US + fromUs));
    }

    @Override
    public void played(int turn, long playedMs, boolean finished) {
        frames.add(new MediaFrame.Played(CALL, ++seq, atMs(), turn, playedMs, finished));
    }

    @Override
    public void mark(String wireName) {}

    @Override
    public void markReached(int turn, String name) {}

    @Override
    public void dropped(Playback.Drop why, int count) {}

    @Override
    public void late(long pauseUs) {}
}
