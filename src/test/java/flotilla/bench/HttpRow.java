package flotilla.bench;

import flotilla.load.Api;
import java.net.URI;
import java.util.List;

/** The whole system as its clients see it when they ask for more than it has, against the bound; in turns. */
final class HttpRow implements Row {
    @Override
    public String name() {
        return "http";
    }

    @Override
    public String about(Subject asked) {
        return "cloud, gateway, worker and clients on the same cores, saturated ÷ limit, " + asked.title();
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Subject subject = lab.subject();
        Limit limit = new Limit(lab);
        Setting best = limit.best(subject);
        Stand stand = Stand.start(lab);
        Stand.Gateway started = stand.gateway();
        started.warm(lab, stand);
        URI gateway = started.url();
        stand.worker(Variant.shipped(subject).sets());
        int images = lab.either(200, 800);
        Client.saturate(gateway, Api.V1, lab.photos(), images / 2, Stand.CONCURRENCY);
        Rates rates = Rates.take(
                lab,
                () -> limit.imagesPerSecond(best),
                () -> Client.saturate(gateway, Api.V1, lab.photos(), images, Stand.CONCURRENCY)
                        .throughput());
        return List.of(
                limit.figure(subject.named("limit"), rates.bound(), best),
                Figure.of(subject.named("over HTTP"), "images/s", rates.system())
                        .with("a worker that tunes itself; " + Stand.CONCURRENCY + " requests under way"),
                rates.ratio(subject.named("over HTTP ÷ limit"), subject.target(Target.atLeast(0.85))));
    }
}
