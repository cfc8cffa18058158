package flotilla.gateway;

import flotilla.protocol.ImageInspector;
import flotilla.protocol.ImageInspector.Inspection;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Checks an upload while it streams: holds back its beginning until the header is understood, then passes it in one piece
 * and everything after it as it comes, counting bytes. A refused upload fails the stream with {@link RefusedException}.
 */
final class CheckedUpload {
    /** A header longer than this is no photograph's. */
    private static final int LONGEST_HEADER = 1 << 20;

    /** A part of an image that passed the check. */
    record Chunk(String contentType, ByteString bytes) {
        /** Parts that follow each other, as one. */
        static Chunk together(List<Chunk> parts) {
            return new Chunk(
                    parts.get(0).contentType(),
                    parts.stream().map(Chunk::bytes).reduce(ByteString.emptyByteString(), ByteString::concat));
        }
    }

    /** The upload is not taken. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        RefusedException(Problem problem) {
            super(problem.title(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private final ImageInspector inspector;
    private final long maxSize;
    private ByteString held = ByteString.emptyByteString();
    private int inspectAt = 1;
    private String contentType;
    private long size;

    private CheckedUpload(ImageInspector inspector, long maxSize) {
        this.inspector = inspector;
        this.maxSize = maxSize;
    }

    /**
     * @param maxSize in bytes
     */
    static Flow<ByteString, Chunk, NotUsed> flow(ImageInspector inspector, long maxSize) {
        return Flow.<ByteString>create()
                .map(Optional::of)
                .concat(Source.single(Optional.empty()))
                .statefulMapConcat(() -> {
                    CheckedUpload upload = new CheckedUpload(inspector, maxSize);
                    Function<Optional<ByteString>, Iterable<Chunk>> step = upload::next;
                    return step;
                });
    }

    private List<Chunk> next(Optional<ByteString> chunk) {
        size += chunk.map(ByteString::size).orElse(0);
        if (size > maxSize) {
            throw new RefusedException(Problem.tooLarge(maxSize));
        }
        if (contentType != null) {
            return chunk.map(bytes -> List.of(new Chunk(contentType, bytes))).orElse(List.of());
        }
        if (chunk.isPresent()) {
            held = held.concat(chunk.get());
        } else if (held.isEmpty()) {
            throw new RefusedException(Problem.emptyBody());
        }
        boolean complete = chunk.isEmpty();
        return complete || held.size() >= inspectAt ? inspect(complete) : List.of();
    }

    /** The held bytes are looked at again only when they have doubled, so that slow headers cost no more than linear time. */
    private List<Chunk> inspect(boolean complete) {
        boolean noMore = complete || held.size() > LONGEST_HEADER;
        Inspection inspection = inspector.inspect(held.toArray(), noMore);
        if (inspection instanceof Inspection.Refused refused) {
            throw new RefusedException(Problem.of(refused.code(), refused.message()));
        }
        if (inspection instanceof Inspection.Accepted accepted) {
            contentType = accepted.contentType();
            Chunk first = new Chunk(contentType, held.compact());
            held = ByteString.emptyByteString();
            return List.of(first);
        }
        inspectAt = held.size() * 2;
        return List.of();
    }
}
