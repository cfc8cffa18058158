package flotilla.aws.sqs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.aws.AwsTags;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.NotYetException;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** Sees, makes and removes queues. */
public final class SqsProvision implements Provider, AutoCloseable {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** SQS forgets a queue's name a minute after the queue. */
    private static final Duration NAME_IS_FREE = Duration.ofSeconds(5);
    /** SQS asks for a second before a new queue is used. */
    private static final Duration NEW_IS_FOUND = Duration.ofSeconds(1);

    private static final Set<String> REDRIVE = Set.of(Attributes.DEAD_LETTERS_TO, Attributes.MAX_RECEIVES);
    private static final String REDRIVE_POLICY = QueueAttributeName.REDRIVE_POLICY.toString();

    private final SqsAsyncClient client;
    private final String cluster;

    private SqsProvision(SqsAsyncClient client, String cluster) {
        this.client = client;
        this.cluster = cluster;
    }

    /** Makes the client; nothing is sent yet. */
    public static SqsProvision connect(AwsClients clients, String cluster) {
        return new SqsProvision(
                clients.client(SqsAsyncClient.builder(), clients.settings().sqs(), ATTEMPT_TIMEOUT, CALL_TIMEOUT),
                cluster);
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return url(thing.name())
                .thenCompose(found -> found.map(url -> look(thing.name(), url))
                        .orElseGet(() -> CompletableFuture.completedFuture(new Seen.Missing())));
    }

    private CompletionStage<Seen> look(String name, String url) {
        return attributes(name, url)
                .<Optional<Map<String, String>>, Seen>thenCombine(tags(name, url), SqsProvision::present)
                .exceptionally(SqsProvision::missingIfGone);
    }

    private static Seen present(Map<String, String> attributes, Optional<Map<String, String>> tags) {
        return new Seen.Present(
                tags.map(all -> all.get(AwsTags.CLUSTER)),
                true,
                ours(attributes),
                tags.isPresent() ? Set.of() : Set.of("sqs:ListQueueTags"));
    }

    /** Empty when these credentials may not see them. */
    private CompletionStage<Optional<Map<String, String>>> tags(String name, String url) {
        return client.listQueueTags(request -> request.queueUrl(url)).handle((answer, failure) -> {
            if (failure == null) {
                return Optional.of(answer.tags());
            }
            if (AwsErrors.isDenied(failure)) {
                return Optional.empty();
            }
            throw SqsErrors.wrap("ListQueueTags of queue", name, failure);
        });
    }

    /** A queue that is deleted is still found by its name for a minute. */
    private static Seen missingIfGone(Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        if (cause.getCause() instanceof QueueDoesNotExistException) {
            return new Seen.Missing();
        }
        throw AwsErrors.wrap("SQS", cause);
    }

