package io.agentstream.gateway.telephony;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Base64TextTest {

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
}
