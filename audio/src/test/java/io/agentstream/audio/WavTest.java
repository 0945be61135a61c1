package io.agentstream.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WavTest {

    private static final Pcm PCM = new Pcm(8_000, new short[] {0, 1, -1, 32_767, -32_768, 1_000, -1_000});

    @TempDir
    Path directory;

    @Test
    void readsThePcmItWrote() throws IOException {
        Path file = directory.resolve("mono.wav");

        Wav.writePcm16(file, PCM);

        assertEquals(PCM, Wav.read(file));
    }

    @Test
    void writesWhatOtherProgramsRead() throws Exception {
        Path pcm = directory.resolve("pcm.wav");
        Path muLaw = directory.resolve("mulaw.wav");
        Wav.writePcm16(pcm, PCM);
        Wav.writeMuLaw(muLaw, new byte[] {1, 2, 3});

        try (AudioInputStream in = AudioSystem.getAudioInputStream(pcm.toFile())) {
            assertEquals(AudioFormat.Encoding.PCM_SIGNED, in.getFormat().getEncoding());
            assertEquals(8_000, in.getFormat().getSampleRate());
            assertEquals(PCM.samples().length, in.getFrameLength());
            assertEquals(PCM.samples().length * 2, in.readAllBytes().length);
        }
        try (AudioInputStream in = AudioSystem.getAudioInputStream(muLaw.toFile())) {
            assertEquals(AudioFormat.Encoding.ULAW, in.getFormat().getEncoding());
            assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOf(in.readAllBytes(), 3));
        }
    }

    @Test
    void keepsMuLawAsItCame() throws IOException {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Path file = directory.resolve("mulaw.wav");

        Wav.writeMuLaw(file, all);

        assertEquals(Pcm.ofMuLaw(all), Wav.read(file));
    }

    @Test
    void putsTheCallerLeftAndTheAgentRight() throws Exception {
        Path file = directory.resolve("call.wav");

        Wav.writeCall(file, new Pcm(8_000, new short[] {10, 20}), new Pcm(8_000, new short[] {-1, -2, -3}));

        try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
            short[] interleaved = new short[6];
            ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(interleaved);
            assertEquals(2, in.getFormat().getChannels());
            assertArrayEquals(new short[] {10, -1, 20, -2, 0, -3}, interleaved);
        }
        assertThrows(IllegalArgumentException.class, () -> Wav.writeCall(file, PCM, new Pcm(16_000, new short[1])));
    }

    @Test
    void mixesTwoChannelsWithoutOverflow() throws IOException {
        Path file = directory.resolve("call.wav");
        Wav.writeCall(file, new Pcm(8_000, new short[] {32_767, -32_768, 100}),
                new Pcm(8_000, new short[] {32_767, -32_768, 300}));

        assertArrayEquals(new short[] {32_767, -32_768, 200}, Wav.read(file).samples());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 8, 00, -32768", "1, 8, 80, 0", "1, 8, FF, 32512", "1, 16, 3412, 4660", "1, 24, FF3412, 4660",
        "1, 32, FFFF3412, 4660", "3, 32, 0000003F, 16384", "3, 32, 000000C0, -32768", "3, 32, 0000C07F, 0",
        "6, 8, D5, 8", "6, 8, 55, -8", "6, 8, AA, 32256", "6, 8, 2A, -32256", "7, 8, FF, 0", "7, 8, 80, 32124"
    })
    void readsEveryEncoding(int tag, int bits, String sampleHex, int expected) throws IOException {
        byte[] sample = HexFormat.of().parseHex(sampleHex);

        Pcm pcm = Wav.parse(wav(fmt(tag, 1, 22_050, bits), chunk("data", sample)));

        assertEquals(new Pcm(22_050, new short[] {(short) expected}), pcm);
    }

    @Test
    void readsAnExtensibleFormat() throws IOException {
        ByteBuffer body = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        body.putShort((short) 0xFFFE).putShort((short) 1).putInt(48_000).putInt(96_000).putShort((short) 2)
                .putShort((short) 16).putShort((short) 22).putShort((short) 16).putInt(4).putShort((short) 1);

        Pcm pcm = Wav.parse(wav(chunk("fmt ", body.array()), chunk("data", new byte[] {1, 0})));

        assertEquals(new Pcm(48_000, new short[] {1}), pcm);
    }

    @Test
    void passesOverChunksItDoesNotKnow() throws IOException {
        byte[] file = wav(chunk("LIST", new byte[] {1, 2, 3}), fmt(1, 1, 8_000, 16), chunk("cue ", new byte[0]),
                chunk("data", new byte[] {5, 0}), chunk("id3 ", new byte[100]));

        assertArrayEquals(new short[] {5}, Wav.parse(file).samples());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | 3 | 8000 | 16 | 3 channels", "1 | 0 | 8000 | 16 | 0 channels", "1 | 1 | 0 | 16 | sample rate of 0",
        "1 | 1 | -1 | 16 | sample rate of 4294967295", "2 | 1 | 8000 | 4 | encoding 2 with 4 bits",
        "85 | 2 | 44100 | 0 | encoding 85"
    })
    void saysWhatItDoesNotSupport(int tag, int channels, int rate, int bits, String part) {
        byte[] file = wav(fmt(tag, channels, rate, bits), chunk("data", new byte[4]));

        assertRefused(file, part);
    }

    @Test
    void refusesForeignFiles() {
        assertRefused(new byte[0], "RIFF");
        assertRefused("ID3 this is an mp3 file".getBytes(StandardCharsets.US_ASCII), "RIFF");
        assertRefused("RIFF....AVI LIST........".getBytes(StandardCharsets.US_ASCII), "another kind");
        assertRefused(wav(chunk("data", new byte[2]), fmt(1, 1, 8_000, 16)), "before its format");
        assertRefused(wav(fmt(1, 1, 8_000, 16)), "no data");
    }

    @Test
    void refusesAFileThatIsCutOffAnywhere() throws IOException {
        byte[] file = wav(fmt(1, 2, 8_000, 16), chunk("data", new byte[40]));

        assertEquals(10, Wav.parse(file).samples().length);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(WavException.class, () -> Wav.parse(cut), "cut to " + length);
        }
        assertRefused(wav(fmt(1, 2, 8_000, 16), chunk("data", new byte[42])), "inside a sample");
    }

    @Test
    void neverFailsOtherwiseThanByItsOwnException() {
        SplittableRandom random = new SplittableRandom(20_261_122);
        byte[] good = wav(chunk("LIST", new byte[10]), fmt(1, 2, 8_000, 16), chunk("data", new byte[40]));
        for (int round = 0; round < 20_000; round++) {
            byte[] file = good.clone();
            for (int change = 0; change <= round % 4; change++) {
                file[random.nextInt(file.length)] = (byte) random.nextInt();
            }
            try {
                Wav.parse(file);
            } catch (WavException expected) {
                assertTrue(expected.getMessage().length() < 200);
            }
        }
    }

    @Test
    void refusesAFileOverTheLimit() throws IOException {
        Path file = directory.resolve("large.wav");
        try (var channel = Files.newByteChannel(file, EnumSet.of(
                StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
            channel.position(Wav.MAX_FILE_BYTES);
            channel.write(ByteBuffer.wrap(new byte[] {0}));
        }

        assertTrue(assertThrows(WavException.class, () -> Wav.read(file)).getMessage().contains("larger than"));
        Pcm large = new Pcm(8_000, new short[Wav.MAX_FILE_BYTES / 2]);
        assertThrows(WavException.class, () -> Wav.writePcm16(directory.resolve("none.wav"), large));
        assertTrue(Files.notExists(directory.resolve("none.wav")));
    }

    @Test
    void brings44100HertzStereoToATelephone() throws Exception {
        Path file = directory.resolve("cd.wav");
        short[] tone = Tones.sine(44_100, 1_000, 10_000, 44_100);
        Wav.writeCall(file, new Pcm(44_100, tone), new Pcm(44_100, tone));

        byte[] muLaw = Wav.read(file).toMuLaw();

        assertEquals(8_000, muLaw.length);
        assertEquals(Tones.rmsDbfs(tone), Tones.rmsDbfs(MuLaw.decode(muLaw)), 0.1);
    }

    private static void assertRefused(byte[] file, String part) {
        WavException refused = assertThrows(WavException.class, () -> Wav.parse(file));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    private static byte[] fmt(int tag, int channels, int rate, int bits) {
        ByteBuffer body = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        int block = channels * bits / 8;
        body.putShort((short) tag).putShort((short) channels).putInt(rate).putInt(rate * block)
                .putShort((short) block).putShort((short) bits);
        return chunk("fmt ", body.array());
    }

    private static byte[] chunk(String tag, byte[] body) {
        ByteBuffer chunk = ByteBuffer.allocate(8 + body.length + (body.length & 1)).order(ByteOrder.LITTLE_ENDIAN);
        return chunk.put(tag.getBytes(StandardCharsets.US_ASCII)).putInt(body.length).put(body).array();
    }

    private static byte[] wav(byte[]... chunks) {
        int length = Arrays.stream(chunks).mapToInt(chunk -> chunk.length).sum();
        ByteBuffer file = ByteBuffer.allocate(12 + length).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + length);
        file.put("WAVE".getBytes(StandardCharsets.US_ASCII));
        for (byte[] chunk : chunks) {
            file.put(chunk);
        }
        return file.array();
    }
}
