package flotilla.drill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The clients of a drill. Each takes one image after the other and does with it what a careful client does: it sends it with an
 * idempotency key, asks again by key while the outcome is unknown and by id when that is known, at whichever gateway, until it
 * has the answer.
 */
final class Clients implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(25);
    private static final int WAIT_SECONDS = 15;
    private static final long LONGEST_PAUSE_MILLIS = 1_500;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .build();
    private final List<URI> gateways;
    private final List<Story> stories;
    private final Semaphore released = new Semaphore(0);
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unanswered;
    private final List<Thread> threads = new ArrayList<>();
    private final String run;

    /**
     * @param gateways where they ask, any of them for anything
     * @param run tells the keys of this drill from others'
     */
    Clients(List<URI> gateways, List<Story> stories, String run) {
        this.gateways = List.copyOf(gateways);
        this.stories = List.copyOf(stories);
        this.unanswered = new AtomicInteger(stories.size());
        this.run = run;
    }

    /** Starts so many clients; each sends an image when one is released. */
    void start(int clients, long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < clients; i++) {
            SplittableRandom random = seeds.split();
            Thread thread = new Thread(() -> work(random), "drill-client-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Lets clients send so many images more. */
    void release(int images) {
        released.release(images);
    }

    /** Images without an answer, those included that were not sent yet. */
    int unanswered() {
        return unanswered.get();
    }

    /** Images with an answer. */
    int answered() {
        return stories.size() - unanswered.get();
    }

    private void work(SplittableRandom random) {
        try {
            while (true) {
                released.acquire();
                int number = next.getAndIncrement();
                if (number >= stories.size()) {
                    return;
                }
                see(stories.get(number), random);
                unanswered.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes on until the image is answered. */
    private void see(Story story, SplittableRandom random) throws InterruptedException {
        while (!story.isAnswered()) {
            URI gateway = gateways.get(random.nextInt(gateways.size()));
            // Now and then a client that knows its id sends the image again all the same.
            boolean byId = !story.ids().isEmpty() && random.nextInt(10) > 0;
            boolean heard = byId ? ask(story, gateway, story.ids().get(0), WAIT_SECONDS) : send(story, gateway, random);
            if (!heard) {
                TimeUnit.MILLISECONDS.sleep(random.nextLong(100, LONGEST_PAUSE_MILLIS));
            }
        }
    }

    /** Sends the image. @return whether something was heard that brings it further */
    boolean send(Story story, URI gateway, SplittableRandom random) throws InterruptedException {
        DrillImage image = story.image();
        String wait = random.nextBoolean() ? "wait=" + WAIT_SECONDS : "respond-async";
        return exchange(
                story,
                HttpRequest.newBuilder(gateway.resolve(
                                "/v1/classifications?file=" + URLEncoder.encode(image.file(), StandardCharsets.UTF_8)))
                        .header("Idempotency-Key", run + "-" + image.file())
                        .header("Prefer", wait)
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(image.bytes())),
                "");
    }

    /** Asks for the answer by id. @return whether something was heard that brings it further */
    boolean ask(Story story, URI gateway, String id, int waitSeconds) throws InterruptedException {
        return exchange(
                story,
                HttpRequest.newBuilder(gateway.resolve("/v1/classifications/" + id + "?wait=" + waitSeconds))
                        .GET(),
                id);
    }

    private boolean exchange(Story story, HttpRequest.Builder request, String id) throws InterruptedException {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(ANSWER_WITHIN).build(), HttpResponse.BodyHandlers.ofString());
            return hear(story, response.statusCode(), response.body(), id);
        } catch (IOException e) {
            // Refused, cut off or too late: the outcome is unknown, and the client asks again.
            return false;
        }
    }

    /** What a response means to a client. */
    static boolean hear(Story story, int status, String body, String id) {
        try {
            JsonNode json = JSON.readTree(body);
            String named = json.path("id").asText();
            boolean unnamed = named.isEmpty() && (status == 200 || status == 202);
            if (unnamed || !named.isEmpty() && !id.isEmpty() && !named.equals(id)) {
                story.odd(status + (id.isEmpty() ? "" : " for " + id) + " that names " + (unnamed ? "no id" : named)
                        + ": " + body);
                return false;
            }
            switch (status) {
                case 200 -> story.answered(Answer.of(json));
                case 202 -> story.accepted(named);
                case 422 -> {
                    String known = id.isEmpty() ? named : id;
                    if (known.isEmpty()) {
                        // A failure names its id: this one refuses a good image.
                        story.odd(status + " " + body);
                    } else {
                        story.answered(
                                new Answer(known, "", "", json.path("code").asText()));
                    }
                }
                case 429, 503 -> {
                    return false;
                }
                default -> story.odd(status + " " + body);
            }
            return status < 400;
        } catch (JsonProcessingException e) {
            story.odd(status + " that is no JSON: " + body);
            return false;
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
