package flotilla.gateway;

import flotilla.gateway.ImageIntake.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.model.headers.ContentDisposition;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

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
     */
    record Received(Optional<String> field, List<Intake> intakes) {}

    private record Taken(String field, Intake intake) {}

    private static final String DEFAULT_NAME = "image";
    private static final String NAME_FIELD = "filename";
    private static final Set<String> FILE_FIELDS = Set.of("myfile", "inputFile", "file", "image_file");
    private static final Pattern IMAGE_NAME = Pattern.compile(".+\\.(jpe?g|png|gif|webp)", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_TEXT = 1024;
    private static final int DRAINED_IMAGES = 10;

    private final ActorSystem<?> system;
    private final Materializer materializer;
    private final ImageIntake intake;
    private final int maxFiles;
    private final long mostDrained;

    /**
     * @param maxFiles in one request
     * @param maxImageSize in bytes; several times as much is read of a refused one so that its sender hears why
     */
    Uploads(ActorSystem<?> system, ImageIntake intake, int maxFiles, long maxImageSize) {
        this.system = system;
        this.materializer = Materializer.matFromSystem(system);
        this.intake = intake;
        this.maxFiles = maxFiles;
        this.mostDrained = DRAINED_IMAGES * maxImageSize;
    }

    static boolean isMultipart(HttpRequest request) {
        return request.entity().getContentType().mediaType().isMultipart();
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
                .thenApply(one -> new Received(Optional.empty(), List.of(one)));
    }

    /**
     * The images of a form; its other parts are passed over. Fails when it is not such a form.
     *
     * @param key the client's idempotency key for the whole form
     */
    CompletionStage<Received> form(HttpRequest request, Optional<String> key) {
        HttpEntity entity = request.entity().withoutSizeLimit();
        Form form = new Form(key);
        return Unmarshaller.entityToMultipartFormData()
                .unmarshal(entity, materializer)
                .thenCompose(parts -> parts.getParts()
                        .mapAsync(1, form::take)
                        .runWith(Sink.fold(new ArrayList<Optional<Taken>>(), Uploads::add), system))
                .thenApply(Uploads::received);
    }

    /** One form while it is read, part by part. */
    private final class Form {
        private final Optional<String> key;
        private int parts;
        private int files;
        private volatile String named = DEFAULT_NAME;

        Form(Optional<String> key) {
            this.key = key;
        }

        CompletionStage<Optional<Taken>> take(Multipart.FormData.BodyPart part) {
            boolean allowed = parts++ < maxFiles;
            Source<ByteString, ?> bytes = part.getEntity().getDataBytes();
            Optional<String> name = part.getFilename()
                    .or(() -> FILE_FIELDS.contains(part.getName()) ? Optional.of(named) : Optional.empty())
                    .or(() -> Optional.of(part.getName())
                            .filter(field -> IMAGE_NAME.matcher(field).matches()));
            if (name.isEmpty()) {
                return part.getName().equals(NAME_FIELD)
                        ? text(bytes)
                        : bytes.runWith(Sink.ignore(), system).thenApply(done -> Optional.empty());
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

        /** The name for the next image that has none; a text that is too long is none. */
        private CompletionStage<Optional<Taken>> text(Source<ByteString, ?> bytes) {
            return bytes.runWith(
                            Sink.fold(
                                    ByteString.emptyByteString(),
                                    (all, more) -> all.size() > LONGEST_TEXT ? all : all.concat(more)),
                            system)
                    .thenApply(text -> {
                        named = text.size() > LONGEST_TEXT
                                ? DEFAULT_NAME
                                : text.utf8String().strip();
                        return Optional.empty();
                    });
        }
    }

    private Source<ByteString, ?> drained(Source<ByteString, ?> bytes) {
        return bytes.via(new DrainOnCancel(mostDrained));
    }

    private static <T> ArrayList<T> add(ArrayList<T> list, T element) {
        list.add(element);
        return list;
    }

    private static Received received(List<Optional<Taken>> parts) {
        List<Taken> taken = parts.stream().flatMap(Optional::stream).toList();
        return new Received(
                taken.stream().map(Taken::field).findFirst(),
                taken.stream().map(Taken::intake).toList());
    }
}
