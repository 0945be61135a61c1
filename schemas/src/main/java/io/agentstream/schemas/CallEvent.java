package io.agentstream.schemas;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the gateway says of a call on `call.lifecycle.v1`: one `offered`, at most one `started`, any number of `alive`, one
/// `ended`. The agent's UUID authorises calls, so it is not here: its digest is.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface CallEvent {

    CallId callId();

    /// The call's own sequence number, shared with its frames on `call.media.v1`; begins at 1 with `offered`.
    long seq();

    Instant at();

    @JsonTypeName("offered")
    @Doc("A provider opened a socket; nothing is decided yet, unless the gateway refused it at the door.")
    record Offered(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway accepted the socket.") Instant at,
            @Doc("Why the gateway refused the call by itself; absent where admission is asked for.") @Nullable Failure refusal,
            @Doc("The provider's name as the URL gives it, lower-cased.") @Nullable String provider,
            @Doc("SHA-256, in hexadecimal, of the lower-cased agent UUID in the URL.") String agentDigest,
            @Doc("Partition of socket.commands.v1 that reaches this call's socket.") int slot,
            @Doc("IP address of the peer.") String remoteAddress,
            @Doc("The provider's domain from the URL, normalised.") @Nullable String domain,
            @Doc("The peer's own name for the call: callId or CallSid of the URL.") @Nullable String externalCallId,
            @Doc("The caller's number from the URL.") @Nullable String from,
            @Doc("The called number from the URL.") @Nullable String to,
            @Doc(Sealing.DOC) @Nullable String sealed)
            implements CallEvent {

        /// An offer of which nothing is sealed.
        public Offered(
                CallId callId,
                long seq,
                Instant at,
                @Nullable Failure refusal,
                @Nullable String provider,
                String agentDigest,
                int slot,
                String remoteAddress,
                @Nullable String domain,
                @Nullable String externalCallId,
                @Nullable String from,
                @Nullable String to) {
            this(callId, seq, at, refusal, provider, agentDigest, slot, remoteAddress, domain, externalCallId, from, to, null);
        }
    }

    @JsonTypeName("started")
    @Doc("The provider's start message was read. Identifiers it did not give are absent, and the call is then refused.")
    record Started(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway read the message.") Instant at,
            @Doc("The provider's name for the stream.") @Nullable String streamSid,
            @Doc("The provider's name for the media side of the call.") @Nullable String callSid,
            @Doc("The provider's session token, the name to use with its REST API.") @Nullable String session,
            @Doc("The provider's domain that holds for the call, normalised: the URL's, else the message's.")
                    @Nullable String domain,
            @Doc("The caller's number: the URL's, else the message's.") @Nullable String from,
            @Doc("The called number: the URL's, else the message's.") @Nullable String to,
            @Doc("How the call came about, in the provider's words.") @Nullable String context,
            @Doc("The tracks that the provider sends.") List<String> tracks,
            @Doc("How the audio is encoded.") MediaFormat mediaFormat,
            @Doc("What the provider's document hands over by name; objects and lists as their JSON.")
                    Map<String, String> customParameters,
            @Doc("What of the message was cut or left out at a limit, a sentence each; absent where nothing was.")
                    @Nullable List<String> cut,
            @Doc(Sealing.DOC) @Nullable String sealed)
            implements CallEvent {

        /// A start of which nothing is sealed.
        public Started(
                CallId callId,
                long seq,
                Instant at,
                @Nullable String streamSid,
                @Nullable String callSid,
                @Nullable String session,
                @Nullable String domain,
                @Nullable String from,
                @Nullable String to,
                @Nullable String context,
                List<String> tracks,
                MediaFormat mediaFormat,
                Map<String, String> customParameters,
                @Nullable List<String> cut) {
            this(callId, seq, at, streamSid, callSid, session, domain, from, to, context, tracks, mediaFormat, customParameters, cut,
                    null);
        }

        /// A start of which nothing was cut.
        public Started(
                CallId callId,
                long seq,
                Instant at,
                @Nullable String streamSid,
                @Nullable String callSid,
                @Nullable String session,
                @Nullable String domain,
                @Nullable String from,
                @Nullable String to,
                @Nullable String context,
                List<String> tracks,
                MediaFormat mediaFormat,
                Map<String, String> customParameters) {
            this(callId, seq, at, streamSid, callSid, session, domain, from, to, context, tracks, mediaFormat, customParameters,
                    null, null);
        }
    }

    @JsonTypeName("alive")
    @Doc("The socket is still open. A call that stays quiet for long is closed as lost.")
    record Alive(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When the gateway said so.") Instant at)
            implements CallEvent {}

    @JsonTypeName("ended")
    @Doc("The socket is closed. Says either how the call ended or why it failed.")
    record Ended(
            @Doc("The call.") CallId callId,
            @Doc("Number of this record in the order in which the gateway saw the call.") long seq,
            @Doc("When it ended.") Instant at,
            @Doc("WebSocket close code that the peer got, or its own where it closed first.") int closeCode,
            @Doc("Close reason that the peer got.") String closeReason,
            @Doc("How a call that was running ended.") @Nullable End end,
            @Doc("What went wrong.") @Nullable Failure failure,
            @Doc("Messages of the running call that were passed over because they were unknown, malformed, empty, repeated or"
                            + " oddly typed: how many of each kind; absent where there were none.")
                    @Nullable Map<String, Integer> oddMessages,
            @Doc("When the first audio of the caller came while the call was running; absent where none did, and from older writers.")
                    @Nullable Instant firstHeardAt,
            @Doc("When the first audio of the agent went out to be played; absent where none did, and from older writers.")
                    @Nullable Instant firstPlayedAt,
            @Doc("Milliseconds of the agent's audio that the caller has heard; absent from older writers.")
                    @Nullable Long playedMs,
            @Doc("Whether audio came from the caller while the call was running, and all of it was silence; absent where none came, and from"
                            + " older writers.")
                    @Nullable Boolean callerSilent,
            @Doc("Whether audio of the agent went out to be played, and all of it was silence; absent where none did, and from older writers.")
                    @Nullable Boolean agentSilent,
            @Doc("Where the call's records lie: on call.media.v1 those that Kafka had acknowledged by then, the last few may follow; on"
                            + " socket.commands.v1 those that the gateway had read. Absent where there are none, and from older writers.")
                    @Nullable List<Place> places,
            @Doc("How the call's audio went, as far as it was known by then; absent from older writers.") @Nullable MediaFacts media)
            implements CallEvent {

        /// As an older writer says it.
        public Ended(
                CallId callId,
                long seq,
                Instant at,
                int closeCode,
                String closeReason,
                @Nullable End end,
                @Nullable Failure failure,
                @Nullable Map<String, Integer> oddMessages,
                @Nullable Instant firstHeardAt,
                @Nullable Instant firstPlayedAt,
                @Nullable Long playedMs,
                @Nullable Boolean callerSilent,
                @Nullable Boolean agentSilent,
                @Nullable List<Place> places) {
            this(
                    callId, seq, at, closeCode, closeReason, end, failure, oddMessages, firstHeardAt, firstPlayedAt, playedMs, callerSilent,
                    agentSilent, places, null);
        }

        /// Of a call of which it is known neither how it sounded nor where its records lie.
        public Ended(
                CallId callId,
                long seq,
                Instant at,
                int closeCode,
                String closeReason,
                @Nullable End end,
                @Nullable Failure failure,
                @Nullable Map<String, Integer> oddMessages,
                @Nullable Instant firstHeardAt,
                @Nullable Instant firstPlayedAt,
                @Nullable Long playedMs) {
            this(callId, seq, at, closeCode, closeReason, end, failure, oddMessages, firstHeardAt, firstPlayedAt, playedMs, null, null, null);
        }

        /// Of a call of which no audio is known.
        public Ended(
                CallId callId,
                long seq,
                Instant at,
                int closeCode,
                String closeReason,
                @Nullable End end,
                @Nullable Failure failure,
                @Nullable Map<String, Integer> oddMessages) {
            this(callId, seq, at, closeCode, closeReason, end, failure, oddMessages, null, null, null);
        }

        /// The end of a call in which every message made sense.
        public Ended(
                CallId callId,
                long seq,
                Instant at,
                int closeCode,
                String closeReason,
                @Nullable End end,
                @Nullable Failure failure) {
            this(callId, seq, at, closeCode, closeReason, end, failure, null);
        }
    }
}
