package flotilla.bench;

import flotilla.load.Api;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Throughput against the ancestors' design and a kinder form of it; the same client, photographs and network; in turns. */
final class AncestorsRow implements Row {
    private static final int CONCURRENCY = 32;

    @Override
    public String name() {
        return "ancestors";
    }

    @Override
    public String about(Subject asked) {
        return "throughput over HTTP ÷ the ancestors' design (Python, Flask, boto3), ResNet-18";
    }

    @Override
    public Optional<String> leftOut(Subject asked) {
        return Subject.requireStandard(asked);
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Stand stand = Stand.start(lab);
        Stand.Gateway started = stand.gateway();
        started.warm(lab, stand);
        URI gateway = started.url();
        Stand theirs = Stand.start(lab);
        // Their stand-ins are as long-lived as ours; their own programs need no warming.
        try (Running warming = warmed(lab, theirs)) {
            warming.requireAlive();
        }
        stand.worker(Variant.shipped(Subject.STANDARD).sets());
        int images = lab.either(150, 600);
        Client.saturate(gateway, Api.CLASSIC, lab.photos(), images / 2, CONCURRENCY);
        List<Double> ours = new ArrayList<>();
        List<Double> described = new ArrayList<>();
        List<Double> kinder = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            ours.add(Client.saturate(gateway, Api.CLASSIC, lab.photos(), images, CONCURRENCY)
                    .throughput());
            described.add(baseline(lab, theirs, "process", lab.either(6, 16)));
            kinder.add(baseline(lab, theirs, "loaded", images / 2));
            lab.say("run " + (run + 1) + ": Flotilla " + Samples.shown(ours.get(run)) + ", as described "
                    + Samples.shown(described.get(run)) + ", kinder " + Samples.shown(kinder.get(run)) + " images/s");
        }
        Samples mine = new Samples(ours);
        String apps = Runtime.getRuntime().availableProcessors() + " app-tier loops";
        return List.of(
                Figure.of("Flotilla", "images/s", mine).with("a worker that tunes itself"),
                Figure.of("as described", "images/s", new Samples(described))
                        .with(apps + ", a classifier process for each image"),
                Figure.of("kinder", "images/s", new Samples(kinder)).with(apps + ", the network stays loaded"),
                Figure.ratio("÷ as described", mine.over(new Samples(described)), Target.atLeast(40)),
                Figure.ratio("÷ kinder", mine.over(new Samples(kinder)), Target.atLeast(1.5)));
    }

    private static Running warmed(Lab lab, Stand stand) throws IOException {
        Stand.Gateway gateway = stand.gateway();
        gateway.warm(lab, stand);
        return gateway.process();
    }

    private static double baseline(Lab lab, Stand cloud, String kind, int images) throws IOException {
        try (Baseline baseline = Baseline.start(lab, cloud, kind)) {
            // Its loops look every five seconds while there is nothing: the first images wake them.
            int first = Runtime.getRuntime().availableProcessors();
            Client.saturate(baseline.web(), Api.CLASSIC, lab.photos(), first, first);
            return Client.saturate(baseline.web(), Api.CLASSIC, lab.photos(), images, CONCURRENCY)
                    .throughput();
        }
    }
}
