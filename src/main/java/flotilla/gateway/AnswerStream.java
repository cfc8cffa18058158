package flotilla.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.domain.RequestId;
import flotilla.gateway.CheckedUpload.RefusedException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Answers to many images as server-sent events, in the order in which they come. The client names the ids that it waits for, so
 * nothing is remembered here: after a lost connection, or from another gateway, it asks again for those it still lacks.
 */
final class AnswerStream {
    /** The most images of one stream. */
    static final int MOST_IDS = 500;

    private static final int LONGEST_BODY = 64 * 1024;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    private static final ByteString HELLO = ByteString.fromString("retry: 2000\n\n");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ActorSystem<?> system;
    private final Answers answers;
    private final PacedBody bodies;
    private final OpenStreams streams;
    private final Duration longest;
    private final Duration lookAgain;
    private final RandomGenerator random;

    /**
     * @param longest how long a stream is kept open
     * @param random drawn from by several threads
     */
    AnswerStream(
            ActorSystem<?> system,
            Answers answers,
            PacedBody bodies,
            OpenStreams streams,
            Duration longest,
            RandomGenerator random) {
        this(system, answers, bodies, streams, longest, LOOK_AGAIN, random);
    }

    /**
     * @param lookAgain the length of one wait
     */
    AnswerStream(
            ActorSystem<?> system,
            Answers answers,
            PacedBody bodies,
            OpenStreams streams,
            Duration longest,
            Duration lookAgain,
            RandomGenerator random) {
        this.system = system;
        this.answers = answers;
        this.bodies = bodies;
        this.streams = streams;
        this.longest = longest;
        this.lookAgain = lookAgain;
        this.random = random;
    }

    /** The stream for the ids in the body, {@code {"ids": […]}}; a problem when there are none, too many, or others than ids. */
    CompletionStage<HttpResponse> open(HttpRequest request) {
        return bodies.bytes(request)
                .limitWeighted(LONGEST_BODY, chunk -> (long) chunk.size())
                .runFold(ByteString.emptyByteString(), ByteString::concat, system)
                .thenApply(body -> ids(body.utf8String()))
                .exceptionally(failure -> {
                    throw sendersFailure(failure);
                })
                .thenApply(ids -> ids.map(known -> ServerEvents.response(streams.endless(events(known))))
                        .orElseGet(() -> Problem.badIds(MOST_IDS).toResponse()));
    }

    private static RefusedException sendersFailure(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RefusedException refused) {
                return refused;
            }
        }
        return new RefusedException(Problem.badIds(MOST_IDS));
    }

    /** The ids, each once, in their order; empty when they cannot be used. */
    private static Optional<Set<RequestId>> ids(String body) {
        Set<RequestId> ids = new LinkedHashSet<>();
        for (JsonNode one : tree(body).path("ids")) {
            Optional<RequestId> id = RequestId.parse(one.asText()).map(uuid -> new RequestId(uuid.toString()));
            if (id.isEmpty()) {
                return Optional.empty();
            }
            ids.add(id.get());
        }
        return ids.isEmpty() || ids.size() > MOST_IDS ? Optional.empty() : Optional.of(ids);
    }

    private static JsonNode tree(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException noJson) {
            return JSON.missingNode();
        }
    }

    /** An event {@code result}, {@code expired} or {@code unknown} for each id, as they come, then {@code done}. */
    private Source<ByteString, NotUsed> events(Set<RequestId> ids) {
        AnswerFollower follower = new AnswerFollower(answers, lookAgain, random);
        Source<ByteString, NotUsed> told = Source.from(ids)
                .mapAsyncUnordered(ids.size(), follower::follow)
                .concat(Source.single(ServerEvents.event("done", JSON.createObjectNode())))
                .watchTermination((none, ended) -> {
                    ended.whenComplete((done, failure) -> follower.leave());
                    return none;
                });
        return Source.single(HELLO).concat(told).takeWithin(longest);
    }
}
