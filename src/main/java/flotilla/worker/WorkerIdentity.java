package flotilla.worker;

import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.InstanceId;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.WorkerId;
import flotilla.protocol.ClassificationRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Who this worker is. Its name and instance are fixed; its app-tier id is told by the supervisor. Safe for all threads. */
public final class WorkerIdentity {
    private final WorkerId id;
    private final Optional<InstanceId> instance;
    private final long life;
    private final AtomicLong reports = new AtomicLong();
    private final AtomicReference<Optional<AppTierId>> appTierId = new AtomicReference<>(Optional.empty());

    /**
     * @param instance the EC2 instance; empty for a worker started by hand
     * @param life when this process started, in milliseconds
     */
    public WorkerIdentity(WorkerId id, Optional<InstanceId> instance, long life) {
        this.id = id;
        this.instance = instance;
        this.life = life;
    }

    public WorkerId id() {
        return id;
    }

    public Optional<InstanceId> instance() {
        return instance;
    }

    /** The app-tier id; empty until it is told. */
    public Optional<AppTierId> appTierId() {
        return appTierId.get();
    }

    /** When this process started, in milliseconds: tells this life of a machine from an earlier one. */
    long life() {
        return life;
    }

    /** The name of this one life of the worker, of letters, digits, {@code . _ -}. */
    public String process() {
        return id.value().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + life;
    }

    /** The number of the next report, from 1. */
    long nextReport() {
        return reports.incrementAndGet();
    }

    /**
     * An answer in this worker's name.
     *
     * @param timings milliseconds of each stage; rounded to hundredths
     */
    ClassificationResult result(
            ClassificationRequest request, Outcome outcome, Map<String, Double> timings, Journey.Work work) {
        Map<String, Double> rounded = new LinkedHashMap<>();
        timings.forEach((stage, millis) -> rounded.put(stage, Math.round(millis * 100) / 100.0));
        return new ClassificationResult(
                request.id(),
                request.file(),
                outcome,
                Optional.of(id),
                appTierId(),
                rounded,
                Optional.of(request.journey(work)));
    }

    /**
     * What this worker did for a delivery.
     *
     * @param batch images in the run that its image was in; 0 when it was in none
     */
    Journey.Work work(Parcel.Understood delivery, Instant finishedAt, int batch) {
        return new Journey.Work(
                delivery.message().sentAt(),
                delivery.at(),
                finishedAt,
                delivery.message().receiveCount(),
                batch,
                Instant.ofEpochMilli(life),
                delivery.died());
    }

    void told(Optional<AppTierId> told) {
        if (told.isPresent()) {
            appTierId.set(told);
        }
    }
}
