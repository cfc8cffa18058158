package flotilla.gateway;

/** The version of uPlot in pom.xml: it is part of the path in its jar. */
final class UplotVersion {
    static final String VALUE = "1.6.30";

    private UplotVersion() {}
}
