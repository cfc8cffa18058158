package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.domain.TraceParent;
import flotilla.gateway.CheckedUpload.RefusedException;
import flotilla.gateway.ImageIntake.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.model.headers.ContentDisposition;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the images in a request, in order, and hands each to the {@link ImageIntake} as it streams in. In a form an image is
 * a part with a file name, one of the fields that are known to carry images, or a field that is called like a file; a text
 * field {@code filename} before it names an image that has no name of its own.
 */
final class Uploads {
    /**
     * The images of one request.
     *
     * @param field the form field of the first file; empty for a raw body
     * @param callback the URL that the body names
     */
    record Received(Optional<String> field, List<Intake> intakes, Optional<String> callback) {}

    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
    private static final String DEFAULT_NAME = "image";
    /** What comes after the images that were read, in lines of its own. */
    private static final String REST = "rest of the form";

    private static final String NAME_FIELD = "filename";
    private static final Set<String> FILE_FIELDS = Set.of("myfile", "inputFile", "file", "image_file");
    private static final Pattern IMAGE_NAME = Pattern.compile(".+\\.(jpe?g|png|gif|webp)", Pattern.CASE_INSENSITIVE);
    /** What is wrong with a form is said to its sender, not to the log. */
    private static final Attributes UNLOGGED =
            Attributes.logLevels(Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelOff());

    /** What a part takes besides its content, about; in bytes. */
    private static final int PART_HEADER = 64;

    private static final int LONGEST_TEXT = 2048;
    private static final int DRAINED_IMAGES = 10;

    private final ActorSystem<?> system;
    private final Materializer materializer;
    private final ImageIntake intake;
    private final PacedBody bodies;
    private final Callbacks callbacks;
    private final int maxFiles;
    private final int maxParts;
    private final long mostDrained;

