package flotilla.config;

/** What clients of the embedded cloud present: it has one region and one user. */
public final class EmbeddedCloud {
    public static final String REGION = "us-east-1";
    public static final String ACCESS_KEY_ID = "local";
    public static final String SECRET_ACCESS_KEY = "local";

    private EmbeddedCloud() {}
}
