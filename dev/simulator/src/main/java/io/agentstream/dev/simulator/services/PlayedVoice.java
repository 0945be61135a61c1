package io.agentstream.dev.simulator.services;

import java.util.Arrays;

/// How a played voice speaks: each character of a text as so many bytes that are the character's code, so that whoever hears it can read
/// what was said.
///
/// @param firstMs before the first audio of a text
/// @param betweenMs between two pieces of audio
public record PlayedVoice(int bytesPerCharacter, long firstMs, long betweenMs) {

    /// Ten milliseconds a character, without a pause.
    public static final PlayedVoice PROMPT = new PlayedVoice(80, 0, 0);

    byte[] audio(String text) {
        byte[] audio = new byte[text.length() * bytesPerCharacter];
        for (int i = 0; i < text.length(); i++) {
            Arrays.fill(audio, i * bytesPerCharacter, (i + 1) * bytesPerCharacter, (byte) text.charAt(i));
        }
        return audio;
    }

    long msPerCharacter() {
        return bytesPerCharacter / 8;
    }
}
