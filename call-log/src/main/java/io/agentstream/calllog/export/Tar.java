package io.agentstream.calllog.export;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// The one kind of tar header that exported calls have: a regular file in the ustar form of POSIX.1-1988, name of at most 100 bytes, no
/// owner, readable by its owner only. What other archivers may add (links, devices, folders, long names, attributes) is no part of it.
final class Tar {

    static final int BLOCK_BYTES = 512;

    private static final int MODE = 100;
    private static final int USER = 108;
    private static final int GROUP = 116;
    private static final int SIZE = 124;
    private static final int TIME = 136;
    private static final int SUM = 148;
    private static final int KIND = 156;
    private static final int LINK = 157;
    private static final int MAGIC = 257;
    private static final int MAJOR = 329;
    private static final int MINOR = 337;
    private static final int PREFIX = 345;

    private static final int NUMBER_BYTES = 8;
    private static final int LONG_BYTES = 12;
    private static final byte[] USTAR = "ustar\00000".getBytes(StandardCharsets.US_ASCII);

    private Tar() {}

    /// What a header says.
    record Header(String name, int size) {}

    static byte[] header(String name, int size, long timeSeconds) {
        byte[] block = new byte[BLOCK_BYTES];
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > Limits.NAME_BYTES) {
            throw new IllegalArgumentException("a member's name of " + bytes.length + " bytes");
        }
        System.arraycopy(bytes, 0, block, 0, bytes.length);
        octal(block, MODE, NUMBER_BYTES, 0600);
        octal(block, USER, NUMBER_BYTES, 0);
        octal(block, GROUP, NUMBER_BYTES, 0);
        octal(block, SIZE, LONG_BYTES, size);
        octal(block, TIME, LONG_BYTES, timeSeconds);
        octal(block, MAJOR, NUMBER_BYTES, 0);
        octal(block, MINOR, NUMBER_BYTES, 0);
        block[KIND] = '0';
        System.arraycopy(USTAR, 0, block, MAGIC, USTAR.length);
        octal(block, SUM, NUMBER_BYTES - 1, sum(block));
        block[SUM + NUMBER_BYTES - 1] = ' ';
        return block;
    }

    /// How many bytes follow a member of this size up to the next header.
    static int padding(int size) {
        return -size & (BLOCK_BYTES - 1);
    }

    /// @throws CallFileException where it is none of ours
    static Header read(byte[] block, Limits limits) throws CallFileException {
        if (number(block, SUM, NUMBER_BYTES) != sum(block) || !Arrays.equals(block, MAGIC, MAGIC + 5, USTAR, 0, 5)) {
            throw new CallFileException("The file is damaged: what is packed in it is no archive of ours.");
        }
        String name = name(block);
        String what = switch (block[KIND]) {
            case '0' -> "";
            case '1', '2' -> "a link";
            case '3', '4', '6' -> "a device";
            case '5' -> "a folder";
            default -> "what is neither a file nor a link";
        };
        if (!what.isEmpty()) {
            throw new CallFileException("The file has " + what + " among its members, which exported calls do not have.");
        }
        if (block[LINK] != 0 || block[PREFIX] != 0) {
            throw new CallFileException("The file has a member whose name is too long, or that names another one.");
        }
        long size = number(block, SIZE, LONG_BYTES);
        if (size < 0 || size > limits.memberBytes()) {
            throw new CallFileException("The file has a member of more than " + (limits.memberBytes() >> 20) + " MiB.");
        }
        return new Header(name, (int) size);
    }

    static boolean isEnd(byte[] block) {
        for (byte each : block) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private static String name(byte[] block) throws CallFileException {
        int length = 0;
        while (length < Limits.NAME_BYTES && block[length] != 0) {
            byte letter = block[length++];
            if (letter <= ' ' || letter > '~') {
                throw new CallFileException("The file has a member whose name has other letters than those of exported calls.");
            }
        }
        String name = new String(block, 0, length, StandardCharsets.US_ASCII);
        if (name.startsWith("/") || name.contains("\\") || name.matches("[A-Za-z]:.*")
                || Arrays.asList(name.split("/", -1)).contains("..")) {
            throw new CallFileException("The file has a member that wants to stand outside of the file's own folder.");
        }
        return name;
    }

    private static void octal(byte[] block, int at, int length, long value) {
        byte[] digits = String.format(Locale.ROOT, "%0" + (length - 1) + "o", value).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, block, at, length - 1);
    }

    /// -1 where there is none in octal digits.
    private static long number(byte[] block, int at, int length) {
        long value = 0;
        int digits = 0;
        for (int i = at; i < at + length; i++) {
            int digit = block[i] - '0';
            if (digit < 0 || digit > 7) {
                return digits > 0 && (block[i] == 0 || block[i] == ' ') ? value : -1;
            }
            value = value * 8 + digit;
            digits++;
        }
        return value;
    }

    /// Of all bytes, those of the sum itself as spaces.
    private static long sum(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            sum += i >= SUM && i < SUM + NUMBER_BYTES ? ' ' : block[i] & 0xFF;
        }
        return sum;
    }
}
