package io.agentstream.calllog.export;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.agentstream.schemas.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A good exported call, and ways to spoil it.
final class SpoiledFiles {

    static final byte[] GOOD = good();

    private SpoiledFiles() {}

    private static byte[] good() {
        try {
            return new SampleCall(false).exported(null, false);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Map<String, byte[]> members() {
        try {
            return Unpacked.members(GOOD);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static byte[] packed(byte[] tar) {
        try {
            return Unpacked.packed(tar);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// As it is, with a change that the manifest knows nothing of.
    static byte[] changed(Consumer<Map<String, byte[]>> change) {
        Map<String, byte[]> members = members();
        change.accept(members);
        return packed(Unpacked.archive(members));
    }

    /// With a change that the manifest has been made to agree with.
    static byte[] agreed(Consumer<Map<String, byte[]>> change) {
        return changed(members -> {
            ObjectNode manifest = object(members.remove("manifest.json"));
            change.accept(members);
            ArrayNode list = manifest.putArray("members");
            members.forEach((name, bytes) ->
                    list.addObject().put("name", name).put("bytes", bytes.length).put("sha256", CallFileWriter.sha256(bytes)));
            members.put("manifest.json", Json.MAPPER.writeValueAsBytes(manifest));
        });
    }

    static byte[] manifest(Consumer<ObjectNode> change) {
        return changed(members -> edit(members, "manifest.json", change));
    }

    static void edit(Map<String, byte[]> members, String name, Consumer<ObjectNode> change) {
        ObjectNode object = object(members.get(name));
        change.accept(object);
        members.put(name, Json.MAPPER.writeValueAsBytes(object));
    }

    static ObjectNode object(byte[] bytes) {
        return (ObjectNode) Json.MAPPER.readTree(bytes);
    }

    static void replace(Map<String, byte[]> members, String name, String what, String by) {
        String text = new String(members.get(name), StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(what), what);
        members.put(name, text.replaceFirst(Pattern.quote(what), Matcher.quoteReplacement(by))
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    /// With the first entry of the archive in front of the others, as another archiver writes it.
    static byte[] entry(String name, byte kind, Consumer<TarArchiveEntry> change, byte[] content) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
                tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
                tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
                for (var member : members().entrySet()) {
                    if (member.getKey().equals("run.json")) {
                        TarArchiveEntry odd = new TarArchiveEntry(name, kind, true);
                        odd.setSize(content.length);
                        change.accept(odd);
                        tar.putArchiveEntry(odd);
                        tar.write(content);
                        tar.closeArchiveEntry();
                    }
                    TarArchiveEntry entry = new TarArchiveEntry(member.getKey());
                    entry.setSize(member.getValue().length);
                    tar.putArchiveEntry(entry);
                    tar.write(member.getValue());
                    tar.closeArchiveEntry();
                }
            }
            return packed(out.toByteArray());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static byte[] named(String name) {
        return entry(name, TarConstants.LF_NORMAL, any -> {}, new byte[] {1});
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] flipped(int at) {
        byte[] file = GOOD.clone();
        file[at] ^= 0x10;
        return file;
    }

    static byte[] gzip(byte[] bytes) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
                zip.write(bytes);
            }
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// Packed so that unpacking wants 128 MiB at once.
    static byte[] wideWindow() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
                zstd.setLong(27);
                zstd.write(Unpacked.archive(members()));
            }
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// A member of zeros, again and again, behind a good beginning.
    static byte[] bomb(int members, int bytes) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
                byte[] format = members().get("format.json");
                zstd.write(Tar.header("format.json", format.length, 0));
                zstd.write(format);
                zstd.write(new byte[Tar.padding(format.length)]);
                // Lines of spaces are no events, but what is too much is refused before it is looked at.
                byte[] line = new byte[bytes];
                Arrays.fill(line, (byte) ' ');
                line[0] = '{';
                line[bytes - 2] = '}';
                line[bytes - 1] = '\n';
                for (int n = 1; n <= members; n++) {
                    zstd.write(Tar.header(CallFileFormat.part("events", n, false), bytes, 0));
                    zstd.write(line);
                    zstd.write(new byte[Tar.padding(bytes)]);
                }
            }
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static byte[] header(String name, Consumer<byte[]> change) {
        byte[] header = Tar.header(name, 0, 0);
        change.accept(header);
        int sum = 0;
        for (int i = 0; i < header.length; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
        }
        byte[] digits = String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, 148, 8);
        return packed(joined(header, new byte[1024]));
    }

    static byte[] frame(byte[] value, long offset, int length) {
        return joined(ByteBuffer.allocate(24).putInt(0).putLong(offset).putLong(1).putInt(length).array(), value);
    }

    static void append(Map<String, byte[]> members, String name, byte[] more) {
        members.put(name, joined(members.get(name), more));
    }
}
