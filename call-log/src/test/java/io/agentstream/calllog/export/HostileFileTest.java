package io.agentstream.calllog.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Files that are not what they seem: each is refused in one sentence, and leaves nothing behind.
final class HostileFileTest {

    private static final String LIFECYCLE = "records/call.lifecycle.v1-0001.ndjson";
    private static final String MEDIA = "records/call.media.v1-0001.bin";
    private static final String COMMANDS = "records/socket.commands.v1-0001.bin";
    private static final String DECISIONS = "records/run.events.v1-0001.ndjson";

    /// Small, so that what is too large is quickly made.
    private static final Limits SMALL = new Limits(40 << 20, 400, 60, 1 << 20, 64 << 10);

    private static final byte[] GOOD = good();

    private static byte[] good() {
        try {
            return new SampleCall(false).exported(null, false);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    record Hostile(String name, Slice content, String sentence) {
        Hostile(String name, byte[] file, String sentence) {
            this(name, Slice.of(file), sentence);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Map<String, byte[]> members() {
        try {
            return Unpacked.members(GOOD);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static byte[] packed(byte[] tar) {
        try {
            return Unpacked.packed(tar);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// As it is, with a change that the manifest knows nothing of.
    private static byte[] changed(Consumer<Map<String, byte[]>> change) {
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

    private static byte[] manifest(Consumer<ObjectNode> change) {
        return changed(members -> edit(members, "manifest.json", change));
    }

    private static void edit(Map<String, byte[]> members, String name, Consumer<ObjectNode> change) {
        ObjectNode object = object(members.get(name));
        change.accept(object);
        members.put(name, Json.MAPPER.writeValueAsBytes(object));
    }

    private static ObjectNode object(byte[] bytes) {
        return (ObjectNode) Json.MAPPER.readTree(bytes);
    }

    private static void replace(Map<String, byte[]> members, String name, String what, String by) {
        String text = new String(members.get(name), StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(what), what);
        members.put(name, text.replaceFirst(Pattern.quote(what), Matcher.quoteReplacement(by))
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    /// With the first entry of the archive in front of the others, as another archiver writes it.
    private static byte[] entry(String name, byte kind, Consumer<TarArchiveEntry> change, byte[] content) {
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

    private static byte[] named(String name) {
        return entry(name, TarConstants.LF_NORMAL, any -> {}, new byte[] {1});
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] flipped(int at) {
        byte[] file = GOOD.clone();
        file[at] ^= 0x10;
        return file;
    }

    private static byte[] gzip(byte[] bytes) {
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
    private static byte[] wideWindow() {
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
    private static byte[] bomb(int members, int bytes) {
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

    private static byte[] header(String name, Consumer<byte[]> change) {
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

    private static byte[] frame(byte[] value, long offset, int length) {
        return joined(ByteBuffer.allocate(24).putInt(0).putLong(offset).putLong(1).putInt(length).array(), value);
    }

    private static void append(Map<String, byte[]> members, String name, byte[] more) {
        members.put(name, joined(members.get(name), more));
    }

    static Stream<Hostile> files() {
        byte[] admit = Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Admit(SampleCall.CALL));
        byte[] foreign = Topics.SOCKET_COMMANDS.codec().encode(new SocketCommand.Admit(SampleCall.OTHER_CALL));
        String damaged = "The file is damaged";
        String cut = "The file is cut off";
        String order = "in another order";
        return Stream.of(
                new Hostile("nothing", new byte[0], "The file is empty"),
                new Hostile("a text", "{\"format\":1}".getBytes(StandardCharsets.UTF_8), "not packed with zstd"),
                new Hostile("three bytes of zstd", Arrays.copyOf(GOOD, 3), "not packed with zstd"),
                new Hostile("gzip", gzip(Unpacked.archive(members())), "not packed with zstd"),
                new Hostile("a tar that is not packed", Unpacked.archive(members()), "not packed with zstd"),
                new Hostile("no tar inside", packed("hello".repeat(400).getBytes(StandardCharsets.UTF_8)), damaged),
                new Hostile("too short for a tar", packed(new byte[] {1}), cut),
                new Hostile("an empty tar", packed(new byte[1024]), "has no manifest"),
                new Hostile("half of it", Arrays.copyOf(GOOD, GOOD.length / 2), cut),
                new Hostile("all but a byte", Arrays.copyOf(GOOD, GOOD.length - 1), cut),
                new Hostile("the header of zstd", Arrays.copyOf(GOOD, 6), cut),
                new Hostile("a tar without its end", packed(Arrays.copyOf(Unpacked.archive(members()), 4_096)), cut),
                new Hostile("a bit flipped in the middle", flipped(GOOD.length / 2), "The file"),
                new Hostile("a bit flipped in the checksum", flipped(GOOD.length - 2), damaged),
                new Hostile("bytes behind its end", joined(GOOD, new byte[] {1, 2, 3, 4, 5}), "The file"),
                new Hostile("another file behind its end", joined(GOOD, GOOD), "something behind its end"),
                new Hostile("members behind the archive's end", packed(joined(Unpacked.archive(members()), new byte[512])),
                        "something behind its end"),
                new Hostile("a window of 128 MiB", wideWindow(), "wants more memory"),
                new Hostile("one long member", bomb(1, 2 << 20), "a member of more than 1 MiB"),
                new Hostile("a bomb", bomb(30, 1 << 20), "more than 400 times as long"),
                new Hostile("a large bomb", bomb(59, 1 << 20), "more than 400 times as long"),
                new Hostile("too many members", bomb(80, 64), "more than 60 members"),
                new Hostile("a size of 8 GiB", entry("run.json", TarConstants.LF_NORMAL, odd -> {}, new byte[2 << 20]), "a member of more than 1 MiB"),
                new Hostile("a size that is none", header("format.json", block -> block[130] = 'z'), "a member of more than"),
                new Hostile("a negative size", header("format.json", block -> Arrays.fill(block, 124, 136, (byte) 0xFF)), "a member of more than"),
                new Hostile("a header with a wrong sum", packed(joined(new byte[] {'x'}, Tar.header("format.json", 0, 0), new byte[1023])), damaged),
                new Hostile("an absolute name", header("/etc/passwd", block -> {}), "outside of the file's own folder"),
                new Hostile("a name with ..", named("records/../../../root/.ssh/authorized_keys"), "outside of the file's own folder"),
                new Hostile("a name that is ..", header("..", block -> {}), "outside of the file's own folder"),
                new Hostile("a name of Windows", header("C:\\boot.ini", block -> {}), "outside of the file's own folder"),
                new Hostile("a name with backslashes", header("records\\..\\x", block -> {}), "outside of the file's own folder"),
                new Hostile("a name that colours the terminal", header("a\u001b[31mb", block -> {}), "other letters"),
                new Hostile("a name beyond ASCII", named("r\u00fcn.json"), "other letters"),
                new Hostile("a long name of GNU", named("x".repeat(3_000)), "what is neither a file nor a link"),
                new Hostile("a long name in its prefix", header("run.json", block -> block[345] = 'p'), "whose name is too long"),
                new Hostile("attributes of POSIX", entry("PaxHeaders/run", TarConstants.LF_PAX_EXTENDED_HEADER_LC, odd -> {},
                        "20 path=/etc/passwd\n".getBytes(StandardCharsets.UTF_8)), "what is neither a file nor a link"),
                new Hostile("a symbolic link", entry("run.json", TarConstants.LF_SYMLINK, odd -> odd.setLinkName("/etc/passwd"), new byte[0]), "a link"),
                new Hostile("a hard link", entry("run.json", TarConstants.LF_LINK, odd -> odd.setLinkName("format.json"), new byte[0]), "a link"),
                new Hostile("a device", entry("run.json", TarConstants.LF_CHR, odd -> {}, new byte[0]), "a device"),
                new Hostile("a pipe", entry("run.json", TarConstants.LF_FIFO, odd -> {}, new byte[0]), "a device"),
                new Hostile("a folder", entry("records/", TarConstants.LF_DIR, odd -> {}, new byte[0]), "a folder"),
                new Hostile("a sparse file", entry("run.json", TarConstants.LF_GNUTYPE_SPARSE, odd -> {}, new byte[0]), "what is neither a file nor a link"),
                new Hostile("a name twice", named("format.json"), "two members of one name"),
                new Hostile("a member that is unknown", named("install.sh"), "a member that exported calls do not have"),
                new Hostile("a topic that is unknown", named("records/call.keys.v1-0001.ndjson"), "a member that exported calls do not have"),
                new Hostile("an empty name", header("", block -> {}), "does not begin as one"),
                new Hostile("a run first", changed(members -> members.remove("format.json")), "does not begin as one"),
                new Hostile("another format", agreed(members -> edit(members, "format.json", json -> json.put("format", "docker image"))),
                        "does not begin as one"),
                new Hostile("a newer format", agreed(members -> edit(members, "format.json", json -> json.put("version", 2))), "a newer one is needed"),
                new Hostile("no version", agreed(members -> edit(members, "format.json", json -> json.put("version", "x"))), "which version"),
                new Hostile("no call", agreed(members -> edit(members, "format.json", json -> json.put("call_id", "x"))), "which call"),
                new Hostile("a manifest of a newer version", manifest(json -> json.put("version", 2)), "a newer one is needed"),
                new Hostile("a manifest of another call", manifest(json -> json.put("call_id", SampleCall.OTHER_CALL.toString())), "which call the file is of"),
                new Hostile("a manifest of another run", manifest(json -> json.put("run_id", 13)), "which run the file is of"),
                new Hostile("a manifest with a wrong hash", manifest(json -> ((ObjectNode) json.path("members").path(3)).put("sha256", "00")), "manifest is wrong about what is in"),
                new Hostile("a manifest with a wrong size", manifest(json -> ((ObjectNode) json.path("members").path(3)).put("bytes", 1)), "manifest is wrong about what is in"),
                new Hostile("a manifest with a member too many", manifest(json -> ((ArrayNode) json.path("members")).addObject().put("name", "x").put("bytes", 1).put("sha256", "")),
                        "manifest is wrong about what is in"),
                new Hostile("a manifest with a member too few", manifest(json -> ((ArrayNode) json.path("members")).remove(2)), "manifest is wrong about what is in"),
                new Hostile("a manifest with a wrong count", manifest(json -> ((ObjectNode) json.path("topics").path(1)).put("records", 7)), "how many records of call.media.v1"),
                new Hostile("a manifest with a topic twice", manifest(json -> ((ArrayNode) json.path("topics")).add(json.path("topics").path(0))), "how many records"),
                new Hostile("a manifest with a topic too many", manifest(json -> ((ArrayNode) json.path("topics")).addObject().put("name", "call.keys.v1").put("records", 1).put("unreadable", 0)),
                        "a topic that exported calls do not have"),
                new Hostile("a manifest that says it is redacted", manifest(json -> json.putArray("left_out").add("call.journal.v1")), "what was left out"),
                new Hostile("a manifest without members", manifest(json -> json.remove("members")), "its manifest"),
                new Hostile("a manifest with nulls", manifest(json -> json.putArray("gaps").addNull()), "its manifest"),
                new Hostile("a manifest that colours the terminal", manifest(json -> json.put("run_name", "\u001b[31mred")), "its manifest"),
                new Hostile("a manifest that is no JSON", changed(members -> members.put("manifest.json", new byte[] {'{'})), damaged),
                new Hostile("no manifest", changed(members -> members.remove("manifest.json")), "has no manifest"),
                new Hostile("a member behind the manifest", changed(members -> members.put(COMMANDS.replace("0001", "0002"), new byte[0])), "behind its manifest"),
                new Hostile("a member that is changed", changed(members -> edit(members, "run.json", json -> json.put("state", "failed"))), "manifest is wrong about what is in"),
                new Hostile("a member that is left out", changed(members -> members.remove(MEDIA)), "manifest is wrong about what is in"),
                new Hostile("no run", agreed(members -> members.remove("run.json")), "has no run"),
                new Hostile("a run of another call", agreed(members -> edit(members, "run.json", json -> json.put("call_id", SampleCall.OTHER_CALL.toString()))), "which run"),
                new Hostile("a run that is a list", agreed(members -> members.put("run.json", new byte[] {'[', ']'})), damaged),
                new Hostile("a run that is too deep", agreed(members -> members.put("run.json", "{\"a\":".repeat(90_000).getBytes(StandardCharsets.US_ASCII))), damaged),
                new Hostile("a definition of something else", agreed(members -> members.put("definition.json", new byte[] {'{', '}'})), damaged),
                new Hostile("an event that is no JSON", agreed(members -> append(members, "events-0001.ndjson", new byte[] {'x', '\n'})), damaged),
                new Hostile("a part left out", agreed(members -> members.put(MEDIA.replace("0001", "0003"), members.get(MEDIA))), "a member that exported calls do not have"),
                new Hostile("lines of another call's key", agreed(members -> replace(members, DECISIONS, "\"key\":\"" + SampleCall.CALL, "\"key\":\"" + SampleCall.OTHER_CALL)),
                        "records of another call among those of run.events.v1"),
                new Hostile("lines of another call's value", agreed(members -> replace(members, DECISIONS, "\"call_id\":\"" + SampleCall.CALL, "\"call_id\":\"" + SampleCall.OTHER_CALL)),
                        "records of another call among those of run.events.v1"),
                new Hostile("frames of another call's key", agreed(members -> replace(members, MEDIA, SampleCall.CALL.toString(), SampleCall.OTHER_CALL.toString())),
                        "records of another call among those of call.media.v1"),
                new Hostile("a frame of another call's value", agreed(members -> append(members, COMMANDS, frame(foreign, 9_999, foreign.length))),
                        "records of another call among those of socket.commands.v1"),
                new Hostile("lines of another topic", agreed(members -> replace(members, LIFECYCLE, "\"topic\":\"call.lifecycle.v1", "\"topic\":\"run.events.v1")),
                        "records of another topic among those of call.lifecycle.v1"),
                new Hostile("frames of another topic", agreed(members -> replace(members, COMMANDS, "socket.commands.v1", "socket.commands.v2")),
                        "records of another topic among those of socket.commands.v1"),
                new Hostile("a topic's member under another's name", agreed(members -> members.put(MEDIA, members.get(COMMANDS))), "records of another topic among those of call.media.v1"),
                new Hostile("lines in another order", agreed(members -> replace(members, LIFECYCLE, "\"offset\":0", "\"offset\":77")), order),
                new Hostile("a line twice", agreed(members -> members.put(DECISIONS, joined(members.get(DECISIONS), members.get(DECISIONS)))), order),
                new Hostile("frames in another order", agreed(members -> append(members, COMMANDS, frame(admit, 0, admit.length))), order),
                new Hostile("frames of two partitions", agreed(members -> append(members, COMMANDS, joined(
                        ByteBuffer.allocate(24).putInt(5).putLong(9_999).putLong(1).putInt(admit.length).array(), admit))), order),
                new Hostile("a record too many", agreed(members -> append(members, COMMANDS, frame(admit, 9_999, admit.length))), "how many records of socket.commands.v1"),
                new Hostile("a record that cannot be read in place of one", agreed(members -> replace(members, LIFECYCLE, "\"type\":\"ended\"", "\"type\":\"other\"")),
                        "how many records of call.lifecycle.v1"),
                new Hostile("a frame that is too long", agreed(members -> append(members, COMMANDS, frame(new byte[70_000], 9_999, 70_000))), "longer than 64 KiB"),
                new Hostile("a frame that says it is too long", agreed(members -> append(members, COMMANDS, frame(admit, 9_999, Integer.MAX_VALUE))), "longer than 64 KiB"),
                new Hostile("a frame longer than its member", agreed(members -> append(members, COMMANDS, frame(admit, 9_999, 60_000))), damaged),
                new Hostile("a frame of negative length", agreed(members -> append(members, COMMANDS, frame(admit, 9_999, -1))), damaged),
                new Hostile("a frame that is cut off", agreed(members -> append(members, COMMANDS, new byte[] {0, 0, 0})), damaged),
                new Hostile("frames without their beginning", agreed(members -> members.put(COMMANDS, frame(admit, 1, admit.length))), damaged),
                new Hostile("a beginning that is cut off", agreed(members -> members.put(COMMANDS, Arrays.copyOf(members.get(COMMANDS), 12))), damaged),
                new Hostile("a line that is too long", agreed(members -> replace(members, LIFECYCLE, "\"type\":\"offered\"", "\"x\":\"" + "y".repeat(70_000) + "\",\"type\":\"offered\"")), "longer than 64 KiB"),
                new Hostile("a line that does not end", agreed(members -> append(members, LIFECYCLE, "{}".getBytes(StandardCharsets.UTF_8))), damaged),
                new Hostile("a line of something else", agreed(members -> append(members, LIFECYCLE, "{}\n".getBytes(StandardCharsets.UTF_8))), damaged),
                new Hostile("a line with more behind its value", agreed(members -> replace(members, LIFECYCLE, "}\n", ",\"value\":{}}\n")), damaged),
                new Hostile("a value that is no base64", agreed(members -> replace(members, LIFECYCLE, "\"value\":{", "\"value_base64\":{")), damaged),
                new Hostile("an offset beyond all numbers", agreed(members -> replace(members, LIFECYCLE, "\"offset\":0", "\"offset\":99999999999999999999")), damaged));
    }

    @TempDir
    private Path folder;

    private CallFile open(byte[] file) throws IOException {
        return CallFile.open(new ByteArrayInputStream(file), SMALL, new Spool(folder));
    }

    @Test
    void theFileThatTheyAreMadeOfIsTaken() throws Exception {
        open(GOOD).close();
        open(changed(members -> {})).close();
        open(agreed(members -> {})).close();
    }

    @Test
    void thereAreManyOfThem() {
        assertTrue(files().count() >= 100, files().count() + " files");
    }

    @ParameterizedTest
    @MethodSource("files")
    void isRefusedInASentenceAndLeavesNothing(Hostile hostile) throws Exception {
        // when
        CallFileException refused = assertThrows(CallFileException.class, () -> open(hostile.content().array()).close());

        // then
        String said = refused.getMessage();
        assertTrue(said.contains(hostile.sentence()), said);
        assertTrue(said.matches("The file[ a-zA-Z0-9.,:;'-]+\\."), said);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aBombIsStoppedAfterWhatMayBeUnpackedAndInTheMemoryOfOneMember() {
        // given a file without an end, which counts what is asked of it
        byte[] bomb = bomb(59, 1 << 20);
        long[] asked = {0};
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                asked[0]++;
                return asked[0] <= bomb.length ? bomb[(int) asked[0] - 1] & 0xFF : 0;
            }

            @Override
            public int read(byte[] into, int from, int length) {
                for (int i = 0; i < length; i++) {
                    into[from + i] = (byte) read();
                }
                return length;
            }
        };

        // when, then
        assertThrows(CallFileException.class, () -> CallFile.open(endless, SMALL));
        assertTrue(asked[0] < 1 << 20, asked[0] + " bytes");
    }

    @Test
    void everyFileThatIsCutOffIsRefused() {
        for (int length = 0; length < GOOD.length; length += 97) {
            byte[] cut = Arrays.copyOf(GOOD, length);
            assertThrows(CallFileException.class, () -> open(cut).close(), () -> cut.length + " bytes");
        }
    }

    @Test
    void everyFlippedBitIsFoundOrMeansNothing() throws Exception {
        // given
        byte[] whole = Unpacked.tar(GOOD);

        // when, then
        int found = 0;
        for (int at = 0; at < GOOD.length; at += 61) {
            byte[] flipped = flipped(at);
            try {
                open(flipped).close();
                assertArrayEquals(whole, Unpacked.tar(flipped), "byte " + at);
            } catch (CallFileException refused) {
                found++;
            }
        }
        assertTrue(found > 200, found + " bits");
    }

    @Test
    void membersInAnyOtherOrderAreRefusedOrTheSame() throws Exception {
        // given
        Map<String, byte[]> reversed = new LinkedHashMap<>();
        members().entrySet().stream().toList().reversed().forEach(each -> reversed.put(each.getKey(), each.getValue()));

        // when, then
        assertThrows(CallFileException.class, () -> open(packed(Unpacked.archive(reversed))).close());
    }
}
