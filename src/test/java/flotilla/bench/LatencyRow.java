package flotilla.bench;

import flotilla.load.Api;
import flotilla.load.Latency;
import flotilla.load.Summary;
import java.net.URI;
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
        Turns<Limit.Own, Summary> turns = Turns.take(
                lab,
                () -> limit.paced(single, lab.either(2, 5), seconds, rate),
                Limit.Own::p50,
                () -> Client.pace(gateway, lab.photos(), rate, seconds),
                LatencyRow::text);
        String how = Samples.shown(rate) + " images/s, " + Math.round(rate * seconds) + " a turn; " + single;
        Samples own50 = turns.bounds(Limit.Own::p50);
        Samples own99 = turns.bounds(Limit.Own::p99);
        Samples p50 = turns.systems(summary -> summary.latency().p50()).minus(own50);
        Samples p99 = turns.systems(summary -> summary.latency().p99()).minus(own99);
        return List.of(
                Figure.of("model alone, p50", "ms", own50).with(how),
                Figure.of("model alone, p99", "ms", own99),
                Figure.of("added, p50", "ms", p50).against(Target.atMost(10)).with(turns.steadiness()),
                Figure.of("added, p99", "ms", p99).against(Target.atMost(30)));
    }

    private static String text(Turns.Turn<Limit.Own, Summary> turn) {
        Latency over = turn.system().latency();
        return "model p50 " + Samples.shown(turn.before().p50()) + " and "
                + Samples.shown(turn.after().p50()) + " p99 "
                + Samples.shown(turn.before().p99())
                + " and " + Samples.shown(turn.after().p99()) + ", over HTTP p50 " + Samples.shown(over.p50())
                + " p99 " + Samples.shown(over.p99()) + " ms";
    }
}
