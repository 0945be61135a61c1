package io.agentstream.gateway.telephony.twilio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.ProviderMessage.Audio;
import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TwilioAudioScannerTest {

    private static final String MEDIA = "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":"
            + "{\"track\":\"inbound\",\"chunk\":\"2\",\"timestamp\":\"40\",\"payload\":\"/////w==\"}}";

    private final CloudonixProvider provider = new CloudonixProvider();

    private final InboundAudio audio = new InboundAudio(3, 65_535);

    @Test
    void theScannerAndTheParserAgreeOnWhateverTheScannerTakes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> forms = List.of(
                MEDIA,
                "{ \"event\" : \"media\" , \"media\" : { \"payload\" : \"AAAA\" , \"timestamp\" : 15 } }",
                "{\"media\":{\"payload\":\"QUI=\",\"timestamp\":\"007\"},\"event\":\"media\"}",
                "{\"event\":\"media\",\"media\":{\"payload\":\"QUI\",\"chunk\":3},\"sequenceNumber\":12,\"streamSid\":\"\"}");
        String alphabet = "{}[]\",:\\ \n\t0123456789.-+eE/=ABCxyzmediapayloadtimestampevent\u00e9\u0001";
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder(forms.get(random.nextInt(forms.size())));
            for (int change = random.nextInt(3); change > 0 && !text.isEmpty(); change--) {
                int at = random.nextInt(text.length());
                String other = String.valueOf(alphabet.charAt(random.nextInt(alphabet.length())));
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, other.charAt(0));
                    case 1 -> text.insert(at, other);
                    case 2 -> text.deleteCharAt(at);
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(30))));
                }
            }
            taken += agrees(text.toString(), seed) ? 1 : 0;
        }
        assertTrue(taken > 20_000, "the scanner took only " + taken);
    }

    private boolean agrees(String text, long seed) {
        byte[] bytes = ("##" + text + "##").getBytes(StandardCharsets.UTF_8);
        int to = bytes.length - 2;
        boolean found = TwilioAudioScanner.find(bytes, 2, to, audio);
        if (found) {
            ProviderMessage scanned = TwilioReader.read(provider, bytes, 2, to, audio);
            byte[] decoded = audio.record();
            long timestampMs = audio.timestampMs();
            assertEquals(TwilioReader.parsed(provider, bytes, 2, to, audio), scanned, () -> text + " (seed " + seed + ")");
            if (scanned instanceof Audio) {
                assertArrayEquals(audio.record(), decoded, () -> text + " (seed " + seed + ")");
                assertEquals(audio.timestampMs(), timestampMs, () -> text + " (seed " + seed + ")");
            }
        }
        return found;
    }

    @Test
    void theScannerTakesTheUsualMessageAndNoOther() {
        byte[] usual = MEDIA.getBytes(StandardCharsets.UTF_8);
        byte[] digit = "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}".getBytes(StandardCharsets.UTF_8);

        assertTrue(TwilioAudioScanner.find(usual, 0, usual.length, audio));
        assertFalse(TwilioAudioScanner.find(digit, 0, digit.length, audio));
    }
}
