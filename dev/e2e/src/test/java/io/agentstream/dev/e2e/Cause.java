package io.agentstream.dev.e2e;

import io.agentstream.schemas.Failure;
import java.util.Optional;

/// What can be wrong with a call from outside, in the order of the contract's table. Each knows how to spoil a good call.
enum Cause {
    MISSING_PROVIDER(Failure.MISSING_PROVIDER) {
        @Override
        void spoil(Attempt call) {
            call.provider = null;
        }
    },
    UNKNOWN_PROVIDER(Failure.UNKNOWN_PROVIDER) {
        @Override
        void spoil(Attempt call) {
            call.provider = "acme";
        }
    },
    UNSUPPORTED_PROVIDER(Failure.UNSUPPORTED_PROVIDER) {
        @Override
        void spoil(Attempt call) {
            call.provider = "twilio";
        }
    },
    WORKFLOW_NOT_FOUND(Failure.WORKFLOW_NOT_FOUND) {
        @Override
        void spoil(Attempt call) {
            call.agent = "00000000-0000-4000-8000-000000000000";
        }
    },
    SUSPENDED(Failure.SUSPENDED) {
        @Override
        void spoil(Attempt call) {
            call.suspended = true;
        }
    },
    QUOTA_EXCEEDED(Failure.QUOTA_EXCEEDED) {
        @Override
        void spoil(Attempt call) {
            call.penniless = true;
        }
    },
    CONCURRENCY_LIMIT(Failure.CONCURRENCY_LIMIT) {
        @Override
        void spoil(Attempt call) {
            call.maxConcurrentCalls = 0;
        }
    },
    MISSING_DOMAIN(Failure.MISSING_DOMAIN) {
        @Override
        void spoil(Attempt call) {
            call.domain = null;
            call.accountSid = null;
        }
    },
    UNKNOWN_DOMAIN(Failure.UNKNOWN_DOMAIN) {
        @Override
        void spoil(Attempt call) {
            call.domain = "nowhere.example.com";
        }
    },
    MISSING_BEARER_TOKEN(Failure.MISSING_BEARER_TOKEN) {
        @Override
        void spoil(Attempt call) {
            call.domain = Attempt.DOMAIN_WITHOUT_TOKEN;
        }
    },
    EXPECTED_CONNECTED(Failure.EXPECTED_CONNECTED) {
        @Override
        void spoil(Attempt call) {
            call.first = Optional.of("[1,2,3]");
        }
    },
    EXPECTED_START(Failure.EXPECTED_START) {
        @Override
        void spoil(Attempt call) {
            call.second = Optional.of("{\"event\":\"media\",\"media\":{\"payload\":\"/w==\"}}");
        }
    },
    MISSING_STREAM_IDENTIFIERS(Failure.MISSING_STREAM_IDENTIFIERS) {
        @Override
        void spoil(Attempt call) {
            call.streamSid = null;
        }
    },
    UNSUPPORTED_MEDIA(Failure.UNSUPPORTED_MEDIA) {
        @Override
        void spoil(Attempt call) {
            call.encoding = "audio/opus";
        }
    },
    SESSION_INVALID(Failure.SESSION_INVALID) {
        @Override
        void spoil(Attempt call) {
            call.sessionDenied = true;
        }
    },
    HANDSHAKE_TIMEOUT(Failure.HANDSHAKE_TIMEOUT) {
        @Override
        void spoil(Attempt call) {
            call.silent = true;
        }
    };

    final Failure failure;

    Cause(Failure failure) {
        this.failure = failure;
    }

    abstract void spoil(Attempt call);

    /// Two causes that cannot be had together: they spoil the same thing, or one keeps the other from being seen.
    boolean excludes(Cause other) {
        return group() == other.group()
                || (this == EXPECTED_CONNECTED && other == EXPECTED_START) // the second is not read any more
                || (frame() && other == HANDSHAKE_TIMEOUT)
                || (this == SESSION_INVALID && other == HANDSHAKE_TIMEOUT);
    }

    private boolean frame() {
        return this == EXPECTED_CONNECTED || this == EXPECTED_START || this == MISSING_STREAM_IDENTIFIERS || this == UNSUPPORTED_MEDIA;
    }

    private int group() {
        return switch (this) {
            case MISSING_PROVIDER, UNKNOWN_PROVIDER, UNSUPPORTED_PROVIDER -> 1;
            case MISSING_DOMAIN, UNKNOWN_DOMAIN, MISSING_BEARER_TOKEN -> 2;
            default -> 100 + ordinalInTable();
        };
    }

    @SuppressWarnings("EnumOrdinal") // the order of the constants is the order of the table
    private int ordinalInTable() {
        return ordinal();
    }
}
