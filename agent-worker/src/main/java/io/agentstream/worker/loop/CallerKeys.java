package io.agentstream.worker.loop;

/// Keeps a key from counting twice that is told as an event and heard as a tone: whichever comes first counts. As soon as one was told, the
/// provider tells keys, and tones are passed over from then on. Only the loop.
final class CallerKeys {

    /// How much later than its tone an event may come.
    static final long SAME_MS = 3_000;

    /// Tones that may wait for their events; of more of them the oldest are taken to have none.
    private static final int MAX_HEARD = 20;

    /// Keys that were only heard, and when.
    private final StringBuilder heard = new StringBuilder();
    private final long[] heardMs = new long[MAX_HEARD];
    private boolean areTold;

    /// A key is heard.
    ///
    /// @return whether it counts
    boolean heard(char key, long nowMs) {
        if (areTold) {
            return false;
        }
        if (heard.length() == MAX_HEARD) {
            drop();
        }
        heardMs[heard.length()] = nowMs;
        heard.append(key);
        return true;
    }

    /// A key is told.
    ///
    /// @return whether it counts
    boolean told(char key, long nowMs) {
        areTold = true;
        while (!heard.isEmpty() && nowMs - heardMs[0] > SAME_MS) {
            drop();
        }
        if (heard.isEmpty() || heard.charAt(0) != key) {
            return true;
        }
        drop();
        return false;
    }

    private void drop() {
        heard.deleteCharAt(0);
        System.arraycopy(heardMs, 1, heardMs, 0, heard.length());
    }
}
