package flotilla.provision;

import java.time.Duration;

/** A service does not do it yet, and will in a while: the same call is to be made again. */
public final class NotYetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration again;

    /**
     * @param message one line, with why
     * @param again after which time it is worth another try
     */
    public NotYetException(String message, Duration again, Throwable cause) {
        super(message, cause);
        this.again = again;
    }

    public Duration again() {
        return again;
    }
}
