package io.agentstream.audio;

import java.nio.ByteBuffer;

/// How a WAV file stores one sample; each turns it into 16 bits. Safe for any thread.
enum WavEncoding {
    PCM_8(1, 8) {
        @Override
        int sample(ByteBuffer data, int at) {
            return ((data.get(at) & 0xFF) - 128) << 8;
        }
    },
    PCM_16(1, 16) {
        @Override
        int sample(ByteBuffer data, int at) {
            return data.getShort(at);
        }
    },
    PCM_24(1, 24) {
        @Override
        int sample(ByteBuffer data, int at) {
            return data.getShort(at + 1);
        }
    },
    PCM_32(1, 32) {
        @Override
        int sample(ByteBuffer data, int at) {
            return data.getShort(at + 2);
        }
    },
    FLOAT_32(3, 32) {
        @Override
        int sample(ByteBuffer data, int at) {
            // Not a number becomes silence, which is what the cast makes of it.
            return (int) Math.clamp(data.getFloat(at) * 32_768.0, Short.MIN_VALUE, Short.MAX_VALUE);
        }
    },
    A_LAW(6, 8) {
        @Override
        int sample(ByteBuffer data, int at) {
            return ALaw.decode(data.get(at));
        }
    },
    MU_LAW(7, 8) {
        @Override
        int sample(ByteBuffer data, int at) {
            return MuLaw.decode(data.get(at));
        }
    };

    private final int formatTag;
    private final int bits;

    WavEncoding(int formatTag, int bits) {
        this.formatTag = formatTag;
        this.bits = bits;
    }

    /// The 16-bit value of the sample that begins at byte `at` of the little-endian `data`.
    abstract int sample(ByteBuffer data, int at);

    int formatTag() {
        return formatTag;
    }

    int bytesPerSample() {
        return bits / 8;
    }

    static WavEncoding of(int formatTag, int bits) throws WavException {
        for (WavEncoding encoding : values()) {
            if (encoding.formatTag == formatTag && encoding.bits == bits) {
                return encoding;
            }
        }
        throw new WavException("encoding " + formatTag + " with " + bits + " bits is not supported; supported are PCM"
                + " of 8, 16, 24 and 32 bits, 32-bit float, mu-law and A-law");
    }
}
