package io.agentstream.gateway.telephony.cloudonix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.ProviderMessage.Audio;
import io.agentstream.gateway.telephony.ProviderMessage.Digit;
import io.agentstream.gateway.telephony.ProviderMessage.Ignored;
import io.agentstream.gateway.telephony.ProviderMessage.Odd;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CloudonixProviderTest {

    private static final String MEDIA = "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":"
            + "{\"track\":\"inbound\",\"chunk\":\"2\",\"timestamp\":\"40\",\"payload\":\"/////w==\"}}";

    private final CloudonixProvider provider = new CloudonixProvider();

    private final InboundAudio audio = new InboundAudio(3, 65_535);

    private ProviderMessage read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return provider.read(bytes, 0, bytes.length, audio);
    }

    private byte[] heard(String text) {
        assertInstanceOf(Audio.class, read(text));
        return Arrays.copyOfRange(audio.record(), 3, audio.record().length);
    }

    private void isOdd(OddMessage how, String text) {
        assertEquals(new Odd(how), read(text), text);
    }

    private static String payload(String text) {
        return "{\"event\":\"media\",\"media\":{\"payload\":" + text + "}}";
    }

    private StreamDetails start(String fields) {
        return assertInstanceOf(
                        ProviderMessage.Start.class, read("{\"event\":\"start\",\"start\":{" + fields + "}}"))
                .details();
    }

    @Test
    void readsTheMessagesOfTheSheet() {
        assertEquals(new ProviderMessage.Connected(), read("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}"));
        assertArrayEquals(new byte[] {-1, -1, -1, -1}, heard(MEDIA));
        assertEquals(40, audio.timestampMs());
        assertEquals(new Digit('5'), read("{\"event\":\"dtmf\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"5\"}}"));
        assertEquals(new ProviderMessage.MarkEcho("utt-17"), read("{\"event\":\"mark\",\"mark\":{\"name\":\"utt-17\"}}"));
        assertEquals(new ProviderMessage.Stop(), read("{\"event\":\"stop\",\"stop\":{\"session\":\"s\"}}"));
        assertEquals(
                new ProviderMessage.Start(new StreamDetails(
                        "MZ-7f3c", "call-55aa", "sess-9d21c0", "acme.cloudonix.net", "+15550100", "+15550199", "inbound",
                        List.of("inbound"), MediaFormat.MULAW_8K, Map.of("customer_tier", "gold"), List.of())),
                read("""
                        {"event":"start","sequenceNumber":1,"start":{"streamSid":"MZ-7f3c","callSid":"call-55aa",
                        "session":"sess-9d21c0","accountSid":"acme.cloudonix.net","from":"+15550100","to":"+15550199",
                        "context":"inbound","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,
                        "channels":1},"customParameters":{"customer_tier":"gold"}}}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "17", "\"media\"", "null", "true", "{", "ping", "{\"event\":\"x\"} {}",
            "{\"event\":\"media\",\"media\":{\"payload\":\"AAAA\"}} {}"})
    void isMalformed(String text) {
        isOdd(OddMessage.MALFORMED, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n"})
    void isEmpty(String text) {
        isOdd(OddMessage.EMPTY, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"event\":null}", "{\"event\":7}", "{\"event\":\"media\"}", "{\"event\":\"media\",\"media\":[]}",
            "{\"event\":\"media\",\"media\":{}}", "{\"event\":\"media\",\"media\":{\"payload\":null}}",
            "{\"event\":\"media\",\"media\":{\"payload\":7}}", "{\"event\":\"mark\",\"mark\":\"x\"}", "{\"event\":\"mark\"}",
            "{\"event\":\"mark\",\"mark\":{}}", "{\"event\":\"mark\",\"mark\":{\"name\":null}}",
            "{\"event\":\"mark\",\"mark\":{\"name\":7}}", "{\"event\":\"dtmf\"}", "{\"event\":\"dtmf\",\"dtmf\":\"5\"}",
            "{\"event\":\"dtmf\",\"dtmf\":{}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":null}}",
            "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"\"}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"55\"}}",
            "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":55}}", "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":5.0}}",
            "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"E\"}}"})
    void isMistyped(String text) {
        isOdd(OddMessage.MISTYPED, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"event\":\"\"}", "{\"event\":\"unheard-of\",\"media\":7}", "{\"event\":\"x\",\"a\":1,\"a\":2}"})
    void isUnknown(String text) {
        isOdd(OddMessage.UNKNOWN, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"?\"", "\"A\"", "\"AA=A\"", "\"AAAA===\"", "\"\u00e9\u00e9\""})
    void isNoAudio(String payload) {
        isOdd(OddMessage.BAD_AUDIO, payload(payload));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"\"AQID+/8=\"", "\"AQID+/8\"", "\"AQID\\n+/8=\"", "\"AQID\\r\\n+/8=\\r\\n\"", "\"AQID-_8=\"",
            "\"AQID-_8\"", "\" AQID+/8= \"", "\"AQID+/8==\""})
    void audioIsDecodedInEveryUsualForm(String payload) {
        assertArrayEquals(new byte[] {1, 2, 3, -5, -1}, heard(payload(payload)));
    }

    @Test
    void deepNestingAndHugeNumbersAreOddAndNotMore() {
        isOdd(OddMessage.UNKNOWN, "{\"event\":\"x\",\"x\":" + "[".repeat(80) + "]".repeat(80) + "}");
        isOdd(OddMessage.MALFORMED, "{\"event\":\"x\",\"x\":" + "[".repeat(600) + "]".repeat(600) + "}");
        isOdd(OddMessage.MALFORMED, "{\"event\":\"media\",\"x\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}");
        isOdd(OddMessage.MISTYPED, "{\"event\":\"dtmf\",\"x\":" + "9".repeat(20_000) + "}");
    }

    @Test
    void audioLongerThanARecordHoldsIsForbidden() {
        String long66k = Base64.getEncoder().encodeToString(new byte[66_000]);

        assertEquals(new ProviderMessage.Forbidden(Failure.MESSAGE_TOO_BIG), read(payload("\"" + long66k + "\"")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"event\":\"media\",\"media\":{\"payload\":\"\"}}",
            "{\"event\":\"media\",\"media\":{\"track\":\"outbound\",\"payload\":\"AAAA\"}}",
            "{\"event\":\"media\",\"media\":{\"track\":\"Outbound\",\"payload\":\"AAAA\"}}",
            "{\"event\":\"media\",\"media\":{\"track\":\"OUTBOUND_track\",\"payload\":\"AAAA\"}}"})
    void isIgnored(String text) {
        assertInstanceOf(Ignored.class, read(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"inbound\"", "\"Inbound\"", "\"INBOUND_TRACK\"", "\"\"", "null"})
    void isTheCallersTrack(String track) {
        assertArrayEquals(new byte[3], heard("{\"event\":\"media\",\"media\":{\"track\":" + track + ",\"payload\":\"AAAA\"}}"));
    }

    @Test
    void ofAKeyThatStandsTwiceTheLastOneHolds() {
        assertArrayEquals(new byte[] {1, 2, 3}, heard(
                "{\"event\":\"stop\",\"event\":\"media\",\"media\":{\"payload\":\"AAAA\",\"payload\":\"AQID\"}}"));
        assertEquals("two", start("\"streamSid\":\"one\",\"streamSid\":\"two\"").streamSid());
        assertEquals(Map.of("a", "2"), start("\"customParameters\":{\"a\":1,\"a\":2}").customParameters());
    }

    @Test
    void readsAllDigits() {
        for (char digit : "0123456789*#ABCD".toCharArray()) {
            assertEquals(new Digit(digit), read("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"" + digit + "\"}}"));
        }
        assertEquals(new Digit('5'), read("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":5}}"));
        assertEquals(new Digit('D'), read("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"d\"}}"));
    }

    @Test
    void identifiersThatAreMissingEmptyOrNotTextAreAbsent() {
        StreamDetails details = start("\"streamSid\":7,\"callSid\":\"\",\"session\":null,\"accountSid\":12,\"tracks\":\"x\","
                + "\"mediaFormat\":[],\"customParameters\":[1]");

        assertEquals(
                new StreamDetails(null, null, null, null, null, null, null, List.of(), MediaFormat.MULAW_8K, Map.of(), List.of()),
                details);
        assertNull(assertInstanceOf(ProviderMessage.Start.class, read("{\"event\":\"start\",\"start\":\"x\"}")).details());
    }

    @Test
    void customParametersBecomeText() {
        assertEquals(
                Map.of("a", "x", "b", "7", "c", "true", "e", "{\"f\":[1,\"g\"]}", "h", "[]", "provider", "evil"),
                start("\"customParameters\":{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":null,\"e\":{\"f\":[1,\"g\"]},\"h\":[],"
                                + "\"provider\":\"evil\"}")
                        .customParameters());
    }

    @Test
    void customParametersKeepTheirLines() {
        assertEquals(
                Map.of("a", "1 Main St\nSpringfield", "b", "x\ty\r\nz", "c", "n\uFFFDu\uFFFDl"),
                start("\"customParameters\":{\"a\":\"1 Main St\\nSpringfield\",\"b\":\"x\\ty\\r\\nz\","
                                + "\"c\":\"n\\u0000u\\ud800l\"}")
                        .customParameters());
    }

    @Test
    void whatIsTooLongIsCutAndSaid() {
        StreamDetails details = start("\"from\":\"" + "1".repeat(300) + "\",\"customParameters\":{\"note\":\"" + "x".repeat(5_000)
                + "\",\"" + "n".repeat(300) + "\":1}");

        assertEquals(Map.of("note", "x".repeat(4_096)), details.customParameters());
        assertEquals(
                List.of("from: 256 of 300 characters kept", "custom parameter note: 4096 of 5000 characters kept",
                        "custom parameter left out, its name is empty or longer than 256 characters"),
                details.cut());
    }

    /// As people count them: 256 faces are as long as 256 letters.
    @Test
    void charactersOutsideTheBasicPlaneAreOneEach() {
        String face = "\uD83D\uDE00";

        StreamDetails fits = start("\"session\":\"" + face.repeat(256) + "\",\"from\":\"" + face.repeat(256)
                + "\",\"customParameters\":{\"" + face.repeat(256) + "\":\"" + face.repeat(4_096) + "\"}");
        StreamDetails longer = start("\"session\":\"" + face.repeat(257) + "\",\"from\":\"" + face.repeat(300)
                + "\",\"customParameters\":{\"note\":\"" + face.repeat(5_000) + "\"}");

        assertEquals(face.repeat(256), fits.session());
        assertEquals(face.repeat(256), fits.from());
        assertEquals(Map.of(face.repeat(256), face.repeat(4_096)), fits.customParameters());
        assertEquals(List.of(), fits.cut());
        assertNull(longer.session());
        assertEquals(face.repeat(256), longer.from());
        assertEquals(Map.of("note", face.repeat(4_096)), longer.customParameters());
        assertEquals(
                List.of("from: 256 of 300 characters kept", "custom parameter note: 4096 of 5000 characters kept"), longer.cut());
    }

    @Test
    void whatIsTooManyIsLeftOutAndSaid() {
        String many = IntStream.range(0, 150).mapToObj(i -> "\"p" + i + "\":" + i).collect(Collectors.joining(","));
        String tracks = IntStream.range(0, 10).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","));

        StreamDetails details = start("\"tracks\":[" + tracks + "],\"customParameters\":{" + many + "}");

        assertEquals(100, details.customParameters().size());
        assertEquals(List.of("tracks: 8 of 10 kept", "custom parameters: 100 of 150 kept"), details.cut());
    }

    @Test
    void whatIsSaidOfCutsIsBoundedToo() {
        String many = IntStream.range(0, 12)
                .mapToObj(i -> "\"p" + i + "\":\"" + "x".repeat(5_000) + "\"").collect(Collectors.joining(","));
        String unnamed = IntStream.range(0, 20).mapToObj(i -> "\"" + " ".repeat(i) + "\":1").collect(Collectors.joining(","));

        List<String> cut = start("\"customParameters\":{" + many + "," + unnamed + "}").cut();

        assertEquals(20, cut.size());
        assertEquals("and more", cut.getLast());
    }

    @Test
    void oddNamesAndDeepValuesOfParametersAreTakenAsText() {
        String deep = "[".repeat(400) + "]".repeat(400);

        StreamDetails details = start("\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"customParameters\":"
                + "{\"a\\ud800b\":\"x\",\"\\\\udc00\":\"\\\\\",\"\\ud83d\\ude00\":\"y\",\"tier\":\"gold\",\"deep\":" + deep + "}");

        assertEquals(
                Map.of("a\uFFFDb", "x", "\\udc00", "\\", "\uD83D\uDE00", "y", "tier", "gold", "deep", deep),
                details.customParameters());
    }

    /// The parameters' own braces are three levels of it.
    @Test
    void aStartOfMoreLevelsThanAMessageMayHaveIsNoStart() {
        String message = "{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"customParameters\":{\"deep\":%s}}}";

        assertInstanceOf(ProviderMessage.Start.class, read(message.formatted("[".repeat(497) + "]".repeat(497))));
        isOdd(OddMessage.MALFORMED, message.formatted("[".repeat(498) + "]".repeat(498)));
    }

    @Test
    void numbersAndNamesOfAnyLengthRefuseNoCall() {
        String digits = "9".repeat(60_000);

        StreamDetails details = start("\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"customParameters\":"
                + "{\"whole\":" + digits + ",\"part\":0." + digits + ",\"" + "n".repeat(60_000) + "\":1,\"tier\":\"gold\"}");

        assertEquals("gold", details.customParameters().get("tier"));
        assertEquals(Set.of("whole", "part", "tier"), details.customParameters().keySet());
        assertTrue(digits.startsWith(details.customParameters().get("whole")), details.customParameters().get("whole"));
        assertEquals(2, details.cut().size(), details.cut().toString());
    }

    @Test
    void numbersAreTakenAsText() {
        StreamDetails details = start("\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"session\":12345,\"from\":15555550100,\"to\":99");

        assertEquals("12345", details.session());
        assertEquals("15555550100", details.from());
        assertEquals("99", details.to());
        assertEquals(List.of(), details.cut());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"SESSION\"", "{}", "[1]", "true", "1.5"})
    void aSessionThatCannotBeTakenIsNotReplacedByAnotherName(String session) {
        StreamDetails details = start(
                "\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"session\":" + session.replace("SESSION", "s".repeat(257)));

        assertNull(details.streamSid());
        assertNull(details.callSid());
        assertNull(details.session());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "null"})
    void aCallWithoutASessionHasItsSids(String session) {
        StreamDetails details = start("\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"session\":" + session);

        assertEquals("CA", details.callSid());
        assertNull(details.session());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
            "{}", "null", "[]", "\"audio/x-mulaw\"",
            "{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1}", "{\"encoding\":\"mulaw\"}", "{\"encoding\":\"PCMU\"}",
            "{\"encoding\":\"Audio/X-MuLaw\"}", "{\"encoding\":\"audio/mulaw\"}", "{\"encoding\":\"audio/x-mulaw;rate=8000\"}",
            "{\"encoding\":\"audio/PCMU; rate=8000; channels=1\"}", "{\"encoding\":\"mu-law\"}", "{\"encoding\":\"ulaw\"}",
            "{\"encoding\":\"G.711 u-law\"}", "{\"encoding\":\"g711_ulaw\"}", "{\"encoding\":\"pcm_mulaw\"}", "{\"encoding\":\"audio/basic\"}",
            "{\"encoding\":\"mulaw\",\"sampleRate\":\"8000\",\"channels\":\"1\"}", "{\"sampleRate\":8000}", "{\"encoding\":null}"})
    void everyUsualSpellingOfMuLawIsOurs(String format) {
        assertEquals(MediaFormat.MULAW_8K, start("\"mediaFormat\":" + format).mediaFormat());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
            "{\"encoding\":\"audio/x-l16\",\"sampleRate\":16000}", "{\"encoding\":\"audio/x-alaw\",\"sampleRate\":8000}",
            "{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":16000}", "{\"encoding\":\"audio/x-mulaw\",\"channels\":2}",
            "{\"encoding\":\"audio/x-mulaw;rate=16000\"}", "{\"encoding\":\"\"}", "{\"encoding\":7}", "{\"sampleRate\":\"x\"}",
            "{\"sampleRate\":8000.5}", "{\"channels\":true}", "7", "[1]", "\"opus\""})
    void everyOtherFormatIsNot(String format) {
        assertFalse(start("\"mediaFormat\":" + format).mediaFormat().spoken());
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