    /**
     * @param maxFiles in one request
     */
    Uploads(ActorSystem<?> system, ImageIntake intake, Callbacks callbacks, HttpSettings settings, int maxFiles) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.intake = intake;
        this.callbacks = callbacks;
        this.bodies = new PacedBody(settings.limits());
        this.maxFiles = maxFiles;
        this.maxParts = maxFiles + settings.limits().maxFields();
        this.mostDrained = DRAINED_IMAGES * settings.maxImageSize();
    }

    static boolean isMultipart(HttpRequest request) {
        return request.entity().getContentType().mediaType().isMultipart();
    }

    Callbacks callbacks() {
        return callbacks;
    }

    /** The answer to a request whose query names a callback that is not taken. */
    Optional<HttpResponse> refusal(HttpRequest request) {
        return callbacks.problem(Callbacks.of(request)).map(Problem::toResponse);
    }

    /**
     * A body that is one image.
     *
     * @param key the client's idempotency key
     */
    CompletionStage<Received> raw(HttpRequest request, Optional<String> key) {
        String name = request.getHeader(ContentDisposition.class)
                .flatMap(header -> Optional.ofNullable(header.getParams().get("filename")))
                .or(() -> request.getUri().query().get("file"))
                .orElse(DEFAULT_NAME);
        return intake.accept(
                        OfferedImage.sent(name, UploadPermits.held(request), bodies.bytes(request)),
                        key,
                        TraceHeader.of(request))
                .thenApply(one -> new Received(Optional.empty(), List.of(one), Optional.empty()));
    }

    /**
     * The images of a form; its other parts are passed over. Fails with {@link RefusedException} when it is not such a form.
     * Images after a callback that is not taken are passed over too. When it breaks off after an image, or has too many parts, what came before counts, and one refusal stands for the rest.
     *
     * @param key the client's idempotency key for the whole form
     * @param mayCallBack whether a field {@code callback} is heeded
     */
    CompletionStage<Received> form(HttpRequest request, Optional<String> key, boolean mayCallBack) {
        Form form = new Form(key, TraceHeader.of(request), UploadPermits.held(request), mayCallBack);
        return Unmarshaller.entityToMultipartFormData()
                .unmarshal(bodies.whole(request), materializer)
                .thenCompose(parts -> parts.getParts()
                        .addAttributes(UNLOGGED)
                        .mapAsync(1, form::take)
                        .runWith(Sink.ignore(), system))
                .handle((done, failure) -> form.settled().thenApply(settled -> form.received(failure)))
                .thenCompose(Function.identity());
    }

    /** One form while it is read, part by part. */
    private final class Form {
        private final Optional<String> key;
        private final Optional<TraceParent> trace;
        private final long held;
        private final boolean mayCallBack;
        private final List<Intake> intakes = new ArrayList<>();
        private Optional<String> field = Optional.empty();
        private volatile CompletionStage<Done> inHand = CompletableFuture.completedFuture(Done.getInstance());
        private String named = DEFAULT_NAME;
        private int parts;
        private int files;
        private long passedOver;
        private Optional<String> callback = Optional.empty();
        private final OfferedTogether images = new OfferedTogether(intake);

        Form(Optional<String> key, Optional<TraceParent> trace, long held, boolean mayCallBack) {
            this.key = key;
            this.trace = trace;
            this.held = held;
            this.mayCallBack = mayCallBack;
        }

        CompletionStage<Done> take(Multipart.FormData.BodyPart part) {
            inHand = taken(part);
            return inHand;
        }

        /** Completes, and never fails, when nothing is in hand any more: a form that breaks off does not wait for that. */
        CompletionStage<Done> settled() {
            return inHand.exceptionally(failure -> Done.getInstance());
        }

        private CompletionStage<Done> taken(Multipart.FormData.BodyPart part) {
            parts++;
            Source<ByteString, ?> bytes = part.getEntity().getDataBytes();
            if (parts > maxParts) {
                return passOver(bytes);
            }
            Optional<String> name = name(part);
            if (name.isEmpty()) {
                return field(part.getName(), bytes);
            }
            if (callbacks.problem(callback).isPresent()) {
                return passOver(bytes);
            }
            if (files == maxFiles) {
                return passOver(bytes)
                        .thenApply(done ->
                                add(part.getName(), new Intake.Refused(name.get(), Problem.tooManyParts(maxFiles))));
            }
            // The key stands for the form; each of its images needs one of its own.
            int number = files++;
            Source<ByteString, ?> image = whole(bytes).via(new DrainOnCancel(mostDrained));
            return images.accept(
                            OfferedImage.sent(name.get(), held, image), key.map(whole -> whole + "#" + number), trace)
                    .thenApply(one -> add(part.getName(), one));
        }

        private Optional<String> name(Multipart.FormData.BodyPart part) {
            return part.getFilename()
                    .or(() -> FILE_FIELDS.contains(part.getName()) ? Optional.of(named) : Optional.empty())
                    .or(() -> Optional.of(part.getName())
                            .filter(name -> IMAGE_NAME.matcher(name).matches()));
        }

        private Done add(String name, Intake taken) {
            field = field.or(() -> Optional.of(name));
            intakes.add(taken);
            return Done.getInstance();
        }

        /** Reads on so that what comes after can be read, and the answer be heard; but not for ever. */
        private CompletionStage<Done> passOver(Source<ByteString, ?> bytes) {
            count(PART_HEADER);
            return bytes.runWith(Sink.foreach(chunk -> count(chunk.size())), system);
        }

        private void count(int bytes) {
            passedOver += bytes;
            if (passedOver > mostDrained) {
                throw new RefusedException(Problem.tooManyParts(maxFiles));
            }
        }

        private CompletionStage<Done> field(String name, Source<ByteString, ?> bytes) {
            if (name.equals(NAME_FIELD)) {
                return text(bytes, text -> named = text.orElse(DEFAULT_NAME));
            }
            if (name.equals(Callbacks.NAME) && mayCallBack) {
                return text(bytes, text -> callback = Optional.of(text.orElse("")));
            }
            return passOver(bytes);
        }

        /** A field's text; empty when it is too long. */
        private CompletionStage<Done> text(Source<ByteString, ?> bytes, Consumer<Optional<String>> use) {
            return bytes.map(chunk -> {
                        count(chunk.size());
                        return chunk;
                    })
                    .runWith(
                            Sink.fold(
                                    ByteString.emptyByteString(),
                                    (all, more) -> all.size() > LONGEST_TEXT ? all : all.concat(more)),
                            system)
                    .thenApply(text -> {
                        use.accept(
                                text.size() > LONGEST_TEXT
                                        ? Optional.empty()
                                        : Optional.of(text.utf8String().strip()));
                        return Done.getInstance();
                    });
        }

        Received received(Throwable failure) {
            if (failure != null) {
                LOG.debug("a form broke off after {} parts: {}", parts, failure.toString());
            }
            if (failure != null && intakes.stream().noneMatch(Intake.Accepted.class::isInstance)) {
                throw PacedBody.refusal(unwrapped(failure));
            }
            if (failure != null) {
                refuseTheRest(PacedBody.refusal(unwrapped(failure)).problem());
            } else if (parts > maxParts) {
                refuseTheRest(Problem.tooManyParts(maxFiles));
            }
            return new Received(field, List.copyOf(intakes), callback);
        }

        /** Unless the last image says it already. */
        private void refuseTheRest(Problem problem) {
            boolean said = !intakes.isEmpty()
                    && intakes.get(intakes.size() - 1) instanceof Intake.Refused last
                    && last.problem().equals(problem);
            if (!said) {
                intakes.add(new Intake.Refused(REST, problem));
            }
        }
    }

    /** A form that breaks off in the middle of a part is its sender's failure. */
    private static Source<ByteString, ?> whole(Source<ByteString, ?> bytes) {
        return bytes.mapError(new PFBuilder<Throwable, Throwable>()
                .matchAny(PacedBody::refusal)
                .build());
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
