package io.agentstream.gateway.telephony.cloudonix;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage;

/// For a fuzzer (Jazzer's `--target_class`): whatever text a provider sends is one of [ProviderMessage], and audio stays within its
/// record. The frame reader hands on UTF-8 only, but the scanner must not rely on it for its bounds.
public final class ProviderFuzz {

    private static final int HEADROOM = 7;
    private static final int MAX = 400;
    private static final int MARGIN = 3;

    private ProviderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] text = new byte[input.length + 2 * MARGIN];
        System.arraycopy(input, 0, text, MARGIN, input.length);
        InboundAudio audio = new InboundAudio(HEADROOM, MAX);
        ProviderMessage message = new CloudonixProvider().read(text, MARGIN, MARGIN + input.length, audio);
        if (message instanceof ProviderMessage.Audio
                && (audio.lengthBytes() > MAX || audio.record().length != HEADROOM + audio.lengthBytes())) {
            throw new IllegalStateException("audio of " + audio.lengthBytes() + " in a record of " + audio.record().length);
        }
    }
}
