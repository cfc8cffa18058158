package flotilla.bench;

import flotilla.load.Api;
import flotilla.load.Summary;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What the system adds to the model's own time when images come now and then; in turns, at the same pace. */
final class LatencyRow implements Row {
    /** Images per second. */
    private static final double MOST = 10;

    /** Images come so many times the model's own time apart, at least, so that none waits for another. */
    private static final double GAP = 5;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String about() {
        return "latency over HTTP less the model's own time, one image at a time, open loop, ResNet-18";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Limit limit = new Limit(lab);
        Setting single = Setting.shipped(1);
        Stand stand = Stand.start(lab);
        Stand.Gateway started = stand.gateway();
        started.warm(lab, stand);
        URI gateway = started.url();
        stand.worker(Variant.shipped().sets());
        Client.saturate(gateway, Api.V1, lab.photos(), lab.either(50, 300), 4);
        double seconds = lab.either(10, 40);
        double rate = Math.min(MOST, 1000 / (GAP * limit.paced(single, 1, 4, 1).p50()));
        List<Double> own50 = new ArrayList<>();
        List<Double> own99 = new ArrayList<>();
        List<Double> all50 = new ArrayList<>();
        List<Double> all99 = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            Limit.Own own = limit.paced(single, lab.either(2, 5), seconds, rate);
            own50.add(own.p50());
            own99.add(own.p99());
            Summary summary = Client.pace(gateway, lab.photos(), rate, seconds);
            all50.add(summary.latency().p50());
            all99.add(summary.latency().p99());
            lab.say("run " + (run + 1) + ": model p50 " + Samples.shown(own.p50()) + " p99 " + Samples.shown(own.p99())
                    + ", over HTTP p50 " + Samples.shown(summary.latency().p50()) + " p99 "
                    + Samples.shown(summary.latency().p99()) + " ms");
        }
        String how = Samples.shown(rate) + " images/s, " + Math.round(rate * seconds) + " a run; " + single;
        Samples p50 = new Samples(all50).minus(new Samples(own50));
        Samples p99 = new Samples(all99).minus(new Samples(own99));
        return List.of(
                Figure.of("model alone, p50", "ms", new Samples(own50)).with(how),
                Figure.of("model alone, p99", "ms", new Samples(own99)),
                Figure.of("added, p50", "ms", p50).against(Target.atMost(10)),
                Figure.of("added, p99", "ms", p99).against(Target.atMost(30)));
    }
}
