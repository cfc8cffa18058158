package flotilla.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a worker occupies that has classified some hundred images. */
final class MemoryRow implements Row {
    private static final Duration WITHIN = Duration.ofMinutes(5);
    private static final double KIB_PER_MB = 1e6 / 1024;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about(Subject asked) {
        return "resident memory of a worker with " + asked.title() + " after its work";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Subject subject = lab.subject();
        List<String> sets = Variant.shipped(subject).sets();
        Stand stand = Stand.start(lab);
        List<Double> after = new ArrayList<>();
        List<Double> peak = new ArrayList<>();
        List<Double> later = new ArrayList<>();
        int images = lab.either(100, 400);
        int more = 5 * images;
        try (Depot depot = new Depot(stand.data())) {
            for (int run = 0; run < lab.runs(); run++) {
                depot.empty();
                depot.fill(lab.photos(), more);
                try (Running worker = stand.worker(sets)) {
                    after.add(afterwards(depot, worker, images, "VmRSS"));
                    later.add(afterwards(depot, worker, more, "VmRSS"));
                    peak.add(afterwards(depot, worker, more, "VmHWM"));
                }
            }
        }
        Optional<Target> target = subject.target(Target.atMost(600));
        return List.of(
                Figure.of(subject.named("VmRSS"), "MB", new Samples(after))
                        .against(target)
                        .with("after " + images + " images"),
                Figure.of(subject.named("VmRSS, later"), "MB", new Samples(later))
                        .against(target)
                        .with("after " + more + " images"),
                Figure.of(subject.named("VmHWM, its peak"), "MB", new Samples(peak))
                        .against(target));
    }

    private static double afterwards(Depot depot, Running worker, int images, String field) throws Exception {
        Lab.await("the worker's results", WITHIN, () -> {
            worker.requireAlive();
            return depot.results() >= images;
        });
        return megabytes(Files.readString(Path.of("/proc/" + worker.pid() + "/status")), field);
    }

    private static double megabytes(String status, String field) {
        return Double.parseDouble(Machine.field(status, field).split(" ")[0]) / KIB_PER_MB;
    }
}
