package flotilla.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Looks at {@code GET /v1/fleet} once a second during a run: instances by state, and images by instance. A server that has no
 * such address is left alone after the first look. All state belongs to the loop's thread.
 */
final class FleetWatch {
    static final String PATH = "/v1/fleet";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long EVERY = 1_000_000_000L;
    private static final int LAST_LOOKS = 5;

    /**
     * The instances at one time.
     *
     * @param nanos on the loop's clock
     */
    record Look(long nanos, int pending, int running, int draining) {}

    private record Images(long first, long last) {}

    private final Supplier<CompletableFuture<Optional<String>>> fleet;
    private final EventLoop loop;
    private final List<Look> looks = new ArrayList<>();
    private final Map<String, Images> images = new HashMap<>();
    private boolean stopped;

    /**
     * @param fleet asks for the body of {@code GET /v1/fleet}
     */
    FleetWatch(Supplier<CompletableFuture<Optional<String>>> fleet, EventLoop loop) {
        this.fleet = fleet;
        this.loop = loop;
    }

    /** Looks for the first time, completes then, and goes on looking. To be called on the loop, as all methods. */
    CompletableFuture<Void> start() {
        return look().thenAcceptAsync(
                        seen -> {
                            if (seen) {
                                loop.after(EVERY, this::again);
                            } else {
                                stopped = true;
                            }
                        },
                        loop);
    }

    /**
     * Looks for the last time and completes then. Reports of the workers come a little after their answers, so it looks
     * again, a few times, while fewer images are reported than were answered.
     *
     * @param answered images that the fleet did, as far as is known elsewhere
     */
    CompletableFuture<Void> stop(long answered) {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        stopped = true;
        CompletableFuture<Void> done = new CompletableFuture<>();
        lookUntil(answered, LAST_LOOKS, done);
        return done;
    }

    private void lookUntil(long answered, int looksLeft, CompletableFuture<Void> done) {
        look().thenAcceptAsync(
                        seen -> {
                            long reported = imagesByInstance().values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum();
                            if (seen && reported < answered && looksLeft > 1) {
                                loop.after(EVERY, () -> lookUntil(answered, looksLeft - 1, done));
                            } else {
                                done.complete(null);
                            }
                        },
                        loop);
    }

    List<Look> looks() {
        return List.copyOf(looks);
    }

    /** How many images each instance did since the first look; those that were not there then began with none. */
    Map<String, Long> imagesByInstance() {
        Map<String, Long> done = new TreeMap<>();
        images.forEach((instance, count) -> {
            if (count.last() > count.first()) {
                done.put(instance, count.last() - count.first());
            }
        });
        return done;
    }

    private void again() {
        if (!stopped) {
            look().thenRunAsync(() -> loop.after(EVERY, this::again), loop);
        }
    }

    /** Whether there was a fleet to see. */
    private CompletableFuture<Boolean> look() {
        return fleet.get()
                .thenApplyAsync(
                        body -> {
                            Optional<JsonNode> instances = body.flatMap(FleetWatch::instances);
                            instances.ifPresent(this::note);
                            return instances.isPresent();
                        },
                        loop);
    }

    private void note(JsonNode instances) {
        boolean first = looks.isEmpty();
        int pending = 0;
        int running = 0;
        int draining = 0;
        for (JsonNode instance : instances) {
            switch (instance.path("state").asText()) {
                case "pending" -> pending++;
                case "running" -> running++;
                case "draining" -> draining++;
                default -> {}
            }
            long count = instance.path("images").asLong();
            images.merge(
                    name(instance),
                    new Images(first ? count : 0, count),
                    (before, now) -> new Images(before.first(), Math.max(before.last(), now.last())));
        }
        looks.add(new Look(loop.nanos(), pending, running, draining));
    }

    private static String name(JsonNode instance) {
        String id = instance.path("instanceId").asText();
        return instance.hasNonNull("appTierId")
                ? "#" + instance.get("appTierId").asText() + " " + id
                : id;
    }

    private static Optional<JsonNode> instances(String body) {
        try {
            return Optional.of(JSON.readTree(body).path("instances")).filter(JsonNode::isArray);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
