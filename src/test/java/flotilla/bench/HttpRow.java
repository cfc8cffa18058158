package flotilla.bench;

import flotilla.load.Api;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The whole system as its clients see it when they ask for more than it has, against the bound; in turns. */
final class HttpRow implements Row {
    @Override
    public String name() {
        return "http";
    }

    @Override
    public String about() {
        return "cloud, gateway, worker and clients on the same cores, saturated ÷ limit, ResNet-18";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Limit limit = new Limit(lab);
        Setting best = limit.best(Variant.FP32);
        Stand stand = Stand.start(lab);
        Stand.Gateway started = stand.gateway();
        started.warm(lab, stand);
        URI gateway = started.url();
        stand.worker(Variant.shipped().sets());
        int images = lab.either(200, 800);
        Client.saturate(gateway, Api.V1, lab.photos(), images / 2, Stand.CONCURRENCY);
        List<Double> bounds = new ArrayList<>();
        List<Double> rates = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            bounds.add(limit.imagesPerSecond(best));
            rates.add(Client.saturate(gateway, Api.V1, lab.photos(), images, Stand.CONCURRENCY)
                    .throughput());
            lab.say("run " + (run + 1) + ": limit " + Samples.shown(bounds.get(run)) + ", over HTTP "
                    + Samples.shown(rates.get(run)) + " images/s");
        }
        Samples bound = new Samples(bounds);
        Samples rate = new Samples(rates);
        return List.of(
                Figure.of("limit", "images/s", bound).with(best.toString()),
                Figure.of("over HTTP", "images/s", rate)
                        .with("a worker that tunes itself; " + Stand.CONCURRENCY + " requests under way"),
                Figure.ratio("over HTTP ÷ limit", rate.over(bound), Target.atLeast(0.85)));
    }
}
