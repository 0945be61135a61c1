package io.agentstream.schemas;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

@Doc("One text of an agent's definition. Never changed: a draft that is written anew has another key.")
public record AgentDefinition(
        @Doc("Number of the agent.") long agentId,
        @Doc("Version of the agent.") int version,
        @Doc("The definition: which engine, and what it needs.") JsonNode definition) {

    private static final int DIGEST_BYTES = 8;

    /// Agent, version and the beginning of the text's SHA-256: the text of a draft changes under one number.
    public String key() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Json.MAPPER.writeValueAsBytes(definition));
            return agentId + ":" + version + ":" + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    public static byte[] keyBytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }
}
