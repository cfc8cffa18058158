package flotilla.gateway;

/** A connection is ended in the middle of things because of its client. It says for what, and needs no stack trace. */
final class CutOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CutOffException(String what) {
        super(what, null, false, false);
    }
}
