package flotilla.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.app.ParentWatch;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;

/** What a worker promises the cloud, and nothing else: it ends with it, and uses its services to the last. */
final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws Exception {
        ParentWatch.start(System.getenv(), () -> Runtime.getRuntime().halt(3));
        JsonNode endpoints = new ObjectMapper()
                .readTree(Path.of(System.getenv("FLOTILLA_TEST_DATA"), CloudEndpoints.FILE_NAME)
                        .toFile());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            for (JsonNode endpoint : endpoints) {
                URI uri = URI.create(endpoint.asText());
                try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                    System.out.println("still served: " + socket.getPort());
                } catch (java.io.IOException e) {
                    System.out.println("served no more: " + e);
                }
            }
        }));
        System.out.println("worker up");
        Thread.currentThread().join();
    }
}
