package flotilla.aws;

/** The tag by which everything of one system is known, in every service. */
public final class AwsTags {
    /** Its value is the cluster's name. */
    public static final String CLUSTER = "flotilla:cluster";

    private AwsTags() {}
}
