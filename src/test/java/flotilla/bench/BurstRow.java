package flotilla.bench;

import flotilla.load.Api;
import flotilla.load.Summary;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A hundred images at once for a system without any instance, whose instances take as long to boot as EC2's. */
final class BurstRow implements Row {
    private static final int BOOT_SECONDS = 26;
    private static final int IMAGES = 100;

    @Override
    public String name() {
        return "burst";
    }

    @Override
    public String about(Subject asked) {
        return "100 images at once from zero instances with a boot delay of " + BOOT_SECONDS
                + " s, bundled model, by local: total less boot";
    }

    @Override
    public List<Subject> subjects(Subject asked) {
        return List.of(Subject.BUNDLED);
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<Double> totals = new ArrayList<>();
        List<Double> beyond = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            List<String> arguments = List.of(
                    "--port",
                    "0",
                    "--data",
                    lab.newFolder("local").toString(),
                    "--set",
                    "flotilla.local.boot-delay=" + BOOT_SECONDS + "s");
            try (Running local = lab.flotilla(Map.of(), "local", arguments)) {
                URI gateway = URI.create(local.awaitLine("ready "));
                Summary summary = Client.saturate(gateway, Api.V1, lab.photos(), IMAGES, IMAGES);
                totals.add(summary.seconds());
                beyond.add(summary.seconds() - BOOT_SECONDS);
                lab.say("run " + (run + 1) + ": " + Samples.shown(summary.seconds()) + " s, "
                        + summary.workers().size() + " workers");
            }
        }
        return List.of(
                Figure.of("first upload to last answer", "s", new Samples(totals)),
                Figure.of("less the boot delay", "s", new Samples(beyond)).against(Target.atMost(12)));
    }
}
