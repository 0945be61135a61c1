package io.agentstream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;


/// The binary form of a [SocketCommand], big-endian:
///
/// | bytes | |
/// |---|---|
/// | 1 | kind: 1 admit, 2 open, 3 play, 4 clear, 5 mark, 6 close, 7 finish, 8 sealed play; 0x40 is added where an epoch follows the call |
/// | 16 | call |
/// | | 4 epoch, where the kind says so |
/// | play | 4 turn, 4 number, 2 bytes a frame, 2 length, payload |
/// | sealed play | 4 turn, 4 number, 2 bytes a frame, 2 length, 12 nonce, ciphertext, 16 tag |
/// | clear | 4 turn |
/// | mark | 4 turn, 2 length, name in UTF-8 |
/// | close | 1 by (1 end, 2 failure), 1 length, name of the end or failure, 2 code, 2 length, reason in UTF-8 |
/// | finish | 4 milliseconds, 1 length, name of the end |
/// | admit, close | field 1, of 8 bytes, where the writer says it: organisation |
/// | each | fields that were added later, as in [Binary#addedFields]; a reader passes over those that it does not know |
///
/// A kind never changes its layout: what cannot be said by an added field becomes a new kind, which older readers pass over. A close
/// for a cause that only a newer writer knows closes all the same, as [End#OTHER] or [Failure#OTHER].
public final class SocketCommandCodec implements Codec<SocketCommand> {

    static final int HEADER_BYTES = 1 + 16;

    private static final byte ADMIT = 1;
    private static final byte OPEN = 2;
    private static final byte PLAY = 3;
    private static final byte CLEAR = 4;
    private static final byte MARK = 5;
    private static final byte CLOSE = 6;
    private static final byte FINISH = 7;
    private static final byte SEALED_PLAY = 8;

    /// Added to the kind of a command that has an epoch.
    private static final int WITH_EPOCH = 0x40;

    /// The added field of commands that say whose agent was called.
    private static final int ORGANIZATION = 1;

    private static final byte BY_END = 1;
    private static final byte BY_FAILURE = 2;

    @Override
    public byte[] encode(SocketCommand command) {
        return switch (command) {
            case SocketCommand.Admit a -> organization(header(ADMIT, a, organizationBytes(a)), a).array();
            case SocketCommand.Open o -> header(OPEN, o, 0).array();
            case SocketCommand.Play p -> header(PLAY, p, 4 + 4 + 2 + 2 + p.payload().length())
                    .putInt(p.turn())
                    .putInt(p.seq())
                    .putShort(Binary.length16(p.frameBytes()))
                    .putShort(Binary.length16(p.payload().length()))
                    .put(p.payload().array(), p.payload().offset(), p.payload().length())
                    .array();
            case SocketCommand.SealedPlay p -> header(SEALED_PLAY, p, 4 + 4 + 2 + 2 + p.sealed().length())
                    .putInt(p.turn())
                    .putInt(p.seq())
                    .putShort(Binary.length16(p.frameBytes()))
                    .putShort(Binary.length16(p.sealed().length()))
                    .put(p.sealed().array(), p.sealed().offset(), p.sealed().length())
                    .array();
            case SocketCommand.Clear c -> header(CLEAR, c, 4).putInt(c.turn()).array();
            case SocketCommand.Mark m -> {
                byte[] name = m.name().getBytes(StandardCharsets.UTF_8);
                yield header(MARK, m, 4 + 2 + name.length)
                        .putInt(m.turn())
                        .putShort(Binary.length16(name.length))
                        .put(name)
                        .array();
            }
            case SocketCommand.Close c -> {
                byte[] cause = (c.end() != null ? c.end() : Objects.requireNonNull(c.failure())).name()
                        .getBytes(StandardCharsets.US_ASCII);
                byte[] reason = c.reason().getBytes(StandardCharsets.UTF_8);
                ByteBuffer out = header(CLOSE, c, 1 + 1 + cause.length + 2 + 2 + reason.length + organizationBytes(c))
                        .put(c.end() != null ? BY_END : BY_FAILURE)
                        .put((byte) cause.length)
                        .put(cause)
                        .putShort(Binary.length16(c.closeCode()))
                        .putShort(Binary.length16(reason.length))
                        .put(reason);
                yield organization(out, c).array();
            }
            case SocketCommand.Finish f -> {
                byte[] end = f.end().name().getBytes(StandardCharsets.US_ASCII);
                yield header(FINISH, f, 4 + 1 + end.length)
                        .putInt(f.withinMs())
                        .put((byte) end.length)
                        .put(end)
                        .array();
            }
        };
    }

