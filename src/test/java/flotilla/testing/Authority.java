package flotilla.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority of a test, made by the JDK's keytool; everything it makes lies in one folder. */
public final class Authority {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final String name;

    /** PEM files of one node. */
    public record Pair(Path certificate, Path key) {}

    /**
     * @param name of its files; another authority in the same folder has another
     */
    public Authority(Path folder, String name) throws Exception {
        this.folder = folder;
        this.name = name;
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "RSA",
                "-dname",
                "CN=" + name,
                "-ext",
                "bc:c",
                "-validity",
                "2");
        keytool("-exportcert", "-rfc", "-alias", name, "-file", certificate().toString());
    }

    /** Its own certificate, PEM. */
    public Path certificate() {
        return folder.resolve(name + ".crt");
    }

    /** A certificate for 127.0.0.1 with the name {@code CN=flotilla}, and its key. */
    public Pair issue(String node) throws Exception {
        return issue(node, "flotilla", "ip:127.0.0.1");
    }

    /**
     * A certificate for somebody else, and its key.
     *
     * @param node of its files
     * @param san subject alternative name, such as {@code dns:other}
     */
    public Pair issue(String node, String commonName, String san) throws Exception {
        Path request = folder.resolve(node + ".csr");
        Path certificate = folder.resolve(node + ".crt");
        keytool("-genkeypair", "-alias", node, "-keyalg", "RSA", "-dname", "CN=" + commonName, "-validity", "2");
        keytool("-certreq", "-alias", node, "-file", request.toString());
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                name,
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString(),
                "-ext",
                "san=" + san,
                "-validity",
                "2");
        return new Pair(certificate, key(node));
    }

    private Path key(String node) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            keys.load(in, PASSWORD.toCharArray());
        }
        Key key = keys.getKey(node, PASSWORD.toCharArray());
        return Files.writeString(
                folder.resolve(node + ".key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    private Path store() {
        return folder.resolve(name + ".p12");
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store().toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(output);
        }
    }
}
