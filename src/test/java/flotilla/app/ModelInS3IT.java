package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.util.Utils;
import flotilla.aws.s3.S3Server;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code flotilla classify} with a model folder that is in S3. */
class ModelInS3IT {
    private static final Path MODEL = Path.of("models/openimages23");
    private static final List<String> FILES = List.of("model.conf", "labels.txt", "model.pt");
    private static final String CACHE = "DJL_CACHE_DIR";
    private static final String ENGINES = "ENGINE_CACHE_DIR";

    @TempDir
    private static Path cache;

    private static S3Server s3;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(MODEL.resolve("model.pt")), "there is no " + MODEL.toAbsolutePath());
        assumeTrue(System.getenv(CACHE) == null, CACHE + " is set in the environment, which wins over everything");
        System.setProperty(ENGINES, Utils.getEngineCacheDir().toString());
        System.setProperty(CACHE, cache.toString());
        s3 = new S3Server();
        for (String file : FILES) {
            s3.put("input", "things/v1/" + file, Files.readAllBytes(MODEL.resolve(file)));
        }
        s3.put("input", "half/model.conf", new byte[1]);
    }

    @AfterAll
    static void stop() {
        System.clearProperty(CACHE);
        System.clearProperty(ENGINES);
        if (s3 != null) {
            s3.close();
        }
    }

    @Test
    void modelInS3_shouldBeDownloadedOnceAndClassifyTheCat() throws Exception {
        assertThat(classify("s3://input/things/v1", "local")).as(err.toString()).isZero();
        assertThat(out.toString()).containsPattern("chelsea.png +Cat +0\\.8").contains("\n");
        List<Path> copies = copies();
        assertThat(copies)
                .singleElement()
                .satisfies(copy -> assertThat(copy.getFileName().toString()).startsWith("input-things-v1-"));
        assertThat(copies.get(0).resolve("model.pt")).hasSameBinaryContentAs(MODEL.resolve("model.pt"));

        assertThat(classify("s3://input/things/v1/", "local")).isZero();
        assertThat(copies()).isEqualTo(copies);
    }

    @Test
    void whatIsWrong_shouldBeSaidInOneLine() {
        assertThat(classify("s3://input/half", "local")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "classify: s3://input/half is no model folder: it lacks labels.txt; it must hold model.conf, labels.txt, model.pt");

        assertThat(classify("s3://input/none", "local")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("there is no model folder s3://input/none");

        assertThat(classify("s3://nowhere/none", "local")).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("bucket nowhere does not exist");

        assertThat(classify("s3://input/things/v1", "wrong")).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("access denied");
    }

    private int classify(String model, String secret) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("classify"));
        for (String pair : List.of(
                "flotilla.model.path=" + model,
                "flotilla.aws.region=us-east-1",
                "flotilla.aws.endpoint.s3=" + s3.url(),
                "flotilla.aws.credentials.access-key-id=local",
                "flotilla.aws.credentials.secret-access-key=" + secret)) {
            arguments.addAll(List.of("--set", pair));
        }
        arguments.add("samples/chelsea.png");
        CommandLine commandLine = Main.commandLine();
        return commandLine
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
    }

    private static List<Path> copies() throws Exception {
        try (Stream<Path> copies = Files.list(cache.resolve("flotilla-models"))) {
            return copies.toList();
        }
    }
}
