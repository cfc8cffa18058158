package flotilla.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parts of a system, each a process: the embedded cloud, and beside it a gateway and workers started by hand. */
final class Stand {
    private final Lab lab;
    private final Path data;
    private final int clusterPort;

    private Stand(Lab lab, Path data, int clusterPort) {
        this.lab = lab;
        this.data = data;
        this.clusterPort = clusterPort;
    }

    /** Starts the embedded cloud; ends with the lab. */
    static Stand start(Lab lab) throws IOException {
        Path data = lab.newFolder("cloud");
        lab.flotilla(Map.of(), "cloud", List.of("--data", data.toString(), "--set", "flotilla.classifier.kind=delay"))
                .awaitLine("cloud ready");
        return new Stand(lab, data, freePort());
    }

    Path data() {
        return data;
    }

    /** Starts the gateway. */
    URI gateway() throws IOException {
        List<String> pairs = common();
        pairs.add("flotilla.cluster.port=" + clusterPort);
        pairs.add("flotilla.http.port=0");
        Running gateway = lab.flotilla(Map.of(), "gateway", Lab.sets(pairs));
        return URI.create(gateway.awaitLine("ready "));
    }

    /** Starts a worker. */
    Running worker(List<String> sets) throws IOException {
        return lab.worker(workerArguments(sets));
    }

    /** What a worker is told besides {@code sets}. */
    List<String> workerArguments(List<String> sets) {
        List<String> pairs = common();
        pairs.add("flotilla.cluster.seed-nodes=127.0.0.1:" + clusterPort);
        pairs.addAll(sets);
        return Lab.sets(pairs);
    }

    private List<String> common() {
        return new ArrayList<>(
                List.of("flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"), "flotilla.fleet.mode=static"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
