package flotilla.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Which libraries were at work in the execution samples of a flight recording. A sample belongs to the library whose method is
 * the nearest to the top of its stack; what Java's own classes do counts for who called them.
 *
 * @param shares the libraries, the largest part first
 */
record JavaProfile(List<Share> shares) {
    /**
     * A library.
     *
     * @param library its name
     * @param part of all samples, 0 to 1
     */
    record Share(String library, double part) {}

    private static final String NONE = "Java alone";

    /** Prefixes of class names; the first that fits decides. */
    private static final List<Map.Entry<String, String>> LIBRARIES = List.of(
            Map.entry("flotilla.", "flotilla"),
            Map.entry("org.apache.pekko.stream.connectors.", "Pekko Connectors"),
            Map.entry("org.apache.pekko.stream.", "Pekko streams"),
            Map.entry("org.apache.pekko.http.", "Pekko HTTP"),
            Map.entry("org.apache.pekko.", "Pekko actors"),
            Map.entry("software.amazon.awssdk.", "AWS SDK"),
            Map.entry("io.netty.", "Netty"),
            Map.entry("ai.djl.", "DJL"),
            Map.entry("com.fasterxml.", "Jackson"),
            Map.entry("org.gaul.", "S3Proxy and jclouds"),
            Map.entry("org.jclouds.", "S3Proxy and jclouds"),
            Map.entry("org.eclipse.jetty.", "Jetty"),
            Map.entry("org.elasticmq.", "ElasticMQ"));

    /** @throws IOException when the file is no recording */
    static JavaProfile read(Path recording) throws IOException {
        Map<String, Integer> samples = new HashMap<>();
        try (RecordingFile events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample") && event.getStackTrace() != null) {
                    samples.merge(
                            library(event.getStackTrace().getFrames().stream()
                                    .map(RecordedFrame::getMethod)
                                    .map(method -> method.getType().getName())
                                    .toList()),
                            1,
                            Integer::sum);
                }
            }
        }
        double all = samples.values().stream().mapToInt(Integer::intValue).sum();
        return new JavaProfile(samples.entrySet().stream()
                .map(entry -> new Share(entry.getKey(), entry.getValue() / all))
                .sorted(Comparator.comparingDouble(Share::part).reversed())
                .toList());
    }

    /** The library that is at work, by the class names of a stack, the top first. */
    static String library(List<String> stack) {
        return stack.stream().flatMap(name -> named(name).stream()).findFirst().orElse(NONE);
    }

    private static Optional<String> named(String name) {
        return LIBRARIES.stream()
                .filter(library -> name.startsWith(library.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
