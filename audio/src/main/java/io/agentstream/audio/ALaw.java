package io.agentstream.audio;

/// G.711 A-law to 16-bit linear samples; only WAV files bring it. Safe for any thread.
final class ALaw {

    private static final short[] DECODED = decodeTable();

    private ALaw() {
    }

    /// The sample of one A-law byte: from -32256 to 32256.
    static short decode(byte aLaw) {
        return DECODED[aLaw & 0xFF];
    }

    private static short[] decodeTable() {
        short[] table = new short[256];
        for (int aLaw = 0; aLaw < table.length; aLaw++) {
            // Every second bit is inverted on the line.
            int code = aLaw ^ 0x55;
            int segment = (code >> 4) & 0x07;
            int step = code & 0x0F;
            int magnitude = segment == 0 ? (2 * step + 1) << 3 : (2 * step + 33) << (segment + 2);
            table[aLaw] = (short) ((code & 0x80) != 0 ? magnitude : -magnitude);
        }
        return table;
    }
}
