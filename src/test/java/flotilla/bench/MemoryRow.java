package flotilla.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a worker occupies that has classified some hundred images. */
final class MemoryRow implements Row {
    private static final Duration WITHIN = Duration.ofMinutes(5);
    private static final double KIB_PER_MB = 1e6 / 1024;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "resident memory of a worker with ResNet-18 after its work";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<String> sets = Variant.shipped().sets();
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
        Target target = Target.atMost(600);
        return List.of(
                Figure.of("VmRSS", "MB", new Samples(after)).against(target).with("after " + images + " images"),
                Figure.of("VmRSS, later", "MB", new Samples(later))
                        .against(target)
                        .with("after " + more + " images"),
                Figure.of("VmHWM, its peak", "MB", new Samples(peak)).against(target));
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
