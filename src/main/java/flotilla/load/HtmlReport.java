package flotilla.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A run as one page that needs no other file and no network: its figures, and plots of latency, throughput and fleet. */
public final class HtmlReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

    private HtmlReport() {}

    public static String of(LoadReport report) {
        ObjectNode data = JSON.createObjectNode();
        data.set("summary", SummaryJson.of(report.summary()));
        ArrayNode slots = data.putArray("slots");
        for (Timeline.Slot slot : report.slots()) {
            ArrayNode row = slots.addArray();
            number(row, slot.start());
            number(row, slot.p50());
            number(row, slot.p95());
            number(row, slot.max());
            number(row, slot.due());
            number(row, slot.answered());
            number(row, slot.missing());
        }
        ArrayNode points = data.putArray("points");
        for (Timeline.Point point : report.points()) {
            ArrayNode row = points.addArray();
            number(row, point.due());
            number(row, point.latency());
            row.add(point.kind().name().toLowerCase(Locale.ROOT));
        }
        ArrayNode fleet = data.putArray("fleet");
        for (LoadReport.FleetPoint point : report.fleet()) {
            ArrayNode row = fleet.addArray();
            number(row, point.seconds());
            row.add(point.pending()).add(point.running()).add(point.draining());
        }
        return resource("load/report.html")
                .replace("/*UPLOT_CSS*/", resource(UPLOT + "uPlot.min.css"))
                .replace("/*UPLOT_JS*/", resource(UPLOT + "uPlot.iife.min.js"))
                .replace("/*DATA*/", data.toString().replace("<", "\\u003c"));
    }

    /** Rounded to a thousandth; null when there is no number. */
    private static void number(ArrayNode row, double value) {
        if (Double.isNaN(value)) {
            row.addNull();
        } else {
            row.add(Math.round(value * 1000) / 1000.0);
        }
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
