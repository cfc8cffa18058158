package flotilla.cost;

/**
 * What came since the last time that it was told.
 *
 * @param instanceSeconds for which EC2 charges
 * @param busySeconds as in {@link Usage}
 * @param cost in {@code currency}
 */
public record Spent(double instanceSeconds, double busySeconds, double cost, String currency) {}
