package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsException;
import flotilla.testing.HandClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class PemTlsTest extends HttpFixture {
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
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        Certificate certificate = java.security.cert.CertificateFactory.getInstance("X.509")
                .generateCertificate(Files.newInputStream(pair.certificate()));
        trusted.setCertificateEntry("server", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    @Test
    void httpsGateway_shouldSpeakHttp2WithItsCertificate() throws Exception {
        HttpSettings.Tls pair = pair("first");
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        stop();
        start(settings(defaults, Duration.ofSeconds(60), Optional.of(pair), defaults.access()));

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
