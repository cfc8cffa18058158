package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;
import org.apache.pekko.pki.pem.PEMLoadingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS from a certificate and a key in PEM (PKCS#1 or PKCS#8). When one of the files has changed, new connections use the new
 * pair; a pair that cannot be read is logged, and the old one stays. Safe for all threads.
 */
final class PemTls {
    private static final Logger LOG = LoggerFactory.getLogger(PemTls.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "Ed25519");
    private static final char[] NO_PASSWORD = new char[0];

    private final HttpSettings.Tls files;
    private final Clock clock;
    private SSLContext context;
    private List<FileTime> read;
    private Instant lookedAt;

    private PemTls(HttpSettings.Tls files, Clock clock) throws IOException {
        this.files = files;
        this.clock = clock;
        this.read = times();
        this.context = load(files);
        this.lookedAt = clock.instant();
    }

    /** @throws SettingsException with one line when the pair cannot be used */
    static PemTls open(HttpSettings.Tls files, Clock clock) {
        try {
            return new PemTls(files, clock);
        } catch (IOException e) {
            throw new SettingsException("flotilla.http.tls: cannot read " + e.getMessage(), e);
        }
    }

    /** The engine for one connection. */
    SSLEngine engine() {
        SSLEngine engine = current().createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }

    /** What new connections use. */
    synchronized SSLContext current() {
        Instant now = clock.instant();
        if (now.isAfter(lookedAt.plus(LOOK_EVERY))) {
            lookedAt = now;
            reload();
        }
        return context;
    }

    private void reload() {
        try {
            List<FileTime> changed = times();
            if (!changed.equals(read)) {
                context = load(files);
                read = changed;
                LOG.info("TLS certificate read again from {}", files.certificate());
            }
        } catch (IOException | SettingsException e) {
            LOG.warn("the new TLS certificate cannot be used, the old one stays: {}", e.getMessage());
        }
    }

    private List<FileTime> times() throws IOException {
        return List.of(Files.getLastModifiedTime(files.certificate()), Files.getLastModifiedTime(files.key()));
    }

    private static SSLContext load(HttpSettings.Tls files) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("server", key(files.key()), NO_PASSWORD, chain(files.certificate()));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new SettingsException(
                    "flotilla.http.tls: " + files.certificate() + " and " + files.key()
                            + " are no PEM certificate with its key (" + e.getMessage() + ")",
                    e);
        }
    }

    /** PKCS#8 of any kind that the JDK knows, or RSA's own PKCS#1. */
    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        try {
            PEMDecoder.DERData der = PEMDecoder.decode(Files.readString(file));
            return der.label().equals("PRIVATE KEY") ? pkcs8(file, der.bytes()) : DERPrivateKeyLoader.load(der);
        } catch (PEMLoadingException e) {
            throw new SettingsException(
                    "flotilla.http.tls.key: " + file + " is no PEM key that can be read (" + e.getMessage()
                            + "); convert it with: openssl pkcs8 -topk8 -nocrypt -in " + file,
                    e);
        }
    }

    private static PrivateKey pkcs8(Path file, byte[] bytes) throws GeneralSecurityException {
        for (String algorithm : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException notOfThisKind) {
                LOG.debug("{} is no {} key: {}", file, algorithm, notOfThisKind.getMessage());
            }
        }
        throw new SettingsException("flotilla.http.tls.key: " + file + " is no key of " + KEY_KINDS);
    }

    private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            return all.toArray(Certificate[]::new);
        }
    }
}
