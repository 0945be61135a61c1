package io.agentstream.agents.capture;

import java.util.Optional;

/// Telephone numbers, kept as E.164 has them: a plus, the country, and at most fifteen digits. Pure; any thread.
final class Phones {

    /// E.164, section 6: the most digits of an international number.
    static final int MAX_DIGITS = 15;

    /// Shorter than that is no number that somebody can be called back at.
    private static final int MIN_DIGITS = 7;

    private Phones() {}

    /// @param said digits, perhaps with a plus in front
    /// @param country the prefix of numbers without one
    static Optional<Captured> of(String said, String country) {
        String digits = said.startsWith("+") ? said.substring(1) : said;
        String number;
        if (said.startsWith("+")) {
            number = digits;
        } else if (digits.startsWith("00") && !country.equals("+1")) {
            number = digits.substring(2);
        } else if (country.equals("+1")) { // North America: ten digits, or eleven with the country's own
            number = digits.startsWith("011") ? digits.substring(3)
                    : digits.length() == 11 && digits.startsWith("1") ? digits : "1" + digits;
        } else { // the trunk's zero falls away, but in Italy, where it belongs to the number
            number = country.substring(1) + (digits.startsWith("0") && !country.equals("+39") ? digits.substring(1) : digits);
        }
        boolean american = number.startsWith("1");
        boolean good = american ? number.length() == 11 : number.length() >= MIN_DIGITS && number.length() <= MAX_DIGITS;
        return good && !digits.isEmpty() && !number.startsWith("0")
                ? Optional.of(Captured.text("+" + number, Numbers.oneByOne(said.startsWith("+") ? number : digits)))
                : Optional.empty();
    }
}
