package io.agentstream.cli.doctor;

import io.agentstream.runtime.Keys;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// The public URL of the gateway, as a provider comes to it: name, connection, certificate, and a call of an agent that there is not, which
/// must come back as the gateway refuses it. What stands in between is what most installations get wrong.
///
/// @param local whether loopback is where it should be: on a system of one machine
/// @param tls whom to trust
/// @param patience for each wait on the way
record GatewayCheck(URI url, boolean local, SSLSocketFactory tls, Duration patience) implements Check {

    private static final Duration SOON = Duration.ofDays(21);
    private static final String RENEW = "renew it; the gateway takes up files that are replaced";

    @Override
    public String about() {
        return "gateway";
    }

    @Override
    public List<Finding> look() {
        boolean secure = "wss".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
        String where = url.getScheme() + "://" + url.getHost() + ":" + port;
        List<Finding> findings = new ArrayList<>();
        try {
            InetAddress[] addresses = InetAddress.getAllByName(url.getHost());
            boolean loopback = Arrays.stream(addresses).allMatch(InetAddress::isLoopbackAddress);
            if (loopback && !local) {
                findings.add(Finding.wrong(
                        about(), where + " is this machine itself: no provider can come to it",
                        "set " + Keys.PUBLIC_GATEWAY_URL.variable() + " to the address that providers reach, such as wss://gateway.example.com"));
            } else if (!secure && !loopback) {
                findings.add(Finding.wrong(
                        about(), where + " is not encrypted, and providers want wss",
                        "end TLS in front of the gateway, or give it a certificate (" + Keys.TLS_CERTIFICATE.variable() + "), and write wss:// in "
                                + Keys.PUBLIC_GATEWAY_URL.variable()));
            }
            try (Socket socket = connect(addresses, port)) {
                if (secure) {
                    upgradeOverTls(socket, port, where, findings);
                } else {
                    findings.addAll(new UpgradeProbe(url, port, patience).look(socket));
                }
            }
        } catch (UnknownHostException unknown) {
            findings.add(Finding.wrong(
                    "dns", "the name " + url.getHost() + " is not known here",
                    "make a DNS entry for it, or correct " + Keys.PUBLIC_GATEWAY_URL.variable()));
        } catch (SocketTimeoutException silent) {
            findings.add(Finding.wrong(
                    about(), where + " does not answer within " + patience.toSeconds() + " s", "open the port in firewalls and security groups"));
        } catch (ConnectException refused) {
            findings.add(Finding.wrong(
                    about(), "nobody accepts connections at " + where, "start the gateway or what stands in front of it; see that the port is right"));
        } catch (IOException failure) {
            findings.add(Finding.wrong(
                    about(), "the connection to " + where + " broke (" + failure.getClass().getSimpleName() + ")",
                    "see what stands in front of the gateway, and its log"));
        }
        return findings;
    }

    private Socket connect(InetAddress[] addresses, int port) throws IOException {
        IOException last = new ConnectException("no address");
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), (int) patience.toMillis());
                socket.setSoTimeout((int) patience.toMillis());
                return socket;
            } catch (IOException failure) {
                socket.close();
                last = failure;
            }
        }
        throw last;
    }

    private void upgradeOverTls(Socket plain, int port, String where, List<Finding> findings) throws IOException {
        try (SSLSocket socket = (SSLSocket) tls.createSocket(plain, url.getHost(), port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            findings.add(certificate((X509Certificate) socket.getSession().getPeerCertificates()[0], Instant.now()));
            findings.addAll(new UpgradeProbe(url, port, patience).look(socket));
        } catch (SSLException failure) {
            findings.add(tlsFailure(failure, where));
        }
    }

    private static Finding certificate(X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        if (end.isBefore(now)) { // which whoever trusts it by name and not by its authority does not see
            return Finding.wrong("tls", "the certificate has ended at " + end + ": providers do not take it", RENEW);
        }
        String says = "the certificate holds until " + end;
        return end.isBefore(now.plus(SOON))
                ? Finding.wrong("tls", says + ", which is soon", RENEW)
                : Finding.ok("tls", says);
    }

    private static Finding tlsFailure(SSLException failure, String where) {
        String words = String.valueOf(failure.getMessage());
        if (words.contains("no_application_protocol")) {
            return UpgradeProbe.onlyHttp2(where);
        }
        if (words.contains("Unsupported or unrecognized SSL message")) {
            return Finding.wrong(
                    "tls", "what answers at " + where + " does not speak TLS",
                    "end TLS there, or give the gateway a certificate (" + Keys.TLS_CERTIFICATE.variable() + ")");
        }
        if (words.contains("No subject alternative") || words.contains("No name matching")) {
            return Finding.wrong("tls", "the certificate at " + where + " is for other names (" + words + ")", "get one for this name");
        }
        if (words.contains("validity check failed") || words.contains("expired")) {
            return Finding.wrong("tls", "the certificate at " + where + " has ended or not begun (" + words + ")", RENEW);
        }
        if (failure instanceof SSLHandshakeException && words.contains("unable to find valid certification path")) {
            return Finding.wrong(
                    "tls", "the certificate at " + where + " is of nobody whom this machine trusts, or an intermediate one is missing",
                    "serve the whole chain of a public authority (fullchain.pem)");
        }
        return Finding.wrong("tls", "there is no agreement on TLS with " + where + " (" + words + ")", "see that TLS 1.2 or 1.3 is spoken there");
    }
}
