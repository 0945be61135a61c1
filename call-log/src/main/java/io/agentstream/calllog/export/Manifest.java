package io.agentstream.calllog.export;

import io.agentstream.schemas.CallId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an exported call says of itself, in its last member.
///
/// @param format [CallFileFormat#NAME]
/// @param version of the format
/// @param product version of the product that wrote it
/// @param redacted whether what is personal was taken out
/// @param over whether the run was over when it was written
/// @param definitionKey which definition the run used, where it is known and not redacted
/// @param topics whose records are in it, each with the version of its contract in its name
/// @param leftOut topics of which nothing is in it because it is redacted
/// @param gaps what is not in it because it was not there any more, or never
/// @param gapsLeftOut how many more there were
/// @param members all others, in their order
public record Manifest(
        String format,
        int version,
        String product,
        boolean redacted,
        CallId callId,
        long runId,
        String runName,
        boolean over,
        @Nullable String definitionKey,
        List<TopicPart> topics,
        List<String> leftOut,
        List<Gap> gaps,
        long gapsLeftOut,
        List<Member> members) {

    /// Most gaps that are told one by one.
    static final int MAX_GAPS = 1_000;

    /// @param records how many there are
    /// @param unreadable how many of them this version cannot read: damaged, or of a newer version; in a redacted file how many were
    ///        left out for that
    public record TopicPart(String name, long records, long unreadable) {}

    /// @param why `deleted`, `lost` or `sealed`
    /// @param firstSeq number of the first record that is missing; 0 where the topic does not tell
    /// @param lastSeq number of the last one
    public record Gap(String why, String topic, long firstSeq, long lastSeq) {}

    /// @param sha256 in hexadecimal
    public record Member(String name, long bytes, String sha256) {}
}
