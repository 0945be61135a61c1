package io.agentstream.calllog.export;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// The members of a file, read by an archiver that is not ours, and written again in any form.
final class Unpacked {

    private Unpacked() {}

    static Map<String, byte[]> members(byte[] file) throws IOException {
        Map<String, byte[]> members = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ZstdInputStream(new ByteArrayInputStream(file)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                members.put(entry.getName(), tar.readAllBytes());
            }
        }
        return members;
    }

    static byte[] tar(byte[] file) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(file))) {
            return in.readAllBytes();
        }
    }

    static byte[] packed(byte[] tar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.setChecksum(true);
            zstd.write(tar);
        }
        return out.toByteArray();
    }

    /// An archive of these members in our own form.
    static byte[] archive(Map<String, byte[]> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        members.forEach((name, bytes) -> {
            out.writeBytes(Tar.header(name, bytes.length, 0));
            out.writeBytes(bytes);
            out.writeBytes(new byte[Tar.padding(bytes.length)]);
        });
        out.writeBytes(new byte[2 * Tar.BLOCK_BYTES]);
        return out.toByteArray();
    }
}
