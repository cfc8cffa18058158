package flotilla.push;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.Done;

/** Wishes in memory, by name; as text, as they would be stored. */
final class MemoryWishes implements WishStore {
    final Map<String, String> open = new ConcurrentHashMap<>();
    final Map<String, String> told = new ConcurrentHashMap<>();
    final Map<String, String> givenUp = new ConcurrentHashMap<>();
    volatile boolean away;

    private <T> CompletionStage<T> unlessAway(Supplier<T> work) {
        return away
                ? CompletableFuture.failedFuture(new IllegalStateException("the store is away"))
                : CompletableFuture.completedFuture(work.get());
    }

    Wish wish(String name) {
        return WishFormat.read(open.get(name)).orElseThrow();
    }

    @Override
    public CompletionStage<Done> add(Wish wish) {
        return unlessAway(() -> {
            open.putIfAbsent(wish.name(), WishFormat.write(wish));
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Done> update(Wish wish) {
        return unlessAway(() -> {
            open.put(wish.name(), WishFormat.write(wish));
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Optional<Wish>> find(String name) {
        return unlessAway(() -> Optional.ofNullable(open.get(name)).flatMap(WishFormat::read));
    }

    @Override
    public CompletionStage<List<String>> names(int most) {
        return unlessAway(() -> open.keySet().stream().sorted().limit(most).toList());
    }

    @Override
    public CompletionStage<List<Wish>> open(String id) {
        return unlessAway(() -> open.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(id))
                .flatMap(entry -> WishFormat.read(entry.getValue()).stream())
                .toList());
    }

    @Override
    public CompletionStage<List<GivenUp>> givenUp(String id) {
        return unlessAway(() -> givenUp.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(id))
                .flatMap(entry -> WishFormat.readGivenUp(entry.getValue()).stream())
                .toList());
    }

    @Override
    public CompletionStage<Done> setAside(Wish wish) {
        return unlessAway(() -> {
            told.put(wish.name(), WishFormat.write(wish));
            open.remove(wish.name());
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Optional<Wish>> findAside(String name) {
        return unlessAway(() -> Optional.ofNullable(told.get(name)).flatMap(WishFormat::read));
    }

    @Override
    public CompletionStage<List<String>> namesAside(int most) {
        return unlessAway(() -> told.keySet().stream().sorted().limit(most).toList());
    }

    @Override
    public CompletionStage<Done> remove(Wish wish) {
        return unlessAway(() -> {
            open.remove(wish.name());
            told.remove(wish.name());
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Done> giveUp(Wish wish, String why) {
        return unlessAway(() -> {
            givenUp.put(wish.name(), WishFormat.write(wish, why));
            open.remove(wish.name());
            told.remove(wish.name());
            return Done.getInstance();
        });
    }
}
