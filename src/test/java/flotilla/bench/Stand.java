package flotilla.bench;

import flotilla.drill.FreePort;
import flotilla.load.Api;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The parts of a system, each a process: the embedded cloud, and beside it a gateway and workers started by hand. */
final class Stand {
    /** Requests under way when it is saturated. */
    static final int CONCURRENCY = 64;

    private static final int WARMING_IMAGES = 8000;

    private final Lab lab;
    private final Path data;
    private final Map<String, String> environment;
    private final Running cloud;
    private final int clusterPort;

    private Stand(Lab lab, Path data, Map<String, String> environment, Running cloud, int clusterPort) {
        this.lab = lab;
        this.data = data;
        this.environment = environment;
        this.cloud = cloud;
        this.clusterPort = clusterPort;
    }

    /** Starts the embedded cloud; ends with the lab. */
    static Stand start(Lab lab) throws IOException {
        return start(lab, Map.of());
    }

    /** With something in the environment of each of its processes. */
    static Stand start(Lab lab, Map<String, String> environment) throws IOException {
        Path data = lab.newFolder("cloud");
        Running cloud = lab.flotilla(
                environment, "cloud", List.of("--data", data.toString(), "--set", "flotilla.classifier.kind=delay"));
        cloud.awaitLine("cloud ready");
        return new Stand(lab, data, environment, cloud, FreePort.next());
    }

    Path data() {
        return data;
    }

    /** The process of the embedded cloud. */
    Running cloud() {
        return cloud;
    }

    /**
     * A gateway.
     *
     * @param process of the gateway
     * @param url where it listens
     */
    record Gateway(Running process, URI url) {
        /**
         * Has it and the embedded cloud work for thousands of images first, with a worker that classifies nothing: both are
         * long-lived, and their compilers take some thousand requests to come to rest.
         */
        void warm(Lab lab, Stand stand) throws IOException {
            try (Running worker = stand.worker(List.of("flotilla.classifier.kind=delay"))) {
                Client.saturate(url, Api.V1, lab.photos(), lab.either(200, WARMING_IMAGES), CONCURRENCY);
                worker.requireAlive();
            }
        }
    }

    /** Starts the gateway. */
    Gateway gateway() throws IOException {
        return gateway(List.of());
    }

    /** Starts the gateway with settings of its own. */
    Gateway gateway(List<String> sets) throws IOException {
        List<String> pairs = common();
        pairs.addAll(sets);
        pairs.add("flotilla.cluster.port=" + clusterPort);
        pairs.add("flotilla.http.port=0");
        Running gateway = lab.flotilla(environment, "gateway", Lab.sets(pairs));
        return new Gateway(gateway, URI.create(gateway.awaitLine("ready ")));
    }

    /** Starts a worker as {@code ./flotilla} does, which is as the embedded cloud does. */
    Running worker(List<String> sets) throws IOException {
        return lab.flotilla(environment, "worker", workerArguments(sets));
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
}
