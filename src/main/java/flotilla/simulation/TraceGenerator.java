package flotilla.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * Traces made to order: {@code name} or {@code name:key=value,key=value}. Arrivals are a Poisson process of the given rate
 * (images per second), made by thinning. Every generator takes {@code hours}, {@code seed} and {@code scale}, which
 * multiplies the rate.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Poisson_point_process">Lewis and Shedler's thinning</a>
 */
public final class TraceGenerator {
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;
    private static final int MOST_IMAGES = 50_000_000;

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
        return Optional.of(new TraceGenerator(spec, name, values));
    }

    private static double number(String name, String key, String text) {
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new TraceException("generator " + name + ": " + key + " is a number, not \"" + text + "\"", e);
        }
        throw new TraceException("generator " + name + ": " + key + " is a number of at least 0, not " + text);
    }

    private double get(String key) {
        return values.get(key);
    }

    /** The trace. */
    public Trace generate() {
        double end = get("hours") * HOUR;
        Random random = new Random((long) get("seed"));
        List<double[]> extra = new ArrayList<>();
        DoubleUnaryOperator rate =
                switch (name) {
                    case "constant" -> t -> get("rate");
                    case "diurnal" -> this::diurnal;
                    case "workday" -> this::workday;
                    case "flash-crowd" -> this::flashCrowd;
                    case "on-off" -> t -> t % (get("on") + get("off")) < get("on") ? get("rate") : 0;
                    default -> {
                        extra.addAll(bursts(random, end));
                        yield t -> get("base");
                    }
                };
        extra.add(poisson(random, rate, end));
        double[] all = extra.stream().flatMapToDouble(Arrays::stream).toArray();
        if (all.length == 0) {
            throw new TraceException("generator " + spec + " makes no arrival; give it more hours or a higher rate");
        }
        return new Trace(spec, all);
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
    private List<double[]> bursts(Random random, double end) {
        List<double[]> all = new ArrayList<>();
        double t = 0;
        while (true) {
            t += -Math.log(1 - random.nextDouble()) * get("every");
            if (t > end) {
                return all;
            }
            double start = t;
            long size = Math.round(get("size") * get("scale") * (0.5 + random.nextDouble()));
            all.add(random.doubles(size)
                    .map(part -> start + part * get("within"))
                    .toArray());
        }
    }

    private double[] poisson(Random random, DoubleUnaryOperator rate, double end) {
        double scale = get("scale");
        double highest = 0;
        for (double t = 0; t < end; t += 1) {
            highest = Math.max(highest, rate.applyAsDouble(t) * scale);
        }
        if (highest * end > MOST_IMAGES) {
            throw new TraceException("generator " + spec + " would make more than " + MOST_IMAGES + " images");
        }
        double[] arrivals = new double[1024];
        int count = 0;
        double t = 0;
        while (highest > 0) {
            t += -Math.log(1 - random.nextDouble()) / highest;
            if (t > end) {
                break;
            }
            if (random.nextDouble() * highest < rate.applyAsDouble(t) * scale) {
                if (count == arrivals.length) {
                    arrivals = Arrays.copyOf(arrivals, count * 2);
                }
                arrivals[count++] = t;
            }
        }
        return Arrays.copyOf(arrivals, count);
    }
}