    private static int organizationBytes(SocketCommand command) {
        return command.organizationId() == SocketCommand.NO_ORGANIZATION ? 0 : Binary.ADDED_LONG_BYTES;
    }

    private static ByteBuffer organization(ByteBuffer out, SocketCommand command) {
        return command.organizationId() == SocketCommand.NO_ORGANIZATION
                ? out
                : Binary.putAddedLong(out, ORGANIZATION, command.organizationId());
    }

    private static long organization(byte[] bytes, int at) {
        return Binary.addedLong(bytes, at, ORGANIZATION, SocketCommand.NO_ORGANIZATION);
    }

    private static ByteBuffer header(byte kind, SocketCommand command, int bodyBytes) {
        int epoch = command.epoch();
        boolean has = epoch != SocketCommand.NO_EPOCH;
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + (has ? Integer.BYTES : 0) + bodyBytes)
                .put((byte) (has ? kind | WITH_EPOCH : kind));
        Binary.putCallId(out, command.callId());
        return has ? out.putInt(epoch) : out;
    }

    @Override
    public Decoded<SocketCommand> decode(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return Binary.malformed("a socket command of ", bytes.length, " bytes");
        }
        boolean hasEpoch = (bytes[0] & WITH_EPOCH) != 0;
        int kind = bytes[0] & ~WITH_EPOCH;
        CallId callId = Binary.callId(bytes, 1);
        int at = hasEpoch ? HEADER_BYTES + Integer.BYTES : HEADER_BYTES;
        int body = bytes.length - at;
        if (body < 0) {
            return Binary.malformed("a socket command of ", bytes.length, " bytes");
        }
        int epoch = hasEpoch ? Binary.int32(bytes, HEADER_BYTES) : SocketCommand.NO_EPOCH;
        return switch (kind) {
            case ADMIT -> Binary.addedFields(bytes, at)
                    ? new Decoded.Value<>(new SocketCommand.Admit(callId, organization(bytes, at)))
                    : Binary.malformed("an admit of ", bytes.length, " bytes");
            case OPEN -> Binary.addedFields(bytes, at)
                    ? new Decoded.Value<>(new SocketCommand.Open(callId))
                    : Binary.malformed("an open of ", bytes.length, " bytes");
            case PLAY -> play(bytes, callId, epoch, at);
            case SEALED_PLAY -> switch (play(bytes, callId, epoch, at)) { // laid out as what is not sealed
                case Decoded.Value<SocketCommand>(SocketCommand.Play p) -> new Decoded.Value<>(new SocketCommand.SealedPlay(
                        callId, p.turn(), p.seq(), p.frameBytes(), p.payload(), epoch));
                case Decoded<SocketCommand> not -> not;
            };
            case CLEAR -> body >= 4 && Binary.addedFields(bytes, at + 4)
                    ? new Decoded.Value<>(new SocketCommand.Clear(callId, Binary.int32(bytes, at), epoch))
                    : Binary.malformed("a clear of ", bytes.length, " bytes");
            case MARK -> {
                int length = body < 6 ? 0 : Binary.uint16(bytes, at + 4);
                String name = body < 6 || length > Binary.MAX_NAME_BYTES ? null : Binary.text(bytes, at + 6, length);
                yield name != null && Binary.addedFields(bytes, at + 6 + length)
                        ? new Decoded.Value<>(new SocketCommand.Mark(callId, Binary.int32(bytes, at), name, epoch))
                        : Binary.malformed("a mark of ", bytes.length, " bytes");
            }
            case CLOSE -> close(bytes, callId, epoch, at);
            case FINISH -> finish(bytes, callId, at);
            default -> Binary.unknown("a socket command", kind);
        };
    }

    private static Decoded<SocketCommand> play(byte[] bytes, CallId callId, int epoch, int at) {
        int room = bytes.length - at - 12;
        int payload = room < 0 ? 0 : Binary.uint16(bytes, at + 10);
        if (room < payload || !Binary.addedFields(bytes, at + 12 + payload)) {
            return Binary.malformed("a play of ", bytes.length, " bytes");
        }
        int frameBytes = Binary.uint16(bytes, at + 8);
        if (frameBytes == 0) {
            return Binary.malformed("a play with frames of ", 0, " bytes");
        }
        return new Decoded.Value<>(new SocketCommand.Play(
                callId, Binary.int32(bytes, at), Binary.int32(bytes, at + 4), frameBytes,
                new Slice(bytes, at + 12, payload), epoch));
    }

    private static Decoded<SocketCommand> close(byte[] bytes, CallId callId, int epoch, int at) {
        if (bytes.length < at + 2) {
            return Binary.malformed("a close of ", bytes.length, " bytes");
        }
        byte by = bytes[at];
        int causeBytes = bytes[at + 1] & 0xFF;
        int code = at + 2 + causeBytes;
        int room = bytes.length - code - 4;
        int reasonBytes = room < 0 ? 0 : Binary.uint16(bytes, code + 2);
        if (room < reasonBytes || !Binary.addedFields(bytes, code + 4 + reasonBytes)) {
            return Binary.malformed("a close of ", bytes.length, " bytes");
        }
        int closeCode = Binary.uint16(bytes, code);
        if (closeCode < 1_000 || closeCode > 4_999) {
            return Binary.malformed("a close with the code ", closeCode, "");
        }
        if (reasonBytes > Failure.MAX_REASON_BYTES) {
            return Binary.malformed("a close with a reason of ", reasonBytes, " bytes");
        }
        long organization = organization(bytes, code + 4 + reasonBytes);
        String cause = new String(bytes, at + 2, causeBytes, StandardCharsets.US_ASCII);
        String reason = Binary.text(bytes, code + 4, reasonBytes);
        if (reason == null) {
            return Binary.malformed("a close whose reason of ", reasonBytes, " bytes is no text");
        }
        return switch (by) {
            case BY_END -> new Decoded.Value<>(new SocketCommand.Close(
                    callId, constant(End.class, cause, End.OTHER), null, closeCode, reason, epoch, organization));
            case BY_FAILURE -> new Decoded.Value<>(new SocketCommand.Close(
                    callId, null, constant(Failure.class, cause, Failure.OTHER), closeCode, reason, epoch, organization));
            default -> Binary.malformed("a close by kind ", by, "");
        };
    }

    private static Decoded<SocketCommand> finish(byte[] bytes, CallId callId, int at) {
        int room = bytes.length - at - 5;
        int endBytes = room < 0 ? 0 : bytes[at + 4] & 0xFF;
        if (room < endBytes || !Binary.addedFields(bytes, at + 5 + endBytes)) {
            return Binary.malformed("a finish of ", bytes.length, " bytes");
        }
        int withinMs = Binary.int32(bytes, at);
        if (withinMs < 0) {
            return Binary.malformed("a finish within ", withinMs, " ms");
        }
        String end = new String(bytes, at + 5, endBytes, StandardCharsets.US_ASCII);
        return new Decoded.Value<>(new SocketCommand.Finish(callId, constant(End.class, end, End.OTHER), withinMs));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name, E otherwise) {
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException newer) {
            return otherwise;
        }
    }
}
