package flotilla.provision;

/** Kinds of things that a system needs in an account, in the order in which they are made. */
public enum Kind {
    QUEUE("queue"),
    BUCKET("bucket"),
    LAUNCH_TEMPLATE("launch template"),
    GATEWAY("gateway's instance"),
    /** The cluster's workers: for fleet mode start-stop a set that is made beforehand. */
    INSTANCES("workers' instances");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    /** What people call one. */
    public String words() {
        return words;
    }
}
