package io.agentstream.schemas;

@Doc("How a call's audio went, as its gateway tells.")
public record MediaFacts(
        @Doc("Messages with audio of the caller that came while the run was running.") long heardFrames,
        @Doc("Records of the call that are missing on call.media.v1: Kafka did not take them, or more waited for it than a call, or its"
                + " organisation, may have. Those that it had not answered for by the end are not among them.") long lostFrames,
        @Doc("How often the caller heard a pause in the middle of a turn, because the audio that follows came too late: pauses of less"
                + " than half a second. Longer ones are between what is said.") int gaps,
        @Doc("Milliseconds of those pauses, altogether.") long gapMs,
        @Doc("Milliseconds of the longest of them.") long longestGapMs) {}
