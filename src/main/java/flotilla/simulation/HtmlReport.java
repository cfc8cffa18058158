package flotilla.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The runs as one page that needs no other file and no network: a table and plots of arrivals, queue and instances. */
public final class HtmlReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final int MOST_POINTS = 2000;

    private HtmlReport() {}

    public static String of(List<Report> reports) {
        ArrayNode traces = JSON.createArrayNode();
        reports.forEach(report -> traces.add(trace(report)));
        return resource("simulation/report.html")
                .replace("/*UPLOT_CSS*/", resource(UPLOT + "uPlot.min.css"))
                .replace("/*UPLOT_JS*/", resource(UPLOT + "uPlot.iife.min.js"))
                .replace("/*DATA*/", traces.toString().replace("</", "<\\/"));
    }

    private static ObjectNode trace(Report report) {
        ObjectNode node = JSON.createObjectNode()
                .put("name", report.trace().name())
                .put("images", report.trace().size())
                .put("slo", report.world().sloSeconds());
        node.put("verdict", report.verdict()).put("apart", report.isApart());
        report.bound().minutes().ifPresentOrElse(minutes -> node.put("bound", minutes), () -> node.putNull("bound"));
        ArrayNode policies = node.putArray("policies");
        for (Report.Line line : report.lines()) {
            Score score = line.score();
            ObjectNode policy = policies.addObject()
                    .put("name", line.policy())
                    .put("minutes", score.instanceMinutes())
                    .put("p50", finite(score.p50()))
                    .put("p95", finite(score.p95()))
                    .put("p99", finite(score.p99()))
                    .put("kept", report.isKept(line))
                    .put("within", score.withinSlo())
                    .put("launches", score.launches())
                    .put("reversals", score.reversals())
                    .put("most", score.mostInstances());
            ArrayNode seconds = policy.putArray("t");
            ArrayNode backlog = policy.putArray("backlog");
            ArrayNode active = policy.putArray("active");
            ArrayNode rate = policy.putArray("rate");
            Timeline.Moment before = null;
            for (Timeline.Moment moment : line.result().timeline().moments(MOST_POINTS)) {
                seconds.add(moment.seconds());
                backlog.add(moment.backlog());
                active.add(moment.active() + moment.draining());
                rate.add(
                        before == null
                                ? 0
                                : Math.round(100.0
                                                * (moment.arrived() - before.arrived())
                                                / (moment.seconds() - before.seconds()))
                                        / 100.0);
                before = moment;
            }
        }
        return node;
    }

    /** A wait without end has no number in JSON. */
    private static Double finite(double seconds) {
        return Double.isInfinite(seconds) ? null : seconds;
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
