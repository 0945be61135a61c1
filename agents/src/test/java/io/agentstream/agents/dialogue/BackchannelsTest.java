package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackchannelsTest {

    @ParameterizedTest
    @CsvSource({
        "en-US, 'Yeah, I see.'", "de, 'Ja, genau.'", "es-MX, Ajá. Claro.", "fr, 'D''accord.'", "it-IT, 'Sì, va bene.'", "it, Ho capito.", "it, 'D''accordo!'",
        "pt-BR, 'Tá bom.'", "pt, 'Sim, entendi.'", "pt, Está bem.", "nl, 'Ja, precies.'", "nl-BE, Ik snap het.", "nl, Oké.", "pl, Mhm. Okay."
    })
    void whoOnlySaysThatTheyListenWantsNothing(String language, String text) {
        assertTrue(Backchannels.isOne(language, text), text);
    }

    @ParameterizedTest
    @CsvSource({
        "en-US, No.", "de, Nein.", "it, Un momento.", "it, No.", "it, Non ho capito.", "pt, Não.", "pt, Espera um pouco.", "nl, Nee.", "nl, Wacht even.",
        "nl, Ik snap het niet.", "it, 'Sì, sì, sì, sì.'", "pl, Tak.", "en, Sì.", "it, ''"
    })
    void whatMeansMoreIsNone(String language, String text) {
        assertFalse(Backchannels.isOne(language, text), text);
    }
}
