package io.agentstream.orchestrator.facts;

import io.agentstream.runtime.BuildVersion;
import io.agentstream.schemas.Usage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Adds the shares of each minute up. It remembers each share itself, and takes out what it has put in: so a change that is read again,
/// also one that was done before its place was forgotten, changes nothing. Only the thread of its task.
@SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
final class Sums implements Processor<String, Change, String, Usage> {

    private ProcessorContext<String, Usage> context;
    private KeyValueStore<String, Minute> minutes;
    private KeyValueStore<String, Counted> shares;

    @Override
    public void init(ProcessorContext<String, Usage> newContext) {
        context = newContext;
        minutes = newContext.getStateStore(UsageTopology.MINUTES);
        shares = newContext.getStateStore(UsageTopology.SHARES);
        newContext.schedule(UsageTopology.TIDYING, PunctuationType.STREAM_TIME, this::tidy);
    }

    @Override
    public void process(Record<String, Change> record) {
        Change change = record.value();
        String key = place(record.key(), change.callId());
        Counted before = shares.get(key);
        if (before == null ? change.share() == null : before.share().revision() > change.revision()) {
            return; // said before, or of a run that is not here
        }
        if (change.forgotten()) {
            if (before != null && !before.forgotten()) {
                shares.put(key, before.forget());
                minutes.put(record.key(), minute(record.key(), before.share()).forgetting(1));
            }
            return;
        }
        Share now = change.share();
        if (now == null) {
            shares.delete(key);
        } else {
            shares.put(key, new Counted(now, false));
        }
        count(record, before, now);
    }

    private void count(Record<String, Change> record, @Nullable Counted out, @Nullable Share in) {
        Share any = in != null ? in : out == null ? null : out.share();
        if (any == null) {
            return;
        }
        Minute before = minute(record.key(), any);
        Minute after = before;
        if (out != null) {
            after = after.without(out.share()).forgetting(out.forgotten() ? -1 : 0);
        }
        if (in != null) {
            after = after.with(in);
        }
        minutes.put(record.key(), after);
        if (!after.usage().equals(before.usage())) {
            context.forward(record.withValue(after.usage().toldBy(BuildVersion.text())));
        }
    }

    private Minute minute(String key, Share share) {
        Minute known = minutes.get(key);
        return known != null ? known : Minute.empty(share.organizationId(), share.minute());
    }

    /// Lets go of minutes that nothing will change any more.
    private void tidy(long streamTimeMs) {
        List<String> gone = new ArrayList<>();
        try (KeyValueIterator<String, Minute> all = minutes.all()) {
            while (all.hasNext()) {
                var minute = all.next();
                if (minute.value.isForgotten() && minute.value.usage().minute().plus(UsageTopology.KEPT).toEpochMilli() < streamTimeMs) {
                    gone.add(minute.key);
                }
            }
        }
        for (String key : gone) {
            try (KeyValueIterator<String, Counted> of = shares.range(place(key, ""), place(key, "~"))) {
                while (of.hasNext()) {
                    shares.delete(of.next().key);
                }
            }
            minutes.delete(key);
        }
    }

    private static String place(String minute, String callId) {
        return minute + "|" + callId;
    }
}
