package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

@Doc("What one of a call's services was used for, as far as it says so or as we counted it.")
public record ServiceUse(
        @Doc("What it does for the agent.") Role role,
        @Doc("Which service, as in an agent's definition; offline is a voice of our own.") String vendor,
        @Doc("Its model; absent where there is nothing to choose.") @Nullable String model,
        @Doc("Whether it was used in place of one that stands before it in the definition.") boolean fallback,
        @Doc("How often it was asked: for an answer, to speak a text; of an ear, how often it was opened. What is tried once more on the way to"
                + " the service counts once.") long requests,
        @Doc("Of these, for how many a language model never said what they took: they were stopped, or failed.") long untold,
        @Doc("Tokens of text that it read, those from a cache included.") long inputTokens,
        @Doc("The part of its tokens read that came from a cache.") long cachedTokens,
        @Doc("Tokens of text that it wrote, thoughts included.") long outputTokens,
        @Doc("Tokens of audio that it heard, where it counts so.") long inputAudioTokens,
        @Doc("Tokens of audio that it made, where it counts so.") long outputAudioTokens,
        @Doc("Characters of text that it was given to speak.") long characters,
        @Doc("Milliseconds of audio: of the caller's that an ear was given, else of what it made.") long audioMs) {

    /// Most that are told apart in one call: an agent has at most four services of each kind, and a voice of our own. What comes beside them
    /// is summed up by role, under [#OTHERS].
    public static final int MAX = 16;

    static final String OTHERS = "other";

    /// Of each number the most that is believed and summed up to, so that no sum runs over.
    private static final long MOST = 1L << 52;

    public ServiceUse {
        requests = Math.clamp(requests, 0, MOST);
        untold = Math.clamp(untold, 0, MOST);
        inputTokens = Math.clamp(inputTokens, 0, MOST);
        cachedTokens = Math.clamp(cachedTokens, 0, MOST);
        outputTokens = Math.clamp(outputTokens, 0, MOST);
        inputAudioTokens = Math.clamp(inputAudioTokens, 0, MOST);
        outputAudioTokens = Math.clamp(outputAudioTokens, 0, MOST);
        characters = Math.clamp(characters, 0, MOST);
        audioMs = Math.clamp(audioMs, 0, MOST);
    }

    /// What a service does.
    public enum Role {
        EAR,
        BRAIN,
        MOUTH,
        REALTIME,
        /// Something that only a newer writer knows.
        @JsonEnumDefaultValue
        OTHER
    }

    private record Who(Role role, String vendor, @Nullable String model, boolean fallback) {}

    private Who who() {
        return new Who(role, vendor, model, fallback);
    }

    /// Whether both are of one service, of which there is one sum.
    public boolean isSameService(ServiceUse other) {
        return who().equals(other.who());
    }

    private ServiceUse plus(ServiceUse more) {
        return new ServiceUse(
                role, vendor, model, fallback, requests + more.requests, untold + more.untold, inputTokens + more.inputTokens,
                cachedTokens + more.cachedTokens, outputTokens + more.outputTokens, inputAudioTokens + more.inputAudioTokens,
                outputAudioTokens + more.outputAudioTokens, characters + more.characters, audioMs + more.audioMs);
    }

    private ServiceUse summedUp() {
        return new ServiceUse(
                role, OTHERS, null, false, requests, untold, inputTokens, cachedTokens, outputTokens, inputAudioTokens, outputAudioTokens,
                characters, audioMs);
    }

    /// Both together, one of each service, in the order in which they came.
    public static List<ServiceUse> sum(List<ServiceUse> known, List<ServiceUse> more) {
        Map<Who, ServiceUse> all = new LinkedHashMap<>();
        known.forEach(each -> all.merge(each.who(), each, ServiceUse::plus));
        for (ServiceUse each : more) {
            ServiceUse use = all.size() < MAX || all.containsKey(each.who()) ? each : each.summedUp();
            all.merge(use.who(), use, ServiceUse::plus);
        }
        return List.copyOf(all.values());
    }
}