    private static SortedMap<String, String> ours(Map<String, String> told) {
        SortedMap<String, String> ours = new TreeMap<>(told);
        if (told.containsKey(QueueAttributeName.KMS_MASTER_KEY_ID.toString())) {
            // A key of their own is as good.
            ours.put(Attributes.QUEUE_ENCRYPTION, "true");
        }
        JsonNode redrive = json(told.getOrDefault(REDRIVE_POLICY, "{}"));
        String arn = redrive.path("deadLetterTargetArn").asText();
        ours.put(Attributes.DEAD_LETTERS_TO, arn.substring(arn.lastIndexOf(':') + 1));
        ours.put(Attributes.MAX_RECEIVES, redrive.path("maxReceiveCount").asText());
        ours.put(
                Attributes.MESSAGES,
                Long.toString(Stream.of(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED)
                        .mapToLong(count -> Long.parseLong(told.getOrDefault(count.toString(), "0")))
                        .sum()));
        return ours;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new InfrastructureException("SQS told a redrive policy that is no JSON: " + text, e);
        }
    }

    /** Returns when SQS finds the queue: others that are made after it name it. */
    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        return requested(wanted, wanted.attributes().keySet())
                .thenCompose(attributes -> said(
                        "CreateQueue of queue",
                        wanted.thing().name(),
                        client.createQueue(
                                request -> request.queueName(wanted.thing().name())
                                        .attributesWithStrings(attributes)
                                        .tags(Map.of(AwsTags.CLUSTER, cluster)))))
                .thenCompose(created -> justMade(wanted.thing().name()))
                .thenApply(found -> Done.getInstance());
    }

    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        String name = wanted.thing().name();
        return requested(wanted, attributes)
                .thenCompose(requested -> requiredUrl(name)
                        .thenCompose(url -> set(name, url, requested)
                                .thenCompose(set -> said(
                                        "TagQueue of queue",
                                        name,
                                        client.tagQueue(request ->
                                                request.queueUrl(url).tags(Map.of(AwsTags.CLUSTER, cluster)))))))
                .thenApply(tagged -> Done.getInstance());
    }

    private CompletionStage<?> set(String name, String url, Map<String, String> attributes) {
        return attributes.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : said(
                        "SetQueueAttributes of queue",
                        name,
                        client.setQueueAttributes(
                                request -> request.queueUrl(url).attributesWithStrings(attributes)));
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return url(thing.name())
                .thenCompose(found -> found.<CompletionStage<?>>map(url -> said(
                                "DeleteQueue of queue",
                                thing.name(),
                                client.deleteQueue(request -> request.queueUrl(url))))
                        .orElseGet(() -> CompletableFuture.completedFuture(Done.getInstance())))
                .thenApply(gone -> Done.getInstance());
    }

    /** The attributes as SQS takes them: both of the redrive are one. */
    private CompletionStage<Map<String, String>> requested(Wanted wanted, Set<String> names) {
        Map<String, String> plain = wanted.attributes().entrySet().stream()
                .filter(one -> names.contains(one.getKey()) && !REDRIVE.contains(one.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new));
        if (names.stream().noneMatch(REDRIVE::contains)) {
            return CompletableFuture.completedFuture(plain);
        }
        String deadLetters = wanted.attributes().get(Attributes.DEAD_LETTERS_TO);
        return justMade(deadLetters).thenApply(told -> {
            plain.put(
                    REDRIVE_POLICY,
                    JSON.createObjectNode()
                            .put("deadLetterTargetArn", told.get(QueueAttributeName.QUEUE_ARN.toString()))
                            .put(
                                    "maxReceiveCount",
                                    Integer.parseInt(wanted.attributes().get(Attributes.MAX_RECEIVES)))
                            .toString());
            return plain;
        });
    }

    /** Attributes of a queue that may have been made a moment ago, and not be known everywhere. */
    private CompletionStage<Map<String, String>> justMade(String name) {
        return url(name)
                .thenCompose(found -> attributes(name, found.orElseThrow(() -> notFoundYet(name, null))))
                .exceptionally(failure -> {
                    Throwable cause = AwsErrors.unwrap(failure);
                    if (cause instanceof NotYetException notYet) {
                        throw notYet;
                    }
                    if (cause.getCause() instanceof QueueDoesNotExistException) {
                        throw notFoundYet(name, cause);
                    }
                    throw AwsErrors.wrap("SQS", cause);
                });
    }

    private static NotYetException notFoundYet(String name, Throwable cause) {
        return new NotYetException(
                "queue " + name + " was made a moment ago, and SQS does not find it yet", NEW_IS_FOUND, cause);
    }

    private CompletionStage<Map<String, String>> attributes(String name, String url) {
        return said(
                "GetQueueAttributes of queue",
                name,
                client.getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                        .thenApply(answer -> answer.attributesAsStrings()));
    }

    private CompletionStage<String> requiredUrl(String name) {
        return said(
                "GetQueueUrl of queue",
                name,
                client.getQueueUrl(request -> request.queueName(name)).thenApply(answer -> answer.queueUrl()));
    }

    private CompletionStage<Optional<String>> url(String name) {
        return client.getQueueUrl(request -> request.queueName(name))
                .handle((answer, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(Optional.of(answer.queueUrl()));
                    }
                    return AwsErrors.unwrap(failure) instanceof QueueDoesNotExistException
                            ? CompletableFuture.completedFuture(Optional.<String>empty())
                            : CompletableFuture.<Optional<String>>failedFuture(
                                    SqsErrors.wrap("GetQueueUrl of queue", name, failure));
                })
                .thenCompose(Function.identity());
    }

    private static <T> CompletionStage<T> said(String operation, String queue, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            if (AwsErrors.code(failure).contains("QueueDeletedRecently")) {
                throw new NotYetException(
                        "queue " + queue + " was deleted less than a minute ago, and SQS makes it anew only after that",
                        NAME_IS_FREE,
                        AwsErrors.unwrap(failure));
            }
            throw SqsErrors.wrap(operation, queue, failure);
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
