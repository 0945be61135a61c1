package io.agentstream.calllog.export;

import static io.agentstream.calllog.export.SpoiledFiles.GOOD;
import static io.agentstream.calllog.export.SpoiledFiles.agreed;
import static io.agentstream.calllog.export.SpoiledFiles.append;
import static io.agentstream.calllog.export.SpoiledFiles.bomb;
import static io.agentstream.calllog.export.SpoiledFiles.changed;
import static io.agentstream.calllog.export.SpoiledFiles.edit;
import static io.agentstream.calllog.export.SpoiledFiles.entry;
import static io.agentstream.calllog.export.SpoiledFiles.flipped;
import static io.agentstream.calllog.export.SpoiledFiles.frame;
import static io.agentstream.calllog.export.SpoiledFiles.gzip;
import static io.agentstream.calllog.export.SpoiledFiles.header;
import static io.agentstream.calllog.export.SpoiledFiles.joined;
import static io.agentstream.calllog.export.SpoiledFiles.manifest;
import static io.agentstream.calllog.export.SpoiledFiles.members;
import static io.agentstream.calllog.export.SpoiledFiles.named;
import static io.agentstream.calllog.export.SpoiledFiles.packed;
import static io.agentstream.calllog.export.SpoiledFiles.replace;
import static io.agentstream.calllog.export.SpoiledFiles.wideWindow;

import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Files that are not what they seem, and what is to be said of each.
final class HostileFiles {

    private static final String LIFECYCLE = "records/call.lifecycle.v1-0001.ndjson";
    private static final String MEDIA = "records/call.media.v1-0001.bin";
    private static final String COMMANDS = "records/socket.commands.v1-0001.bin";
    private static final String DECISIONS = "records/run.events.v1-0001.ndjson";

    private HostileFiles() {}

    record Hostile(String name, Slice content, String sentence) {
        Hostile(String name, byte[] file, String sentence) {
            this(name, Slice.of(file), sentence);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Hostile> all() {
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
}
