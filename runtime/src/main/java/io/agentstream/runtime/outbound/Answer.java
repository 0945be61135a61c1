package io.agentstream.runtime.outbound;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What became of a request.
public sealed interface Answer {

    /// The other side answered.
    ///
    /// @param retryAfter its header of that name, as it came; null where there was none
    /// @param body its beginning as UTF-8, at most 64 KiB; what is behind that, or did not come, is not waited for
    record Answered(int status, @Nullable String retryAfter, String body) implements Answer {

        public boolean isSuccess() {
            return status >= 200 && status <= 299;
        }

        /// Without the body, which is somebody's.
        @Override
        public String toString() {
            return "Answered[" + status + "]";
        }
    }

    /// There is no answer.
    record Unanswered(Trouble trouble) implements Answer {}

    /// Why there is no answer.
    enum Trouble {
        /// The address may not be reached from here.
        ADDRESS_REFUSED,
        NAME_NOT_FOUND,
        /// Nobody accepts connections there.
        NO_CONNECTION,
        /// The certificate does not hold, or there is no agreement on how to encrypt.
        TLS,
        /// It took longer than it may.
        TIMEOUT,
        /// The connection was closed, or what came was no HTTP.
        BROKEN;

        /// As in lists and answers for people.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
