package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.calllog.CallSource;
import io.agentstream.schemas.Topic;
import java.io.IOException;

/// A call's records as they stand in an exported file, checked already. Any thread.
final class FileCallSource implements CallSource {

    private final Spool spool;
    private final Manifest manifest;

    FileCallSource(Spool spool, Manifest manifest) {
        this.spool = spool;
        this.manifest = manifest;
    }

    @Override
    public Records open(Topic<?> topic) throws IOException {
        boolean isDeleted = manifest.gaps().stream()
                .anyMatch(gap -> gap.topic().equals(topic.name()) && gap.why().equals(Inventory.why(Why.DELETED)));
        return spool.records(topic, isDeleted);
    }
}
