package flotilla.protocol;

/**
 * A service that we depend on did not do what it was asked: unreachable, out of order, or it refused us. The message is one
 * line with the operation, what it was about and, where one is known, the remedy. Adapters throw nothing else for it.
 */
public final class InfrastructureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InfrastructureException(String message, Throwable cause) {
        super(message, cause);
    }
}
