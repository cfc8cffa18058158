package flotilla.gateway;

import flotilla.gateway.GatewayMeters.RequestMeter;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** One request on its way to its answer, for those who count: since when, and what it is for. */
final class Asked {
    private final GatewayMeters meters;
    private final long since = System.nanoTime();
    private RequestMeter meter;

    /**
     * @param others counts it as long as nobody knows what it is for
     */
    Asked(GatewayMeters meters, RequestMeter others) {
        this.meters = meters;
        this.meter = others;
    }

    /** What it is for; said before its answer is made. */
    void isFor(RequestMeter known) {
        meter = known;
    }

    /** It is answered by this. */
    void answered(HttpResponse response) {
        meter.answered(response.status().intValue(), System.nanoTime() - since);
        Problem.codeOf(response).ifPresent(meters::problem);
    }
}
