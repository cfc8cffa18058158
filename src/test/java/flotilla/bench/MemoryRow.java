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
        int images = lab.either(100, 400);
        try (Depot depot = new Depot(stand.data())) {
            for (int run = 0; run < lab.runs(); run++) {
                depot.empty();
                depot.fill(lab.photos(), images);
                try (Running worker = stand.worker(sets)) {
                    Lab.await("the worker's results", WITHIN, () -> {
                        worker.requireAlive();
                        return depot.results() >= images;
                    });
                    String status = Files.readString(Path.of("/proc/" + worker.pid() + "/status"));
                    after.add(megabytes(status, "VmRSS"));
                    peak.add(megabytes(status, "VmHWM"));
                }
            }
        }
        Target target = Target.atMost(600);
        return List.of(
                Figure.of("VmRSS", "MB", new Samples(after)).against(target).with("after " + images + " images"),
                Figure.of("VmHWM, its peak", "MB", new Samples(peak)).against(target));
    }

    private static double megabytes(String status, String field) {
        return Double.parseDouble(Machine.field(status, field).split(" ")[0]) / KIB_PER_MB;
    }
}
