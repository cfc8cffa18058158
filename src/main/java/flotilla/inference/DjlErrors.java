package flotilla.inference;

/** What DJL and its engines throw, for people. */
final class DjlErrors {
    private DjlErrors() {}

    /** The first line of what was at the bottom of a failure. */
    static String oneLine(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? "" : cause.getMessage();
        String line = message.lines().findFirst().orElse("").strip();
        // Of an unknown host, for one, the message is only its name.
        return line.contains(" ") ? line : (cause.getClass().getSimpleName() + " " + line).strip();
    }
}
