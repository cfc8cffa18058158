package flotilla.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.HttpSettings;
import flotilla.domain.ImageRef;
import flotilla.domain.TraceParent;
import flotilla.gateway.CheckedUpload.RefusedException;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.gateway.UploadPermits.NoTurnException;
import flotilla.gateway.Uploads.Received;
import flotilla.protocol.ImageStore;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.StreamIdleTimeoutException;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The images of a batch, from wherever they come: the parts of a form, a zip, or S3. Each is accepted or refused for itself.
 * Objects in S3 are named {@code s3://bucket/key}, or by a prefix; no other scheme and no host is ever asked.
 */
final class BatchUploads {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern S3_URL =
            Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*)", Pattern.DOTALL);
    private static final int LONGEST_LIST = 4 << 20;
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final int PARALLELISM = 2;
    /** Of a zip: one that is stored, one that waits, and one that is unpacked. */
    private static final int FILES_IN_MEMORY = 3;
    /** This part of the heap may hold files of zips; one zip may be unpacked at any rate. */
    private static final int PART_OF_HEAP = 4;
    /** Of the memory of uploads: no more zips wait than may in any case. */
    private static final long HELD_BY_WAITING = 0;

    /** What comes after the images that were looked at, in lines of its own. */
    private static final String REST_OF_ZIP = "rest of the zip";

    private static final String REST_OF_LIST = "rest of the list";

    /** Of a client's own text in an error, in characters. */
    private static final int LONGEST_ECHO = 200;

    /** The request cannot be understood. */
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    private final ActorSystem<?> system;
    private final ImageIntake intake;
    private final ImageStore images;
    private final PacedBody bodies;
    private final Callbacks callbacks;
    private final int most;
    /** Images beyond the most are refused by name up to this place; one refusal stands for the rest. */
    private final long last;

    private final long maxImageSize;
    /** Each zip that is unpacked holds some of its files whole. */
    private final UploadPermits zips;

    private final Problem noTurn;

    BatchUploads(
            ActorSystem<?> system, ImageIntake intake, ImageStore images, Callbacks callbacks, HttpSettings settings) {
        this.system = system;
        this.intake = intake;
        this.images = images;
        this.callbacks = callbacks;
        this.bodies = new PacedBody(settings.limits());
        this.most = settings.maxBatch();
        this.last = 2L * most;
        this.maxImageSize = settings.maxImageSize();
        long heap = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
        long inHeap = Math.max(1, heap / (FILES_IN_MEMORY * maxImageSize));
        this.zips = new UploadPermits(
                system, (int) Math.min(ZipEntries.most(system), inHeap), settings.uploadWait(), HELD_BY_WAITING);
        this.noTurn = Problem.noTurn(settings.uploadWait());
    }

    /**
     * The files of a zip; fails with {@link UnreadableException} when it is none. Those that are too many are refused one by one,
     * up to as many again as are taken; one refusal stands for the rest, which is not read.
     */
    CompletionStage<List<Intake>> zip(HttpRequest request) {
        Source<ByteString, ?> body = bodies.bytes(request);
        Optional<TraceParent> trace = TraceHeader.of(request);
        OfferedTogether files = new OfferedTogether(intake);
        return zips.run(
                        UploadPermits.held(request),
                        () -> ZipEntries.of(system, body, maxImageSize)
                                .zipWithIndex()
                                .take(last + 1)
                                .mapAsync(
                                        1,
                                        entry -> entry.second() < most
                                                ? unpacked(files, entry.first(), trace)
                                                : surplus(
                                                        entry.second(),
                                                        entry.first().name(),
                                                        REST_OF_ZIP))
                                .toMat(Sink.seq(), Keep.right())
                                .withAttributes(Attributes.inputBuffer(1, 1))
                                .run(system))
                .exceptionallyCompose(
                        failure -> isNoTurn(failure) ? turnAway(body) : CompletableFuture.failedStage(failure))
                .exceptionally(failure -> {
                    throw unreadable(failure, "the body is no zip that can be read; send a whole one");
                })
                .thenApply(List::copyOf);
    }

    /**
     * The objects that a JSON body names: {@code {"images": ["s3://…", …]}} or {@code {"prefix": "s3://…"}}; none when it also
     * names a callback that is not taken. Those that are too many are refused as those of a zip are, and the rest is not looked at.
     */
    CompletionStage<Received> listed(HttpRequest request) {
        return bodies.bytes(request)
                .limitWeighted(LONGEST_LIST, chunk -> (long) chunk.size())
                .runFold(ByteString.emptyByteString(), ByteString::concat, system)
                .exceptionally(failure -> {
                    throw unreadable(failure, "the list is longer than " + LONGEST_LIST + " bytes; send several");
                })
                .thenCompose(body -> listed(json(body.utf8String()), TraceHeader.of(request)));
    }

    private CompletionStage<Received> listed(JsonNode body, Optional<TraceParent> trace) {
        Optional<String> callback =
                Optional.ofNullable(body.get(Callbacks.NAME)).map(JsonNode::asText);
        if (callbacks.problem(callback).isPresent()) {
            return Answers.done(new Received(Optional.empty(), List.of(), callback));
        }
        OfferedTogether objects = new OfferedTogether(intake);
        return objects(body)
                .thenCompose(refs -> Source.from(refs)
                        .zipWithIndex()
                        .mapAsync(
                                PARALLELISM,
                                ref -> ref.second() < most
                                        ? copy(objects, ref.first(), trace)
                                        : surplus(ref.second(), url(ref.first()), REST_OF_LIST))
                        .runWith(Sink.seq(), system))
                .thenApply(intakes -> new Received(Optional.empty(), List.copyOf(intakes), callback));
    }

    /** A body that did not come is another matter than one that cannot be understood. */
    private static RuntimeException unreadable(Throwable failure, String otherwise) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RefusedException refused) {
                return refused;
            }
        }
        return new UnreadableException(otherwise);
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new UnreadableException("the body is no JSON; send {\"images\": [\"s3://bucket/key\"]}");
        }
    }

    private CompletionStage<List<ImageRef>> objects(JsonNode node) {
        if (node.path("prefix").isTextual()) {
            ImageRef prefix = parse(node.path("prefix").asText());
            return images.list(prefix.bucket(), prefix.key(), most + 1)
                    .<List<ImageRef>>thenApply(found -> found.stream()
                            .filter(ref -> !ref.key().endsWith("/"))
                            .toList())
                    .exceptionally(failure -> {
                        throw isForGood(failure)
                                ? new UnreadableException(echo(url(prefix)) + " cannot be listed: " + reason(failure))
                                : new CompletionException(failure);
                    });
        }
        if (!node.path("images").isArray() || node.path("images").isEmpty()) {
            throw new UnreadableException(
                    "there are no images; send {\"images\": [\"s3://bucket/key\"]} or {\"prefix\": …}");
        }
        List<ImageRef> refs = new ArrayList<>();
        Iterator<JsonNode> images = node.path("images").elements();
        while (images.hasNext() && refs.size() <= last) {
            refs.add(parse(images.next().asText()));
        }
        return Answers.done(refs);
    }

    private static ImageRef parse(String text) {
        Matcher url = S3_URL.matcher(text);
        if (!url.matches()) {
            throw new UnreadableException("only s3://bucket/key can be read, not " + echo(text));
        }
        return new ImageRef(url.group(1), url.group(2));
    }

    /** Takes an object as if it had been uploaded, so that it is checked and kept like any other; a refusal names it as the client did. */
    private CompletionStage<Intake> copy(OfferedTogether objects, ImageRef ref, Optional<TraceParent> trace) {
        String name = ref.key().substring(ref.key().lastIndexOf('/') + 1);
        return objects.accept(OfferedImage.lying(name, bytes(ref)), Optional.empty(), trace)
                .thenApply(intake -> intake instanceof Intake.Refused refused
                        ? new Intake.Refused(url(ref), refused.problem())
                        : intake);
    }

    /** Opened when it is read, so that no object holds a connection while it waits for its turn, and none is read in vain. */
    private Source<ByteString, ?> bytes(ImageRef ref) {
        return Source.lazyCompletionStageSource(() -> images.open(ref).handle((found, failure) -> {
            if (failure != null) {
                throw isForGood(failure)
                        ? new RefusedException(Problem.objectNotReadable(failure))
                        : new CompletionException(failure);
            }
            return found.orElseThrow(() -> new RefusedException(Problem.noSuchObject()))
                    .idleTimeout(STALLED_AFTER)
                    .mapError(new PFBuilder<Throwable, Throwable>()
                            .match(StreamIdleTimeoutException.class, silent -> stalled(ref, silent))
                            .build())
                    .mapMaterializedValue(none -> NotUsed.getInstance());
        }));
    }

    /** Not its client's upload has stalled. */
    private static InfrastructureException stalled(ImageRef ref, Throwable silent) {
        return new InfrastructureException(
                "nothing came of " + url(ref) + " for " + STALLED_AFTER.toSeconds() + " s", silent);
    }

    /** Whether a request of this store fails for what was asked, not for how the store is at the moment. */
    private static boolean isForGood(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IllegalArgumentException
                    || at instanceof InfrastructureException refused && refused.isPermanent()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNoTurn(Throwable failure) {
        return failure instanceof NoTurnException || failure.getCause() instanceof NoTurnException;
    }

    /** Reads some of a zip whose turn does not come, so that its sender hears why it is not taken. */
    private <T> CompletionStage<T> turnAway(Source<ByteString, ?> body) {
        return body.limitWeighted(maxImageSize, chunk -> (long) chunk.size())
                .runWith(Sink.ignore(), system)
                .handle((done, tooLongOrBroken) -> {
                    throw new RefusedException(noTurn);
                });
    }

    private static CompletionStage<Intake> unpacked(
            OfferedTogether files, ZipEntries.Entry entry, Optional<TraceParent> trace) {
        return files.accept(OfferedImage.lying(entry.name(), Source.single(entry.bytes())), Optional.empty(), trace);
    }

    /** An image beyond the most, by its place among all. */
    private CompletionStage<Intake> surplus(long place, String name, String rest) {
        return Answers.done(new Intake.Refused(place < last ? name : rest, Problem.tooManyParts(most)));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return echo(String.valueOf(cause.getMessage()));
    }

    /** A text that a client may have chosen, in one line, of which the beginning. */
    private static String echo(String text) {
        String cut = text.length() <= LONGEST_ECHO ? text : text.substring(0, LONGEST_ECHO) + "…";
        return cut.replaceAll("[\\p{Cntrl}\\s]+", " ");
    }

    private static String url(ImageRef ref) {
        return "s3://" + ref.bucket() + "/" + ref.key();
    }
}
