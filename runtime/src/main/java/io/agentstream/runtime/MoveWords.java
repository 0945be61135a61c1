package io.agentstream.runtime;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What members of a group and its leader say of [NextPartition], as the bytes that Kafka carries beside subscriptions and assignments. Members of before say
/// nothing; those of a later version may say more behind it.
final class MoveWords {

    private static final byte VERSION = 1;
    private static final int SAID_BYTES = Byte.BYTES + Integer.BYTES;
    private static final int TOLD_BYTES = Byte.BYTES + Integer.BYTES + Byte.BYTES;

    private MoveWords() {}

    /// @param number of the partition that is to come next, or [NextPartition#NONE]
    /// @param letGo whether its holder lets go of it now
    record Told(int number, boolean letGo) {

        static final Told NOTHING = new Told(NextPartition.NONE, false);
    }

    /// @param prepared number of the partition that a member is prepared for, or [NextPartition#NONE]
    static ByteBuffer said(int prepared) {
        return ByteBuffer.allocate(SAID_BYTES).put(VERSION).putInt(prepared).flip();
    }

    /// What a member has said; empty where it is of before, and takes all that is to be its own at once.
    static OptionalInt prepared(@Nullable ByteBuffer said) {
        return said == null || said.remaining() < SAID_BYTES
                ? OptionalInt.empty()
                : OptionalInt.of(said.getInt(said.position() + Byte.BYTES));
    }

    static ByteBuffer told(Told what) {
        return ByteBuffer.allocate(TOLD_BYTES).put(VERSION).putInt(what.number).put((byte) (what.letGo ? 1 : 0)).flip();
    }

    /// Nothing where the leader is of before.
    static Told told(@Nullable ByteBuffer by) {
        if (by == null || by.remaining() < TOLD_BYTES) {
            return Told.NOTHING;
        }
        int number = by.getInt(by.position() + Byte.BYTES);
        return number < 0 ? Told.NOTHING : new Told(number, by.get(by.position() + SAID_BYTES) != 0);
    }
}
