package flotilla.doctor;

/**
 * What one check has found.
 *
 * @param check its name, such as {@code queue flotilla-request}
 * @param what one line
 * @param remedy one line; empty when it is in order
 */
public record Finding(Status status, String check, String what, String remedy) {
    /** How bad it is. */
    public enum Status {
        OK,
        /** It works, but not as it should. */
        WARNING,
        /** The system does not work like this. */
        ERROR
    }

    public Finding {
        what = oneLine(what);
        remedy = oneLine(remedy);
    }

    public static Finding ok(String check, String what) {
        return new Finding(Status.OK, check, what, "");
    }

    public static Finding warning(String check, String what, String remedy) {
        return new Finding(Status.WARNING, check, what, remedy);
    }

    public static Finding error(String check, String what, String remedy) {
        return new Finding(Status.ERROR, check, what, remedy);
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ").strip();
    }
}
