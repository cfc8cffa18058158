package flotilla.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * From the start of a worker's process, bundled model, to the answer to a request that waits for it at the gateway. Cloud
 * and gateway run already: that is a new machine's worker, seen by a user.
 */
final class StartRow implements Row {
    private static final double NANOS = 1e9;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String about(Subject asked) {
        return "worker's process start to first answer over HTTP: as ./flotilla starts it ÷ plain java -jar";
    }

    @Override
    public List<Subject> subjects(Subject asked) {
        return List.of(Subject.BUNDLED);
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Stand stand = Stand.start(lab);
        URI gateway = stand.gateway().url();
        List<Figure> figures = new ArrayList<>();
        for (int version : List.of(17, 25)) {
            Optional<Path> jdk = Jdks.find(version);
            if (jdk.isEmpty()) {
                figures.add(Figure.leftOut("JDK " + version, "there is no JDK " + version + " here"));
            } else {
                figures.addAll(onJdk(lab, stand, gateway, version, jdk.get()));
            }
        }
        return figures;
    }

    private static List<Figure> onJdk(Lab lab, Stand stand, URI gateway, int version, Path home) throws Exception {
        List<String> arguments = stand.workerArguments(List.of());
        Start plain = () -> lab.jar(home.resolve("bin/java").toString(), List.of(), "worker", arguments);
        Start tuned = () -> lab.flotilla(Map.of("JAVA_HOME", home.toString()), "worker", arguments);
        lab.makeArchive(home);
        // Once each without the clock: files come into memory, and the model is tuned.
        toFirstAnswer(lab, gateway, tuned);
        toFirstAnswer(lab, gateway, plain);
        List<Double> plains = new ArrayList<>();
        List<Double> tuneds = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            plains.add(toFirstAnswer(lab, gateway, plain));
            tuneds.add(toFirstAnswer(lab, gateway, tuned));
            lab.say("JDK " + version + ", run " + (run + 1) + ": plain " + Samples.shown(plains.get(run))
                    + " s, as ./flotilla starts it " + Samples.shown(tuneds.get(run)) + " s");
        }
        Samples slow = new Samples(plains);
        Samples fast = new Samples(tuneds);
        String jdk = "JDK " + version;
        return List.of(
                Figure.of(jdk + ", plain", "s", slow).with(home.toString()),
                Figure.of(jdk + ", as ./flotilla", "s", fast),
                Figure.ratio(jdk + ", ./flotilla ÷ plain", fast.over(slow), Target.atMost(0.50)));
    }

    /** Starts a worker. */
    private interface Start {
        Running run() throws IOException;
    }

    /** In seconds. */
    private static double toFirstAnswer(Lab lab, URI gateway, Start start) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/classifications?file=first.jpg"))
                .header("Prefer", "wait=120")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        Photos.read(lab.photos()).get(0)))
                .build();
        CompletableFuture<HttpResponse<String>> answer =
                HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofString());
        long started = System.nanoTime();
        try (Running worker = start.run()) {
            CompletableFuture.anyOf(answer, worker.ended()).join();
            if (!answer.isDone()) {
                worker.requireAlive();
            }
            double seconds = (System.nanoTime() - started) / NANOS;
            if (answer.join().statusCode() != 200) {
                throw new IOException("the first answer was " + answer.join().statusCode() + " "
                        + answer.join().body());
            }
            return seconds;
        }
    }
}
