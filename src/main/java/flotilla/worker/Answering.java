package flotilla.worker;

import flotilla.protocol.MessageQueue;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Makes an outcome known: stored first, then told. Safe for all threads. */
final class Answering {
    private final ResultStore results;
    private final MessageQueue responses;
    private final Attempts attempts;
    private final PatientCalls calls;
    private final Tally tally;
    private final Traces traces;

    Answering(
            ResultStore results,
            MessageQueue responses,
            Attempts attempts,
            PatientCalls calls,
            Tally tally,
            Traces traces) {
        this.results = results;
        this.responses = responses;
        this.attempts = attempts;
        this.calls = calls;
        this.tally = tally;
        this.traces = traces;
    }

    /** Stores a result unless one stands; what stands goes on. */
    CompletionStage<Parcel> store(Parcel.Answered parcel) {
        Instant began = traces.now();
        return calls.call(
                        parcel.message(),
                        () -> results.putIfAbsent(
                                parcel.result(), parcel.request().generation()))
                .thenCompose(standing -> {
                    Traces.Writing writing = new Traces.Writing(parcel.result(), began, traces.now());
                    return forgiven(parcel)
                            .thenApply(done -> new Parcel.Stored(
                                    parcel.message(), parcel.at(), parcel.request(), standing, Optional.of(writing)));
                });
    }

    private CompletionStage<Done> forgiven(Parcel.Answered parcel) {
        return parcel.suspect()
                ? attempts.forgive(parcel.request().id())
                : CompletableFuture.completedStage(Done.getInstance());
    }

    /** Tells the gateways of the result that stands. */
    CompletionStage<Parcel> respond(Parcel.Stored parcel) {
        String notice = WireFormat.write(new ResultNotice(parcel.request().gateway(), parcel.result()));
        Instant began = traces.now();
        return calls.call(parcel.message(), () -> responses.send(notice)).thenApply(sent -> {
            tally.countAnswer();
            traces.answered(parcel, began);
            return parcel.settled(Verdict.ANSWERED);
        });
    }
}
