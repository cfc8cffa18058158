package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.drill.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with a heap of 256 MB, under a hundred large uploads at once. */
@Tag("alone")
class UploadMemoryIT {
    private static final int UPLOADS = 100;
    private static final int SIZE = 8 << 20;
    private static final int CUT_OFF = 20;
    private static final byte[] CHUNK = new byte[64 << 10];

    @Test
    void hundredLargeUploadsAtOnce_shouldFitInto256Megabytes(@TempDir Path folder) throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        StringBuilder table = new StringBuilder("Image,Results\n");
        for (int i = 0; i < UPLOADS; i++) {
            table.append("large_").append(i).append(",person ").append(i).append('\n');
        }
        String[] classifier = {
            "--set",
            "flotilla.classifier.kind=table",
            "--set",
            "flotilla.classifier.table=" + Files.writeString(folder.resolve("table.csv"), table)
        };
        int clusterPort = FreePort.next();
        String[] common = with(
                classifier,
                "--set",
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "--set",
                "flotilla.fleet.mode=static",
                "--set",
                "flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort,
                "--set",
                "flotilla.queue.receive-wait=1s");
        String data = folder.resolve("data").toString();
        try (FlotillaProcess cloud =
                FlotillaProcess.start(folder, command("cloud", with(classifier, "--data", data)))) {
            cloud.awaitLine("cloud ready");
            try (FlotillaProcess gateway = FlotillaProcess.startWith(
                            List.of("-Xmx256m", "-Djava.io.tmpdir=" + temporary),
                            folder,
                            command(
                                    "gateway",
                                    with(
                                            common,
                                            "--set",
                                            "flotilla.http.port=0",
                                            "--set",
                                            "flotilla.http.upload-wait=10m",
                                            "--set",
                                            "flotilla.cluster.port=" + clusterPort)));
                    FlotillaProcess worker = FlotillaProcess.start(
                            folder,
                            command(
                                    "worker",
                                    with(
                                            common,
                                            "--set",
                                            "flotilla.worker.id=one",
                                            "--set",
                                            "flotilla.cluster.port=0")))) {
                URI url = URI.create(gateway.awaitLine("ready "));
                ExecutorService clients = Executors.newFixedThreadPool(UPLOADS + CUT_OFF);
                try {
                    List<CompletableFuture<String>> answers = new ArrayList<>();
                    for (int i = 0; i < UPLOADS; i++) {
                        String name = "large_" + i + ".png";
                        answers.add(CompletableFuture.supplyAsync(() -> upload(url, name, SIZE), clients));
                        if (i < CUT_OFF) {
                            clients.execute(() -> upload(url, name, SIZE / 2));
                        }
                    }

                    for (int i = 0; i < UPLOADS; i++) {
                        assertThat(answers.get(i).join()).isEqualTo("large_" + i + ":person " + i);
                    }
                } finally {
                    clients.shutdownNow();
                }
                assertThat(gateway.out() + gateway.err()).doesNotContain("OutOfMemoryError");
                assertThat(worker.isAlive()).isTrue();
                gateway.terminate();
            }
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).as("temporary files").isEmpty();
        }
    }

    /** The body of the answer to an image of 8 MB, of which no more than {@code sent} bytes are sent. */
    private static String upload(URI url, String name, int sent) {
        byte[] begin = ("--b\r\nContent-Disposition: form-data; name=\"inputFile\"; filename=\"" + name + "\"\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] end = "\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8);
        int length = begin.length + SIZE + end.length;
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + length
                                    + "\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(begin);
            socket.getOutputStream().write(GatewayClient.TINY_PNG);
            for (int left = sent - GatewayClient.TINY_PNG.length; left > 0; left -= CHUNK.length) {
                socket.getOutputStream().write(CHUNK, 0, Math.min(left, CHUNK.length));
            }
            if (sent < SIZE) {
                return "cut off";
            }
            socket.getOutputStream().write(end);
            return body(socket.getInputStream());
        } catch (IOException e) {
            throw new AssertionError("upload of " + name + " failed", e);
        }
    }

    private static String body(InputStream in) throws IOException {
        String response = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(response).startsWith("HTTP/1.1 200 ");
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    private static String[] command(String name, String... arguments) {
        return with(new String[] {name}, arguments);
    }
}
