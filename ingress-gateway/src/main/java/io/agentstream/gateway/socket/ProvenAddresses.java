package io.agentstream.gateway.socket;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The addresses whose calls have talked of late. Guarded by [AdmissionControl].
final class ProvenAddresses {

    static final long KEPT_US = TimeUnit.HOURS.toMicros(1);

    /// Of more addresses, those that talked last are kept.
    static final int MAX = 10_000;

    /// When the last call of an address talked; the one that did so longest ago comes first.
    private final Map<String, Long> talkedAtUs = new LinkedHashMap<>();

    void talked(String address, long nowUs) {
        talkedAtUs.remove(address); // so that it goes to the end
        talkedAtUs.put(address, nowUs);
        if (talkedAtUs.size() > MAX) {
            talkedAtUs.remove(talkedAtUs.keySet().iterator().next());
        }
    }

    boolean contains(String address, long nowUs) {
        Long atUs = talkedAtUs.get(address);
        return atUs != null && nowUs - atUs < KEPT_US;
    }
}
