package flotilla.bench;

import flotilla.load.Api;
import flotilla.load.ImageFolder;
import flotilla.load.LoadPlan;
import flotilla.load.LoadSession;
import flotilla.load.Pace;
import flotilla.load.Progress;
import flotilla.load.Summary;
import flotilla.load.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The clients: {@code flotilla load}'s generator in this process. */
final class Client {
    private static final Duration TIMEOUT = Duration.ofMinutes(11);

    private Client() {}

    /** A closed loop: so many requests, {@code concurrency} of them under way. */
    static Summary saturate(URI gateway, Api api, Path photos, int requests, int concurrency) throws IOException {
        return run(
                gateway,
                api,
                photos,
                new LoadPlan(OptionalLong.of(requests), Optional.empty(), Optional.empty(), concurrency));
    }

    /** An open loop: one request each 1/rate seconds, whatever became of the earlier ones. */
    static Summary pace(URI gateway, Path photos, double rate, double seconds) throws IOException {
        return run(
                gateway,
                Api.V1,
                photos,
                new LoadPlan(
                        OptionalLong.of(Math.round(rate * seconds)),
                        Optional.empty(),
                        Optional.of(new Pace(rate, Pace.Arrivals.EVEN, 1)),
                        Integer.MAX_VALUE));
    }

    private static Summary run(URI gateway, Api api, Path photos, LoadPlan plan) throws IOException {
        Target target = new Target(gateway, api, "", "inputFile", Map.of(), api == Api.CLASSIC, TIMEOUT, 0);
        try (LoadSession session = LoadSession.start(
                plan,
                target,
                ImageFolder.read(photos),
                Optional.empty(),
                () -> Progress.lines(new PrintWriter(Writer.nullWriter()), Duration.ofMinutes(1)))) {
            session.ended().join();
            Summary summary = session.stop().join().summary();
            if (!summary.isGood()) {
                throw new IOException("of " + summary.sent() + " requests " + summary.missing() + " were not answered: "
                        + summary.errors());
            }
            return summary;
        }
    }
}
