package flotilla.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * Traces made to order: {@code name} or {@code name:key=value,key=value}. Arrivals are a Poisson process of the given rate
 * (images per second), made by thinning. Every generator takes {@code hours}, {@code seed} and {@code scale}, which
 * multiplies the rate. A trace lasts at most 31 days and has at most 20 million images.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Poisson_point_process">Lewis and Shedler's thinning</a>
 */
public final class TraceGenerator {
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final double MOST_HOURS = Trace.LONGEST / HOUR;
    /** Thinning tries the highest rate all the time. */
    private static final double MOST_TRIES = 20.0 * Arrivals.MOST_IMAGES;

    private static final String REMEDY = "give it fewer hours, lower rates or a smaller scale";

    /** The generators with their own keys and defaults. */
    private static final Map<String, Map<String, Double>> DEFAULTS = new LinkedHashMap<>();

    static {
        DEFAULTS.put("constant", Map.of("rate", 8.0, "hours", 4.0));
        DEFAULTS.put("diurnal", Map.of("mean", 8.0, "swing", 0.9, "peak-hour", 14.0, "hours", 24.0));
        DEFAULTS.put("workday", Map.of("night", 1.0, "morning", 22.0, "evening", 14.0, "hours", 24.0));
        DEFAULTS.put("bursts", Map.of("base", 6.0, "every", 300.0, "size", 600.0, "within", 20.0, "hours", 8.0));
        DEFAULTS.put(
                "flash-crowd",
                Map.of("base", 3.0, "peak", 30.0, "ramp", 60.0, "hold", 600.0, "decay", 900.0, "hours", 6.0));
        DEFAULTS.put("on-off", Map.of("rate", 16.0, "on", 600.0, "off", 900.0, "hours", 8.0));
    }

    private final String spec;
    private final String name;
    private final Map<String, Double> values;

    private TraceGenerator(String spec, String name, Map<String, Double> values) {
        this.spec = spec;
        this.name = name;
        this.values = values;
    }

    /** The names of all generators. */
    public static List<String> names() {
        return List.copyOf(DEFAULTS.keySet());
    }

