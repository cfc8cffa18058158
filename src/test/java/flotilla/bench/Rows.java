package flotilla.bench;

import java.util.List;

/** All rows, in the order in which they are measured. */
final class Rows {
    static final List<Row> ALL = List.of(
            new LimitRow(),
            new PipelineRow(),
            new HttpRow(),
            new PreprocessRow(),
            new LatencyRow(),
            new MessagingRow(),
            new AncestorsRow(),
            new EnginesRow(),
            new StartRow(),
            new BurstRow(),
            new MemoryRow(),
            new MetricsRow(),
            new TracingRow(),
            new ProfileRow());

    private Rows() {}
}
