package flotilla.gateway;

import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Counts bytes as they pass by, and keeps them while they are few. For one stream; read it when that has ended. */
final class Passing {
    private final long keep;
    private long size;
    private ByteString kept = ByteString.emptyByteString();

    /**
     * @param keep the most bytes that are kept
     */
    Passing(long keep) {
        this.keep = keep;
    }

    void pass(ByteString bytes) {
        size += bytes.size();
        kept = size <= keep ? kept.concat(bytes) : ByteString.emptyByteString();
    }

    /** How many have passed. */
    long size() {
        return size;
    }

    /** All of them, when they were few enough; empty when nothing is to be kept at all. */
    Optional<ByteString> content() {
        return keep > 0 && size <= keep ? Optional.of(kept) : Optional.empty();
    }
}
