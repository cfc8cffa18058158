package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ancestors' design, rebuilt in Python in {@code bench/baseline}: a web tier, and an app tier of as many loops as there
 * are cores, each with one thread of PyTorch.
 */
final class Baseline implements AutoCloseable {
    private static final String PYTHON = "/usr/bin/python3";

    private final URI web;
    private final List<Running> parts;

    private Baseline(URI web, List<Running> parts) {
        this.web = web;
        this.parts = parts;
    }

    /**
     * Starts it against a cloud of its own.
     *
     * @param kind {@code process}: a classifier process for each image; {@code loaded}: the network stays loaded
     */
    static Baseline start(Lab lab, Stand cloud, String kind) throws IOException {
        JsonNode endpoints = new ObjectMapper()
                .readTree(cloud.data().resolve("endpoints.json").toFile());
        Map<String, String> environment = new HashMap<>();
        environment.put("BASELINE_S3", endpoints.path("s3").asText());
        environment.put("BASELINE_SQS", endpoints.path("sqs").asText());
        environment.put("BASELINE_MATERIAL", Lab.MATERIAL.toString());
        environment.put("BASELINE_TEMP", lab.newFolder("baseline").toString());
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        List<Running> parts = new ArrayList<>();
        Running web = lab.program("web", environment, List.of(PYTHON, "bench/baseline/web.py"));
        parts.add(web);
        URI address = URI.create(web.awaitLine("ready "));
        for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
            parts.add(lab.program("app", environment, List.of(PYTHON, "bench/baseline/app.py", kind)));
        }
        for (Running app : parts.subList(1, parts.size())) {
            app.awaitLine("ready");
        }
        return new Baseline(address, parts);
    }

    /** Where the web tier serves. */
    URI web() {
        return web;
    }

    @Override
    public void close() {
        parts.forEach(Running::close);
    }
}
