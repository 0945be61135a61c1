package io.agentstream.worker.service;

/// What a service was used for, as far as it says so or as we counted it: facts of a call, and what it is billed by.
///
/// @param inputTokens text that was read, those from a cache included
/// @param cachedTokens the part of them that came from the service's cache
/// @param outputTokens text that was written, thoughts included
/// @param inputAudioTokens audio that was heard by a model that bills it so
/// @param outputAudioTokens audio that was made by a model that bills it so
/// @param characters text that was given to a voice
/// @param audioMs audio that was heard or made
public record Usage(
        long inputTokens, long cachedTokens, long outputTokens, long inputAudioTokens, long outputAudioTokens, long characters,
        long audioMs) {

    /// Of each number the most that is believed. What speaks a vendor's protocol need not be the vendor's.
    private static final long MOST = 1L << 40;

    public Usage {
        inputTokens = Math.clamp(inputTokens, 0, MOST);
        cachedTokens = Math.clamp(cachedTokens, 0, MOST);
        outputTokens = Math.clamp(outputTokens, 0, MOST);
        inputAudioTokens = Math.clamp(inputAudioTokens, 0, MOST);
        outputAudioTokens = Math.clamp(outputAudioTokens, 0, MOST);
        characters = Math.clamp(characters, 0, MOST);
        audioMs = Math.clamp(audioMs, 0, MOST);
    }

    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0);

    public static Usage tokens(long input, long cached, long output) {
        return new Usage(input, cached, output, 0, 0, 0, 0);
    }

    public static Usage heard(long audioMs) {
        return new Usage(0, 0, 0, 0, 0, 0, audioMs);
    }

    public static Usage spoken(long characters, long audioMs) {
        return new Usage(0, 0, 0, 0, 0, characters, audioMs);
    }

    public Usage minus(Usage less) {
        return new Usage(
                inputTokens - less.inputTokens, cachedTokens - less.cachedTokens, outputTokens - less.outputTokens,
                inputAudioTokens - less.inputAudioTokens, outputAudioTokens - less.outputAudioTokens,
                characters - less.characters, audioMs - less.audioMs);
    }

    public Usage plus(Usage more) {
        return new Usage(
                inputTokens + more.inputTokens, cachedTokens + more.cachedTokens, outputTokens + more.outputTokens,
                inputAudioTokens + more.inputAudioTokens, outputAudioTokens + more.outputAudioTokens,
                characters + more.characters, audioMs + more.audioMs);
    }
}
