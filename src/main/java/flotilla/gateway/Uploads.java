package flotilla.gateway;

import flotilla.gateway.ImageIntake.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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

/** Finds the images in a request, in order, and hands each to the {@link ImageIntake} as it streams in. */
final class Uploads {
    /**
     * The images of one request.
     *
     * @param field the form field of the first file; empty for a raw body
     */
    record Received(Optional<String> field, List<Intake> intakes) {}

    private record Taken(String field, Intake intake) {}

    private static final String DEFAULT_NAME = "image";
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

    /** A body that is one image. */
    CompletionStage<Received> raw(HttpRequest request) {
        String name = request.getHeader(ContentDisposition.class)
                .flatMap(header -> Optional.ofNullable(header.getParams().get("filename")))
                .or(() -> request.getUri().query().get("file"))
                .orElse(DEFAULT_NAME);
        return intake.accept(name, drained(request.entity().withoutSizeLimit().getDataBytes()))
                .thenApply(one -> new Received(Optional.empty(), List.of(one)));
    }

    /** Every part of a form that has a file name; the other parts are passed over. Fails when it is not such a form. */
    CompletionStage<Received> form(HttpRequest request) {
        HttpEntity entity = request.entity().withoutSizeLimit();
        return Unmarshaller.entityToMultipartFormData()
                .unmarshal(entity, materializer)
                .thenCompose(form -> form.getParts()
                        .zipWithIndex()
                        .mapAsync(1, part -> take(part.first(), part.second() < maxFiles))
                        .runWith(Sink.fold(new ArrayList<Optional<Taken>>(), Uploads::add), system))
                .thenApply(Uploads::received);
    }

    private CompletionStage<Optional<Taken>> take(Multipart.FormData.BodyPart part, boolean allowed) {
        Optional<String> fileName = part.getFilename();
        if (fileName.isEmpty() || !allowed) {
            Optional<Taken> refused = fileName.map(
                    name -> new Taken(part.getName(), new Intake.Refused(name, Problem.tooManyParts(maxFiles))));
            return part.getEntity()
                    .getDataBytes()
                    .runWith(Sink.ignore(), system)
                    .thenApply(done -> refused);
        }
        return intake.accept(fileName.get(), drained(part.getEntity().getDataBytes()))
                .thenApply(taken -> Optional.of(new Taken(part.getName(), taken)));
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
