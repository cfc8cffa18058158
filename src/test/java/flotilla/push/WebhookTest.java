package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.PushSettings;
import flotilla.config.SettingsLoader;
import flotilla.push.Carrier.Attempt;
import flotilla.testing.HandClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries over real sockets, to a receiver on loopback that goes by a made-up name. */
class WebhookTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Message MESSAGE = new Message("classification.done", Optional.of("Kätzchen"), "{\"ä\":1}");
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final String HOST = "hooks.example.org";

    private final List<String> resolved = new ArrayList<>();
    private Receiver receiver;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        receiver = Receiver.http();
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private Webhook webhook(PushSettings settings, HttpsConnectionContext tls, InetAddress... addresses) {
        return new Webhook(
                KIT.system(),
                settings,
                host -> {
                    resolved.add(host);
                    return CompletableFuture.completedFuture(List.of(addresses));
                },
                tls,
                new HandClock(NOW));
    }

    private Webhook webhook(PushSettings settings, InetAddress... addresses) {
        return webhook(settings, Http.get(KIT.system()).defaultClientHttpsContext(), addresses);
    }

    private Webhook open() {
        return webhook(PushFixture.settings(true, true, HOST), LOOPBACK);
    }

    private Wish wish(String path) {
        return wish("http", path);
    }

    private Wish wish(String scheme, String path) {
        return Wish.of(
                Wish.About.CLASSIFICATION,
                "0199e7a0-0000-7000-8000-000000000001",
                scheme + "://" + HOST + ":" + receiver.port() + path,
                NOW);
    }

    private static Attempt carried(Webhook webhook, Wish wish) {
        return webhook.carry(wish, MESSAGE).toCompletableFuture().join();
    }

    @Test
    void delivery_shouldBeSignedAndGoByItsName() {
        receiver.on("/done", Receiver.status(204));
        Wish wish = wish("/done?a=b%20c&d");

        assertThat(carried(open(), wish)).isEqualTo(new Attempt.Taken());

        Receiver.Told told = receiver.told().get(0);
        assertThat(told.uri()).isEqualTo("/done?a=b%20c&d");
        assertThat(told.body()).isEqualTo(MESSAGE.body());
        assertThat(told.header("Host")).isEqualTo(HOST + ":" + receiver.port());
        assertThat(told.header("Content-Type")).isEqualTo("application/json");
        assertThat(told.header("webhook-id")).isEqualTo(wish.name());
        assertThat(told.header("webhook-timestamp")).isEqualTo(Long.toString(NOW.getEpochSecond()));
        assertThat(told.header("webhook-signature"))
                .isEqualTo(Signature.of(List.of(PushFixture.SECRET), wish.name(), NOW, MESSAGE.body()));
        assertThat(resolved).containsExactly(HOST);
    }

    @Test
    void statuses_shouldMeanWhatTheyMean() {
        receiver.on("/200", Receiver.status(200))
                .on("/299", Receiver.status(299))
                .on("/410", Receiver.status(410))
                .on("/404", Receiver.status(404))
                .on("/503", Receiver.status(503, "Retry-After", "120"))
                .on("/429", Receiver.status(429, "Retry-After", "Tue, 24 Nov 2026 10:01:00 GMT"));

        assertThat(carried(open(), wish("/200"))).isEqualTo(new Attempt.Taken());
        assertThat(carried(open(), wish("/299"))).isEqualTo(new Attempt.Taken());
        assertThat(carried(open(), wish("/410"))).isEqualTo(new Attempt.Gone());
        assertThat(carried(open(), wish("/404"))).isEqualTo(new Attempt.Failed("status 404"));
        assertThat(carried(open(), wish("/503")))
                .isEqualTo(new Attempt.Failed("status 503", Optional.of(Duration.ofMinutes(2))));
        assertThat(carried(open(), wish("/429")))
                .isEqualTo(new Attempt.Failed("status 429", Optional.of(Duration.ofMinutes(1))));
    }

    @Test
    void urlWithoutAPath_shouldBeTheRoot() {
        receiver.on("/", Receiver.status(200));

        assertThat(carried(open(), wish(""))).isEqualTo(new Attempt.Taken());
        assertThat(receiver.told().get(0).uri()).isEqualTo("/");
    }

    @Test
    void redirect_shouldNotBeFollowed() {
        receiver.on("/moved", Receiver.status(307, "Location", "http://" + HOST + ":" + receiver.port() + "/inside"))
                .on("/inside", Receiver.status(200));

        assertThat(carried(open(), wish("/moved"))).isEqualTo(new Attempt.Failed("status 307"));
        assertThat(receiver.told()).extracting(Receiver.Told::uri).containsExactly("/moved");
    }

    @Test
    void endlessAnswer_shouldBeCutOffAndItsStatusCount() {
        receiver.on("/much", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(new byte[64 << 10]);
                }
            }
        });

        assertThat(carried(open(), wish("/much"))).isEqualTo(new Attempt.Taken());
    }

    @Test
    void receiverThatDoesNotAnswer_shouldBeLeftAfterTheTimeOut() {
        CountDownLatch over = new CountDownLatch(1);
        receiver.on("/slow", exchange -> await(over));
        Webhook impatient = webhook(PushFixture.settings(true, true, Duration.ofMillis(300), HOST), LOOPBACK);

        // Two limits of the same length run: that of the attempt, and that of a connection on which nothing comes.
        assertThatThrownBy(() -> carried(impatient, wish("/slow"))).hasCauseInstanceOf(TimeoutException.class);
        over.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nameThatLeadsToAPrivateAddressAmongOthers_shouldNotBeConnectedTo() throws Exception {
        receiver.on("/done", Receiver.status(200));
        InetAddress elsewhere = InetAddress.getByName("8.8.8.8");

        for (InetAddress[] answer : new InetAddress[][] {
            {LOOPBACK},
            {LOOPBACK, elsewhere},
            {elsewhere, LOOPBACK},
            {elsewhere, InetAddress.getByName("169.254.169.254")},
            {InetAddress.getByName("fd00:ec2::254")},
        }) {
            Webhook strict = webhook(PushFixture.settings(true, false, HOST), answer);
            assertThatThrownBy(() -> carried(strict, wish("/done"))).hasMessageContaining("not a public address");
        }
        assertThat(receiver.told()).isEmpty();
    }

    /** A name that changes between the check and the connection would be asked for twice. */
    @Test
    void name_shouldBeResolvedOnceForAnAttemptAndTheNextAddressTakenByTheNext() throws Exception {
        receiver.on("/done", Receiver.status(200));
        Webhook two = webhook(PushFixture.settings(true, true, HOST), InetAddress.getByName("127.0.0.9"), LOOPBACK);
        Wish first = wish("/done");
        assertThatThrownBy(() -> carried(two, first)).hasMessageContaining("127.0.0.9");

        assertThat(carried(two, first.failed(NOW, NOW, "no connection"))).isEqualTo(new Attempt.Taken());
        assertThat(resolved).containsExactly(HOST, HOST);
    }

    @Test
    void wishThatTheRuleDoesNotTakeAnyMore_shouldNotBeDelivered() {
        receiver.on("/done", Receiver.status(200));

        Attempt attempt = carried(webhook(PushFixture.settings(false, true, HOST), LOOPBACK), wish("/done"));

        assertThat(((Attempt.Failed) attempt).why()).contains("https://");
        assertThat(receiver.told()).isEmpty();
    }

    @Test
    void certificate_shouldBeThatOfTheNameAndNotOfTheAddress() throws Exception {
        SSLContext named = certificate("dns:" + HOST);
        SSLContext other = certificate("ip:127.0.0.1");
        for (SSLContext context : List.of(named, other)) {
            receiver.close();
            receiver = Receiver.https(context).on("/done", Receiver.status(200));
            Webhook webhook =
                    webhook(PushFixture.settings(false, true, HOST), ConnectionContext.httpsClient(context), LOOPBACK);
            if (context == named) {
                assertThat(carried(webhook, wish("https", "/done"))).isEqualTo(new Attempt.Taken());
            } else {
                assertThatThrownBy(() -> carried(webhook, wish("https", "/done")))
                        .hasMessageContaining(HOST);
            }
        }
        assertThat(receiver.told()).isEmpty();
    }

    /** A context that shows and trusts a self-signed certificate, made by the JDK's keytool. */
    private SSLContext certificate(String subject) throws Exception {
        Path file = folder.resolve(subject.replace(':', '-') + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "SAN=" + subject,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(Files.newInputStream(file), "changeit".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
