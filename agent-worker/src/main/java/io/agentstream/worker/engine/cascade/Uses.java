package io.agentstream.worker.engine.cascade;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The uses of tools of one conversation that are under way. The session's thread begins and stops them; what came of one is told by any.
final class Uses {

    private final Map<Place, Begun> underWay = new ConcurrentHashMap<>();

    private record Place(int turn, int number) {}

    /// Its use is the session's thread's only: whoever tells what came of it takes it out, and looks no further.
    private static final class Begun {
        private Tools.@Nullable Use use;
    }

    /// @param beginning is given whom to tell
    void begin(int turn, int number, Function<Tools.Listener, Tools.Use> beginning, Tools.Listener listener) {
        Place place = new Place(turn, number);
        Begun begun = new Begun();
        underWay.put(place, begun);
        try {
            begun.use = beginning.apply((failed, result) -> {
                underWay.remove(place);
                listener.on(failed, result);
            });
        } catch (RuntimeException notBegun) {
            underWay.remove(place);
            throw notBegun;
        }
    }

    void stop(int turn, int number) {
        stop(underWay.remove(new Place(turn, number)));
    }

    private static void stop(@Nullable Begun begun) {
        if (begun != null && begun.use != null) {
            begun.use.cancel();
        }
    }

    void close() {
        underWay.values().forEach(Uses::stop);
        underWay.clear();
    }

    int count() {
        return underWay.size();
    }
}
