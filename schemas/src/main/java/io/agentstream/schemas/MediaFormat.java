package io.agentstream.schemas;

@Doc("How the audio of a call is encoded.")
public record MediaFormat(
        @Doc("MIME type of the encoding, audio/x-mulaw for G.711 mu-law.") String encoding,
        @Doc("Samples a second.") int sampleRate,
        @Doc("Channels; telephony has one.") int channels) {

    /// G.711 mu-law, 8 kHz, mono: what every provider of the Twilio family sends.
    public static final MediaFormat MULAW_8K = new MediaFormat("audio/x-mulaw", 8000, 1);
}
