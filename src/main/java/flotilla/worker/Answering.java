package flotilla.worker;

import flotilla.protocol.MessageQueue;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
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

    Answering(ResultStore results, MessageQueue responses, Attempts attempts, PatientCalls calls, Tally tally) {
        this.results = results;
        this.responses = responses;
        this.attempts = attempts;
        this.calls = calls;
        this.tally = tally;
    }

    /** Stores a result unless one stands; what stands goes on. */
    CompletionStage<Parcel> store(Parcel.Answered parcel) {
        return calls.call(
                        parcel.message(),
                        () -> results.putIfAbsent(
                                parcel.result(), parcel.request().generation()))
                .thenCompose(standing -> forgiven(parcel)
                        .thenApply(done -> new Parcel.Stored(parcel.message(), parcel.request(), standing)));
    }

    private CompletionStage<Done> forgiven(Parcel.Answered parcel) {
        return parcel.suspect()
                ? attempts.forgive(parcel.request().id())
                : CompletableFuture.completedStage(Done.getInstance());
    }

    /** Tells the gateways of the result that stands. */
    CompletionStage<Parcel> respond(Parcel.Stored parcel) {
        String notice = WireFormat.write(new ResultNotice(parcel.request().gateway(), parcel.result()));
        return calls.call(parcel.message(), () -> responses.send(notice)).thenApply(sent -> {
            tally.countAnswer();
            return new Parcel.Settled(parcel.message(), Verdict.ANSWERED);
        });
    }
}
