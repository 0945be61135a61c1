package io.agentstream.gateway.telephony;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.telephony.ProviderMessage.Audio;
import io.agentstream.gateway.telephony.ProviderMessage.Digit;
import io.agentstream.gateway.telephony.ProviderMessage.Ignored;
import io.agentstream.gateway.telephony.ProviderMessage.Malformed;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.gateway.telephony.TelephonyProvider.AudioSpan;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CloudonixProviderTest {

    private static final String MEDIA = "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":"
            + "{\"track\":\"inbound\",\"chunk\":\"2\",\"timestamp\":\"40\",\"payload\":\"/////w==\"}}";

    private final CloudonixProvider provider = new CloudonixProvider();

    private ProviderMessage read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return provider.read(bytes, 0, bytes.length);
    }

    private StreamDetails start(String fields) {
        return assertInstanceOf(
                        ProviderMessage.Start.class, read("{\"event\":\"start\",\"start\":{" + fields + "}}"))
                .details();
    }

    @Test
    void readsTheMessagesOfTheSheet() {
        assertEquals(new ProviderMessage.Connected(), read("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}"));
        assertEquals(new Audio(40, Slice.of(new byte[] {-1, -1, -1, -1})), read(MEDIA));
        assertEquals(new Digit('5'), read("{\"event\":\"dtmf\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"5\"}}"));
        assertEquals(new ProviderMessage.MarkEcho("utt-17"), read("{\"event\":\"mark\",\"mark\":{\"name\":\"utt-17\"}}"));
        assertEquals(new ProviderMessage.Stop(), read("{\"event\":\"stop\",\"stop\":{\"session\":\"s\"}}"));
        assertEquals(
                new ProviderMessage.Start(new StreamDetails(
                        "MZ-7f3c", "call-55aa", "sess-9d21c0", "acme.cloudonix.net", "+15550100", "+15550199", "inbound",
                        List.of("inbound"), MediaFormat.MULAW_8K, Map.of("customer_tier", "gold"))),
                read("""
                        {"event":"start","sequenceNumber":1,"start":{"streamSid":"MZ-7f3c","callSid":"call-55aa",
                        "session":"sess-9d21c0","accountSid":"acme.cloudonix.net","from":"+15550100","to":"+15550199",
                        "context":"inbound","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,
                        "channels":1},"customParameters":{"customer_tier":"gold"}}}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "17", "\"media\"", "null", "true", "", "{", "{}", "{\"event\":7}", "{\"event\":\"media\"}",
            "{\"event\":\"media\",\"media\":[]}", "{\"event\":\"media\",\"media\":{\"payload\":7}}",
            "{\"event\":\"media\",\"media\":{\"payload\":\"A\"}}", "{\"event\":\"media\",\"media\":{\"payload\":\"AA=A\"}}",
            "{\"event\":\"media\",\"media\":{\"payload\":\"AAAA\\n\"}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":5}}",
            "{\"event\":\"mark\",\"mark\":\"x\"}", "{\"event\":\"media\",\"event\":\"media\",\"media\":{\"payload\":\"AAAA\"}}",
            "{\"event\":\"media\",\"media\":{\"payload\":\"AAAA\"}} {}"})
    void isMalformed(String text) {
        assertInstanceOf(Malformed.class, read(text));
    }

    @Test
    void deepNestingAndHugeNumbersAreMalformedAndNotMore() {
        assertInstanceOf(Malformed.class, read("{\"event\":\"media\",\"x\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}"));
        assertInstanceOf(Malformed.class, read("{\"event\":\"dtmf\",\"x\":" + "9".repeat(20_000) + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"event\":\"\"}", "{\"event\":\"unheard-of\",\"media\":7}",
            "{\"event\":\"media\",\"media\":{\"payload\":\"\"}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"55\"}}",
            "{\"event\":\"media\",\"media\":{\"track\":\"outbound\",\"payload\":\"AAAA\"}}"})
    void isIgnored(String text) {
        assertInstanceOf(Ignored.class, read(text));
    }

    @Test
    void readsAllDigits() {
        for (char digit : "0123456789*#ABCD".toCharArray()) {
            assertEquals(new Digit(digit), read("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"" + digit + "\"}}"));
        }
    }

    @Test
    void identifiersThatAreMissingEmptyOrNotTextAreAbsent() {
        StreamDetails details = start("\"streamSid\":7,\"callSid\":\"\",\"session\":null,\"accountSid\":12,\"tracks\":\"x\","
                + "\"mediaFormat\":[],\"customParameters\":[1]");

        assertEquals(
                new StreamDetails(null, null, null, null, null, null, null, List.of(), MediaFormat.MULAW_8K, Map.of()), details);
        assertNull(assertInstanceOf(ProviderMessage.Start.class, read("{\"event\":\"start\",\"start\":\"x\"}")).details());
    }

    @Test
    void customParametersBecomeText() {
        assertEquals(
                Map.of("a", "x", "b", "7", "c", "true", "provider", "evil"),
                start("\"customParameters\":{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":null,\"e\":{},\"provider\":\"evil\"}")
                        .customParameters());
    }

    @Test
    void textThatWouldBreakItsReadersIsMended() {
        assertEquals("a\uFFFDb", start("\"from\":\"a\\ud800b\"").from());
        assertEquals("a\uFFFDb", start("\"from\":\"a\\u0000b\"").from());
        assertEquals("\uD83D\uDE00", start("\"from\":\"\\ud83d\\ude00\"").from());
    }

    @ParameterizedTest
    @CsvSource({"acme,acme.cloudonix.net", "ACME,acme.cloudonix.net", "acme.cloudonix.net.,acme.cloudonix.net",
            "Voice.Example.COM,voice.example.com", "'  acme.. ',acme.cloudonix.net"})
    void domainsHaveOneForm(String raw, String domain) {
        assertEquals(domain, provider.domain(raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "...", "."})
    void isNoDomain(String raw) {
        assertNull(provider.domain(raw));
    }

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
        AudioSpan span = new AudioSpan();
        boolean found = provider.findAudio(bytes, 2, to, span);
        if (found) {
            int length = Base64Text.decodedBytes(bytes, span.from, span.to);
            byte[] audio = new byte[Math.max(length, 0)];
            boolean good = length >= 0 && Base64Text.decode(bytes, span.from, span.to, audio, 0);
            ProviderMessage scanned = good ? new Audio(span.timestampMs, Slice.of(audio)) : new Malformed();
            assertEquals(provider.read(bytes, 2, to), scanned, () -> text + " (seed " + seed + ")");
        }
        return found;
    }

    @Test
    void theScannerTakesTheUsualMessageAndNoOther() {
        byte[] usual = MEDIA.getBytes(StandardCharsets.UTF_8);
        byte[] digit = "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}".getBytes(StandardCharsets.UTF_8);
        AudioSpan span = new AudioSpan();

        assertTrue(provider.findAudio(usual, 0, usual.length, span));
        assertEquals("/////w==", new String(usual, span.from, span.to - span.from, StandardCharsets.US_ASCII));
        assertEquals(40, span.timestampMs);
        assertFalse(provider.findAudio(digit, 0, digit.length, span));
    }

    @Test
    void base64IsThatOfTheJdk() {
        Random random = new Random(5);
        for (int length = 0; length < 500; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] expected = Base64.getEncoder().encode(bytes);
            byte[] text = new byte[Base64Text.encodedBytes(length) + 3];
            int end = Base64Text.encode(bytes, 0, length, text, 3);
            assertArrayEquals(expected, Arrays.copyOfRange(text, 3, end));

            byte[] back = new byte[Base64Text.decodedBytes(text, 3, end)];
            assertTrue(Base64Text.decode(text, 3, end, back, 0));
            assertArrayEquals(bytes, back);
        }
    }

    @Test
    void base64AcceptsWhatTheJdkAccepts() {
        Random random = new Random(9);
        String alphabet = "AB+/=z9-_ \n\u00e9";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(9); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(random.nextInt(3) == 0 ? alphabet.length() : 4)));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            byte[] expected;
            try {
                expected = Base64.getDecoder().decode(bytes);
            } catch (IllegalArgumentException bad) {
                expected = null;
            }
            int length = Base64Text.decodedBytes(bytes, 0, bytes.length);
            byte[] actual = new byte[Math.max(0, length)];
            boolean good = length >= 0 && Base64Text.decode(bytes, 0, bytes.length, actual, 0);
            assertArrayEquals(expected, good ? actual : null, () -> "\"" + text + "\"");
        }
    }

    @Test
    void writesExactlyTheKeysOfTheSheet() {
        TelephonyProvider.StreamWriter writer = provider.writer("MZ\"\u00e9");
        byte[] out = new byte[writer.mediaBytes(4)];

        int end = writer.putMedia(out, 0, new byte[] {0, -1, -1, -1, -1}, 1, 4);

        assertEquals(out.length, end);
        assertEquals(
                "{\"event\":\"media\",\"streamSid\":\"MZ\\\"\u00e9\",\"media\":{\"payload\":\"/////w==\"}}",
                new String(out, StandardCharsets.UTF_8));
        assertEquals("{\"event\":\"clear\",\"streamSid\":\"MZ\\\"\u00e9\"}", new String(writer.clear(), StandardCharsets.UTF_8));
        assertEquals(
                "{\"event\":\"mark\",\"streamSid\":\"MZ\\\"\u00e9\",\"mark\":{\"name\":\"a\\\\b\"}}",
                new String(writer.mark("a\\b"), StandardCharsets.UTF_8));
    }
}
