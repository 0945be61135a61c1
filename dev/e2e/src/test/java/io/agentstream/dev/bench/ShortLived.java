package io.agentstream.dev.bench;

import java.util.List;
import java.util.stream.Stream;

/// Options of processes that live for seconds: the first compiler is enough, and one thread that collects.
final class ShortLived {

    private ShortLived() {}

    static JvmFlags flags(List<String> more) {
        List<String> service = Stream.concat(more.stream(), Stream.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")).toList();
        JvmFlags flags = JvmFlags.recommended(service);
        List<String> tool = Stream.concat(flags.tool().stream(), Stream.of("-XX:TieredStopAtLevel=1")).toList();
        return new JvmFlags(flags.service(), flags.orchestrator(), flags.broker(), tool);
    }
}
