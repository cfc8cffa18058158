package flotilla.gateway;

import flotilla.gateway.ImageIntake.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.model.headers.ContentDisposition;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Finds the images in a request, in order, and hands each to the {@link ImageIntake} as it streams in. In a form an image is
 * a part with a file name, or one of the fields that are known to carry images; a text field {@code filename} before it names
 * an image that has no name of its own.
 */
final class Uploads {
    /**
     * The images of one request.
     *
     * @param field the form field of the first file; empty for a raw body
     * @param callback the URL that the body names
     */
    record Received(Optional<String> field, List<Intake> intakes, Optional<String> callback) {}

    private record Taken(String field, Intake intake) {}

    private static final String DEFAULT_NAME = "image";
    private static final String NAME_FIELD = "filename";
    private static final Set<String> FILE_FIELDS = Set.of("myfile", "inputFile", "file", "image_file");
    private static final int LONGEST_TEXT = 2048;
    private static final int DRAINED_IMAGES = 10;

    private final ActorSystem<?> system;
    private final Materializer materializer;
    private final ImageIntake intake;
    private final Callbacks callbacks;
    private final int maxFiles;
    private final long mostDrained;

    /**
     * @param maxFiles in one request
     * @param maxImageSize in bytes; several times as much is read of a refused one so that its sender hears why
     */
    Uploads(ActorSystem<?> system, ImageIntake intake, Callbacks callbacks, int maxFiles, long maxImageSize) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.intake = intake;
        this.callbacks = callbacks;
        this.maxFiles = maxFiles;
        this.mostDrained = DRAINED_IMAGES * maxImageSize;
    }

    static boolean isMultipart(HttpRequest request) {
        return request.entity().getContentType().mediaType().isMultipart();
    }

    Callbacks callbacks() {
        return callbacks;
    }

    /** The answer to a request whose query names a callback that is not taken; its body is read and thrown away. */
    Optional<HttpResponse> refusal(HttpRequest request) {
        Optional<Problem> problem = callbacks.problem(Callbacks.of(request));
        problem.ifPresent(known -> request.discardEntityBytes(system));
        return problem.map(Problem::toResponse);
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
                        name, key, drained(request.entity().withoutSizeLimit().getDataBytes()))
                .thenApply(one -> new Received(Optional.empty(), List.of(one), Optional.empty()));
    }

    /**
     * The images of a form; its other parts are passed over. Images after a callback that is not taken are passed over too.
     * Fails when it is not such a form.
     *
     * @param key the client's idempotency key for the whole form
     * @param mayCallBack whether a field {@code callback} is heeded
     */
    CompletionStage<Received> form(HttpRequest request, Optional<String> key, boolean mayCallBack) {
        HttpEntity entity = request.entity().withoutSizeLimit();
        Form form = new Form(key, mayCallBack);
        return Unmarshaller.entityToMultipartFormData()
                .unmarshal(entity, materializer)
                .thenCompose(parts -> parts.getParts()
                        .mapAsync(1, form::take)
                        .runWith(Sink.fold(new ArrayList<Optional<Taken>>(), Uploads::add), system))
                .thenApply(form::received);
    }

    /** One form while it is read, part by part. */
    private final class Form {
        private final Optional<String> key;
        private final boolean mayCallBack;
        private int parts;
        private int files;
        private volatile String named = DEFAULT_NAME;
        private volatile Optional<String> callback = Optional.empty();

        Form(Optional<String> key, boolean mayCallBack) {
            this.key = key;
            this.mayCallBack = mayCallBack;
        }

        CompletionStage<Optional<Taken>> take(Multipart.FormData.BodyPart part) {
            boolean allowed = parts++ < maxFiles;
            Source<ByteString, ?> bytes = part.getEntity().getDataBytes();
            Optional<String> name = part.getFilename()
                    .or(() -> FILE_FIELDS.contains(part.getName()) ? Optional.of(named) : Optional.empty());
            if (name.isEmpty()) {
                return field(part.getName(), bytes);
            }
            if (callbacks.problem(callback).isPresent()) {
                return bytes.runWith(Sink.ignore(), system).thenApply(done -> Optional.empty());
            }
            if (!allowed) {
                Intake refused = new Intake.Refused(name.get(), Problem.tooManyParts(maxFiles));
                return bytes.runWith(Sink.ignore(), system)
                        .thenApply(done -> Optional.of(new Taken(part.getName(), refused)));
            }
            // The key stands for the form; each of its images needs one of its own.
            int number = files++;
            return intake.accept(name.get(), key.map(whole -> whole + "#" + number), drained(bytes))
                    .thenApply(taken -> Optional.of(new Taken(part.getName(), taken)));
        }

        private CompletionStage<Optional<Taken>> field(String name, Source<ByteString, ?> bytes) {
            if (name.equals(NAME_FIELD)) {
                return text(bytes, text -> named = text.orElse(DEFAULT_NAME));
            }
            if (name.equals(Callbacks.NAME) && mayCallBack) {
                return text(bytes, text -> callback = Optional.of(text.orElse("")));
            }
            return bytes.runWith(Sink.ignore(), system).thenApply(done -> Optional.empty());
        }

        /** A field's text; empty when it is too long. */
        private CompletionStage<Optional<Taken>> text(Source<ByteString, ?> bytes, Consumer<Optional<String>> use) {
            return bytes.runWith(
                            Sink.fold(
                                    ByteString.emptyByteString(),
                                    (all, more) -> all.size() > LONGEST_TEXT ? all : all.concat(more)),
                            system)
                    .thenApply(text -> {
                        use.accept(
                                text.size() > LONGEST_TEXT
                                        ? Optional.empty()
                                        : Optional.of(text.utf8String().strip()));
                        return Optional.empty();
                    });
        }

        Received received(List<Optional<Taken>> parts) {
            List<Taken> taken = parts.stream().flatMap(Optional::stream).toList();
            return new Received(
                    taken.stream().map(Taken::field).findFirst(),
                    taken.stream().map(Taken::intake).toList(),
                    callback);
        }
    }

    private Source<ByteString, ?> drained(Source<ByteString, ?> bytes) {
        return bytes.via(new DrainOnCancel(mostDrained));
    }

    private static <T> ArrayList<T> add(ArrayList<T> list, T element) {
        list.add(element);
        return list;
    }
}
