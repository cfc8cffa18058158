package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsException;
import flotilla.testing.HandClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PemTlsTest extends HttpFixture {
    /** A frame of a type that nobody has named is to be passed over. */
    private static final int UNKNOWN_TYPE = 0x20;

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    /** A self-signed certificate for 127.0.0.1, made by the JDK's keytool, as a PEM pair. */
    private HttpSettings.Tls pair(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(Files.newInputStream(store), PASSWORD);
        return new HttpSettings.Tls(
                write(
                        name + ".crt",
                        "CERTIFICATE",
                        keys.getCertificate("server").getEncoded()),
                write(name + ".key", "PRIVATE KEY", ((PrivateKey) keys.getKey("server", PASSWORD)).getEncoded()));
    }

    private Path write(String file, String kind, byte[] der) throws IOException {
        return Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind
                        + "-----\n");
    }

    private static HttpClient trusting(HttpSettings.Tls pair) throws Exception {
        return HttpClient.newBuilder().sslContext(context(pair)).build();
    }

    private static SSLContext context(HttpSettings.Tls pair) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        Certificate certificate = java.security.cert.CertificateFactory.getInstance("X.509")
                .generateCertificate(Files.newInputStream(pair.certificate()));
        trusted.setCertificateEntry("server", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void httpsGateway_shouldSpeakHttp2WithItsCertificate() throws Exception {
        HttpSettings.Tls pair = pair("first");
        serve(pair);

        HttpResponse<String> response = trusting(pair)
                .send(
                        HttpRequest.newBuilder(URI.create(url.replace("http:", "https:") + "/healthz"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(((X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=first");
    }

    private void serve(HttpSettings.Tls pair) {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        stop();
        start(settings(defaults, Duration.ofSeconds(60), Optional.of(pair), defaults.access()));
    }

    /** A connection whose client can speak this protocol alone. */
    private SSLSocket connect(HttpSettings.Tls pair, String protocol) throws Exception {
        URI uri = URI.create(url);
        SSLSocket socket = (SSLSocket) context(pair).getSocketFactory().createSocket(uri.getHost(), uri.getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    @Test
    void clientBeyondTheLimitsOfHttp2_shouldBeCutOff() throws Exception {
        HttpSettings.Tls pair = pair("first");
        serve(pair);
        try (RawHttp2 inOrder = RawHttp2.begin(connect(pair, "h2"));
                RawHttp2 tooLong = RawHttp2.begin(connect(pair, "h2"));
                RawHttp2 broken = RawHttp2.begin(connect(pair, "h2"))) {
            tooLong.flood(1, once -> RawHttp2.frame(UNKNOWN_TYPE, 0, 0, new byte[1 << 20]));
            broken.send(RawHttp2.bytes(
                    RawHttp2.get(1, "/v1/fleet"), RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, (byte) 'x')));

            assertThat(tooLong.isAnswered(1)).isFalse();
            assertThat(broken.next(RawHttp2.GOAWAY).errorCode()).isNotZero();
            assertThat(broken.isAnswered(3)).isFalse();
            assertThat(inOrder.isAnswered(1)).isTrue();
        }
    }

    @Test
    void changeToHttp2WithinTls_shouldBeTheEnd() throws Exception {
        HttpSettings.Tls pair = pair("first");
        serve(pair);
        try (SSLSocket socket = connect(pair, "http/1.1")) {
            socket.getOutputStream()
                    .write(
                            ("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                            + "HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));

            assertThat(readUntilTheEnd(socket)).isEmpty();
        }
    }

    private static byte[] readUntilTheEnd(SSLSocket socket) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (IOException end) {
            // Cut off, and not closed in good order.
        }
        return all.toByteArray();
    }

    @Test
    void changedFiles_shouldBeReadAgainAndBrokenOnesNot() throws Exception {
        HandClock clock = new HandClock(Instant.parse("2026-11-24T12:00:00Z"));
        HttpSettings.Tls pair = pair("first");
        PemTls tls = PemTls.open(pair, clock);
        Object before = tls.current();

        Files.writeString(pair.certificate(), "broken");
        Files.setLastModifiedTime(pair.certificate(), FileTime.from(Instant.parse("2026-11-24T12:00:01Z")));
        clock.pass(Duration.ofSeconds(6));
        assertThat(tls.current()).isSameAs(before);

        HttpSettings.Tls next = pair("second");
        Files.copy(next.certificate(), pair.certificate(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.copy(next.key(), pair.key(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(pair.certificate(), FileTime.from(Instant.parse("2026-11-24T12:00:02Z")));
        clock.pass(Duration.ofSeconds(6));
        assertThat(tls.current()).isNotSameAs(before);
    }

    @Test
    void unusablePair_shouldBeOneLineThatNamesTheSetting() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no PEM");

        assertThatThrownBy(() -> PemTls.open(new HttpSettings.Tls(text, text), new HandClock(Instant.EPOCH)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("flotilla.http.tls")
                .message()
                .doesNotContain("\n");
        assertThatThrownBy(() ->
                        PemTls.open(new HttpSettings.Tls(folder.resolve("none"), text), new HandClock(Instant.EPOCH)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("none");
    }
}
