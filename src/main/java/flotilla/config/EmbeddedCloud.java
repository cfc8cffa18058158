package flotilla.config;

/** What clients of the embedded cloud present: it has one region and one user. */
public final class EmbeddedCloud {
    public static final String REGION = "us-east-1";
    public static final String ACCESS_KEY_ID = "local";
    public static final String SECRET_ACCESS_KEY = "local";
    /**
     * A tag that spares an instance its first boot: launched with it, whatever its value, an instance is stopped from the
     * beginning. EC2 itself has no such thing: there a set for start-stop is launched, and then stopped.
     */
    public static final String MADE_STOPPED = "flotilla:made-stopped";

    private EmbeddedCloud() {}
}
