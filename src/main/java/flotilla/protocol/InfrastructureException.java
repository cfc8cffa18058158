package flotilla.protocol;

/**
 * A service that we depend on did not do what it was asked: unreachable, out of order, or it refused us. The message is one
 * line with the operation, what it was about and, where one is known, the remedy. Adapters throw nothing else for it.
 */
public final class InfrastructureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    public InfrastructureException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /**
     * @param permanent whether somebody must do something before the same can succeed: what was asked for does not exist, or we
     *     may not
     */
    public InfrastructureException(String message, Throwable cause, boolean permanent) {
        super(message, cause);
        this.permanent = permanent;
    }

    /** Whether it will not pass by itself. */
    public boolean isPermanent() {
        return permanent;
    }
}
