package io.agentstream.schemas;

@Doc("How the audio of a call is encoded.")
public record MediaFormat(
        @Doc("MIME type of the encoding, audio/x-mulaw for G.711 mu-law.") String encoding,
        @Doc("Samples a second.") int sampleRate,
        @Doc("Channels; telephony has one.") int channels) {

    /// G.711 mu-law, 8 kHz, mono: what every provider of the Twilio family sends.
    public static final MediaFormat MULAW_8K = new MediaFormat("audio/x-mulaw", 8000, 1);

    /// Whether calls in this format are taken. Whoever reads a provider's message gives the usual spellings of a format one form.
    public boolean spoken() {
        return equals(MULAW_8K);
    }

    /// Bytes of a millisecond of audio, in the formats that are spoken: one a sample.
    public int bytesPerMs() {
        return Math.max(1, sampleRate * channels / 1_000);
    }
}
