package flotilla.load;

/** Something that was handed to the generator cannot be used; the message is one line and names the remedy. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
