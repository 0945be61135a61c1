package io.agentstream.audio;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Reads and writes WAV files, whole, in memory. Safe for any thread.
///
/// Reading takes any rate that `Pcm` does, one or two channels (two are mixed to one), the encodings of `WavEncoding`,
/// and passes over chunks it does not know. What is foreign or cut off is a `WavException`, never half a recording.
public final class Wav {

    /// The largest file that is read or written: 11 minutes of 48 kHz PCM16 mono, over an hour of mu-law.
    public static final int MAX_FILE_BYTES = 64 * 1024 * 1024;

    private static final int EXTENSIBLE = 0xFFFE;
    private static final int CHUNK_HEADER_BYTES = 8;

    private record Format(WavEncoding encoding, int channels, int sampleRateHz) {

        int blockBytes() {
            return encoding.bytesPerSample() * channels;
        }
    }

    private Wav() {
    }

    /// Reads a file; throws `WavException` where it is not a WAV file that we read, `IOException` where it cannot be read.
    public static Pcm read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            // One byte over the limit is enough to know: the size a file claims may change, or be none (a pipe).
            return parse(in.readNBytes(MAX_FILE_BYTES + 1));
        }
    }

    /// Reads the bytes of a file.
    public static Pcm parse(byte[] file) throws WavException {
        if (file.length > MAX_FILE_BYTES) {
            throw new WavException("the file is larger than " + MAX_FILE_BYTES + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < 12 || !tag(in).equals("RIFF")) {
            throw new WavException("not a WAV file: it does not begin with RIFF");
        }
        in.getInt();
        if (!tag(in).equals("WAVE")) {
            throw new WavException("not a WAV file: a RIFF file of another kind");
        }
        Format format = null;
        while (in.remaining() >= CHUNK_HEADER_BYTES) {
            String tag = tag(in);
            long bytes = Integer.toUnsignedLong(in.getInt());
            if (bytes > in.remaining()) {
                throw new WavException("cut off: a chunk of " + bytes + " bytes has only " + in.remaining());
            }
            ByteBuffer chunk = in.slice(in.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (tag.equals("fmt ")) {
                format = format(chunk);
            } else if (tag.equals("data")) {
                if (format == null) {
                    throw new WavException("the data comes before its format");
                }
                return samples(format, chunk);
            }
            // Chunks begin at even offsets; the pad byte after the last one is often missing.
            in.position((int) Math.min(in.limit(), in.position() + bytes + (bytes & 1)));
        }
        throw new WavException("cut off: there is no data chunk");
    }

    /// Writes 16-bit PCM at the rate that `mono` has.
    public static void writePcm16(Path file, Pcm mono) throws IOException {
        write(file, new Format(WavEncoding.PCM_16, 1, mono.sampleRateHz()), mono.samples().length,
                out -> out.asShortBuffer().put(mono.samples()));
    }

    /// Writes telephone audio as it came: mu-law, 8 kHz, mono.
    public static void writeMuLaw(Path file, byte[] muLaw) throws IOException {
        write(file, new Format(WavEncoding.MU_LAW, 1, MuLaw.SAMPLE_RATE_HZ), muLaw.length, out -> out.put(muLaw));
    }

    /// Writes both sides of a call as 16-bit PCM: left what the caller said, right what the agent said. The shorter
    /// one ends in silence. Throws `IllegalArgumentException` when the rates differ.
    public static void writeCall(Path file, Pcm caller, Pcm agent) throws IOException {
        if (caller.sampleRateHz() != agent.sampleRateHz()) {
            throw new IllegalArgumentException("the two sides have rates of " + caller.sampleRateHz() + " and "
                    + agent.sampleRateHz() + " Hz");
        }
        int length = Math.max(caller.samples().length, agent.samples().length);
        write(file, new Format(WavEncoding.PCM_16, 2, caller.sampleRateHz()), length, out -> {
            for (int i = 0; i < length; i++) {
                out.putShort(sampleOrSilence(caller, i)).putShort(sampleOrSilence(agent, i));
            }
        });
    }

    private static short sampleOrSilence(Pcm pcm, int index) {
        return index < pcm.samples().length ? pcm.samples()[index] : 0;
    }

    private static Format format(ByteBuffer chunk) throws WavException {
        if (chunk.remaining() < 16) {
            throw new WavException("cut off: a format of " + chunk.remaining() + " bytes");
        }
        int formatTag = Short.toUnsignedInt(chunk.getShort(0));
        int channels = Short.toUnsignedInt(chunk.getShort(2));
        int sampleRateHz = chunk.getInt(4);
        int blockBytes = Short.toUnsignedInt(chunk.getShort(12));
        int bits = Short.toUnsignedInt(chunk.getShort(14));
        if (formatTag == EXTENSIBLE) {
            if (chunk.remaining() < 40) {
                throw new WavException("cut off: an extensible format of " + chunk.remaining() + " bytes");
            }
            formatTag = Short.toUnsignedInt(chunk.getShort(24));
        }
        if (channels < 1 || channels > 2) {
            throw new WavException(channels + " channels; supported are 1 and 2");
        }
        if (sampleRateHz < Pcm.MIN_SAMPLE_RATE_HZ || sampleRateHz > Pcm.MAX_SAMPLE_RATE_HZ) {
            throw new WavException("a sample rate of " + Integer.toUnsignedString(sampleRateHz) + " Hz; supported are "
                    + Pcm.MIN_SAMPLE_RATE_HZ + " to " + Pcm.MAX_SAMPLE_RATE_HZ);
        }
        Format format = new Format(WavEncoding.of(formatTag, bits), channels, sampleRateHz);
        if (format.blockBytes() != blockBytes) {
            throw new WavException("the format contradicts itself: " + blockBytes + " bytes for " + channels
                    + " samples of " + bits + " bits");
        }
        return format;
    }

    private static Pcm samples(Format format, ByteBuffer data) throws WavException {
        if (data.remaining() % format.blockBytes() != 0) {
            throw new WavException("cut off: the data ends inside a sample");
        }
        short[] samples = new short[data.remaining() / format.blockBytes()];
        WavEncoding encoding = format.encoding();
        for (int i = 0; i < samples.length; i++) {
            int at = i * format.blockBytes();
            int sum = encoding.sample(data, at);
            if (format.channels() == 2) {
                sum = (sum + encoding.sample(data, at + encoding.bytesPerSample())) / 2;
            }
            samples[i] = (short) sum;
        }
        return new Pcm(format.sampleRateHz(), samples);
    }

    /// Writes a header for `sampleFrames` and what `samples` puts behind it.
    private static void write(Path file, Format format, int sampleFrames, Consumer<ByteBuffer> samples)
            throws IOException {
        boolean pcm = format.encoding() == WavEncoding.PCM_16;
        // Anything but PCM says how long its extension is (0), and how many sample frames there are.
        int headerBytes = pcm ? 44 : 58;
        long dataBytes = (long) sampleFrames * format.blockBytes();
        long fileBytes = headerBytes + dataBytes + (dataBytes & 1);
        if (fileBytes > MAX_FILE_BYTES) {
            throw new WavException("a recording of " + fileBytes + " bytes; at most " + MAX_FILE_BYTES + " are written");
        }
        byte[] bytes = new byte[(int) fileBytes];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(ascii("RIFF")).putInt((int) fileBytes - CHUNK_HEADER_BYTES).put(ascii("WAVE"));
        out.put(ascii("fmt ")).putInt(pcm ? 16 : 18);
        out.putShort((short) format.encoding().formatTag()).putShort((short) format.channels());
        out.putInt(format.sampleRateHz()).putInt(format.sampleRateHz() * format.blockBytes());
        out.putShort((short) format.blockBytes()).putShort((short) (format.encoding().bytesPerSample() * 8));
        if (!pcm) {
            out.putShort((short) 0);
            out.put(ascii("fact")).putInt(4).putInt(sampleFrames);
        }
        out.put(ascii("data")).putInt((int) dataBytes);
        samples.accept(out);
        Files.write(file, bytes);
    }

    private static String tag(ByteBuffer in) {
        byte[] tag = new byte[4];
        in.get(tag);
        return new String(tag, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String tag) {
        return tag.getBytes(StandardCharsets.US_ASCII);
    }
}
