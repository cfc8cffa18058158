package flotilla.bench;

import flotilla.load.Api;
import flotilla.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What counting costs: two whole systems side by side, one that counts and is scraped and one that does not, saturated in turns;
 * the one that is not asked only polls its queues.
 */
final class MetricsRow implements Row {
    private static final Target THROUGHPUT = Target.atLeast(0.98);
    private static final Target PROCESSOR = Target.atMost(1.02);
    private static final long SCRAPED_EVERY_SECONDS = 5;

    @Override
    public String name() {
        return "metrics";
    }

    @Override
    public String about() {
        return "the whole system, saturated over HTTP: with metrics, scraped every " + SCRAPED_EVERY_SECONDS
                + " s ÷ without";
    }

    /**
     * One of the two systems.
     *
     * @param scraped addresses of its metrics; none when it has none
     */
    private record Side(Stand stand, Stand.Gateway gateway, List<String> sets, List<URI> scraped) {
        static Side start(Lab lab, List<String> sets, List<URI> worker) throws IOException {
            Stand stand = Stand.start(lab);
            Stand.Gateway gateway = stand.gateway(sets);
            gateway.warm(lab, stand);
            List<URI> scraped = new ArrayList<>(worker);
            if (!worker.isEmpty()) {
                scraped.add(gateway.url().resolve("/metrics"));
            }
            return new Side(stand, gateway, sets, scraped);
        }

        Running worker(List<String> kind) throws IOException {
            List<String> all = new ArrayList<>(sets);
            all.addAll(kind);
            return stand.worker(all);
        }
    }

    /** What both sides gave, run by run. */
    private record Pairs(List<Double> rates, List<Double> seconds) {
        Pairs() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        int port = FreePort.next();
        Side off = Side.start(lab, List.of("flotilla.metrics.enabled=false"), List.of());
        Side on = Side.start(
                lab,
                List.of("flotilla.metrics.port=" + port),
                List.of(URI.create("http://127.0.0.1:" + port + "/metrics")));
        List<Figure> figures = new ArrayList<>();
        figures.addAll(compare(lab, off, on, "ResNet-18", Variant.shipped().sets(), lab.either(200, 800)));
        figures.addAll(
                compare(lab, off, on, "no model", List.of("flotilla.classifier.kind=delay"), lab.either(400, 6000)));
        return figures;
    }

    private static List<Figure> compare(Lab lab, Side off, Side on, String what, List<String> kind, int images)
            throws Exception {
        Pairs without = new Pairs();
        Pairs with = new Pairs();
        ScheduledExecutorService scraper = Executors.newSingleThreadScheduledExecutor();
        try (Running offWorker = off.worker(kind);
                Running onWorker = on.worker(kind)) {
            run(lab, off, offWorker, images / 2, new Pairs());
            run(lab, on, onWorker, images / 2, new Pairs());
            requireMetrics(on);
            scraper.scheduleWithFixedDelay(
                    () -> scrape(on), SCRAPED_EVERY_SECONDS, SCRAPED_EVERY_SECONDS, TimeUnit.SECONDS);
            for (int run = 0; run < lab.runs(); run++) {
                // Now one first and now the other: what drifts meets both alike.
                if (run % 2 == 0) {
                    run(lab, off, offWorker, images, without);
                    run(lab, on, onWorker, images, with);
                } else {
                    run(lab, on, onWorker, images, with);
                    run(lab, off, offWorker, images, without);
                }
                lab.say("run " + (run + 1) + ", " + what + ": without "
                        + Samples.shown(without.rates().get(run)) + ", with "
                        + Samples.shown(with.rates().get(run)) + " images/s");
            }
        } finally {
            scraper.shutdownNow();
        }
        Samples rate = new Samples(with.rates()).over(new Samples(without.rates()));
        Samples processor = new Samples(with.seconds()).over(new Samples(without.seconds()));
        return List.of(
                Figure.of("without, " + what, "images/s", new Samples(without.rates())),
                Figure.of("with, " + what, "images/s", new Samples(with.rates())),
                Figure.ratio("with ÷ without, " + what, rate, THROUGHPUT),
                Figure.ratio("processor time of an image, with ÷ without, " + what, processor, PROCESSOR)
                        .with("gateway and worker"));
    }

    private static void run(Lab lab, Side side, Running worker, int images, Pairs into) throws Exception {
        double before = side.gateway().process().processorSeconds() + worker.processorSeconds();
        double rate = Client.saturate(side.gateway().url(), Api.V1, lab.photos(), images, Stand.CONCURRENCY)
                .throughput();
        double after = side.gateway().process().processorSeconds() + worker.processorSeconds();
        into.rates().add(rate);
        into.seconds().add((after - before) / images);
    }

    /** Both sides without metrics would be no comparison. */
    private static void requireMetrics(Side side) throws IOException, InterruptedException {
        for (URI address : side.scraped()) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || !answer.body().contains("flotilla_")) {
                throw new IOException(address + " has no metrics: " + answer.statusCode());
            }
        }
    }

    /** What is missed is missed: the measurement goes on. */
    private static void scrape(Side side) {
        HttpClient client = HttpClient.newHttpClient();
        side.scraped()
                .forEach(address -> client.sendAsync(
                        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding()));
    }
}
