package flotilla.hostile;

import flotilla.domain.FailureCode;
import java.util.Optional;

/**
 * One damaged or malicious file, and what must become of it.
 *
 * @param name in small letters and hyphens
 * @param fileName what its sender calls it
 * @param by who refuses it
 * @param code why; empty when it is labelled
 */
public record HostileImage(String name, String fileName, byte[] bytes, RefusedBy by, Optional<FailureCode> code) {
    /** Who finds out. */
    public enum RefusedBy {
        /** It is odd, but an image: it is labelled. */
        NOBODY,
        /** The gateway, from the first bytes; a worker would find the same. */
        HEADER,
        /** A worker, by decoding. */
        DECODER
    }

    static HostileImage labelled(String name, byte[] bytes) {
        return new HostileImage(name, name, bytes, RefusedBy.NOBODY, Optional.empty());
    }

    static HostileImage refused(String name, RefusedBy by, FailureCode code, byte[] bytes) {
        return new HostileImage(name, name, bytes, by, Optional.of(code));
    }

    HostileImage called(String file) {
        return new HostileImage(name, file, bytes, by, code);
    }

    /** The HTTP status that its sender sees. */
    public int status() {
        if (bytes.length == 0) {
            return 400;
        }
        return code.map(why -> why == FailureCode.UNSUPPORTED_TYPE ? 415 : 422).orElse(200);
    }

    /** The code in the answer. */
    public String answeredCode() {
        return bytes.length == 0 ? "empty" : code.map(FailureCode::text).orElse("");
    }

    @Override
    public String toString() {
        return name;
    }
}