    /**
     * The generator that a text names; empty when it names none.
     *
     * @throws TraceException when it names one and its keys or values are wrong
     */
    public static Optional<TraceGenerator> of(String spec) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        Map<String, Double> own = DEFAULTS.get(name);
        if (own == null) {
            return Optional.empty();
        }
        Map<String, Double> values = new LinkedHashMap<>(own);
        values.put("seed", 1.0);
        values.put("scale", 1.0);
        for (String pair : colon < 0 ? new String[0] : spec.substring(colon + 1).split(",")) {
            String[] parts = pair.split("=", 2);
            if (parts.length != 2 || !values.containsKey(parts[0].strip())) {
                throw new TraceException("generator " + name + " takes " + String.join(", ", values.keySet())
                        + ", not \"" + pair + "\"");
            }
            values.put(parts[0].strip(), number(name, parts[0].strip(), parts[1].strip()));
        }
        return Optional.of(new TraceGenerator(spec, name, values).checked());
    }

    private static double number(String name, String key, String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TraceException("generator " + name + ": " + key + " is a number, not \"" + text + "\"", e);
        }
        // At intervals of nothing there would be no end of bursts or phases.
        double least = key.equals("every") || key.equals("on") ? 1 : 0;
        double most =
                switch (key) {
                    case "hours" -> MOST_HOURS;
                    case "within" -> DAY;
                    default -> Double.MAX_VALUE;
                };
        if (!(value >= least && value <= most)) {
            throw new TraceException("generator " + name + ": " + key
                    + (most == Double.MAX_VALUE
                            ? String.format(Locale.ROOT, " is a number of at least %.0f", least)
                            : String.format(Locale.ROOT, " is from %.0f to %.0f", least, most))
                    + ", not " + text);
        }
        if (key.equals("seed") && value != Math.rint(value)) {
            throw new TraceException("generator " + name + ": seed is a whole number, not " + text);
        }
        return value;
    }

    /**
     * The same with so many times the arrivals.
     *
     * @throws TraceException when those are too many
     */
    public TraceGenerator scaled(double factor) {
        if (factor == 1) {
            return this;
        }
        Map<String, Double> scaled = new LinkedHashMap<>(values);
        scaled.put("scale", get("scale") * factor);
        // The last of two equal keys counts.
        return new TraceGenerator(
                        spec + (spec.contains(":") ? "," : ":") + "scale=" + scaled.get("scale"), name, scaled)
                .checked();
    }

    /** @throws TraceException when it would make too much */
    private TraceGenerator checked() {
        double end = get("hours") * HOUR;
        double scale = get("scale");
        DoubleUnaryOperator rate = rate();
        double images = name.equals("bursts") ? end / get("every") * get("size") * scale : 0;
        double highest = 0;
        for (double t = 0; t < end; t += 1) {
            double now = Math.max(0, rate.applyAsDouble(t) * scale);
            images += now * Math.min(1, end - t);
            highest = Math.max(highest, now);
        }
        if (!(images <= Arrivals.MOST_IMAGES)) {
            throw Arrivals.tooMany("generator " + spec, REMEDY);
        }
        if (!(highest * end <= MOST_TRIES)) {
            throw new TraceException("generator " + spec + ": its peak is too high for so long; " + REMEDY);
        }
        return this;
    }

    private double get(String key) {
        return values.get(key);
    }

    /** The trace. */
    public Trace generate() {
        double end = get("hours") * HOUR;
        Random random = new Random((long) get("seed"));
        Arrivals arrivals = new Arrivals("generator " + spec, REMEDY);
        if (name.equals("bursts")) {
            bursts(random, end, arrivals);
        }
        poisson(random, rate(), end, arrivals);
        if (arrivals.isEmpty()) {
            throw new TraceException("generator " + spec + " makes no arrival; give it more hours or a higher rate");
        }
        return arrivals.toTrace(spec, Trace.MIDNIGHT);
    }

    /** Images per second at a time in seconds, before the scale; bursts come on top. */
    private DoubleUnaryOperator rate() {
        return switch (name) {
            case "constant" -> t -> get("rate");
            case "diurnal" -> this::diurnal;
            case "workday" -> this::workday;
            case "flash-crowd" -> this::flashCrowd;
            case "on-off" -> t -> t % (get("on") + get("off")) < get("on") ? get("rate") : 0;
            default -> t -> get("base");
        };
    }

    private double diurnal(double t) {
        return get("mean") * (1 + get("swing") * Math.cos(2 * Math.PI * (t - get("peak-hour") * HOUR) / DAY));
    }

    private double workday(double t) {
        double hour = t % DAY / HOUR;
        return get("night")
                + get("morning") * Math.exp(-Math.pow((hour - 11) / 2.5, 2))
                + get("evening") * Math.exp(-Math.pow((hour - 19) / 2, 2));
    }

    /** Every two hours: a ramp, a plateau and an exponential decay. */
    private double flashCrowd(double t) {
        double since = t % (2 * HOUR) - HOUR / 2;
        if (since < 0) {
            return get("base");
        }
        double rising = Math.min(1, since / Math.max(1, get("ramp")));
        double falling = Math.exp(-Math.max(0, since - get("ramp") - get("hold")) / Math.max(1, get("decay")));
        return get("base") + (get("peak") - get("base")) * rising * falling;
    }

    /** At Poisson times, each of a size between half and one and a half times the mean. */
    private void bursts(Random random, double end, Arrivals arrivals) {
        double t = -Math.log(1 - random.nextDouble()) * get("every");
        while (t <= end) {
            double start = t;
            long size = Math.round(get("size") * get("scale") * (0.5 + random.nextDouble()));
            arrivals.expect(size);
            random.doubles(size).forEach(part -> arrivals.add(start + part * get("within")));
            t += -Math.log(1 - random.nextDouble()) * get("every");
        }
    }

    private void poisson(Random random, DoubleUnaryOperator rate, double end, Arrivals arrivals) {
        double scale = get("scale");
        double highest = 0;
        for (double t = 0; t < end; t += 1) {
            highest = Math.max(highest, rate.applyAsDouble(t) * scale);
        }
        double t = 0;
        while (highest > 0) {
            t += -Math.log(1 - random.nextDouble()) / highest;
            if (t > end) {
                break;
            }
            if (random.nextDouble() * highest < rate.applyAsDouble(t) * scale) {
                arrivals.add(t);
            }
        }
    }
}
