package flotilla.bench;

import flotilla.load.Api;
import flotilla.load.Latency;
import flotilla.load.Summary;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** What the system adds to the model's own time when images come now and then; in turns, at the same pace. */
final class LatencyRow implements Row {
    private static final double MILLIS = 1000;
    /** Seconds of the model alone that are not measured. */
    private static final int WARM = 5;

    /**
     * How a turn is measured.
     *
     * @param rate in images per second
     * @param seconds that either side is measured
     * @param turns at most
     */
    record Course(double rate, double seconds, int turns) {
        /** Images per second. */
        private static final double MOST = 10;
        /** Images come so many times the model's own time apart, at least, so that none waits for another. */
        private static final double GAP = 5;
        /** So that the 99th percentile has the five slowest beyond it. */
        private static final int IMAGES = 500;
        /** The most seconds of one measurement. */
        private static final double LONGEST = 120;
        /** In seconds: no turns beyond those wanted are begun that would take the row past this. */
        private static final double ALL = 21 * 60;

        /**
         * For the row's length.
         *
         * @param own the model's own time for an image, in milliseconds
         */
        static Course of(double own) {
            double rate = Math.min(MOST, MILLIS / (GAP * own));
            double seconds = Math.min(LONGEST, IMAGES / rate);
            return new Course(rate, seconds, (int) (ALL / (2 * seconds + WARM)));
        }

        Course lasting(double otherSeconds) {
            return new Course(rate, otherSeconds, turns);
        }

        /** So many a turn. */
        long images() {
            return Math.round(rate * seconds);
        }
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String about(Subject asked) {
        return "latency over HTTP less the model's own time, one image at a time, open loop, " + asked.title();
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Subject subject = lab.subject();
        Limit limit = new Limit(lab);
        Setting single = Setting.shipped(subject, 1);
        Stand stand = Stand.start(lab);
        Stand.Gateway started = stand.gateway();
        started.warm(lab, stand);
        URI gateway = started.url();
        stand.worker(Variant.shipped(subject).sets());
        Client.saturate(gateway, Api.V1, lab.photos(), lab.either(50, 300), 4);
        Course full = Course.of(limit.paced(single, 1, 4, 1).p50());
        Course course = lab.quick() ? full.lasting(10) : full;
        Turns<Limit.Own, Summary> turns = Turns.take(
                lab,
                Math.min(course.turns(), Turns.MOST * lab.runs()),
                () -> limit.paced(single, lab.either(2, WARM), course.seconds(), course.rate()),
                Limit.Own::p50,
                () -> Client.pace(gateway, lab.photos(), course.rate(), course.seconds()),
                LatencyRow::text);
        String how = Samples.shown(course.rate()) + " images/s, " + course.images() + " a turn; " + single;
        Limit.Own calls = calls(lab, stand, course);
        Samples own50 = turns.bounds(Limit.Own::p50);
        Samples own99 = turns.bounds(Limit.Own::p99);
        Samples p50 = turns.systems(summary -> summary.latency().p50()).minus(own50);
        Samples p99 = turns.systems(summary -> summary.latency().p99()).minus(own99);
        return List.of(
                Figure.of(subject.named("model alone, p50"), "ms", own50).with(how),
                Figure.of(subject.named("model alone, p99"), "ms", own99),
                Figure.of("its AWS calls alone, one after the other, p50", "ms", Samples.of(calls.p50())),
                Figure.of("its AWS calls alone, p99", "ms", Samples.of(calls.p99())),
                Figure.of(subject.named("added, p50"), "ms", p50)
                        .against(subject.target(Target.atMost(10)))
                        .with(turns.steadiness()),
                Figure.of(subject.named("added, p99"), "ms", p99).against(subject.target(Target.atMost(30))));
    }

    /** What the calls take that an image cannot do without, beside the system, which has nothing to do then; once. */
    private static Limit.Own calls(Lab lab, Stand stand, Course course) throws IOException, InterruptedException {
        List<String> arguments = List.of(
                lab.photos().toString(),
                Double.toString(course.rate()),
                Integer.toString(lab.either(20, 300)),
                Long.toString(course.images()),
                "flotilla.aws.endpoints-file=" + stand.data().resolve("endpoints.json"));
        try (Running loop = lab.loop(CallsLoop.class, arguments)) {
            return Limit.Own.read(loop.result());
        }
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
