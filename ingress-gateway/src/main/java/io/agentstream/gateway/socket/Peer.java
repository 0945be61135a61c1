package io.agentstream.gateway.socket;

/// What an address has under way, and owes. Guarded by [AdmissionControl].
final class Peer implements Remembered.Trace {
    int handshakes;

    /// Those that came when none of its calls had talked of late, until they talk or are over.
    int strangersHandshakes;

    /// Those of agents of which it is not known whose they are.
    int unknownHandshakes;
    int refused;
    int talking;
    final RefusalRate rate = RefusalRate.ofMany();

    /// Calls to agents that there are not.
    final RefusalRate unknown = RefusalRate.ofMany();

    @Override
    public boolean isForgettable(long nowUs) {
        return handshakes == 0 && refused == 0 && talking == 0 && rate.isFresh(nowUs) && unknown.isFresh(nowUs);
    }
}
