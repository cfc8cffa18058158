package flotilla.gateway;

/** All that is counted in this process, as text. */
@FunctionalInterface
public interface MetricsText {
    /** The form of the text. */
    enum Form {
        /** Prometheus' own, version 0.0.4. */
        PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
        /** OpenMetrics 1.0.0. */
        OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

        private final String contentType;

        Form(String contentType) {
            this.contentType = contentType;
        }

        public String contentType() {
            return contentType;
        }
    }

    /** The figures of this moment. */
    String text(Form form);
}
