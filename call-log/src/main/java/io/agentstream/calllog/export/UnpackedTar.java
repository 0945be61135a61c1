package io.agentstream.calllog.export;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.agentstream.schemas.Slice;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The members of a packed archive, one after the other, each whole in memory. Stops at the first byte too many. One thread.
final class UnpackedTar implements AutoCloseable {

    /// What zstd begins with, in every version (RFC 8878, section 3.1.1).
    private static final byte[] MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

    private final Limits limits;
    private final Counted packed;
    private final ZstdInputStreamNoFinalizer zstd;
    private long unpackedBytes;
    private int members;

    record Member(String name, Slice content) {
        byte[] bytes() {
            return content.array();
        }
    }

    private static final class Counted extends FilterInputStream {
        private long bytes;
        private boolean isOver;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            bytes += one < 0 ? 0 : 1;
            isOver |= one < 0;
            return one;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int count = super.read(into, from, length);
            bytes += Math.max(0, count);
            isOver |= count < 0;
            return count;
        }
    }

    UnpackedTar(InputStream file, Limits limits) throws IOException {
        this.limits = limits;
        PushbackInputStream in = new PushbackInputStream(file, MAGIC.length);
        byte[] begin = in.readNBytes(MAGIC.length);
        if (begin.length == 0) {
            throw new CallFileException("The file is empty.");
        }
        if (!Arrays.equals(begin, MAGIC)) {
            throw new CallFileException("The file is not an exported call: it is not packed with zstd.");
        }
        in.unread(begin);
        this.packed = new Counted(in);
        this.zstd = new ZstdInputStreamNoFinalizer(packed);
        zstd.setLongMax(Limits.WINDOW_LOG);
    }

    /// The next one; null behind the last, when nothing follows it.
    @Nullable Member next() throws IOException {
        byte[] block = read(Tar.BLOCK_BYTES);
        if (Tar.isEnd(block)) {
            end();
            return null;
        }
        if (++members > limits.members()) {
            throw new CallFileException("The file has more than " + limits.members() + " members.");
        }
        Tar.Header header = Tar.read(block, limits);
        byte[] bytes = read(header.size());
        read(Tar.padding(header.size()));
        return new Member(header.name(), Slice.of(bytes));
    }

    private void end() throws IOException {
        if (!Tar.isEnd(read(Tar.BLOCK_BYTES))) {
            throw new CallFileException("The file is damaged: its archive does not end as archives do.");
        }
        try {
            if (zstd.read() >= 0 || packed.read() >= 0) {
                throw new CallFileException("The file has something behind its end.");
            }
        } catch (ZstdIOException foreign) {
            throw said(foreign);
        }
    }

    private byte[] read(int length) throws IOException {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int count;
            try {
                count = zstd.read(bytes, at, length - at);
            } catch (ZstdIOException broken) {
                throw said(broken);
            }
            if (count < 0) {
                throw truncated(null);
            }
            at += count;
            unpackedBytes += count;
            bound();
        }
        return bytes;
    }

    private void bound() throws CallFileException {
        if (unpackedBytes > limits.unpackedBytes()) {
            throw new CallFileException("The file is more than " + (limits.unpackedBytes() >> 20) + " MiB when it is unpacked.");
        }
        if (unpackedBytes > Limits.RATIO_FREE_BYTES && unpackedBytes / limits.ratio() > packed.bytes) {
            throw new CallFileException(
                    "The file is more than " + limits.ratio() + " times as long when it is unpacked; exported calls are not.");
        }
    }

    private CallFileException said(ZstdIOException broken) {
        return packed.isOver
                ? truncated(broken)
                : broken.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()
                        ? new CallFileException("The file wants more memory to be unpacked than exported calls do.", broken)
                        : new CallFileException("The file is damaged: it cannot be unpacked.", broken);
    }

    private static CallFileException truncated(@Nullable Throwable cause) {
        String message = "The file is cut off: its end is missing.";
        return cause == null ? new CallFileException(message) : new CallFileException(message, cause);
    }

    @Override
    public void close() throws IOException {
        zstd.close();
    }
}
