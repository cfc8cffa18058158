package flotilla.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.cost.Since;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Usage and costs in lines for people, from the JSON of {@code GET /v1/cost}. Pure. */
public final class CostStory {
    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);
    private static final String UNKNOWN = "unknown";
    private static final String ROW = "  %-36s %14s  %s\n";
    private static final String FIGURE = "%-16s%s\n";

    private final JsonNode cost;
    private final String currency;

    private CostStory(JsonNode cost) {
        this.cost = cost;
        this.currency = cost.path("currency").asText();
    }

    /**
     * The lines.
     *
     * @param cost as {@link CostJson} writes it
     * @param wanted from when costs were asked for
     * @throws IllegalArgumentException with what is wrong
     */
    public static String text(JsonNode cost, Since wanted) {
        CostStory story = new CostStory(cost);
        return String.join("", story.lines(wanted));
    }

    private List<String> lines(Since wanted) {
        Instant from = time("from");
        Instant to = time("to");
        Instant records = time("recordsSince");
        List<String> lines = new ArrayList<>();
        lines.add(
                "From " + Words.day(from) + " to " + Words.day(to) + ", " + length(Duration.between(from, to)) + "\n");
        boolean tooEarly = !wanted.equals(Since.EVER) && wanted.moment(to).isBefore(records);
        lines.add("Records reach back to " + Words.day(records)
                + (tooEarly ? ": less than was asked for; what was before is not known" : "") + "\n\n");
        figure(lines, "Watched", watched(Duration.between(from, to)));
        figure(
                lines,
                "Images",
                cost.path("images").isNumber() ? cost.path("images").asText() : UNKNOWN);
        figure(lines, "Instances", seconds(cost.path("instanceSeconds")) + ", " + idle());
        cost.path("costOfInstances").forEach(one -> lines.add(machines(one)));
        cost.path("instances").forEach(one -> {
            if (!one.path("billed").asBoolean()) {
                lines.add(row(
                        kind(one) + ", " + one.path("state").asText(), seconds(one.path("seconds")), "not charged"));
            }
        });
        figure(lines, "Requests to AWS", requestsKnown());
        cost.path("costOfRequests").forEach(one -> lines.add(requests(one)));
        lines.add("\n");
        figure(lines, "Instances", amount(cost.path("instancesCost")));
        figure(lines, "Requests", amount(cost.path("requestsCost")));
        figure(lines, "Together", amount(cost.path("totalCost")));
        figure(lines, "An image", amount(cost.path("costPerImage")));
        figure(lines, "An hour", amount(cost.path("costPerHour")));
        lines.add(
                "\nBy the price list of flotilla.cost; gateways' machines, disks, storage and transfer are not in it.\n");
        return lines;
    }

    private static void figure(List<String> lines, String name, String figure) {
        lines.add(String.format(Locale.ROOT, FIGURE, name, figure));
    }

    private static String row(String name, String figure, String costs) {
        return String.format(Locale.ROOT, ROW, name, figure, costs);
    }

    /** Without a supervisor nobody counts. */
    private String watched(Duration time) {
        JsonNode seconds = cost.path("watchedSeconds");
        double share = seconds.asDouble() / Math.max(1, time.toSeconds());
        return seconds.isNumber()
                ? seconds(seconds) + ", " + Words.number(Math.min(1, share) * 100) + " % of it"
                : UNKNOWN;
    }

    private String idle() {
        JsonNode share = cost.path("idleShare");
        return share.isNumber() ? Words.number(share.asDouble() * 100) + " % of it idle" : "idle share " + UNKNOWN;
    }

    private String machines(JsonNode one) {
        return row(
                kind(one),
                seconds(one.path("seconds")),
                amount(one.path("cost")) + " (" + amount(one.path("hourPrice")) + " an hour)");
    }

    private static String kind(JsonNode instances) {
        String type = instances.path("type").asText();
        return (type.isEmpty() ? "of unknown type" : type)
                + (instances.path("spot").asBoolean() ? " on Spot" : "");
    }

    private String requestsKnown() {
        return cost.path("requestsComplete").asBoolean()
                ? "all that were sent"
                : "more than these: some nodes run an older version and do not tell theirs";
    }

    private String requests(JsonNode one) {
        JsonNode price = one.path("cost");
        return row(
                one.path("request").asText(),
                one.path("count").asText(),
                price.isNumber() ? amount(price) : "not in the price list");
    }

    private static String seconds(JsonNode seconds) {
        return seconds.isNumber() ? String.format(Locale.ROOT, "%.0f s", seconds.asDouble()) : UNKNOWN;
    }

    private String amount(JsonNode amount) {
        return amount.isNumber() ? amount(amount.asDouble()) + " " + currency : UNKNOWN;
    }

    /** Two decimals, or three digits of what is less than 1. */
    private static String amount(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        if (exact.signum() == 0) {
            return "0";
        }
        BigDecimal rounded = exact.round(THREE_DIGITS);
        return rounded.compareTo(BigDecimal.ONE) < 0
                ? rounded.stripTrailingZeros().toPlainString()
                : exact.setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    private static String length(Duration time) {
        long hours = time.toHours();
        return hours > 0
                ? hours + " h " + time.toMinutesPart() + " min"
                : time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }

    private Instant time(String field) {
        try {
            return Instant.parse(cost.path(field).asText());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(field + " is no time", e);
        }
    }
}
