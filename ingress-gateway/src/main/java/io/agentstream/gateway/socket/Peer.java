package io.agentstream.gateway.socket;

/// What an address has under way, and owes. Guarded by [AdmissionControl].
final class Peer implements Remembered.Trace {
    int handshakes;
    int refused;
    int talking;
    final RefusalRate rate = new RefusalRate();

    @Override
    public boolean isForgettable(long nowUs) {
        return handshakes == 0 && refused == 0 && talking == 0 && rate.isFresh(nowUs);
    }
}
