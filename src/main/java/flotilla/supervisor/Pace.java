package flotilla.supervisor;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Makes calls in the order in which they are given, a few at the same time; the others wait. Safe for several threads. */
final class Pace {
    private final int atOnce;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int underWay;

    /** @param atOnce how many calls may be under way at the same time */
    Pace(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Makes a call when its turn has come; a call that throws counts as one that failed. */
    <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (this) {
            waiting.add(() -> begin(call, answer));
        }
        goOn();
        return answer;
    }

    private void goOn() {
        for (Optional<Runnable> next = next(); next.isPresent(); next = next()) {
            next.get().run();
        }
    }

    private synchronized Optional<Runnable> next() {
        if (underWay == atOnce || waiting.isEmpty()) {
            return Optional.empty();
        }
        underWay++;
        return Optional.of(waiting.remove());
    }

    private <T> void begin(Supplier<CompletionStage<T>> call, CompletableFuture<T> answer) {
        CompletableFuture.completedFuture(call).thenCompose(Supplier::get).whenComplete((value, failure) -> {
            synchronized (this) {
                underWay--;
            }
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
            goOn();
        });
    }
}
