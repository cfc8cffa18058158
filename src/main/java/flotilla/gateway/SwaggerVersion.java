package flotilla.gateway;

/** The version of the Swagger UI that the jar holds; the same as in pom.xml. */
final class SwaggerVersion {
    static final String VALUE = "5.32.6";

    private SwaggerVersion() {}
}
