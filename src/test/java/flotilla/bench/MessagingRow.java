package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A worker that classifies nothing, against a bare loop of its AWS calls; in turns, against the same stand-ins. */
final class MessagingRow implements Row {
    private static final Duration WITHIN = Duration.ofMinutes(10);
    private static final List<String> NO_MODEL = List.of("flotilla.classifier.kind=delay");
    private static final List<Integer> ROUNDS = List.of(2, 3, 4);

    @Override
    public String name() {
        return "messaging";
    }

    @Override
    public String about(Subject asked) {
        return "a worker without a model ÷ a bare loop of the same AWS calls, steady part; calls per image";
    }

    @Override
    public List<Subject> subjects(Subject asked) {
        return List.of();
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        int images = lab.either(600, 3000);
        Stand stand = Stand.start(lab);
        try (Depot depot = new Depot(stand.data())) {
            int rounds = fastest(lab, stand, depot, images);
            Rates rates = Rates.take(
                    lab,
                    () -> bare(lab, stand, depot, images, rounds),
                    () -> PipelineRow.steady(lab, stand, depot, NO_MODEL, images));
            return List.of(
                    Figure.of("bare loop", "images/s", rates.bound()).with(rounds + " rounds of 10 side by side"),
                    Figure.of("worker, no model", "images/s", rates.system()),
                    rates.ratio("worker ÷ bare loop", Optional.of(Target.atLeast(0.80))),
                    calls(lab, stand, depot, images));
        }
    }

    /** How many rounds side by side the bare loop is fastest with. */
    private static int fastest(Lab lab, Stand stand, Depot depot, int images) throws Exception {
        int rounds = ROUNDS.get(0);
        double most = 0;
        for (int candidate : ROUNDS) {
            double rate = bare(lab, stand, depot, images, candidate);
            lab.say("bare loop, " + candidate + " rounds of 10 side by side: " + Samples.shown(rate) + " images/s");
            if (rate > most) {
                most = rate;
                rounds = candidate;
            }
        }
        return rounds;
    }

    private static double bare(Lab lab, Stand stand, Depot depot, int images, int rounds) throws Exception {
        depot.empty();
        depot.fill(lab.photos(), images);
        List<String> arguments = List.of(
                Integer.toString(images),
                Integer.toString(rounds),
                "flotilla.aws.endpoints-file=" + stand.data().resolve("endpoints.json"));
        try (Running loop = lab.loop(MessagingLoop.class, arguments)) {
            loop.result();
        }
        return SteadyRate.of(depot.resultTimes(), images / 3, images / 10);
    }

    /** A run of its own, untimed, because counting costs time. */
    private static Figure calls(Lab lab, Stand stand, Depot depot, int images) throws Exception {
        JsonNode endpoints = new ObjectMapper()
                .readTree(stand.data().resolve("endpoints.json").toFile());
        try (CallCounter s3 = CallCounter.before(URI.create(endpoints.path("s3").asText()));
                CallCounter sqs =
                        CallCounter.before(URI.create(endpoints.path("sqs").asText()))) {
            depot.empty();
            depot.fill(lab.photos(), images);
            List<String> sets = new ArrayList<>(NO_MODEL);
            sets.add("flotilla.aws.endpoint.s3=" + s3.endpoint());
            sets.add("flotilla.aws.endpoint.sqs=" + sqs.endpoint());
            try (Running worker = stand.worker(sets)) {
                Lab.await("the worker's results", WITHIN, () -> {
                    worker.requireAlive();
                    return depot.results() >= images;
                });
            }
            Map<String, Long> counts = new TreeMap<>(s3.calls());
            counts.putAll(sqs.calls());
            String each = counts.entrySet().stream()
                    .filter(entry -> entry.getValue() * 100 >= images)
                    .map(entry -> entry.getKey() + " " + Samples.shown((double) entry.getValue() / images))
                    .collect(Collectors.joining(", "));
            long all = counts.values().stream().mapToLong(Long::longValue).sum();
            return Figure.of("AWS calls per image", "", Samples.of((double) all / images))
                    .with(each);
        }
    }
}
