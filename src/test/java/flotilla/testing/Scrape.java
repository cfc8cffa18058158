package flotilla.testing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prometheus' text format 0.0.4, read strictly: each family has help, then a type, then its samples in one piece; no series
 * comes twice; counters end in {@code _total} and are not below zero; a histogram's buckets grow up to {@code +Inf}, which is its
 * count.
 *
 * @param families in the order in which they stood
 */
public record Scrape(Map<String, Family> families) {
    /** What is known of one metric. */
    public record Family(String name, String help, String type, List<Sample> samples) {}

    /** One series' value. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (\\S.*)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary)");
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(?:\\{(.*)})? ([+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]+)?|Inf)|NaN)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");

    /**
     * Reads a scrape.
     *
     * @throws AssertionError with the line that is not as it must be
     */
    public static Scrape of(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line does not end");
        }
        Map<String, Family> families = new LinkedHashMap<>();
        Set<String> series = new HashSet<>();
        String help = null;
        String helped = null;
        Family now = null;
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            Matcher helps = HELP.matcher(line);
            Matcher types = TYPE.matcher(line);
            if (helps.matches()) {
                helped = helps.group(1);
                help = helps.group(2);
            } else if (types.matches()) {
                check(types.group(1).equals(helped), "no help before the type", line);
                now = new Family(helped, help, types.group(2), new ArrayList<>());
                check(families.put(helped, now) == null, "a family in two pieces", line);
            } else {
                check(now != null, "a sample before any family", line);
                Sample sample = sample(line);
                check(belongs(sample.name(), now), "a sample of another family", line);
                check(series.add(sample.name() + sample.labels()), "a series twice", line);
                now.samples().add(sample);
            }
        }
        families.values().forEach(Scrape::checkFamily);
        return new Scrape(families);
    }

    private static Sample sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        check(sample.matches(), "not a sample", line);
        Map<String, String> labels = new TreeMap<>();
        String rest = Optional.ofNullable(sample.group(2)).orElse("");
        Matcher label = LABEL.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            check(label.find(at) && label.start() == at, "labels that cannot be read", line);
            check(labels.put(label.group(1), label.group(2)) == null, "a label twice", line);
            at = label.end();
        }
        return new Sample(sample.group(1), labels, number(sample.group(3)));
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static boolean belongs(String sample, Family family) {
        String name = family.name();
        return switch (family.type()) {
            case "histogram" ->
                Set.of(name + "_bucket", name + "_sum", name + "_count").contains(sample);
            case "summary" -> Set.of(name, name + "_sum", name + "_count").contains(sample);
            default -> sample.equals(name);
        };
    }

    private static void checkFamily(Family family) {
        check(!family.samples().isEmpty(), "a family without a sample", family.name());
        if (family.type().equals("counter")) {
            check(family.name().endsWith("_total"), "a counter that does not end in _total", family.name());
            family.samples().forEach(one -> check(one.value() >= 0, "a counter below zero", family.name()));
        }
        if (family.type().equals("histogram")) {
            checkHistogram(family);
        }
    }

    private static void checkHistogram(Family family) {
        Map<Map<String, String>, TreeMap<Double, Double>> buckets = new LinkedHashMap<>();
        Map<Map<String, String>, Double> counts = new LinkedHashMap<>();
        for (Sample sample : family.samples()) {
            Map<String, String> labels = new TreeMap<>(sample.labels());
            String bound = labels.remove("le");
            if (sample.name().endsWith("_bucket")) {
                check(bound != null, "a bucket without a bound", family.name());
                buckets.computeIfAbsent(labels, key -> new TreeMap<>()).put(number(bound), sample.value());
            } else if (sample.name().endsWith("_count")) {
                counts.put(labels, sample.value());
            }
        }
        check(buckets.keySet().equals(counts.keySet()), "buckets and counts of different series", family.name());
        buckets.forEach((labels, one) -> {
            check(one.lastKey() == Double.POSITIVE_INFINITY, "no bucket +Inf", family.name() + labels);
            check(
                    one.lastEntry().getValue().equals(counts.get(labels)),
                    "+Inf is not the count",
                    family.name() + labels);
            double before = 0;
            for (double value : one.values()) {
                check(value >= before, "buckets that shrink", family.name() + labels);
                before = value;
            }
        });
    }

    private static void check(boolean holds, String otherwise, String where) {
        if (!holds) {
            throw new AssertionError(otherwise + ": " + where);
        }
    }

    /** The names of all samples. */
    public Set<String> sampleNames() {
        Set<String> names = new TreeSet<>();
        families.values().forEach(family -> family.samples().forEach(sample -> names.add(sample.name())));
        return names;
    }

    /**
     * The value of a series; empty when there is none.
     *
     * @param labels all of them, in pairs
     */
    public Optional<Double> find(String sample, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        return families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(one -> one.name().equals(sample) && one.labels().equals(wanted))
                .map(Sample::value)
                .findFirst();
    }

    /** The value of a series that must be there; {@link #find}. */
    public double value(String sample, String... labels) {
        return find(sample, labels)
                .orElseThrow(() -> new AssertionError(
                        "there is no " + sample + " " + List.of(labels) + " among " + series(sample)));
    }

    /** The sum of all series of a name; 0 when there is none. */
    public double sum(String sample) {
        return families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(one -> one.name().equals(sample))
                .mapToDouble(Sample::value)
                .sum();
    }

    private List<Map<String, String>> series(String sample) {
        return families.values().stream()
                .flatMap(family -> family.samples().stream())
                .filter(one -> one.name().equals(sample))
                .map(Sample::labels)
                .toList();
    }
}
