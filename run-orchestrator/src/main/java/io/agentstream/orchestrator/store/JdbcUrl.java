package io.agentstream.orchestrator.store;

import io.agentstream.runtime.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A database's address without its secrets: driver, pool and migrations all quote the address that they are given in what they
/// complain of, so they are given one that may be quoted. Any thread.
///
/// @param address without user and password
/// @param user of the address, where it names one
/// @param password of the address, where it holds one
/// @param secrets what else the address holds of that kind, such as the key's password, by the driver's names; to be given to it as
///     properties
record JdbcUrl(String address, @Nullable String user, @Nullable Secret password, Map<String, Secret> secrets) {

    private static final String SCHEME = "jdbc:postgresql:";

    /// @throws IllegalArgumentException where it is no address of PostgreSQL; does not quote it
    static JdbcUrl parse(String text) {
        if (!text.startsWith(SCHEME)) {
            throw new IllegalArgumentException("the database's address does not begin with " + SCHEME);
        }
        int question = text.indexOf('?');
        String base = question < 0 ? text : text.substring(0, question);
        String user = null;
        Secret password = null;
        Map<String, Secret> secrets = new HashMap<>();
        List<String> kept = new ArrayList<>();
        for (String parameter : question < 0 ? new String[0] : text.substring(question + 1).split("&")) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
            switch (name.toLowerCase(Locale.ROOT)) {
                case "user" -> user = value;
                case "password" -> password = new Secret(value);
                default -> {
                    if (name.toLowerCase(Locale.ROOT).contains("password")) {
                        secrets.put(name, new Secret(value));
                    } else {
                        kept.add(parameter);
                    }
                }
            }
        }
        String address = kept.isEmpty() ? base : base + "?" + String.join("&", kept);
        // The form that other programs take, with user and password before the host: the driver would look the whole up as a host.
        if (base.indexOf('@') >= 0 || !isTaken(address)) {
            throw new IllegalArgumentException("the database's address is none of PostgreSQL's: jdbc:postgresql://host/database");
        }
        return new JdbcUrl(address, user, password, Map.copyOf(secrets));
    }

    /// By the interface: the driver's own class drags annotations along that are on nobody's class path.
    private static boolean isTaken(String address) {
        try {
            return DriverManager.getDriver(address).acceptsURL(address);
        } catch (SQLException noDriver) {
            return false;
        }
    }
}
