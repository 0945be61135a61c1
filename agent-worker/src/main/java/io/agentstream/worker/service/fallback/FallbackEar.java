package io.agentstream.worker.service.fallback;

import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Gate;
import io.agentstream.worker.service.wire.Serial;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Goes on with the next ear where one is deaf. Audio that waited for the one that failed is lost: it is as old as its attempts took.
public final class FallbackEar implements Ear {

    private final List<Function<Listener, Ear>> ears;
    private final Standing standing;
    private final Gate<Heard> gate;
    private final Serial serial = new Serial();
    private volatile @Nullable Ear current;
    private volatile Usage usage = Usage.NONE;
    /// Only the tasks of `serial`.
    private final Set<Integer> tried = new HashSet<>();

    private FallbackEar(List<Function<Listener, Ear>> ears, Standing standing, Listener listener) {
        this.ears = List.copyOf(ears);
        this.standing = standing;
        this.gate = new Gate<>(listener::on);
    }

    /// @param ears open one, best first, as many as `standing` counts
    public static FallbackEar open(List<Function<Listener, Ear>> ears, Standing standing, Listener listener) {
        FallbackEar ear = new FallbackEar(ears, standing, listener);
        ear.serial.run(ear::next);
        return ear;
    }

    private void next() {
        OptionalInt member = standing.ask(tried);
        if (member.isPresent() && gate.isOpen()) {
            int ear = member.getAsInt();
            tried.add(ear);
            current = ears.get(ear).apply(heard -> serial.run(() -> take(ear, heard)));
        }
    }

    private void take(int ear, Heard heard) {
        if (!(heard instanceof Heard.Failed(var failure))) {
            standing.succeeded(ear);
            gate.tell(heard);
            return;
        }
        standing.failed(ear, failure);
        Ear deaf = current;
        if (deaf != null) {
            usage = usage.plus(deaf.usage());
            current = null;
            deaf.close();
        }
        if (tried.size() == ears.size()) {
            gate.tellLast(heard);
        } else {
            next();
        }
    }

    /// Behind what is being done: while one ear takes another's place there is none, and what is said meanwhile is for the next.
    @Override
    public void hear(Slice audio) {
        serial.run(() -> {
            Ear ear = current;
            if (ear != null) {
                ear.hear(audio);
            }
        });
    }

    @Override
    public void finish() {
        serial.run(() -> {
            Ear ear = current;
            if (ear != null) {
                ear.finish();
            }
        });
    }

    @Override
    public Usage usage() {
        Ear ear = current;
        return ear == null ? usage : usage.plus(ear.usage());
    }

    @Override
    public void close() {
        gate.shut();
        serial.run(() -> {
            Ear ear = current;
            if (ear != null) {
                ear.close();
            }
        });
    }
}
