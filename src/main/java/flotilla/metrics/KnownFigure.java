package flotilla.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** A gauge that is served only while its value is known: what is not known is not zero. For one writer at a time. */
final class KnownFigure {
    private final MeterRegistry registry;
    private final Gauge.Builder<?> builder;
    private volatile double value;
    private Meter served;

    KnownFigure(MeterRegistry registry, String name, Tags tags, String unit, String description) {
        this.registry = registry;
        this.builder = Gauge.builder(name, this, figure -> figure.value)
                .tags(tags)
                .baseUnit(unit)
                .description(description)
                .strongReference(true);
    }

    void is(double known) {
        value = known;
        if (served == null) {
            served = builder.register(registry);
        }
    }

    void isUnknown() {
        if (served != null) {
            registry.remove(served);
            served = null;
        }
    }
}
