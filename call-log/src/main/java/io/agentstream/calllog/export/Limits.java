package io.agentstream.calllog.export;

/// How much a file may be and become. A call of an hour is 0.1 GiB unpacked, one of the longest a few times that.
///
/// @param unpackedBytes most of all members together, on disk while the file is read
/// @param ratio how many times its packed bytes it may be, behind the first [#RATIO_FREE_BYTES]
/// @param members most members
/// @param memberBytes longest member, in memory while it is read
/// @param valueBytes longest value of a record
public record Limits(long unpackedBytes, int ratio, int members, int memberBytes, int valueBytes) {

    /// What may be unpacked whatever its ratio: a call of silence is small.
    static final long RATIO_FREE_BYTES = 16L << 20;

    /// Longest name of a member that the form has room for.
    static final int NAME_BYTES = 100;

    /// A window of 8 MiB: so much of what it has unpacked zstd keeps in memory at most.
    static final int WINDOW_LOG = 23;

    /// Those of a reader who knows nothing of the file.
    public static final Limits USUAL = new Limits(2L << 30, 400, 10_000, 4 << 20, 1 << 20);
}
